/** Updates put together again must be what is so: a view that only hears of changes misses nothing. */
import { describe, expect, test } from 'vitest';
import { formatId, ID_BYTES } from '../../../src/core/id.ts';
import { populateMainline } from '../../../src/scene/mainline/inhabitants.ts';
import type { Act } from '../../../src/scene/protocol/commands.ts';
import { SCENE_DEFAULTS, type SceneConfig } from '../../../src/scene/protocol/config.ts';
import {
  type KeyView,
  NodeState,
  type Places,
  type SceneMessage,
  type Update,
} from '../../../src/scene/protocol/messages.ts';
import { populateRing } from '../../../src/scene/ring/inhabitants.ts';
import { SceneWorld } from '../../../src/scene/world/scene-world.ts';
import { Updates } from '../../../src/scene/world/updates.ts';

const NEVER = () => false;

/** A view as small as can be: what it was told, put together. */
class Told {
  readonly scene: SceneWorld;
  readonly updates: Updates;
  messages: SceneMessage[] = [];
  readonly ids: string[] = [];
  readonly nodes: number[] = [];
  readonly states = new Map<number, number>();
  readonly successors = new Map<number, number>();
  readonly safeties = new Map<number, number>();
  readonly keys = new Map<string, KeyView>();
  readonly sybils: number[] = [];
  sides: Uint8Array | null = null;
  last!: Update;
  #acts = 0;

  constructor(config: Partial<SceneConfig>) {
    const whole = { ...SCENE_DEFAULTS, lookupsPerSecond: 1, ...config };
    const settle = whole.overlay === 'ring' ? populateRing : populateMainline;
    this.scene = new SceneWorld(whole, settle, 0);
    this.scene.flights.isShowing = true;
    this.updates = new Updates(this.scene);
    this.tell(true);
  }

  tell(isWhole = false): void {
    this.messages = [];
    this.updates.tell({ playing: true, pace: 1 }, isWhole, (message) => {
      this.messages.push(message);
      if (message.type === 'places') this.#places(message);
      if (message.type === 'frame') this.#update(message);
    });
  }

  act(act: Act): void {
    this.scene.perform(act, ++this.#acts);
  }

  /** Time passes, and every 100 ms is told. */
  run(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      this.scene.runTo(this.scene.nowMs + 100, NEVER);
      this.tell();
    }
  }

  #places({ first, ids, nodes }: Places): void {
    expect(first).toBe(this.ids.length);
    for (let i = 0; i < nodes.length; i++) {
      this.ids.push(formatId(ids, i * ID_BYTES));
      this.nodes.push(nodes[i]);
    }
  }

  #update(update: Update): void {
    this.last = update;
    for (const [i, node] of update.nodes.entries()) this.states.set(node, update.states[i]);
    for (const [i, place] of update.places.entries()) {
      this.successors.set(place, update.successors[i]);
      this.safeties.set(place, update.safeties[i]);
    }
    for (const key of update.keys) this.keys.set(key.key, key);
    this.sybils.push(...update.sybils);
    if (update.sides) this.sides = update.sides;
  }

  /** Compares with the world as it is. */
  check(): void {
    const { inhabitants, life, world } = this.scene;
    expect(this.ids).toHaveLength(inhabitants.placeCount);
    for (const node of new Set(this.nodes)) {
      const state = this.states.get(node) ?? NodeState.absent;
      expect([node, state]).toEqual([node, this.scene.stateOf(node)]);
    }
    expect(this.last.figures.nodesNow).toBe(life.upCount);
    for (const { key, name } of this.scene.keys) {
      expect(this.keys.get(formatId(key))).toEqual(inhabitants.keyView(key, name));
    }
    if (inhabitants.kind !== 'ring') return;
    for (let place = 0; place < inhabitants.placeCount; place++) {
      const isAlive = world.alive[inhabitants.nodeOf(place)] === 1;
      expect(this.successors.get(place)).toBe(isAlive ? inhabitants.successorOf(place) : -1);
      expect(this.safeties.get(place)).toBe(isAlive ? inhabitants.safetyOf(place) : 255);
    }
  }
}

