import { expect, test } from 'vitest';
import type { AdversaryModel } from '../../../src/lab/adversaries/adversary.ts';
import { honestSettings } from '../../../src/lab/attacks/attack.ts';
import { Stage } from '../../../src/lab/attacks/stage.ts';

const at = { node: 7 };
const key = new Uint8Array(20).fill(0x5a);
const EVERY_KIND: readonly AdversaryModel[] = [
  { kind: 'sybils', at: { key }, count: 4 },
  { kind: 'eclipse', at, count: 4 },
  { kind: 'shown-ids', count: 3 },
  { kind: 'changing-ids', every: '20 s', count: 3 },
  { kind: 'mirrors', count: 3 },
  ...(['nodes', 'addresses', 'values', 'samples'] as const).map(
    (about) => ({ kind: 'liars', about, count: 3 }) as const,
  ),
  { kind: 'droppers', count: 3 },
  { kind: 'delayers', by: '900 ms', count: 3 },
  { kind: 'phantoms', at, perSecond: 5 },
  { kind: 'reflection', at, through: 3, perSecond: 5 },
  { kind: 'forged-replies', at, key, perSecond: 20 },
  { kind: 'garbage', at, perSecond: 5 },
  { kind: 'storage-flood', at, perSecond: 5 },
  { kind: 'storage-flood', what: 'items', at, perSecond: 5 },
  { kind: 'token-flood', at, perSecond: 5 },
  { kind: 'token-theft', at, perSecond: 5 },
  { kind: 'index-poison', key, every: '20 s', count: 3 },
];

function stageOf(seed: number, adversaries: readonly AdversaryModel[]): Stage {
  return new Stage({ seed, honest: 100, adversaries, settings: honestSettings() });
}

test('a world with every kind is the same again under the same seed, and another under another', () => {
  const hashes = [1, 1, 2].map((seed) => {
    const stage = stageOf(seed, EVERY_KIND);
    stage.run(60_000);
    stage.getPeers(7, key);
    return stage.world.traceHash;
  });
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[0]).not.toBe(hashes[2]);
});

test('an adversary comes when it is time and goes when it is over', () => {
  const schedule = { from: '1 min', to: '3 min' };
  const stage = stageOf(5, [
    { kind: 'garbage', at, perSecond: 10, schedule },
    { kind: 'droppers', count: 3, schedule },
  ]);
  const { world, overlay, actors } = stage;
  const isUp = (): boolean[] => actors[1].nodes.map((node) => world.alive[node] === 1);
  stage.run(59_000);
  expect(actors.map(({ isThere }) => isThere)).toEqual([false, false]);
  expect([isUp(), actors[1].nodes.some((node) => overlay.hasBegun(node))]).toEqual([
    [false, false, false],
    false,
  ]);
  stage.run(61_000);
  expect(isUp()).toEqual([true, true, true]);
  expect(actors[0]).toMatchObject({ isThere: true });
  stage.run(120_000);
  expect(isUp()).toEqual([false, false, false]);
  // Ten a second for two minutes.
  expect(actors[0]).toMatchObject({ isThere: false, forged: 1200 });
  expect(actors[0].forgedBytes).toBeGreaterThan(1200);
  stage.run(60_000);
  expect(actors[0].forged).toBe(1200);
});

test('changing ids are shown to whoever asks, and a node keeps its own between two changes', () => {
  const stage = stageOf(6, [{ kind: 'changing-ids', every: '1 min' }]);
  const { overlay, world } = stage;
  const shown: string[] = [];
  const address = overlay.addressOf(100);
  for (let i = 0; i < 6; i++) {
    stage.run(30_000);
    const id = overlay.node(100).idFor(null, 0, overlay.addressOf(3));
    shown.push(id.bytes.slice(id.start, id.start + 20).join());
  }
  expect(new Set(shown).size).toBe(4);
  expect(shown[1]).toBe(shown[2]);
  expect(overlay.nodeAt(address)).toBe(100);
  expect(world.alive[100]).toBe(1);
});

test('their calls are theirs: no program hears of them', () => {
  const stage = stageOf(7, [{ kind: 'storage-flood', at, perSecond: 20 }]);
  stage.run(120_000);
  expect(stage.grades).toEqual([]);
  expect(stage.overlay.node(7).peerStore().infoHashCount).toBeGreaterThan(0);
});
