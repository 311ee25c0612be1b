/** A world and what hands do to it: who is up, who is cut off, what was put, what the nodes look up. */
import { describe, expect, test } from 'vitest';
import { formatId } from '../../../src/core/id.ts';
import { populateMainline } from '../../../src/scene/mainline/inhabitants.ts';
import type { Act } from '../../../src/scene/protocol/commands.ts';
import { SCENE_DEFAULTS, type SceneConfig } from '../../../src/scene/protocol/config.ts';
import { NodeState } from '../../../src/scene/protocol/messages.ts';
import { keyOf } from '../../../src/scene/protocol/names.ts';
import { SPARE_NODES } from '../../../src/scene/world/inhabitants.ts';
import {
  KEYS_WATCHED_MAX,
  LOG_LINES,
  OUTCOMES_MAX,
  SceneWorld,
  WATCHED_MAX,
} from '../../../src/scene/world/scene-world.ts';

const NEVER = () => false;

class Scene extends SceneWorld {
  #acts = 0;

  constructor(config: Partial<SceneConfig> = {}) {
    const quiet = { overlay: 'mainline', nodes: 50, k: 8, lookupsPerSecond: 0, keys: 0 } as const;
    super({ ...SCENE_DEFAULTS, ...quiet, ...config }, populateMainline, 0);
  }

