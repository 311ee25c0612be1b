import { describe, expect, test } from 'vitest';
import { livingWorld } from '../../../src/lab/mainline/start.ts';
import {
  type CallObserver,
  soughtAndFound,
  Workload,
  type WorkloadModel,
} from '../../../src/lab/mainline/workload.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CHOICES } from '../graded.ts';

const MODEL: WorkloadModel = { findNode: 30, getPeers: 60, announce: 30, infoHashes: 4 };

function working(model: WorkloadModel, nodes = 60, seed = 5) {
  const workload = new Workload(model, seed, null);
  const { overlay, life } = livingWorld(
    {
      ...{ seed, nodes, upkeep: true, settings: settingsFrom(CHOICES), sha1 },
      network: { latency: { kind: 'constant', ms: 50 } },
    },
    workload,
  );
  workload.inhabit([overlay], life);
  const run = (ms: number): void => overlay.world.run(overlay.world.now + ms);
  return { workload, overlay, life, run, now: overlay.world.now };
}

describe('a workload', () => {
  test('begins as many calls a minute as asked, and finds what was announced', () => {
    const { workload, run, now } = working(MODEL);
    workload.begin(now, now + 600_000);
    run(700_000);
    expect(workload.begun).toBeGreaterThan(1050);
    expect(workload.begun).toBeLessThan(1350);
    expect(workload.grades).toHaveLength(workload.begun);
    expect(workload.open).toBe(0);
    const { sought, found } = soughtAndFound(workload.searches, workload.stored);
    expect(sought).toBeGreaterThan(400);
    expect(found).toBe(sought);
  });

  test('many in one millisecond are no fewer', () => {
    const { workload, run, now } = working({ ...MODEL, findNode: 180_000 });
    workload.begin(now, now + 1000);
    run(20_000);
    expect(workload.begun).toBeGreaterThan(2700);
    expect(workload.begun).toBeLessThan(3300);
  });

  test('none begins before or after its time, and none at all when none was asked for', () => {
    const { workload, run, now } = working(MODEL);
    workload.begin(now + 60_000, now + 120_000);
    run(59_000);
    expect(workload.begun).toBe(0);
    run(61_000);
    const { begun } = workload;
    expect(begun).toBeGreaterThan(60);
    run(60_000);
    expect(workload.begun).toBe(begun);
    const idle = working({ ...MODEL, findNode: 0, getPeers: 0, announce: 0 });
    idle.workload.begin(idle.now, Infinity);
    idle.run(60_000);
    expect(idle.workload.begun).toBe(0);
  });

  test('a call whose node goes is interrupted, one that knows nobody has failed', () => {
    const { workload, overlay, life, run, now } = working({ ...MODEL, findNode: 6000 }, 8);
    workload.begin(now, now + 1000);
    run(40);
    expect(workload.open).toBeGreaterThan(0);
    const { open } = workload;
    for (let node = 1; node < 8; node++) life.crash(node);
    run(600_000);
    expect(workload.open).toBeGreaterThan(0);
    expect(workload.open).toBeLessThanOrEqual(open);
    expect(workload.grades.some(({ failed }) => failed)).toBe(true);
    expect(overlay.world.alive[0]).toBe(1);
  });

  test('its observer hears of every call once, and of announces that were stored', () => {
    const { workload, run, now } = working(MODEL);
    const open = new Set<number>();
    let announced = 0;
    const observer: CallObserver = {
      began: (call) => void open.add(call),
      ended: (call) => expect(open.delete(call)).toBe(true),
      announced: (_hash, _node, port) => {
        announced++;
        expect(port).toBeGreaterThan(0);
      },
    };
    workload.observer = observer;
    workload.announceAll();
    workload.begin(now, now + 60_000);
    run(120_000);
    expect(open.size).toBe(0);
    expect(announced).toBeGreaterThan(MODEL.infoHashes);
  });
});
