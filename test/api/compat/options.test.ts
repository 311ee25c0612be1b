import { expect, test } from 'vitest';
import { chosenFrom } from '../../../src/api/compat/options.ts';
import { PUBLIC_ROUTERS } from '../../../src/mainline/routers.ts';

const bootstrapOf = (options: object) => chosenFrom(options).mainline.bootstrap;

test('bootstrap is a list, one of it, all of the public routers, or nobody', () => {
  expect(bootstrapOf({})).toBe(PUBLIC_ROUTERS);
  expect(bootstrapOf({ bootstrap: true })).toBe(PUBLIC_ROUTERS);
  expect(bootstrapOf({ bootstrap: false })).toEqual([]);
  expect(bootstrapOf({ bootstrap: [] })).toEqual([]);
  expect(bootstrapOf({ bootstrap: '127.0.0.1:1' })).toEqual(['127.0.0.1:1']);
  const node = { host: '127.0.0.1', port: 2 };
  expect(bootstrapOf({ bootstrap: [node], nodes: node })).toEqual([node]);
});

test('how long announces are kept, and how much is', () => {
  expect(chosenFrom({ maxAge: 50, maxPeers: 7 }).mainline.peers).toEqual({
    ...{ ttlMs: 50, peers: 7, perIpAndInfoHash: 8 },
  });
  expect(chosenFrom({ maxAge: Infinity }).announceAgeMs).toBe(0x7fffffff);
  expect(chosenFrom({ maxPeersPerIp: 1 }).mainline.peers).toEqual({ perIpAndInfoHash: 1 });
  expect(chosenFrom({ timeout: 2000, k: 20 }).mainline).toMatchObject({ timeoutMs: 2000, k: 20 });
});

test.each([
  [{ hash: () => null }, '"hash" cannot be replaced'],
  [{ socket: {} }, '"socket" cannot be replaced'],
  [{ host: true }, '"host" expected'],
  [{ verify: 1 }, '"verify" expected'],
  [{ maxAge: -1 }, '"maxAge"'],
  [{ maxValues: 0 }, '"maxValues"'],
  [{ maxPeersPerIp: 0 }, '"maxPeersPerIp"'],
  [{ nodeId: 'ab' }, '"nodeId"'],
])('refuses %o', (options, message) => {
  expect(() => chosenFrom(options as never)).toThrow(message);
});

test('takes what is about its insides, and names what nobody knows', () => {
  const { unknown } = chosenFrom({ concurrency: 16, maxTables: 3, bootsrap: 1 } as never);
  expect(unknown).toEqual(['bootsrap']);
});
