import { describe, expect, test } from 'vitest';
import { openMainline } from '../../../src/mainline.ts';
import { openForms } from '../../io/udp-suite.ts';
import { Running, ringlight } from '../command.ts';

const BASE = [
  'mainline',
  'serve',
  '--host',
  '127.0.0.1',
  '--port',
  '0',
  '--json',
  '--no-bootstrap',
];

// dgram of Node.js 20 cannot share a port; batches can.
describe.runIf(openForms.length > 1)('ringlight mainline serve --workers', () => {
  test('answers with several nodes on one port, under one id, and ends in good order', async () => {
    const serving = new Running([...BASE, '--workers', '2']);
    const listening = (await serving.event('listening')) as Record<string, never>;
    expect(listening).toMatchObject({ host: '127.0.0.1', workers: 2 });
    const { port, id } = listening;
    for (let i = 0; i < 24; i++) {
      const asker = await openMainline({ host: '127.0.0.1', bootstrap: false });
      expect((await asker.ping(`127.0.0.1:${port}`)).id).toBe(id);
      await asker.close();
    }
    type Worker = { in: { queries: { ping: number } } };
    const pings = ({ workers }: Record<string, unknown>) =>
      (workers as Worker[]).map((worker) => worker.in.queries.ping);
    const status = await serving.event('status', (event) => {
      const counts = pings(event);
      return counts.reduce((sum, count) => sum + count, 0) === 24;
    });
    expect(Math.min(...pings(status as Record<string, unknown>))).toBeGreaterThan(0);
    const { status: exit, stderr } = await serving.end();
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  });

  test('a port that is taken ends it in one line', async () => {
    const there = await openMainline({ host: '127.0.0.1', bootstrap: false });
    const args = [...BASE, '--workers', '2', '--port', `${there.port}`];
    const { status, stderr } = await ringlight(args);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `ringlight: cannot listen on 127.0.0.1:${there.port}: the port is taken\n`,
    });
    await there.close();
  });
});

test('what is about one node does not go with workers', async () => {
  const { status, stderr } = await ringlight([...BASE, '--workers', '2', '--state', 'x.json']);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'ringlight: --state is for one node: not with --workers\n',
  });
});
