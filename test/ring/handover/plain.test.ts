import { describe, expect, it } from 'vitest';
import { WIRES } from '../../../src/ring/dialects/wire.ts';
import { ringProblems } from '../order.ts';
import { areMembers, type Process, SmallRing } from '../small-ring.ts';

/** A ring of so many processes, of which those in `plain` are class programs. */
function ringOf(world: SmallRing, count: number, plain: (number: number) => boolean): Process[] {
  const all: Process[] = [];
  for (let i = 0; i < count; i++) {
    const process = world.process(1, { frames: !plain(i), k: plain(i) ? 0 : 1 });
    all.push(process);
    process.start(...(i === 0 ? [] : [all[i - 1]]));
    world.runUntil(() => areMembers(process), 60_000);
    world.run(3000);
  }
  return all;
}

const MIXES: Record<string, (number: number) => boolean> = {
  'class programs only': () => true,
  'ours joining theirs': (number) => number < 2,
  'theirs joining ours': (number) => number >= 2,
  'one after the other': (number) => number % 2 === 0,
};

describe.each(WIRES)('the %s dialect', (wire) => {
  it.each(Object.entries(MIXES))('%s', (_name, plain) => {
    const world = new SmallRing({ settings: { wire, titles: false } });
    const nodes = ringOf(world, 4, plain);
    world.run(10_000);
    const ends = ringProblems(nodes).filter((problem) => problem.startsWith('arc'));
    expect(ends).toEqual([]);
    for (let i = 0; i < 24; i++) {
      const outcome = nodes[i % 4].done(nodes[i % 4].insert(`key ${i}`, `value ${i}`));
      expect(outcome, `insert ${i}`).toMatchObject({ code: 'ok' });
    }
    for (let i = 0; i < 24; i++) expect(nodes[(i + 1) % 4].value(`key ${i}`)).toBe(`value ${i}`);
    for (let i = 0; i < 24; i += 3) {
      expect(nodes[i % 4].done(nodes[i % 4].remove(`key ${i}`))).toMatchObject({ code: 'ok' });
    }
    // A fifth comes, one goes in good order.
    const fifth = world.process(1, { frames: plain(5), k: 0 }).start(nodes[0]);
    world.runUntil(() => areMembers(fifth), 60_000);
    world.run(5000);
    expect(nodes[2].done(nodes[2].leave())).toMatchObject({ code: 'ok' });
    nodes[2].stop();
    world.run(10_000);
    const rest = [nodes[0], nodes[1], nodes[3], fifth];
    for (let i = 0; i < 24; i++) {
      expect(rest[i % 4].value(`key ${i}`), `key ${i}`).toBe(i % 3 === 0 ? null : `value ${i}`);
    }
  });
});

// As jacdylngab/BVDHT does: it took the arc, and goes on naming who had it until that one is gone.
it('leaving to a class program is over when it said that it took all', () => {
  const world = new SmallRing({ settings: { wire: 'text', titles: false } });
  const [theirs, ours] = ringOf(world, 2, (number) => number === 0);
  for (let i = 0; i < 12; i++) ours.done(ours.insert(`key ${i}`, `value ${i}`));
  const stubborn = { value: () => ours.node.identities[0], configurable: true };
  Object.defineProperty(theirs.node, 'ownerOf', stubborn);
  const begunAt = world.now;
  expect(ours.done(ours.leave())).toMatchObject({ code: 'ok' });
  expect(world.now - begunAt).toBeLessThan(5000);
  ours.stop();
  Reflect.deleteProperty(theirs.node, 'ownerOf');
  world.run(10_000);
  for (let i = 0; i < 12; i++) expect(theirs.value(`key ${i}`)).toBe(`value ${i}`);
});
