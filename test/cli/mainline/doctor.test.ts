/** The doctor's verdicts from what was measured, and its whole visit to networks of both kinds. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type Door, type Findings, verdictOf } from '../../../src/cli/mainline/doctor.ts';
import { createTestnet } from '../../../src/testnet.ts';
import { objects, ringlight } from '../command.ts';

describe('the verdict', () => {
  const door = (state: Door['state']): Door => ({ router: 'r:1', state, rttMs: null });
  const well: Findings = {
    ...{ doors: [door('alive'), door('dead')], asked: 100, answered: 60 },
    ...{ pings: 200, lost: 20, strangers: 1, refusal: null },
  };
  const nobody = { answered: 0, pings: 0, lost: 0, strangers: null };
  test.each<[string, Partial<Findings>]>([
    ['healthy', {}],
    ['healthy', { strangers: null, answered: 40 }],
    ['healthy', { pings: 19, lost: 19 }],
    ['refused', { ...nobody, refusal: 'no network' }],
    ['no-names', { ...nobody, doors: [door('no-name')] }],
    ['filtered', { ...nobody, doors: [door('dead'), door('no-name')] }],
    ['dead-doors', { doors: [door('dead')] }],
    ['lossy', { lost: 21, answered: 30, strangers: 0 }],
    ['partly-filtered', { answered: 39, strangers: 0 }],
    ['firewalled', { strangers: 0 }],
  ])('is %s with %j', (verdict, findings) => {
    expect(verdictOf({ ...well, ...findings })).toBe(verdict);
  });
});

test.each(['127.0.0.1', '::1'])('a network in good health, on %s', async (host) => {
  await using testnet = await createTestnet({ nodes: 20, host });
  const args = ['mainline', 'doctor', '--host', host, '--json', '--bootstrap'];
  const outcome = await ringlight([...args, testnet.bootstrap[0]]);
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
