import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { addPowerOfTwo, isInArc } from '../../../src/core/arc.ts';
import { ID_BYTES } from '../../../src/core/id.ts';
import type { Place } from '../../../src/lab/ring/circle.ts';
import { RingLookups } from '../../../src/lab/ring/ring-lookups.ts';
import {
  type RingOptions,
  type RingOverlay,
  ringWorld,
} from '../../../src/lab/ring/ring-overlay.ts';
import { QUIET } from '../../../src/lab/ring/ring-settings.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import type { RingEvent, RingOutcome } from '../../../src/ring/outcome.ts';
import { ringSettings } from '../../../src/ring/settings.ts';

const FAST = ringSettings({
  k: 2,
  pulseMs: 200,
  pulseTimeoutMs: 400,
  fingerMs: 500,
  selfTestMs: 1000,
  repairMs: 1000,
});

/** A ring and all that its nodes have said. */
function ring(nodes: number, options: Partial<RingOptions> = {}, seed = 1) {
  const outcomes = new Map<number, RingOutcome>();
  const events: [node: number, event: RingEvent][] = [];
  const overlay = ringWorld(
    {
      ...{ seed, nodes, sha1, settings: FAST },
      network: { latency: { kind: 'constant', ms: 10 } },
      ...options,
    },
    {
      onOutcome: (_node, call, outcome) => outcomes.set(call, outcome),
      onEvent: (node, event) => events.push([node, event]),
    },
  );
  let calls = 0;
  /** Gives a node a command and lets the world go on until it has ended. */
  const run = (
    node: number,
    command: 'insert' | 'get',
    key: Uint8Array,
    level = 'all' as const,
  ) => {
    const { world } = overlay;
    const call = ++calls;
    const machine = overlay.node(node);
    if (command === 'insert') machine.insert(world.now, call, key, key, level);
    else machine.get(world.now, call, key, 'one');
    world.arm(node);
    world.run(world.now + 30_000, () => outcomes.has(call));
    return outcomes.get(call)!;
  };
  return { overlay, world: overlay.world, run, events };
}

const keyOf = (n: number) => sha1(Uint8Array.of(n, n >>> 8));
const placesOf = (overlay: RingOverlay, members: readonly { address: number }[]): Place[] =>
  members.map(
    ({ address }) =>
      overlay.oracle.members().find((place) => overlay.oracle.addressAt(place) === address)!,
  );

