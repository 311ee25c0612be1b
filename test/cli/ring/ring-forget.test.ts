/** Members that will not come back, as processes that are killed, and what the operator is told. */
import { afterEach, expect, test } from 'vitest';
import { objects, ringlight } from '../command.ts';
import { endAll, type MemberProcess, startRing } from '../ring.ts';

let members: MemberProcess[] = [];
afterEach(() => endAll(members));

async function kill({ running }: MemberProcess): Promise<void> {
  running.process.kill('SIGKILL');
  await running.ended;
}

const ring = (...args: string[]) => ringlight(['ring', ...args]);

test('of three one is taken out, of two that are left one is lost, and the last one goes on', async () => {
  members = await startRing(3, 2);
  const [last, second, third] = members;
  const at = ['--at', last.address];
  expect((await ring('insert', 'hello', 'world', '--level', 'all', ...at)).status).toBe(0);

  const living = await ring('forget', third.address, ...at);
  expect(living).toMatchObject({ status: 1, stdout: '' });
  expect(living.stderr).toBe(
    `ringlight: ${third.address}: it is there; let it leave, or stop it first\n`,
  );
  const unknown = await ring('forget', '127.0.0.1:9', ...at, '--json');
  expect(unknown.status).toBe(1);
  expect(objects(unknown)[0]).toMatchObject({ event: 'error', code: 'UNKNOWN_MEMBER' });
  expect((await ring('forget', 'nonsense', ...at)).status).toBe(2);

  await kill(third);
  const forgot = await ring('forget', third.address, ...at);
  expect(forgot).toEqual({
    status: 0,
    stdout: `Forgot ${third.address}: 2 members left.\nActs at "all" are done with 2 copies.\n`,
    stderr: '',
  });
  const inserted = await ring('insert', 'hello', 'again', '--level', 'all', ...at);
  expect(inserted.stdout).toMatch(/: 2 copies\.\n$/);

  await kill(second);
  const refused = await ring('forget', second.address, ...at, '--timeout', '8s', '--json');
  expect(objects(refused)[0]).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('agree'),
  });
  expect(refused.status).toBe(1);
  const lost = await ring('forget', second.address, '--lost', ...at, '--json');
  expect(objects(lost)[0]).toMatchObject({
    ...{ event: 'forgotten', forgotten: [second.address], lost: true, members: 1 },
    ...{ copies: 1, copiesWanted: 1, emptyArcs: 0, unheard: [] },
  });
  expect((await ring('get', 'hello', '--level', 'all', ...at)).stdout).toBe('again');
}, 90_000);
