import { fork } from 'node:child_process';
import { expect, test } from 'vitest';

const CHILD = new URL('../../../dist/cli/lab/cell-child.js', import.meta.url);

/** Everything that the process sends until it ends. */
function said(cell: object): Promise<Record<string, Record<string, unknown>>[]> {
  return new Promise((resolve) => {
    const messages: Record<string, Record<string, unknown>>[] = [];
    const child = fork(CHILD, [], { serialization: 'advanced', stdio: 'pipe' });
    child.on('message', (message: (typeof messages)[number]) => messages.push(message));
    child.on('close', () => resolve(messages));
    child.send(cell);
  });
}

test('sends what came out, or why nothing did, and ends', async () => {
  const options = { ...{ seed: 1, nodes: 50, lookups: 5, k: 8, alpha: 3, loss: 0 } };
  const latency = { kind: 'constant', ms: 100 };
  const cell = { experiment: 'kad-hops', options: { ...options, latency }, keep: null };
  const [right, wrong, broken] = await Promise.all([
    said(cell),
    said({ ...cell, experiment: 'nothing' }),
    said({ ...cell, options: {} }),
  ]);
  expect(right.at(-1)!['outcome']).toMatchObject({ experiment: 'kad-hops', nodes: 50 });
  expect(wrong.at(-1)!['failure']).toMatchObject({ status: 2, code: 'USAGE' });
  expect(broken.at(-1)!['failure']).toMatchObject({
    ...{ status: 70, message: expect.stringMatching(/^internal error: /) },
  });
});

test('ends when whoever began it is gone', async () => {
  const child = fork(CHILD, [], { serialization: 'advanced', stdio: 'pipe' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.on('spawn', () => child.disconnect());
  expect(await ended).toBe(0);
});
