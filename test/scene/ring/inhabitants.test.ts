/** The ring behind a scene: places, acts and what is told of them, against the oracle and by hand. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { isBetween } from '../../../src/core/arc.ts';
import { ID_BYTES } from '../../../src/core/id.ts';
import type { Act, Command } from '../../../src/scene/protocol/commands.ts';
import { SCENE_DEFAULTS } from '../../../src/scene/protocol/config.ts';
import type { SceneMessage } from '../../../src/scene/protocol/messages.ts';
import { lineOfMessage, messageOfLine } from '../../../src/scene/recording/recording.ts';
import { Simulation } from '../../../src/scene/simulation.ts';
import type { Inhabitants } from '../../../src/scene/world/inhabitants.ts';
import { keyOf, NAMES, RingScene } from '../ring-scene.ts';
import { expectTiling, partAt } from '../tiling.ts';

const idOf = (ring: Inhabitants, place: number): Uint8Array => {
  const id = new Uint8Array(ID_BYTES + 2);
  ring.copyId(place, id, 1);
  return id.slice(1, 1 + ID_BYTES);
};

describe.each([
  [1, 1, 0],
  [16, 1, 2],
  [5, 3, 8],
])('a ring of %d nodes with %d places each and %d backups', (nodes, identities, k) => {
  const scene = new RingScene({ nodes, identities, k });
  const { ring } = scene;

  test('places are numbered node by node, and know where they are', () => {
    expect(ring.placeCount).toBe(nodes * identities);
    for (let place = 0; place < ring.placeCount; place++) {
      expect(ring.nodeOf(place)).toBe(Math.floor(place / identities));
      const hash = ring.mortals.hashOf(ring.addressOf(place));
      expect(idOf(ring, place)).toEqual(hash);
    }
  });

  test('each place follows the one that stands next on the circle, safe from the beginning', () => {
    const all = Array.from({ length: ring.placeCount }, (_, place) => place);
    for (const place of all) {
      const next = ring.successorOf(place);
      const isCloser = (other: number) =>
        other !== place &&
        isBetween(idOf(ring, other), 0, idOf(ring, place), 0, idOf(ring, next), 0);
      expect(all.filter(isCloser)).toEqual([]);
      expect(ring.safetyOf(place)).toBe(Math.min(k, nodes - 1));
    }
    expect(all.every((place) => ring.phaseOf(ring.nodeOf(place)) === 'up')).toBe(true);
  });

  test('keys are on their owner and its backups before time begins, and stay there', () => {
    scene.furnish();
    for (const after of [0, 30_000]) {
      scene.pass(after);
      for (const name of NAMES) {
        const view = scene.view(name);
        expect(view).toMatchObject({ name, state: 'safe', effectiveK: Math.min(k, nodes - 1) });
        expect(view.holders).toHaveLength(Math.min(k, nodes - 1) + 1);
      }
    }
    expect(scene.told).toEqual([]);
  });
});

describe('what befalls a ring', () => {
  let scene: RingScene;
  beforeEach(() => {
    scene = new RingScene({ k: 2 }).furnish();
  });

  test('the owner of a key dies: it is less safe, then belongs to its predecessor, then is safe', () => {
    const before = scene.view('apple');
    const owner = scene.ownerOf('apple');
    scene.crash(owner);
    scene.changed.clear();
    const after = scene.view('apple');
    expect(after).toMatchObject({ state: 'unsafe', effectiveK: 1 });
    expect(after.holders).toEqual(before.holders);
    expect(scene.ring.successorOf(after.owner)).toBe(before.owner);
    expect(scene.ring.successorOf(before.owner)).toBe(-1);
    expect(scene.ring.safetyOf(before.owner)).toBe(255);
    scene.pass(15_000);
    scene.ring.look();
    expect(scene.view('apple')).toMatchObject({ state: 'safe', effectiveK: 2 });
    expect(scene.told).toContainEqual({
      node: scene.ring.nodeOf(after.owner),
      text: `gave up node ${owner}: it does not answer`,
    });
    expect(scene.changed.has(scene.ring.nodeOf(after.owner))).toBe(true);
    expect(scene.ring.successorOf(after.owner)).not.toBe(before.owner);
  });

  test('all who have a key die: it is lost until one of them comes back', () => {
    const { holders } = scene.view('fig');
    scene.crash(...holders);
    expect(scene.view('fig')).toMatchObject({ state: 'lost', effectiveK: -1, holders });
    scene.join([holders[0]]);
    scene.pass(20_000);
    expect(scene.view('fig').state).toBe('safe');
  });

  test('one leaves in good order: its records go before it does', () => {
    const owner = scene.ownerOf('cherry');
    scene.ring.leave(owner);
    expect(scene.ring.phaseOf(owner)).toBe('leaving');
    scene.ring.leave(owner); // asked twice, it leaves once
    scene.pass(15_000);
    expect(scene.left).toEqual([owner]);
    expect(scene.ring.world.alive[owner]).toBe(0);
    expect(scene.told).toContainEqual({ node: owner, text: 'has handed its arc over' });
    expect(scene.view('cherry')).toMatchObject({ state: 'safe', effectiveK: 2 });
    expect(scene.ownerOf('cherry')).not.toBe(owner);
  });

  test('others join: they are given out in order, once', () => {
    const { ring } = scene;
    expect(ring.enlist(2, null)).toEqual([16, 17]);
    expect(ring.placeCount).toBe(18);
    scene.join([16, 17]);
    expect(ring.phaseOf(16)).toBe('joining');
    scene.pass(15_000);
    expect(ring.phaseOf(17)).toBe('up');
    expect(scene.told.filter(({ text }) => text.startsWith('has joined'))).toHaveLength(2);
    for (const name of NAMES) expect(scene.view(name).state).toBe('safe');
    expect(ring.enlist(100_000, null)).toHaveLength(1022);
    expect(ring.enlist(1, null)).toEqual([]);
    expect(ring.isSybil(16)).toBe(false);
  });

  test('sybils take a key over, and with them it is lost', () => {
    const { ring } = scene;
    const sybils = ring.enlist(3, keyOf('banana'));
    scene.join(sybils);
    scene.pass(30_000);
    const taken = scene.view('banana');
    expect(sybils).toContain(ring.nodeOf(taken.owner));
    expect(taken.holders.filter((node) => sybils.includes(node))).toHaveLength(3);
    expect(sybils.every((node) => ring.isSybil(node))).toBe(true);
    expect(ring.isSybil(0)).toBe(false);
    expect(ring.placeCount).toBe(19);
    for (let place = 16; place < 19; place++) {
      expect(idOf(ring, place)).toEqual(ring.mortals.hashOf(ring.addressOf(place)));
      expect(ring.mortals.nodeAt(ring.addressOf(place))).toBe(place);
    }
    const others = taken.holders.filter((node) => !sybils.includes(node));
    scene.crash(...sybils, ...others);
    expect(scene.view('banana').state).toBe('lost');
  });

  test('a call of a node that dies ends', () => {
    const call = scene.begin('get', 'apple', 3);
    scene.crash(3);
    expect(scene.endings.get(call)).toMatchObject({ failed: true, exact: null });
    expect(scene.ring.lookupView(call)).toMatchObject({ state: 'failed' });
    scene.pass(10_000);
    expect(scene.endings.size).toBe(1);
    const dead = { call: 77, kind: 'get', name: 'apple', key: keyOf('apple'), value: '' } as const;
    expect(scene.ring.begin({ ...dead, from: 3, level: 'one', isWatched: false })).toBe(false);
  });
});

test('looking changes nothing, and the same seed is the same ring', () => {
  const run = (looks: boolean) => {
    const scene = new RingScene({ nodes: 12 }).furnish();
    for (let i = 0; i < 20; i++) {
      if (i === 5) scene.crash(4);
      if (i === 8) scene.begin('put', 'pear', 2);
      scene.pass(500);
      if (!looks) continue;
      scene.ring.look();
      for (const name of NAMES) scene.view(name);
      for (let node = 0; node < 14; node++) scene.ring.nodeView(node);
      for (let place = 0; place < 12; place++) scene.ring.safetyOf(place);
    }
    return scene.ring.world.traceHash;
  };
  expect(run(true)).toBe(run(false));
});

test('messages are counted, and requests that nobody answered', () => {
  const scene = new RingScene({ k: 1 }).pass(5000);
  const before = scene.ring.traffic();
  expect(before.messages).toBeGreaterThan(100);
  expect(before.lost).toBe(0);
  scene.ring.mortals.vanish(3);
  scene.pass(10_000);
  expect(scene.ring.traffic().lost).toBeGreaterThan(0);
});

describe('a ring in a simulation', () => {
  const NEVER = () => false;
  const CONFIG = { ...SCENE_DEFAULTS, nodes: 12, keys: 6, lookupsPerSecond: 2, latencyMs: null };

  class Played {
    readonly messages: SceneMessage[] = [];
    readonly simulation = new Simulation((message) => this.messages.push(message));

    do(command: Command): this {
      this.simulation.command(command);
      while (this.simulation.isWorking) this.simulation.work(NEVER);
      this.simulation.show();
      return this;
    }

    play(ms: number): this {
      this.do({ do: 'play', pace: 1000 });
      for (let t = 0; t < ms; t += 100) {
        this.simulation.advance(100, NEVER);
        this.simulation.show();
      }
      return this.do({ do: 'pause' });
    }

    all<Type extends SceneMessage['type']>(type: Type): Extract<SceneMessage, { type: Type }>[] {
      return this.messages.filter((message) => message.type === type) as never[];
    }
  }

  const node = fc.nat(13);
  const some = fc.uniqueArray(node, { minLength: 1, maxLength: 4 });
  const name = fc.constantFrom('apple', 'banana', 'pear', 'plum');
  const act: fc.Arbitrary<Act> = fc.oneof(
    fc.record({
      kind: fc.constantFrom(
        'crash' as const,
        'pause' as const,
        'resume' as const,
        'leave' as const,
      ),
      nodes: some,
    }),
    fc.record({ kind: fc.constant('restart' as const), nodes: some, memory: fc.boolean() }),
    fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 2 }) }),
    fc.record({
      kind: fc.constant('sybils' as const),
      name,
      count: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({ kind: fc.constant('partition' as const), nodes: some, oneWay: fc.boolean() }),
    fc.constant({ kind: 'heal' as const }),
    fc.record({ kind: fc.constant('churn' as const), churn: fc.constantFrom(null, 0.5) }),
    fc.record({ kind: fc.constant('put' as const), name, value: fc.string({ maxLength: 8 }) }),
    fc.record({
      kind: fc.constantFrom('get' as const, 'remove' as const, 'lookup' as const),
      name,
    }),
  );

  test('whatever is done to it, it is the same again, and what is told of it is true', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 3, maxLength: 8 }), fc.nat(50), (acts, seed) => {
        const played = new Played();
        played.do({ do: 'begin', config: { ...CONFIG, seed }, acts: [], atMs: 0 });
        for (const one of acts) played.do({ do: 'act', act: one }).play(2500);
        const { nowMs, traceHash } = played.simulation;
        const history = played.all('history').at(-1)!.acts;
        const again = new Played();
        again.do({ do: 'begin', config: { ...CONFIG, seed }, acts: history, atMs: nowMs });
        expect(again.simulation.traceHash).toBe(traceHash);
        again.do({ do: 'rewind', toMs: 1000 }).do({ do: 'rewind', toMs: nowMs });
        expect(again.simulation.traceHash).toBe(traceHash);
        for (let i = 0; i < played.messages.length; i += 7) {
          const message = played.messages[i];
          expect(messageOfLine(lineOfMessage(message)).type).toBe(message.type);
        }
        const places = played.all('places').reduce((sum, { nodes }) => sum + nodes.length, 0);
        for (const { keys } of played.all('frame')) {
          for (const { owner, holders, effectiveK, state } of keys) {
            expect(owner).toBeLessThan(places);
            expect(effectiveK).toBeLessThan(Math.max(1, holders.length));
            if (state === 'lost') expect(effectiveK).toBe(-1);
            if (state === 'removed') expect(holders).toEqual([]);
          }
        }
      }),
      { seed: 91, numRuns: 8 },
    );
  });

  test('messages of a lookup tell how far the nodes that they name are from its key', () => {
    const played = new Played();
    played.do({ do: 'begin', config: { ...CONFIG, nodes: 150 }, acts: [], atMs: 0 });
    for (let i = 0; i < 8; i++) {
      played.do({ do: 'act', act: { kind: 'lookup', name: `key ${i}` } }).play(1500);
    }
    const closer = played
      .all('flights')
      .flatMap(({ flights }) => flights)
      .find(({ kind, lookup }) => kind === 'closer nodes' && lookup !== 0)!;
    played.do({ do: 'explain', flight: closer.id });
    const { root, bytes, kind } = played.all('explanation')[0];
    expect(kind).toBe('closer nodes');
    expectTiling(root, bytes.length);
    expect(partAt(root, 'candidates', '1').note).toContain('% of the circle');
    const lookups = played.all('lookup').filter(({ state }) => state === 'succeeded');
    expect(lookups.some(({ exact, steps }) => exact === true && steps.length > 1)).toBe(true);
  });

  test.each(['chord-2001', 'class-2019'] as const)('of the policy %s answers lookups', (policy) => {
    const played = new Played();
    played.do({ do: 'begin', config: { ...CONFIG, policy }, acts: [], atMs: 0 }).play(8000);
    const { figures } = played.all('frame').at(-1)!;
    expect(figures.lookups).toBeGreaterThan(3);
    expect(figures.exactLookups).toBe(figures.lookups);
    expect(played.all('trouble')).toEqual([]);
  });
});
