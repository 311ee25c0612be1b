import { expect, test } from 'vitest';
import type { AdversaryModel } from '../../../src/lab/adversaries/adversary.ts';
import { besiegedWorld } from '../../../src/lab/adversaries/besieged.ts';
import { honestSettings } from '../../../src/lab/attacks/attack.ts';
import { State } from '../../../src/lab/life/life.ts';
import { livingWorld } from '../../../src/lab/mainline/start.ts';
import { sha1 } from '../../../src/lab/sha1.ts';

const OPTIONS = {
  ...{ seed: 3, nodes: 80, settings: honestSettings(), upkeep: true, sha1 },
  network: { latency: { kind: 'king' } },
} as const;
const DEAF = { onLookup() {}, onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} };
const HALF_HOUR_MS = 1_800_000;

function after(adversaries: readonly AdversaryModel[]) {
  const world = besiegedWorld({ ...OPTIONS, adversaries }, DEAF);
  const { world: inside } = world.overlay;
  inside.run(inside.now + HALF_HOUR_MS);
  return world;
}

test('without adversaries it is the world that it was', () => {
  const { overlay } = livingWorld(OPTIONS, DEAF);
  overlay.world.run(overlay.world.now + HALF_HOUR_MS);
  expect(after([]).overlay.world.traceHash).toBe(overlay.world.traceHash);
  expect(after([]).cast).toBeNull();
});

test('honest nodes are the same whoever comes, and churn and steps find none of those who come', () => {
  const worlds = [
    after([{ kind: 'droppers', share: 0.2 }]),
    after([{ kind: 'mirrors', count: 5, networks: 1 }]),
  ];
  const honest = worlds.map(({ overlay }) => overlay.contactBytes.slice(26, 81 * 26));
  expect(honest[0]).toEqual(honest[1]);
  for (const { life, cast, overlay } of worlds) {
    const theirs = cast!.actors[0].nodes;
    expect(theirs.every((node) => life.states[node] === State.unborn)).toBe(true);
    expect(theirs.every((node) => overlay.world.alive[node] === 1)).toBe(true);
    expect(life.upCount).toBe(80);
  }
});

test('under churn they stay, and only the honest come and go', () => {
  const exponential = { kind: 'exponential', meanMs: 600_000 } as const;
  const churn = { up: exponential, down: exponential, rejoin: 'blank' } as const;
  const adversaries = [{ kind: 'droppers', count: 5 }] as const;
  const { overlay, life, cast } = besiegedWorld({ ...OPTIONS, churn, adversaries }, DEAF);
  overlay.world.run(overlay.world.now + HALF_HOUR_MS);
  expect(life.upCount).toBeLessThan(80);
  expect(cast!.actors[0].nodes.every((node) => overlay.world.alive[node] === 1)).toBe(true);
});
