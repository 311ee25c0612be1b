import { describe, expect, it } from 'vitest';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { Once } from '../../../src/ring/copies/once.ts';
import type { Life } from '../../../src/ring/lifetime.ts';
import { actOf } from '../../../src/ring/records/act.ts';
import { blankRecord, doneActsOf } from '../../../src/ring/records/record.ts';
import { bytesOf, keyOf, type Process, SmallRing, textOf } from '../small-ring.ts';
import { settle } from '../titled.ts';
import { holdersOf } from './holders.ts';

const ONE = actOf({ verb: 'add', delta: 1n });
const ACTS = 60;

function add(by: Process): number {
  return by.command((now, call) => by.node.act(now, call, keyOf('n'), ONE, 'quorum'));
}

/** A client that adds one, again and again, while owners of the key are taken away. */
function counted(
  seed: number,
  titles: boolean,
  harm: (world: SmallRing, random: SeededRandom) => void,
) {
  const world = new SmallRing({ seed, settings: { k: 2, titles } });
  const nodes = world.ring(6);
  if (titles) settle(world, 2);
  else world.run(3000);
  const client = world.process(0).start(...nodes);
  const random = new SeededRandom(seed, 99);
  const codes: string[] = [];
  const results: number[] = [];
  for (let i = 0; i < ACTS; i++) {
    const call = add(client);
    if (i % 20 === 10) world.at(world.now + randomBelow(random, 60), () => harm(world, random));
    const { code, value } = client.done(call);
    codes.push(code);
    if (value !== null) results.push(Number(textOf(value.subarray(2))));
  }
  world.run(10_000);
  return { codes, results, value: Number(client.value('n', 'quorum')), world };
}

describe('an act that is sent again', () => {
  for (const titles of [false, true]) {
    it(`is done once, however its owner dies${titles ? ', with titles' : ''}`, () => {
      let repeated = 0;
      for (let seed = 1; seed <= 3; seed++) {
        const { codes, results, value, world } = counted(seed, titles, (all) =>
          holdersOf(all, 'n')[0].crash(),
        );
        expect(new Set(codes), `seed ${seed}`).toEqual(new Set(['ok']));
        expect(results, `seed ${seed}`).toEqual(Array.from({ length: ACTS }, (_, i) => i + 1));
        expect(value, `seed ${seed}`).toBe(ACTS);
        for (const { counters } of world.processes) repeated += counters.repeatedActs;
      }
      // Else none of the owners has died between the change and its answer, and nothing was shown.
      expect(repeated).toBeGreaterThan(0);
    });
  }

  it('lies at an owner who stood still, and is done once', () => {
    const world = new SmallRing({ settings: { k: 0 } });
    const [owner] = world.ring(1);
    const client = world.process(0).start(owner);
    client.done(client.insert('n', '5', 'one'));
    const goOn = owner.stall();
    const call = add(client);
    world.run(15_000);
    goOn();
    expect(textOf(client.done(call).value!.subarray(2))).toBe('6');
    world.run(2000);
    expect(client.value('n')).toBe('6');
    // The first was to be done within 5 s, or not at all; then it was asked whether it still is the owner.
    expect(owner.counters.lateActs).toBe(1);
  });

  it('does not take back what another has written since', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const world = new SmallRing({ seed, settings: { k: 2 } });
      const nodes = world.ring(4);
      world.run(3000);
      const client = world.process(0).start(...nodes);
      client.value('a');
      const [owner] = holdersOf(world, 'a');
      const other = nodes.find((node) => node !== owner)!;
      const call = client.insert('a', 'first');
      // One way takes up to 15 ms, there, on to a backup and back again 16 ms at least.
      world.run(15);
      const cut = world.lab.network.partition([[client.number]]);
      world.run(1000);
      expect(other.value('a')).toBe('first');
      other.done(other.insert('a', 'second', 'all'));
      owner.crash();
      world.run(4000);
      world.lab.network.heal(cut);
      expect(client.done(call)).toMatchObject({ code: 'ok', found: false });
      expect(other.value('a', 'quorum')).toBe('second');
    }
  });
});

describe('once', () => {
  const client = new Uint8Array(8).fill(3);
  const node = new SmallRing({ settings: { k: 0 } }).ring(1)[0].node;
  const lifeOf = (number: number, isAgain = false, firstMs = 1000): Life => ({
    untilMs: Infinity,
    firstMs,
    isAgain,
    act: { client, number, oldest: 1 },
  });
  const made = () => blankRecord(bytesOf('x'));

  it('changes what there is, and tells the second time what it told the first', () => {
    const first = new Once(node, lifeOf(1), false, made, () => bytesOf('42'));
    const record = first.change(null, 1000)!;
    expect(first.done).toBeNull();
    const second = new Once(node, lifeOf(1, true), false, made, () => bytesOf('43'));
    expect(second.change(record, 1001)).toBe(record);
    expect(second.done).toMatchObject({ found: false, result: bytesOf('42') });
    expect(second.isForgotten).toBe(false);
  });

  it('does not say what it cannot know any more', () => {
    const long = new Once(node, lifeOf(1), false, made, () => new Uint8Array(21));
    const record = long.change(null, 1000)!;
    const again = new Once(node, lifeOf(1, true), false, made);
    expect(again.change(record, 1001)).toBe(record);
    expect(again.isForgotten).toBe(true);
    const late = new Once(node, lifeOf(2, true), false, made);
    expect(late.change(record, 1_000_000)).toBeNull();
    expect(late.isForgotten).toBe(true);
  });

  it('remembers nothing where nothing changed, and of nobody who has no name', () => {
    expect(new Once(node, lifeOf(1), true, () => null).change(made(), 1000)).toBeNull();
    const nameless = new Once(node, { ...lifeOf(1), act: null }, false, made);
    expect(doneActsOf(nameless.change(null, 1000)!)).toBeNull();
  });
});