describe('a ring after a long calm', () => {
  test.each([
    [1, 1],
    [2, 1],
    [5, 1],
    [60, 1],
    [30, 3],
  ])('of %d nodes with %d places knows its neighbours and fingers', (nodes, identities) => {
    const { overlay } = ring(nodes, { identities });
    const { circle, oracle } = overlay;
    expect(oracle.members()).toHaveLength(nodes * identities);
    const target = new Uint8Array(ID_BYTES);
    for (const place of oracle.members()) {
      const identity = overlay.identityAt(place)!;
      const { listProcesses } = overlay.node(circle.nodeOf(place));
      for (const [list, step] of [
        [identity.successors, circle.after],
        [identity.predecessors, circle.before],
      ] as const) {
        let next = place;
        const walked = list.map(() => (next = step.call(circle, next)));
        expect(placesOf(overlay, list)).toEqual(walked);
        const hosts = new Set(walked.map((other) => circle.nodeOf(other)));
        const isAll = list.length === circle.count - 1;
        expect(isAll || hosts.size === listProcesses).toBe(true);
      }
      expect(identity.end).toEqual(overlay.identityAt(circle.after(place))!.hash);
      // Every finger that is not in the list of successors is there, and nobody else is.
      const known = new Set([identity.member, ...identity.successors].map((one) => one.address));
      const fingers = new Set(identity.fingers.members.map((one) => one.address));
      for (let bit = 159; bit >= 0; bit--) {
        addPowerOfTwo(identity.hash, 0, bit, target, 0);
        const owner = oracle.ownerAddressOf(target);
        expect(known.has(owner) || fingers.has(owner)).toBe(true);
        fingers.delete(owner);
        known.add(owner);
      }
      expect([...fingers]).toEqual([]);
    }
  });

  test('stays as it is', () => {
    const { overlay, world, events } = ring(20);
    const lists = () =>
      overlay.oracle.members().map((place) => {
        const { successors, predecessors, end } = overlay.identityAt(place)!;
        return [placesOf(overlay, successors), placesOf(overlay, predecessors), [...end]];
      });
    const before = lists();
    events.length = 0;
    world.run(world.now + 5000);
    expect(lists()).toEqual(before);
    expect(events).toEqual([]);
    expect(overlay.counters).toMatchObject({ timeouts: 0, broken: 0, lost: 0 });
  });

  test('may know less, or have fingers as Chord has them', () => {
    const { overlay } = ring(100, {
      settings: QUIET,
      warm: { successors: 1, predecessors: 0, fingers: 'chord' },
    });
    const { circle, oracle } = overlay;
    const target = new Uint8Array(ID_BYTES);
    for (const place of oracle.members()) {
      const { hash, successors, predecessors, fingers } = overlay.identityAt(place)!;
      expect(placesOf(overlay, successors)).toEqual([circle.after(place)]);
      expect(predecessors).toEqual([]);
      addPowerOfTwo(hash, 0, 159, target, 0);
      const far = oracle.addressAt(circle.after(oracle.ownerOf(target)));
      expect(fingers.members.map(({ address }) => address)).toContain(far);
    }
  });

  test('may have dead among it, of whom nobody knows but who follows him', () => {
    const dead = [3, 4, 5, 11, 29];
    const settings = ringSettings({ ...QUIET, replyTimeoutMs: 500, connectTimeoutMs: 5000 });
    const { overlay, world, run } = ring(30, { settings, warm: { successors: 10, dead } });
    const { circle, oracle } = overlay;
    expect(oracle.members()).toHaveLength(25);
    for (const place of oracle.members()) {
      const { end, successors } = overlay.identityAt(place)!;
      const places = successors.map(({ address }) => circle.placeAt(address));
      // The first one lives, and whoever follows him in the list is there, dead or not.
      expect(places[0]).toBe(oracle.memberAfter(place));
      expect(end).toEqual(overlay.identityAt(places[0])!.hash);
      expect(places).toEqual(places.map((_, i) => (places[0] + i) % 30));
    }
    // Their hosts are gone: nobody refuses a connection, so each costs a whole time-out.
    let silent = 0;
    for (let n = 0; n < 40; n++) {
      const beganMs = world.now;
      const outcome = run(0, 'get', keyOf(n));
      expect(outcome.code).toBe('ok');
      expect(world.now - beganMs).toBeGreaterThanOrEqual(500 * outcome.silent);
      silent += outcome.silent;
    }
    expect(silent).toBeGreaterThan(0);
  });

  test('at rest a node takes no more than 12 KB', () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const used = () => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const weigh = (nodes: number, seed: number) => {
      const before = used();
      const { overlay } = ring(nodes, { settings: QUIET }, seed);
      const bytes = used() - before;
      expect(overlay.count).toBe(nodes); // it has been alive until now
      return bytes;
    };
    // A world has 5.8 MB of its own, its wheel above all, however many nodes there are; a node 10.2 KB.
    // What others leave to the collector is in some of the differences: the least has none of it.
    const bytes = [1, 2, 3, 4, 5, 6].map((seed) => (weigh(2001, seed) - weigh(1, seed)) / 2000);
    expect(Math.min(...bytes)).toBeLessThan(12_000);
  });
});

