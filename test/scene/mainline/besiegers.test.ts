/** Adversaries of the lab in a scene: seen for what they are, and never asked through. */
import { describe, expect, test } from 'vitest';
import type { AdversaryModel } from '../../../src/lab/adversaries/adversary.ts';
import { Besiegers, honestSettings } from '../../../src/scene/mainline/besiegers.ts';
import type { TimedAct } from '../../../src/scene/protocol/commands.ts';
import { SCENE_DEFAULTS, type SceneConfig } from '../../../src/scene/protocol/config.ts';
import { NodeState, type SceneMessage } from '../../../src/scene/protocol/messages.ts';
import type { Siege } from '../../../src/scene/protocol/siege.ts';
import { Simulation } from '../../../src/scene/simulation.ts';

const NODES = 60;

function config(adversaries: readonly AdversaryModel[], node: Siege['node'] = {}): SceneConfig {
  const siege = { adversaries: [...adversaries], ...(node === undefined ? {} : { node }) };
  const base = { ...SCENE_DEFAULTS, overlay: 'mainline', nodes: NODES, k: 8 } as const;
  return { ...base, lookupsPerSecond: 0, siege };
}

/** The world at a moment, and what was told of it. */
function told(of: SceneConfig, atMs: number, acts: readonly TimedAct[] = [], inspected = -1) {
  const messages: SceneMessage[] = [];
  const simulation = new Simulation((message) => messages.push(message));
  const run = (command: Parameters<Simulation['command']>[0]) => {
    simulation.command(command);
    while (simulation.isWorking) simulation.work(() => false);
    simulation.show();
  };
  run({ do: 'begin', config: of, acts, atMs });
  run({ do: 'inspect', node: inspected });
  const states = new Map<number, number>();
  const sybils = new Set<number>();
  for (const message of messages) {
    if (message.type !== 'frame') continue;
    for (const [i, node] of message.nodes.entries()) states.set(node, message.states[i]!);
    for (const node of message.sybils) sybils.add(node);
  }
  const last = <T extends SceneMessage['type']>(type: T) =>
    messages.findLast((one) => one.type === type) as Extract<SceneMessage, { type: T }> | undefined;
  return { states, sybils, last, hash: simulation.traceHash };
}

const factOf = (view: { facts: readonly { name: string; value: string }[] }, name: string) =>
  view.facts.find((fact) => fact.name === name)?.value;

describe('a band', () => {
  const band: AdversaryModel = {
    ...{ kind: 'droppers', count: 5 },
    schedule: { from: '10 s', to: '20 s' },
  };
  const nodes = Array.from({ length: 5 }, (_, i) => NODES + i);

  test('is nobody before its time, an attacker’s in it, and gone after it', () => {
    const before = told(config([band]), 5000);
    expect(nodes.map((node) => before.states.get(node) ?? NodeState.absent)).toEqual(
      nodes.map(() => NodeState.absent),
    );
    expect([...before.sybils]).toEqual([]);
    const there = told(config([band]), 15_000);
    expect(nodes.map((node) => there.states.get(node))).toEqual(nodes.map(() => NodeState.up));
    expect([...there.sybils]).toEqual(nodes);
    expect(there.last('frame')!.figures.nodesNow).toBe(NODES + 5);
    const after = told(config([band]), 30_000);
    expect(after.last('frame')!.figures.nodesNow).toBe(NODES);
  });

  test('is the same in every run, and nobody asks through it', () => {
    const acts: TimedAct[] = Array.from({ length: 60 }, (_, i) => ({
      atMs: 12_000 + i * 50,
      act: { kind: 'lookup', name: `name ${i}` },
    }));
    const [one, again] = [told(config([band]), 16_000, acts), told(config([band]), 16_000, acts)];
    expect(one.hash).toBe(again.hash);
    expect(one.last('lookup')!.from).toBeLessThan(NODES);
  });

  test('later nodes join beside it', () => {
    const acts: TimedAct[] = [{ atMs: 15_000, act: { kind: 'add', count: 3 } }];
    const { last, states } = told(config([band]), 18_000, acts);
    expect(last('frame')!.figures.nodesNow).toBe(NODES + 8);
    expect(states.get(NODES + 5)).toBe(NodeState.up);
  });
});

test('what it forged is told by the node that is looked into', () => {
  const flood: AdversaryModel = {
    ...{ kind: 'token-flood', at: { node: 7 }, perSecond: 50 },
    schedule: { from: '1 s', to: '3 s' },
  };
  const view = told(config([flood]), 4000, [], 7).last('node')!;
  expect(factOf(view, 'Datagrams forged so far')).toBe('100');
  expect(Number(factOf(view, 'Bytes forged so far'))).toBeGreaterThan(5000);
  // Each is answered, where nobody is.
  expect(Number(factOf(view, 'Sent where nobody is'))).toBeGreaterThanOrEqual(100);
  const own = told(config([flood]), 2000, [], NODES).last('node')!;
  expect(factOf(own, 'Adversary')).toBe('token-flood');
});

test('peers of an adversary, and such as there are not, are false', () => {
  const liars: AdversaryModel = { kind: 'liars', about: 'values', share: 0.3 };
  const acts: TimedAct[] = [
    { atMs: 120_000, act: { kind: 'put', name: 'song', value: '', from: 3 } },
    { atMs: 123_000, act: { kind: 'get', name: 'song', from: 40 } },
  ];
  const { result } = told(config([liars]), 126_000, acts).last('lookup')!;
  expect(result).toMatch(/^found \d+ peers, \d+ of them false$/);
});

test('honest nodes are as the siege says, and as in any scene where it says nothing', () => {
  const plain = honestSettings({ ...SCENE_DEFAULTS, overlay: 'mainline', k: 8 });
  expect([plain.onePerIp, plain.secureIds, plain.inbound]).toEqual([false, false, null]);
  const besieged = honestSettings(config([], { secureIds: true, inbound: true }));
  expect([besieged.onePerIp, besieged.secureIds]).toEqual([false, true]);
  expect(besieged.inbound).not.toBeNull();
  expect(honestSettings(config([], { contacts: 'whoever-asks' })).handler).not.toBe(plain.handler);
  expect(new Besiegers(config([{ kind: 'mirrors', share: 0.5 }]), 10).count).toBe(NODES);
});
