/** Mainline nodes as a scene sees them: what is told of keys, calls and messages is so. */
import { describe, expect, test } from 'vitest';
import { formatId, parseId } from '../../../src/core/id.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import type { MainlineOverlay } from '../../../src/lab/mainline/mainline-overlay.ts';
import {
  type MainlineInhabitants,
  populateMainline,
} from '../../../src/scene/mainline/inhabitants.ts';
import { SCENE_DEFAULTS, type SceneConfig } from '../../../src/scene/protocol/config.ts';
import { keyOf } from '../../../src/scene/protocol/names.ts';
import type { Ending, InhabitantsEar, SceneCall } from '../../../src/scene/world/inhabitants.ts';
import { SPARE_NODES } from '../../../src/scene/world/inhabitants.ts';
import { someId } from '../../core/ids.ts';

const MINUTE_MS = 60_000;

class Settled implements InhabitantsEar {
  readonly inhabitants: MainlineInhabitants;
  readonly endings = new Map<number, Ending>();
  readonly gone: number[] = [];
  moves = 0;
  #calls = 0;

  constructor(config: Partial<SceneConfig> = {}) {
    const whole = { ...SCENE_DEFAULTS, overlay: 'mainline', nodes: 100, k: 8, ...config } as const;
    this.inhabitants = populateMainline(whole, this) as MainlineInhabitants;
  }

  moved(): void {
    this.moves++;
  }

  ended(call: number, ending: Ending): void {
    expect(this.endings.has(call)).toBe(false);
    this.endings.set(call, ending);
  }

  told(): void {}
  changed(): void {}
  besieged(): void {}

  left(node: number): void {
    this.gone.push(node);
  }