  act(act: Act): string {
    this.perform(act, ++this.#acts);
    return this.complaint;
  }

  run(ms: number): void {
    this.runTo(this.nowMs + ms, NEVER);
  }
}

describe('nodes', () => {
  test('crash, stand still, go on, leave and come back', () => {
    const scene = new Scene();
    const states = () => [1, 2, 3, 4].map((node) => scene.stateOf(node));
    scene.act({ kind: 'crash', nodes: [1, 1] });
    scene.act({ kind: 'pause', nodes: [2, 3] });
    scene.act({ kind: 'leave', nodes: [4] });
    const { up, crashed, paused, absent, joining } = NodeState;
    expect(states()).toEqual([crashed, paused, paused, absent]);
    scene.act({ kind: 'resume', nodes: [2, 1] });
    scene.act({ kind: 'leave', nodes: [3] });
    expect(states()).toEqual([crashed, up, crashed, absent]);
    scene.act({ kind: 'restart', nodes: [1, 4], memory: true });
    expect(states()).toEqual([joining, up, crashed, joining]);
    scene.run(5000);
    expect(states()).toEqual([up, up, crashed, up]);
    expect(scene.log.filter(({ node }) => node === 1).map(({ text }) => text)).toEqual([
      'crashes',
      'begins again',
    ]);
    expect(scene.dirty).toContain(4);
  });

  test('who is not there is not hurt', () => {
    const scene = new Scene();
    for (const kind of ['crash', 'pause', 'resume', 'leave'] as const) {
      expect(scene.act({ kind, nodes: [60, 99_999] })).toBe(`nobody here to ${kind}`);
    }
    expect(scene.act({ kind: 'restart', nodes: [60], memory: false })).toContain('nobody here');
    expect(scene.stateOf(60)).toBe(NodeState.absent);
  });

  test('are added until there is no room', () => {
    const scene = new Scene();
    expect(scene.act({ kind: 'add', count: 3 })).toBe('');
    expect(scene.stateOf(50)).toBe(NodeState.joining);
    scene.run(10_000);
    expect([50, 51, 52, 53].map((node) => scene.stateOf(node))).toEqual([1, 1, 1, 0]);
    expect(scene.life.upCount).toBe(53);
    scene.act({ kind: 'add', count: SPARE_NODES });
    expect(scene.life.upCount).toBe(50 + SPARE_NODES);
    expect(scene.act({ kind: 'add', count: 1 })).toContain('no room');
  });

  test('come and go under churn, until it ends', () => {
    const scene = new Scene();
    scene.act({ kind: 'churn', churn: 1 });
    scene.run(120_000);
    expect(scene.life.upCount).toBeLessThan(45);
    expect(scene.life.upCount).toBeGreaterThan(10);
    expect(scene.log.some(({ text }) => text === 'begins again')).toBe(true);
    expect(scene.life.states.subarray(50).every((state) => state === 3)).toBe(true);
    scene.act({ kind: 'churn', churn: null });
    const before = Uint8Array.from(scene.life.states);
    scene.run(600_000);
    expect(scene.life.states).toEqual(before);
    expect(scene.log.length).toBeLessThanOrEqual(2 * LOG_LINES);
  });

  test('an attacker’s say thanks for what is put under a name, and keep nothing', () => {
    const scene = new Scene();
    const key = keyOf('my song');
    scene.act({ kind: 'sybils', name: 'my song', count: 10 });
    scene.run(20_000);
    expect(scene.sybils).toEqual(Array.from({ length: 10 }, (_, i) => 50 + i));
    expect(scene.inhabitants.isSybil(55)).toBe(true);
    scene.act({ kind: 'put', name: 'my song', value: '', from: 4 });
    scene.run(10_000);
    scene.act({ kind: 'get', name: 'my song', from: 3 });
    scene.run(10_000);
    const [put, get] = [1, 2].map((call) => scene.inhabitants.lookupView(call)!);
    expect(put.result).toBe('8 nodes said to have stored it, 0 of them truly did');
    expect(get.result).toBe('no peer: what was announced is gone');
    expect([put.exact, get.state]).toEqual([false, 'failed']);
    const { owner, holders, state } = scene.inhabitants.keyView(key, 'my song');
    expect(scene.sybils).toContain(owner);
    expect([holders, state]).toEqual([[], 'lost']);
  });
});

describe('the network', () => {
  test('is cut in two, one way or both, and heals; there is one partition at a time', () => {
    const scene = new Scene();
    const left = Array.from({ length: 25 }, (_, i) => 2 * i + 1);
    scene.act({ kind: 'partition', nodes: [40], oneWay: false });
    scene.act({ kind: 'partition', nodes: [...left, 99_999], oneWay: false });
    expect([scene.sides![40], scene.sides![3], scene.sides![30]]).toEqual([0, 1, 0]);
    scene.act({ kind: 'lookup', name: 'x', from: 3 });
    scene.run(20_000);
    expect(scene.inhabitants.traffic().lost).toBeGreaterThan(0);
    expect(scene.exactLookups).toBe(0);
    scene.act({ kind: 'heal' });
    expect(scene.sides).toBeNull();
    const { lost } = scene.inhabitants.traffic();
    scene.act({ kind: 'lookup', name: 'x', from: 30 });
    scene.run(5000);
    expect(scene.inhabitants.traffic().lost).toBe(lost);
  });

  test('loses and stretches as it is told', () => {
    const scene = new Scene({ latencyMs: 10 });
    const took = (): number => {
      scene.act({ kind: 'lookup', name: 'x', from: 3 });
      const beforeMs = scene.nowMs;
      const done = scene.lookups + 1;
      scene.runTo(beforeMs + 30_000, () => scene.lookups === done);
      return scene.nowMs - beforeMs;
    };
    const quick = took();
    scene.act({ kind: 'network', latencyMs: 100 });
    expect(took()).toBeGreaterThan(5 * quick);
    scene.act({ kind: 'network', loss: 1 });
    took();
    expect(scene.failedLookups).toBe(1);
  });
});

describe('keys and lookups', () => {
  test('what was put is watched, and found', () => {
    const scene = new Scene({ keys: 2 });
    expect(scene.keys.map(({ name }) => name)).toEqual(['apple', 'banana']);
    scene.act({ kind: 'put', name: 'my song', value: '', from: 7 });
    expect(scene.keys).toHaveLength(2);
    scene.run(5000);
    expect(scene.keys.map(({ name }) => name)).toEqual(['apple', 'banana', 'my song']);
    expect(scene.names.get(formatId(keyOf('my song')))).toBe('my song');
    scene.act({ kind: 'put', name: 'my song', value: '', from: 8 });
    scene.act({ kind: 'get', name: 'my song' });
    scene.run(5000);
    expect(scene.keys).toHaveLength(3);
    expect(scene.inhabitants.lookupView(3)).toMatchObject({ state: 'succeeded', exact: true });
    expect(scene.keys.length).toBeLessThan(KEYS_WATCHED_MAX);
  });

  test('a call at a node that is down is none; one whose node goes has failed', () => {
    const scene = new Scene();
    scene.act({ kind: 'crash', nodes: [3] });
    expect(scene.act({ kind: 'get', name: 'x', from: 3 })).toBe('node 3 is not up');
    scene.act({ kind: 'get', name: 'x', from: 4 });
    scene.act({ kind: 'crash', nodes: [4] });
    expect(scene.inhabitants.lookupView(1)).toMatchObject({
      state: 'failed',
      result: 'the node that asked is gone',
    });
    expect([scene.lookups, scene.failedLookups]).toEqual([1, 1]);
  });

  test('nodes begin as many as they are told, graded and counted', () => {
    const scene = new Scene({ lookupsPerSecond: 10, keys: 3 });
    scene.run(60_000);
    expect(scene.lookups).toBeGreaterThan(500);
    expect(scene.lookups).toBeLessThan(700);
    expect(scene.outcomes).toHaveLength(scene.lookups);
    expect(scene.exactLookups / scene.lookups).toBeGreaterThan(0.95);
    for (const { endedMs, durationMs, messages, result } of scene.outcomes) {
      expect(endedMs).toBeLessThanOrEqual(60_000);
      expect(durationMs).toBeGreaterThan(0);
      expect(messages).toBeGreaterThan(7);
      expect([2, 3]).toContain(result);
    }
    scene.act({ kind: 'workload', lookupsPerSecond: 0 });
    scene.run(10_000);
    const { lookups } = scene;
    scene.run(60_000);
    expect(scene.lookups).toBe(lookups);
    expect(scene.outcomes.length).toBeLessThan(OUTCOMES_MAX);
  });

  test('only so many calls are watched at a time', () => {
    const scene = new Scene({ latencyMs: 1000 });
    for (let i = 0; i < WATCHED_MAX + 5; i++) scene.act({ kind: 'lookup', name: `n${i}` });
    expect(scene.flights.watched).toBe(WATCHED_MAX);
    scene.run(60_000);
    expect(scene.lookups).toBe(WATCHED_MAX + 5);
    expect(scene.flights.watched).toBe(0);
  });
});
