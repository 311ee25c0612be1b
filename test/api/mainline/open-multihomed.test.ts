/** Several addresses are opened, or none; wrong ones are refused by name. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openMainline, openMultihomed } from '../../../src/mainline.ts';

test.each<[object, string]>([
  [{ hosts: [] }, '"hosts" expected a list of 1 to 64 addresses'],
  [{}, '"hosts" expected a list'],
  [{ hosts: ['localhost'] }, '"hosts[0]" expected an IP address, got "localhost"'],
  [{ hosts: ['127.0.0.1', '127.0.0.1'] }, '"hosts[1]" expected another address'],
  [{ hosts: ['::1', '0:0::1'] }, '"hosts[1]" expected another address'],
  [{ host: '127.0.0.1' }, '"host" is no option of openMultihomed, did you mean "hosts"?'],
  [{ hosts: ['127.0.0.1'], state: { load() {}, save() {} } }, '"state" expected a file'],
  [{ hosts: ['127.0.0.1'], ids: ['ab', 'cd'] }, '"ids" expected a list of at most 1'],
])('%j is refused', async (options, message) => {
  await expect(openMultihomed(options as never)).rejects.toThrow(message);
});

test('when one cannot be opened, none is', async () => {
  await using taken = await openMainline({ host: '127.0.0.2', bootstrap: false });
  const { port } = taken;
  const options = { hosts: ['127.0.0.3', '127.0.0.2'], port, bootstrap: false } as const;
  await expect(openMultihomed(options)).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  await using free = await openMainline({ host: '127.0.0.3', port, bootstrap: false });
  expect(free.port).toBe(port);
});

test('each has a state of its own, and is the same next time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-homes-'));
  try {
    const state = join(folder, 'state');
    const options = { hosts: ['127.0.0.2', '127.0.0.3'], bootstrap: false, state } as const;
    const first = await openMultihomed(options);
    const ids = first.nodes.map(({ id }) => id);
    await first.close();
    expect(readdirSync(folder).toSorted()).toEqual(['state.127.0.0.2', 'state.127.0.0.3']);
    await using second = await openMultihomed(options);
    expect(second.nodes.map(({ id }) => id)).toEqual(ids);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('ids are given in the order of hosts, and a register is kept for each', async () => {
  const [first, second] = ['ab'.repeat(20), 'cd'.repeat(20)];
  const hosts = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
  const ids = [first, undefined, second];
  await using us = await openMultihomed({ hosts, ids, register: true, bootstrap: false });
  const [one, two, three] = us.nodes;
  expect([one!.id, three!.id]).toEqual([first, second]);
  expect(ids).not.toContain(two!.id);
  await one!.ping({ host: two!.host, port: two!.port });
  expect(us.nodes.map(({ register }) => register!.size)).toEqual([1, 1, 0]);
});