  begin(chosen: Partial<SceneCall>): number {
    const name = chosen.name ?? 'apple';
    const base = { kind: 'lookup', from: 3, value: '', level: 'one', isWatched: true } as const;
    const call = { ...base, ...chosen, name, call: ++this.#calls, key: keyOf(name) };
    expect(this.inhabitants.begin(call)).toBe(true);
    return call.call;
  }

  run(ms: number): void {
    const { world } = this.inhabitants;
    world.run(world.now + ms);
  }
}

describe('places', () => {
  test('are the nodes; those to come have none yet', () => {
    const { inhabitants } = new Settled();
    const { world } = inhabitants;
    expect([inhabitants.placeCount, inhabitants.founders]).toEqual([100, 100]);
    expect(world.count).toBe(100 + SPARE_NODES);
    const ids = Array.from({ length: 100 }, (_, place) => {
      const id = new Uint8Array(30);
      inhabitants.copyId(place, id, 5);
      return formatId(id, 5);
    });
    expect([...ids].sort()).toEqual(ids);
    expect(inhabitants.nodeView(7).ids).toEqual([ids[7]]);
    expect(inhabitants.enlist(3, null)).toEqual([100, 101, 102]);
    expect([inhabitants.placeCount, inhabitants.nodeOf(102)]).toEqual([103, 102]);
    expect(inhabitants.enlist(SPARE_NODES, null)).toHaveLength(SPARE_NODES - 3);
    expect(inhabitants.enlist(1, null)).toEqual([]);
  });
});

describe('nodes of IPv6', () => {
  const settled = new Settled({ family: 6 });
  const { inhabitants } = settled;

  test('are shown with their addresses, and so is what they know', () => {
    const view = inhabitants.nodeView(7);
    expect(view.addresses).toEqual(['[2001:db8:0:7::1]:6881']);
    const contacts = view.rows.flatMap((row) => ('contacts' in row ? row.contacts : []));
    expect(JSON.stringify(contacts)).toContain('2001:db8:0:');
  });

  test('find what others put', () => {
    settled.begin({ kind: 'put', from: 7 });
    settled.run(5000);
    const got = settled.begin({ kind: 'get', from: 60 });
    settled.run(5000);
    expect(settled.endings.get(got)).toMatchObject({ failed: false, exact: true });
  });
});

test.each([4, 6] as const)('Sybils take a key over among nodes of IPv%i', (family) => {
  const settled = new Settled({ family });
  const { inhabitants } = settled;
  const { mortals } = inhabitants;
  for (const node of inhabitants.enlist(24, keyOf('apple'))) {
    mortals.restart(node, [mortals.addressOf(3), mortals.addressOf(40)], false);
  }
  settled.run(30 * MINUTE_MS);
  const put = settled.begin({ kind: 'put', from: 50 });
  settled.run(20_000);
  expect(settled.endings.get(put)!.result).toMatch(/said to have stored it, 0 of them truly did/);
});

describe('a key', () => {
  test('that is there from the beginning lies on the closest nodes, and is found', () => {
    const settled = new Settled();
    const { inhabitants } = settled;
    const key = keyOf('apple');
    inhabitants.furnish([{ name: 'apple', key }]);
    const view = inhabitants.keyView(key, 'apple');
    const { oracle } = inhabitants.mortals as MainlineOverlay;
    expect([...view.holders].sort()).toEqual(
      [...oracle.closest(key, 8, 0)].map((h) => h - 1).sort(),
    );
    expect(view).toMatchObject({ state: 'safe', effectiveK: 7, bytes: 6, owner: view.holders[0] });
    const call = settled.begin({ kind: 'get' });
    settled.run(5000);
    expect(settled.endings.get(call)).toMatchObject({ failed: false, exact: true });
  });

  test('is unsafe when some of its holders are down, lost when all are', () => {
    const settled = new Settled();
    const { inhabitants } = settled;
    const key = keyOf('apple');
    const state = () => inhabitants.keyView(key, null).state;
    expect(state()).toBe('lost');
    inhabitants.furnish([{ name: 'apple', key }]);
    const { holders } = inhabitants.keyView(key, null);
    inhabitants.mortals.crash(holders[0]);
    expect(inhabitants.keyView(key, null)).toMatchObject({ state: 'unsafe', effectiveK: 6 });
    expect(inhabitants.keyView(key, null).owner).toBe(holders[1]);
    for (const node of holders.slice(1)) inhabitants.mortals.crash(node);
    expect(inhabitants.keyView(key, null)).toMatchObject({
      state: 'lost',
      effectiveK: -1,
      holders,
    });
    for (const node of holders) inhabitants.mortals.restart(node, [], true);
    expect(inhabitants.keyView(key, null).holders).toEqual([]);
  });

  test('is announced again while its node is up, and expires when that is gone', () => {
    const settled = new Settled();
    const { inhabitants } = settled;
    const key = keyOf('apple');
    settled.begin({ kind: 'put', from: 7 });
    settled.run(200 * MINUTE_MS);
    expect(inhabitants.keyView(key, null).state).toBe('safe');
    expect(settled.endings.size).toBe(1);
    inhabitants.mortals.crash(7);
    settled.run(28 * MINUTE_MS);
    expect(inhabitants.keyView(key, null).state).not.toBe('lost');
    settled.run(20 * MINUTE_MS);
    expect(inhabitants.keyView(key, null).state).toBe('lost');
    inhabitants.mortals.restart(7, [inhabitants.mortals.addressOf(8)], false);
    settled.run(20 * MINUTE_MS);
    expect(inhabitants.keyView(key, null).state).toBe('safe');
  });
});

describe('a call', () => {
  test('is what its kind says; who cannot begin one says so', () => {
    const settled = new Settled();
    const { inhabitants } = settled;
    const calls = [settled.begin({ kind: 'put' }), settled.begin({ kind: 'lookup' })];
    settled.run(5000);
    calls.push(settled.begin({ kind: 'get' }), settled.begin({ kind: 'get', name: 'nothing' }));
    settled.run(5000);
    const told = calls.map((call) => inhabitants.lookupView(call)!);
    expect(told.map(({ kind, result, state }) => [kind, state, result])).toEqual([
      ['announce_peer', 'succeeded', 'stored at 8 nodes'],
      ['find_node', 'succeeded', 'found the 8 nodes closest to it, in order'],
      ['get_peers', 'succeeded', 'found one peer'],
      ['get_peers', 'succeeded', 'nobody has announced it'],
    ]);
    expect(inhabitants.keyView(keyOf('apple'), 'apple').state).toBe('safe');
    const removal = { ...call(9), kind: 'remove' } as const;
    expect(inhabitants.begin(removal)).toBe(false);
    const lonely = new Settled({ nodes: 1 });
    expect(lonely.inhabitants.begin({ ...call(1), from: 0 })).toBe(false);
    expect(lonely.inhabitants.lookupView(1)).toBeNull();
  });

  test('tells how far it is: steps, whom each was told by, flights', () => {
    const settled = new Settled();
    const { inhabitants } = settled;
    const call = settled.begin({});
    inhabitants.look();
    inhabitants.look();
    expect(settled.moves).toBe(1);
    const first = inhabitants.lookupView(call)!;
    expect([first.state, first.endedMs, first.steps.length]).toEqual(['running', null, 4]);
    for (const step of first.steps) {
      expect(step).toMatchObject({
        verdict: 'waiting',
        toldBy: -1,
        hops: 1,
        sentMs: 0,
        endedMs: null,
      });
    }
    settled.run(5000);
    const { steps, endedMs, exact } = inhabitants.lookupView(call)!;
    expect(exact).toBe(true);
    expect(steps.length).toBeGreaterThan(8);
    for (const [i, { toldBy, hops, sentMs, endedMs: stepEndedMs, verdict }] of steps.entries()) {
      expect(toldBy).toBeLessThan(i);
      expect(hops).toBe(toldBy < 0 ? 1 : steps[toldBy].hops + 1);
      expect(stepEndedMs! - sentMs).toBe(2 * SCENE_DEFAULTS.latencyMs!);
      expect(stepEndedMs).toBeLessThanOrEqual(endedMs!);
      expect(verdict).toBe('answered');
    }
  });

  test('that nobody watches ends as well, and leaves no view', () => {
    const settled = new Settled();
    const call = settled.begin({ isWatched: false });
    settled.run(5000);
    expect(settled.endings.get(call)).toMatchObject({ failed: false, exact: true });
    expect(settled.inhabitants.lookupView(call)).toBeNull();
  });

  test('times out where its nodes are down, and is over when its own node is', () => {
    const settled = new Settled();
    const { inhabitants } = settled;
    for (let node = 10; node < 100; node++) inhabitants.mortals.crash(node);
    const call = settled.begin({});
    settled.run(2000);
    const cut = settled.begin({ from: 4 });
    inhabitants.mortals.crash(4);
    inhabitants.gone(4);
    expect(settled.endings.get(cut)).toMatchObject({ failed: true, exact: null });
    settled.run(MINUTE_MS);
    const view = inhabitants.lookupView(call)!;
    const late = view.steps.filter(({ verdict }) => verdict === 'timeout');
    expect(late.length).toBeGreaterThan(3);
    for (const { sentMs, endedMs } of late) expect(endedMs! - sentMs).toBe(6000);
    expect(view.endedMs).not.toBeNull();
  });

  test('the newest fifty views are kept', () => {
    const settled = new Settled();
    const calls = Array.from({ length: 60 }, (_, i) => settled.begin({ name: `n${i}` }));
    settled.run(MINUTE_MS);
    const kept = calls.filter((call) => settled.inhabitants.lookupView(call) !== null);
    expect(kept).toHaveLength(50);
  });
});

describe('a message', () => {
  test('belongs to the call on whose behalf it is sent, the reply too', () => {
    const settled = new Settled();
    const { inhabitants } = settled;
    const { world } = inhabitants;
    const random = new SeededRandom(1);
    const belongs: string[] = [];
    world.tap = {
      sent: (from, to, bytes, length) => {
        const of = inhabitants.callOf(from, to, bytes, 0, length);
        belongs.push(`${of} ${inhabitants.kindOf(bytes, 0, length)}`);
        if (of !== 0) inhabitants.flew(of, belongs.length);
      },
      arriving() {},
    };
    const first = settled.begin({ kind: 'put', name: formatId(someId(random)), from: 3 });
    const second = settled.begin({ kind: 'get', name: formatId(someId(random)), from: 50 });
    const unwatched = settled.begin({ isWatched: false, from: 60 });
    settled.run(5000);
    const kinds = new Set(belongs);
    for (const kind of ['get_peers', 'nodes', 'announce_peer', 'reply']) {
      expect(kinds).toContain(`${first} ${kind}`);
    }
    expect(kinds).toContain(`${second} nodes`);
    expect(belongs.some((line) => line.startsWith(`${unwatched} `))).toBe(false);
    const { steps } = inhabitants.lookupView(second)!;
    for (const { request, reply } of steps) {
      expect(belongs[request - 1]).toBe(`${second} get_peers`);
      expect(belongs[reply - 1]).toBe(`${second} nodes`);
    }
    expect(inhabitants.callOf(1, 2, new Uint8Array(5), 0, 5)).toBe(0);
  });

  test('is explained', () => {
    const { inhabitants } = new Settled();
    const ping = new TextEncoder().encode(
      'd1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe',
    );
    expect(inhabitants.explain(ping).kind).toBe('ping');
  });
});

test('who leaves is just not there any more', () => {
  const settled = new Settled();
  settled.inhabitants.leave(5);
  expect(settled.gone).toEqual([5]);
  expect(settled.inhabitants.world.alive[5]).toBe(0);
  expect(settled.inhabitants.isSybil(5)).toBe(false);
  expect([settled.inhabitants.successorOf(), settled.inhabitants.safetyOf()]).toEqual([-1, 255]);
});

function call(number: number): SceneCall {
  const key = parseId('11'.repeat(20));
  const base = { kind: 'lookup', name: '', value: '', level: 'one' } as const;
  return { ...base, call: number, key, from: 3, isWatched: true };
}
