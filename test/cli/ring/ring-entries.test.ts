/** Entries from the command line: conditions, expiry, parts, sums, lists, and what happens to them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRing, type Ring } from '../../../src/ring.ts';
import { objects, ringlight } from '../command.ts';

let member: Ring;
let at: string[];

beforeAll(async () => {
  member = await openRing();
  await member.ready();
  at = ['--at', member.addresses[0]];
});
afterAll(() => member.close());

const ring = (args: string[], stdin = '') => ringlight(['ring', ...args, ...at], stdin);
const json = async (args: string[], stdin = '') => objects(await ring([...args, '--json'], stdin));

test('a condition is met or not, and says which version is there', async () => {
  const [inserted] = await json(['insert', 'a', 'one', '--if-absent', '--ttl', '1h']);
  expect(inserted).toMatchObject({ event: 'inserted', key: 'a', bytes: 3, existed: false });
  const [entry] = await json(['stat', 'a']);
  expect(entry).toMatchObject({ event: 'entry', bytes: 3, version: inserted!['version'] });
  expect(Number(entry!['storedUntilMs'])).toBeGreaterThan(Date.now() + 3_000_000);
  const version = String(inserted!['version']);
  expect((await ring(['insert', 'a', 'two', '--if-version', version])).status).toBe(0);
  for (const args of [
    ['insert', 'a', 'x', '--if-absent'],
    ['insert', 'a', 'x', '--if-version', version],
    ['insert', 'none', 'x', '--if-present'],
    ['remove', 'a', '--if-version', version],
  ]) {
    const { status, stderr } = await ring(args);
    expect([args, status]).toEqual([args, 1]);
    expect(stderr).toMatch(/^ringlight: not done: (a: it is version|none: there is no such key)/);
  }
  expect(Buffer.from((await member.get('a'))!).toString()).toBe('two');
  expect((await ring(['get', 'a', '--from', '1', '--to', '3'])).stdout).toBe('wo');
}, 60_000);

test('sums, bytes at the end, and an end of life', async () => {
  expect((await ring(['increment', 'n', '41'])).stdout).toBe('41\n');
  const least = ['ring', 'increment', 'n', ...at, '--json', '--', '-9223372036854775808'];
  expect(objects(await ringlight(least))).toEqual([
    { event: 'sum', key: 'n', sum: '-9223372036854775767' },
  ]);
  expect(await ring(['increment', 'n', 'x'])).toMatchObject({ status: 2 });
  await ring(['append', 'log', 'one ']);
  expect(await json(['append', 'log'], 'two')).toEqual([
    { event: 'appended', key: 'log', added: 3, bytes: 7 },
  ]);
  expect(await ring(['increment', 'log'])).toMatchObject({ status: 1 });
  expect((await ring(['expire', 'log', '50ms'])).status).toBe(0);
  await expect.poll(() => member.get('log'), { timeout: 20_000 }).toBeNull();
  expect(await ring(['expire', 'log', 'never'])).toMatchObject({ status: 1 });
}, 60_000);

test('several at once, and their names', async () => {
  expect((await ring(['insert-many', 'r:1', 'one', 'r:2', 'two'])).status).toBe(0);
  expect(await ring(['insert-many', 'r:1'])).toMatchObject({ status: 2 });
  expect(await ring(['get-many', 'r:1', 'r:3', 'r:2'])).toEqual({
    status: 1,
    stdout: 'r:1: one\nr:3: there is none\nr:2: two\n',
    stderr: '',
  });
  await ring(['insert', 'r:unlisted', 'x']);
  await ring(['insert', 'r:listed', 'x', '--listed']);
  const names = await json(['list', 'r:']);
  expect(names.map(({ name }) => name).sort()).toEqual(['r:1', 'r:2', 'r:listed']);
  const [first] = await json(['list', 'r:', '--limit', '1']);
  const rest = await json(['list', 'r:', '--after', String(first!['key'])]);
  expect([first, ...rest]).toEqual(names);
}, 60_000);

test('what happens is told, and gone on with', async () => {
  const watching = json(['watch', '--prefix', 'w:', '--count', '2']);
  // It begins when it begins: what is told is what comes after that, so it is done until it was told.
  let isOver = false;
  void watching.then(() => {
    isOver = true;
  });
  for (let i = 0; !isOver; i++) {
    await member.store('w:1', String(i));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const [following, one, two] = await watching;
  expect(following).toMatchObject({ event: 'following' });
  expect([one, two]).toMatchObject([
    { event: 'set', name: 'w:1' },
    { event: 'set', name: 'w:1' },
  ]);
  const resume = String(one!['resume']);
  const again = await json(['watch', '--prefix', 'w:', '--count', '1', '--after', resume]);
  expect(again.at(-1)).toEqual({ ...two, resume: expect.any(String) });
  expect(await ring(['watch'])).toMatchObject({ status: 2 });
  expect(await ring(['watch', 'k', '--after', 'nonsense'])).toMatchObject({ status: 2 });
}, 60_000);
