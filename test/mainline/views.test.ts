/** What a program sees of a node's insides: plain data, made on demand, changing nothing. */
import { describe, expect, test } from 'vitest';
import { DROP_REASONS } from '../../src/mainline/counters.ts';
import { Method } from '../../src/mainline/krpc/fields.ts';
import { Register } from '../../src/mainline/rows/register.ts';
import { RegisterView, statsOf, TableView } from '../../src/mainline/views.ts';
import { hex, idOf, MINUTE_MS, onLoopback, SmallWorld } from './small-world.ts';

const ORIGIN = 1_700_000_000_000;
const TARGET = idOf('77');

function scene() {
  const world = new SmallWorld();
  const register = new Register(world.shared.contacts);
  const us = world.open({}, idOf('80'), onLoopback(0), register);
  const strangers = ['81', '01', '02', '41'].map((prefix, n) =>
    world.stranger(onLoopback(50 + n), idOf(prefix)).polite(),
  );
  for (const stranger of strangers) us.ask(stranger.address, Method.ping, TARGET);
  world.run(100);
  const view = new TableView(us.node, () => world.now, ORIGIN);
  return { world, us, strangers, view, register };
}

describe('the table', () => {
  test('shows each contact with its state and when it was heard', () => {
    const { world, us, strangers, view } = scene();
    expect([view.kind, view.size, view.parts]).toEqual(['kbuckets', 4, 1]);
    const entries = view.entries();
    expect(entries.map(({ id }) => id).sort()).toEqual(strangers.map(({ id }) => hex(id)).sort());
    for (const entry of entries) {
      expect(entry).toMatchObject({ host: '127.0.0.1', state: 'good', failures: 0, part: 0 });
      expect(Math.abs(ORIGIN + world.now - entry.lastHeardMs)).toBeLessThan(1100);
    }
    const handle = us.node.table.find(strangers[0].id, 0, strangers[0].address);
    us.node.table.failed(handle);
    us.node.table.failed(handle);
    us.alive = false;
    world.run(20 * MINUTE_MS);
    const states = new Map([...view].map(({ id, state }) => [id, state]));
    expect(states.get(hex(strangers[0].id))).toBe('bad');
    expect(states.get(hex(strangers[1].id))).toBe('questionable');
  });

  test('shows as questionable who is doubted, however lately he was heard', () => {
    const { world, us, strangers, view } = scene();
    us.node.table.changed(world.now, strangers[0].address);
    expect(view.entries().map(({ state }) => state)).toEqual(new Array(3).fill('questionable'));
    us.ask(strangers[1].address, Method.ping, TARGET);
    world.run(100);
    const states = new Map([...view].map(({ id, state }) => [id, state]));
    expect(states.get(hex(strangers[1].id))).toBe('good');
    expect(states.get(hex(strangers[2].id))).toBe('questionable');
  });

  test('finds the closest to an id given as text or bytes', () => {
    const { view, strangers } = scene();
    const closest = view.closest(idOf('00'), 2).map(({ id }) => id);
    expect(closest).toEqual([strangers[1], strangers[2]].map(({ id }) => hex(id)));
    expect(view.closest(hex(idOf('00')), 2).map(({ id }) => id)).toEqual(closest);
    expect(view.closest(idOf('00'))).toHaveLength(4);
    expect(() => view.closest('no id')).toThrow(TypeError);
  });
});

describe('the register', () => {
  test('shows everybody ever seen, with wall-clock times, and exports JSON lines', () => {
    const { world, us, strangers, register } = scene();
    const view = new RegisterView(us.node, register, ORIGIN);
    const asking = world.stranger(onLoopback(60), idOf('99'));
    asking.ask(us.address, 'ping', {});
    expect(view.size).toBe(5);
    expect(view.refused).toBe(0);
    const lines = [...view.toJsonLines()];
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
    const nodes = lines.map((line) => JSON.parse(line));
    expect(nodes).toEqual([...view]);
    expect(nodes[0]).toMatchObject({
      id: hex(strangers[0].id),
      host: '127.0.0.1',
      port: 10_050,
      queries: 0,
      answers: 1,
      failures: 0,
    });
    expect(nodes[4]).toMatchObject({ id: hex(asking.id), queries: 1, answers: 0 });
    for (const { firstSeenMs, lastSeenMs } of nodes) {
      expect(firstSeenMs).toBeGreaterThan(ORIGIN);
      expect(lastSeenMs).toBeLessThanOrEqual(ORIGIN + world.now);
    }
  });
});

describe('the counters', () => {
  test('are told by name', () => {
    const { world, us, strangers } = scene();
    const [stranger] = strangers;
    stranger.ask(us.address, 'ping', {});
    stranger.ask(us.address, 'find_node', { target: TARGET });
    stranger.ask(us.address, 'get_peers', { info_hash: TARGET });
    stranger.ask(us.address, 'announce_peer', { info_hash: TARGET, port: 1 });
    stranger.ask(us.address, 'vote', {});
    stranger.exchange(us.address, new Uint8Array(3));
    us.node.peerStore().announce(world.now, TARGET, 0, onLoopback(99), 1, false);
    const stats = statsOf(us.node, us.counters, hex(us.id), us.address);
    expect(stats).toMatchObject({
      id: hex(us.id),
      host: '127.0.0.1',
      port: 10_000,
      table: { kind: 'kbuckets', size: 4, parts: 1 },
      store: { infoHashes: 1, peers: 1, items: 0 },
      requestsInFlight: us.node.requestCount,
      in: {
        datagrams: us.counters.datagramsIn,
        queries: { ping: 1, findNode: 1, getPeers: 1, announcePeer: 1, other: 1 },
      },
      out: { refused: 2, silenced: 0, timeouts: 0 },
    });
    expect(Object.keys(stats.in.dropped)).toEqual([...DROP_REASONS]);
    expect(stats.in.dropped['too-short']).toBe(1);
    expect(stats.in.bytes).toBeGreaterThan(300);
    expect(stats.out.bytes).toBeGreaterThan(300);
  });
});
