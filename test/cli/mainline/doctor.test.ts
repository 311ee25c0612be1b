/** The doctor's verdicts from what was measured, and its whole visit to networks of both kinds. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type Door, sizeOf, verdictOf } from '../../../src/cli/mainline/doctor.ts';
import type { LookupTrace } from '../../../src/mainline.ts';
import { createTestnet } from '../../../src/testnet.ts';
import { objects, ringlight } from '../command.ts';

describe('the verdict', () => {
  const door = (state: Door['state']): Door => ({ router: 'r:1', state, rttMs: null });
  test.each([
    ['refused', { doors: [door('dead')], asked: 8, answered: 0, refusal: 'no network' }],
    ['no-names', { doors: [door('no-name')], asked: 0, answered: 0, refusal: null }],
    ['filtered', { doors: [door('dead'), door('no-name')], asked: 8, answered: 0, refusal: null }],
    ['dead-doors', { doors: [door('dead')], asked: 8, answered: 5, refusal: null }],
    ['lossy', { doors: [door('alive')], asked: 100, answered: 49, refusal: null }],
    ['healthy', { doors: [door('alive'), door('dead')], asked: 100, answered: 50, refusal: null }],
  ] as const)('is %s', (verdict, findings) => {
    expect(verdictOf({ ...findings, doors: [...findings.doors] })).toBe(verdict);
  });
});

test('the size follows from how near the nearest are', () => {
  // The i-th of 1024 that stand at equal distances.
  const trace = (target: string) => {
    const closest = [1, 2, 3, 4].map((i) => {
      const distance = BigInt(i) << 150n;
      return { id: (BigInt(`0x${target}`) ^ distance).toString(16).padStart(40, '0') };
    });
    return { target, closest } as LookupTrace;
  };
  const traces = ['ab', 'cd', '12'].map((byte) => trace(byte.repeat(20)));
  const { nodes, error } = sizeOf(traces)!;
  expect(nodes).toBeCloseTo(1024, 3);
  expect(error).toBeCloseTo(0, 3);
  expect(sizeOf(traces.slice(0, 1))).toBeNull();
});

test('a network in good health', async () => {
  await using testnet = await createTestnet({ nodes: 20 });
  const args = ['mainline', 'doctor', '--host', '127.0.0.1', '--json', '--bootstrap'];
  const outcome = await ringlight([...args, testnet.bootstrap[0]!]);
  expect(outcome.status).toBe(0);
  const lines = objects(outcome);
  expect(lines[0]).toMatchObject({ event: 'router', state: 'alive' });
  const last = lines.at(-1) as Record<string, never>;
  expect(last).toMatchObject({ event: 'verdict', verdict: 'healthy' });
  expect((last['size'] as { nodes: number }).nodes).toBeGreaterThan(8);
  expect((last['size'] as { nodes: number }).nodes).toBeLessThan(50);
});

test('a router that is dead, and one that is no Mainline node', async () => {
  const socket = createSocket('udp4');
  socket.on('message', (_, from) => socket.send('hello', from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const args = ['mainline', 'doctor', '--host', '127.0.0.1', '--json', '--timeout', '2s'];
  const places = ['--bootstrap', '127.0.0.1:9', '--bootstrap', `127.0.0.1:${port}`];
  const outcome = await ringlight([...args, ...places]);
  socket.close();
  expect(outcome.status).toBe(1);
  expect(outcome.stderr).toMatch(/^ringlight: filtered: Nobody answers/);
  const states = objects(outcome).filter(({ event }) => event === 'router');
  expect(states.map(({ state }) => state)).toEqual(['dead', 'not-mainline']);
});