const ACTS: Act[] = [
  { kind: 'crash', nodes: [2, 3] },
  { kind: 'pause', nodes: [5] },
  { kind: 'leave', nodes: [6] },
  { kind: 'add', count: 3 },
  { kind: 'put', name: 'x', value: 'y' },
  { kind: 'restart', nodes: [2], memory: true },
  { kind: 'resume', nodes: [5] },
  { kind: 'sybils', name: 'apple', count: 2 },
];

describe.each(['mainline', 'ring'] as const)('of a %s', (overlay) => {
  test('what was told is what is so, whatever was done', () => {
    const told = new Told({ overlay, nodes: 24, k: overlay === 'ring' ? 2 : 8, identities: 2 });
    told.check();
    for (const act of ACTS) {
      told.act(act);
      told.tell();
      told.run(1500);
      told.check();
    }
    told.run(20_000);
    told.check();
    expect([...told.states.values()].filter((state) => state === NodeState.joining)).toEqual([]);
    expect(told.sybils).toEqual(told.scene.sybils);
  });

  test('an update in which nothing happened says so', () => {
    const told = new Told({ overlay, nodes: 10, lookupsPerSecond: 0, keys: 3 });
    told.tell();
    told.tell();
    const { nodes, places, keys, sybils, sides } = told.last;
    expect([nodes.length, places.length, keys.length, sybils.length, sides]).toEqual([
      0,
      0,
      0,
      0,
      null,
    ]);
    expect(told.messages.map(({ type }) => type)).toEqual(['frame']);
  });
});

describe('an update', () => {
  test('that is whole has everything', () => {
    const told = new Told({ overlay: 'mainline', nodes: 300, keys: 40 });
    const { whole, nodes, keys, loads, sides, figures } = told.last;
    expect([whole, nodes.length, keys.length, loads!.length]).toEqual([true, 300, 40, 300]);
    expect([...sides!].every((side) => side === 0)).toBe(true);
    expect(figures).toMatchObject({ nodesNow: 300, keysNow: 40, unsafeKeysNow: 0, lookups: 0 });
  });

  test('tells of a partition when it begins and when it is over', () => {
    const told = new Told({ overlay: 'mainline', nodes: 20 });
    told.act({ kind: 'partition', nodes: [3, 4], oneWay: true });
    told.tell();
    expect([...told.last.sides!.keys()].filter((node) => told.last.sides![node] === 1)).toEqual([
      3, 4,
    ]);
    told.run(200);
    expect(told.last.sides).toBeNull();
    told.act({ kind: 'heal' });
    told.tell();
    expect(told.last.sides!.every((side) => side === 0)).toBe(true);
  });

  test('of a large world has the loads only now and then', () => {
    const told = new Told({ overlay: 'mainline', nodes: 1001, keys: 0 });
    let updates = 0;
    for (let i = 0; i < 60; i++) {
      told.run(100);
      if (told.last.loads) updates++;
    }
    expect(updates).toBe(2);
  });

  test('brings the outcomes of lookups in columns', () => {
    const told = new Told({ overlay: 'mainline', nodes: 30, lookupsPerSecond: 20 });
    told.scene.runTo(5000, NEVER);
    told.tell();
    const outcomes = told.messages.find((message) => message.type === 'outcomes')!;
    expect(outcomes.endedMs.length).toBe(told.last.figures.lookups);
    expect(outcomes.results.every((result) => result <= 3)).toBe(true);
    expect(outcomes.hops.every((hops) => hops >= 1)).toBe(true);
  });
});

test('a node looked into knows its state, its log and the names of what it stores', () => {
  const told = new Told({ overlay: 'mainline', nodes: 20, keys: 5 });
  told.act({ kind: 'pause', nodes: [3] });
  const holder = told.keys.values().next().value!.holders[0];
  const view = told.updates.nodeView(holder)!;
  expect(view.stored.map(({ name }) => name)).toContain('apple');
  const paused = told.updates.nodeView(3)!;
  expect([paused.state, paused.log]).toEqual([
    NodeState.paused,
    [{ atMs: 0, text: 'stands still' }],
  ]);
  expect(told.updates.nodeView(10_000_000)).toBeNull();
  expect(told.updates.nodeView(25)!.state).toBe(NodeState.absent);
});