describe('what befalls nodes', () => {
  test('one joins by protocol, takes its arc with its keys, and leaves again', () => {
    const { overlay, world, run } = ring(12, { members: 11 });
    for (let n = 0; n < 40; n++) expect(run(n % 11, 'insert', keyOf(n)).code).toBe('ok');
    overlay.join(11, [overlay.addressOf(3)]);
    world.run(world.now + 15_000);
    const place = overlay.circle.placeOf(11, 0);
    expect(overlay.oracle.isMember(place)).toBe(true);
    for (let n = 0; n < 40; n++) expect(run(11, 'get', keyOf(n)).value).toEqual(keyOf(n));
    expect(overlay.oracle.members().map((one) => overlay.oracle.copiesOf(one))).toEqual(
      new Array(12).fill(2),
    );
    overlay.leave(11);
    world.run(world.now + 15_000);
    expect(overlay.oracle.isMember(place)).toBe(false);
    expect(world.alive[11]).toBe(0);
    for (let n = 0; n < 40; n++) expect(run(5, 'get', keyOf(n)).value).toEqual(keyOf(n));
  });

  test('a joiner takes nobody behind it for its last successor', () => {
    // The list of its host is short of one that died, and has room for the host itself.
    const settings = ringSettings({ ...FAST, policy: 'chord-2001', k: 0, successors: 6 });
    const { overlay, world } = ring(40, { settings, members: 30 });
    for (let node = 0; node < 6; node++) overlay.crash(node * 5);
    world.run(world.now + 1500);
    for (let node = 30; node < 40; node++) overlay.join(node, [overlay.addressOf(1)]);
    world.run(world.now + 3000);
    const { circle, oracle } = overlay;
    for (let node = 30; node < 40; node++) {
      const place = circle.placeOf(node, 0);
      expect(oracle.isMember(place)).toBe(true);
      const { successors } = overlay.identityAt(place)!;
      for (const { address } of successors) {
        const other = circle.placeOf(circle.nodeAt(address), 0);
        expect((other - place + circle.count) % circle.count).toBeLessThan(circle.count / 2);
      }
    }
  });

  test.each(['crash', 'vanish'] as const)('%s: the others close the gap', (how) => {
    const { overlay, world, run } = ring(12);
    for (let n = 0; n < 20; n++) run(n % 12, 'insert', keyOf(n));
    overlay[how](4);
    overlay[how](7);
    world.run(world.now + 60_000);
    const { oracle } = overlay;
    expect(oracle.members()).toHaveLength(10);
    for (const place of oracle.members()) {
      const next = overlay.identityAt(oracle.memberAfter(place))!;
      expect(overlay.identityAt(place)!.end).toEqual(next.hash);
    }
    for (let n = 0; n < 20; n++) expect(run(1, 'get', keyOf(n)).value).toEqual(keyOf(n));
  });

  test.each([true, false])('a restart, with its disk: %s', (hasMemory) => {
    const { overlay, world, run } = ring(8);
    for (let n = 0; n < 30; n++) run(n % 8, 'insert', keyOf(n));
    const held = overlay.storeOf(2).count;
    expect(held).toBeGreaterThan(0);
    overlay.crash(2);
    world.run(world.now + 10_000);
    overlay.restart(2, [overlay.addressOf(5)], hasMemory);
    expect(overlay.storeOf(2).count).toBe(hasMemory ? held : 0);
    world.run(world.now + 20_000);
    expect(overlay.oracle.members()).toHaveLength(8);
    for (let n = 0; n < 30; n++) expect(run(2, 'get', keyOf(n)).value).toEqual(keyOf(n));
  });

  test('one that stood still for a while goes on', () => {
    const { overlay, world, run } = ring(8);
    overlay.pause(3);
    world.run(world.now + 30_000);
    expect(overlay.oracle.members()).toHaveLength(7);
    overlay.resume(3);
    world.run(world.now + 30_000);
    expect(overlay.oracle.members()).toHaveLength(8);
    expect(run(3, 'insert', keyOf(1)).code).toBe('ok');
  });

  test('one whose clock stood still with it is behind by so much from then on', () => {
    const { overlay, world, run } = ring(8);
    overlay.pause(3);
    world.run(world.now + 30_000);
    overlay.resume(3, 30_000);
    expect(overlay.nowAt(3)).toBe(world.now - 30_000);
    world.run(world.now + 30_000);
    expect(overlay.oracle.members()).toHaveLength(8);
    expect(run(3, 'insert', keyOf(1)).code).toBe('ok');
  });

  test('the same seed is the same run, another one is another', () => {
    const hashOf = (seed: number) => {
      const { overlay, world, run } = ring(12, { members: 10 }, seed);
      run(1, 'insert', keyOf(1));
      overlay.join(10, [overlay.addressOf(0)]);
      overlay.crash(4);
      world.run(world.now + 5000);
      return world.traceHash;
    };
    expect(hashOf(1)).toBe(hashOf(1));
    expect(hashOf(1)).not.toBe(hashOf(2));
  });
});

