/** Arcs that nobody can take over, as processes that are killed, and what who asks is told. */
import { afterEach, expect, test } from 'vitest';
import { connectRing } from '../../../src/ring.ts';
import { objects, ringlight } from '../command.ts';
import { endAll, type MemberProcess, startRing } from '../ring.ts';

let members: MemberProcess[] = [];
afterEach(() => endAll(members));

test('of four with two copies two are killed: what only those had lacks copies, and is not "none"', async () => {
  members = await startRing(4, 1);
  const [first, second, third] = members;
  await using client = await connectRing(first.address);
  const names = Array.from({ length: 40 }, (_, i) => `name ${i}`);
  for (const name of names) await client.insert(name, name, { level: 'all' });

  for (const { running } of [second, third]) running.process.kill('SIGKILL');
  await Promise.all([second.running.ended, third.running.ended]);
  const ended = await Promise.all(
    names.map((name) =>
      client.get(name).then(
        (value) => (value === null ? 'none' : 'there'),
        ({ code }) => code as string,
      ),
    ),
  );
  expect(ended).not.toContain('none');
  const lacking = names[ended.indexOf('TOO_FEW_COPIES')];
  const at = ['--at', first.address];
  const [read, put] = await Promise.all([
    ringlight(['ring', 'get', lacking, ...at]),
    ringlight(['ring', 'insert', lacking, 'x', ...at, '--json']),
  ]);
  expect(read).toEqual({
    status: 1,
    stdout: '',
    stderr: 'ringlight: too few copies could be made or read in time\n',
  });
  expect(put.status).toBe(1);
  expect(objects(put)[0]).toMatchObject({ event: 'error', code: 'UNAVAILABLE' });
}, 120_000);
