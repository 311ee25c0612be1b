/** Members as processes: they come, go in good order, are killed, and come back with their data. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { connectRing } from '../../../src/ring.ts';
import { objects, Running, ringlight } from '../command.ts';
import { endAll, startMember, startRing } from '../ring.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-serve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('ringlight ring serve', () => {
  test('stays until SIGTERM, hands over what it holds and exits 0', async () => {
    const [first, second] = await startRing(2, 0);
    await using client = await connectRing(first.address);
    for (let i = 0; i < 20; i++) await client.insert(`key ${i}`, `value ${i}`);
    const { status, stderr, stdout } = await second.running.end('SIGTERM');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/"event":"left".*\n(.*\n)*.*"event":"stopped"}\n$/);
    for (let i = 0; i < 20; i++) {
      expect(Buffer.from((await client.get(`key ${i}`))!).toString()).toBe(`value ${i}`);
    }
    expect((await first.running.end('SIGTERM')).status).toBe(0);
  }, 60_000);

  test('says that nobody is left to hand over to, and exits 0, when all others have died', async () => {
    const [first, second] = await startRing(2, 0);
    await using client = await connectRing(first.address);
    for (let i = 0; i < 20; i++) await client.insert(`key ${i}`, `value ${i}`);
    await second.running.end('SIGKILL');
    await first.running.event('lost');
    const { status, stderr, stdout } = await first.running.end('SIGTERM');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/"event":"last","records":\d+}\n.*"event":"stopped"}\n$/);
  }, 60_000);

  test('ends at once, with status 1, when it is told twice', async () => {
    const [first, second] = await startRing(2, 0);
    // A member that does not answer any more cannot take anything over: leaving will take long.
    first.running.process.kill('SIGSTOP');
    second.running.process.kill('SIGTERM');
    // The first signal has been heard when it is leaving.
    await expect.poll(() => isLeaving(second.running)).toBe(true);
    const { status } = await second.running.end('SIGTERM');
    expect(status).toBe(1);
    await endAll([first]);
  }, 30_000);

  test('ends with status 1 and one line when the ring that it joins keeps backups and it does not', async () => {
    const [first] = await startRing(1, 2);
    const port = first.address.split(':')[1];
    const join = ['ring', 'serve', '--port', '0', '--k', '0', '--join', first.address];
    const { status, stderr, stdout } = await ringlight(join);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `ringlight: the ring at 127.0.0.1:${port} has K = 2, this member K = 0: ` +
        'a ring keeps backups of all or of none, so give it --k 2\n',
    );
    expect(stdout).not.toMatch(/trying again/);
    await endAll([first]);
  }, 30_000);

  test('comes back with its data after kill -9', async () => {
    const data = join(folder, 'store');
    const first = await startMember(['--data', data]);
    const port = first.address.split(':')[1];
    const before = await connectRing(first.address);
    for (let i = 0; i < 50; i++) await before.insert(`k${i}`, `v${i}`);
    await endAll([first]);
    await before.close();
    const again = await startMember(['--data', data, '--port', port]);
    await using client = await connectRing(again.address);
    for (let i = 0; i < 50; i++) {
      expect(Buffer.from((await client.get(`k${i}`))!).toString()).toBe(`v${i}`);
    }
    const { status, stderr } = await ringlight(['ring', 'serve', '--port', '0', '--data', data]);
    expect(status).toBe(2);
    expect(stderr).toBe(`ringlight: ${data} is in use by process ${again.running.process.pid}\n`);
    await endAll([again]);
  }, 60_000);

  test('tells what is wrong with a data folder in one line, and leaves it as it is', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'data.mdb'), 'not a store\n'.repeat(1000));
    const damaged = await ringlight(['ring', 'serve', '--port', '0', '--data', other]);
    expect(damaged.status).toBe(2);
    expect(damaged.stderr).toBe(
      `ringlight: ${other}/data.mdb is damaged: it does not begin as a store does\n`,
    );
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const none = await ringlight(['ring', 'serve', '--port', '0', '--data', file]);
    expect(none.status).toBe(2);
    expect(none.stderr).toMatch(/^ringlight: cannot use .*file: /);
    expect(none.stderr.split('\n')).toHaveLength(2);
  });

  test('waits for whom it joins, in one line, and speaks as they do once they are there', async () => {
    const gone = await startMember();
    await endAll([gone]);
    const early = new Running(['ring', 'serve', '--port', '0', '--json', '--join', gone.address]);
    const { reason } = await early.event('waiting');
    expect(reason).toBe(`no member of a ring answers at ${gone.address}`);
    const there = await startMember(['--port', gone.address.split(':')[1], '--wire', 'text']);
    expect(await early.event('listening')).toMatchObject({ wire: 'text' });
    await early.event('joined');
    expect(early.lines.filter((line) => line.includes('"waiting"'))).toHaveLength(1);
    expect((await early.end('SIGTERM')).status).toBe(0);
    await endAll([there]);
  }, 60_000);

  test('ends when it is told while it waits for whom it joins', async () => {
    const gone = await startMember();
    await endAll([gone]);
    const early = new Running(['ring', 'serve', '--port', '0', '--join', gone.address]);
    const line = `Not yet: no member of a ring answers at ${gone.address}. Trying again until one does.`;
    await expect.poll(() => early.lines, { timeout: 20_000 }).toEqual([line]);
    expect(await early.end('SIGTERM')).toMatchObject({ status: 0, stderr: '' });
  }, 60_000);

  test('says that it cannot join, goes on trying, and ends when told', async () => {
    const gone = await startMember();
    await endAll([gone]);
    // Who knows the dialect can begin without them.
    const join = ['ring', 'serve', '--port', '0', '--json', '--join', gone.address];
    const running = new Running([...join, '--wire', 'seed']);
    const failed = await running.event('join-failed');
    expect(failed['reason']).toEqual(expect.any(String));
    running.process.kill('SIGTERM');
    const { status } = await running.ended;
    expect([0, 1]).toContain(status);
  }, 30_000);

  test('says nothing but JSON with --json, and text for people without', async () => {
    const outcome = await ringlight(['ring', 'serve', '--port', '0', '--for', '50ms', '--json']);
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    const events = objects(outcome).map(({ event }) => event);
    expect(events[0]).toBe('listening');
    expect(events.at(-1)).toBe('stopped');
    const { stdout } = await ringlight(['ring', 'serve', '--port', '0', '--for', '50ms']);
    expect(stdout).toMatch(/^Listening on 127\.0\.0\.1:\d+, K = 0, records in memory\.\n/);
    expect(stdout).toMatch(/A ring of its own\. Others join with --join 127\.0\.0\.1:\d+\n/);
  });

  test.each([
    [['--k', '17'], /Expected a whole number in 0\.\.16/],
    [['--wire', 'morse'], /Expected seed, string, text/],
    [['--join', 'nowhere'], /Expected HOST:PORT/],
    [['--host', '0.0.0.0'], /expected the address that others reach this node by/],
    [['--value-limit', 'much'], /Expected a number of bytes/],
    [['--identities', '0'], /Expected a whole number in 1\.\.256/],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await ringlight(['ring', 'serve', '--port', '0', ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

/** Has a member begun to leave? */
function isLeaving(running: Running): boolean {
  return running.lines.some((line) => line.includes('"leaving"'));
}