test('each node may have settings of its own', () => {
  const { overlay } = ring(4, { settings: (node) => ringSettings({ k: node % 2 }) });
  expect([0, 1, 2, 3].map((node) => overlay.node(node).settings.k)).toEqual([0, 1, 0, 1]);
});

test('an answer has room for all of a long list: whoever lives in it is found', () => {
  const settings = ringSettings({ ...QUIET, policy: 'chord-2001', successors: 20 });
  const lookups = new RingLookups(1);
  const overlay = ringWorld(
    { seed: 1, nodes: 60, sha1, settings, network: { latency: { kind: 'constant', ms: 10 } } },
    lookups,
  );
  // Of twelve in a row the first lives and the others are dead, and it knows that.
  const { circle } = overlay;
  for (let place = 21; place < 32; place++) overlay.crash(circle.nodeOf(place));
  const survivor = overlay.identityAt(20)!;
  survivor.end = overlay.identityAt(32)!.hash;
  const key = new Uint8Array(ID_BYTES);
  key.set(circle.hashes.subarray(31 * ID_BYTES, 32 * ID_BYTES));
  lookups.insert(overlay, circle.nodeOf(50), key, Uint8Array.of(1));
  lookups.finish(overlay, 1, () => {});
  expect(lookups.grades[0]).toMatchObject({ exact: true, failed: false });
});

describe('who looks on', () => {
  const settings = FAST;
  const network = { latency: { kind: 'constant', ms: 10 } } as const;

  test('sees each step of a command, and that somebody has left', () => {
    const steps: string[] = [];
    const left: number[] = [];
    const ended: number[] = [];
    const overlay = ringWorld(
      { seed: 1, nodes: 60, sha1, settings, network },
      {
        onOutcome: (_node, call) => ended.push(call),
        onEvent() {},
        onStep: (node, call, { kind, to }) =>
          steps.push(`${node} ${call} ${kind} ${overlay.nodeAt(to)}`),
        onLeft: (node) => left.push(node),
      },
    );
    const { world, oracle, circle } = overlay;
    const key = keyOf(5);
    const owner = circle.nodeOf(oracle.ownerOf(key));
    const asker = (owner + 7) % 60;
    overlay.node(asker).owner(world.now, 9, key);
    world.arm(asker);
    world.run(world.now + 5000, () => ended.length > 0);
    expect(steps.at(-2)).toBe(`${asker} 9 asked ${owner}`);
    expect(steps.at(-1)).toBe(`${asker} 9 owner ${owner}`);
    overlay.leave(owner);
    expect(left).toEqual([]);
    world.run(world.now + 20_000);
    expect(left).toEqual([owner]);
    expect(world.alive[owner]).toBe(0);
  });

  test('changes nothing', () => {
    const run = (more: { onStep?(): void; onLeft?(): void }) => {
      const options = { seed: 1, nodes: 20, sha1, settings, network };
      const { world, ...overlay } = ringWorld(options, { onOutcome() {}, onEvent() {}, ...more });
      void overlay;
      world.run(world.now + 10_000);
      return world.traceHash;
    };
    expect(run({ onStep() {}, onLeft() {} })).toBe(run({}));
  });
});

describe('a node of its own choice', () => {
  test('joins where it has chosen to stand, and owns what is there', () => {
    const { overlay, world } = ring(12, { members: 11 });
    const key = keyOf(77);
    let address = 0;
    // Somebody before the key and behind its owner.
    for (let ip = 0x30000000; address === 0; ip++) {
      const one = ip * 65_536 + 7000;
      const hash = overlay.hashOf(one);
      const owner = overlay.identityAt(overlay.oracle.ownerOf(key))!;
      const isBefore = isInArc(hash, 0, owner.hash, 0, key, 0);
      if (isBefore) address = one;
    }
    overlay.move(11, [address]);
    expect(overlay.addressOf(11)).toBe(address);
    overlay.join(11, [overlay.addressOf(0)]);
    world.run(world.now + 10_000);
    expect(overlay.oracle.ownerAddressOf(key)).toBe(address);
    expect(() => overlay.move(11, [address])).toThrow('has not begun');
  });
});
