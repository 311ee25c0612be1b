import { describe, expect, it } from 'vitest';
import { type Act, actOf, VERDICTS } from '../../src/ring/records/act.ts';
import { VERSION_BYTES } from '../../src/ring/records/clock.ts';
import { holdersOf } from './copies/holders.ts';
import { bytesOf, keyOf, type Process, SmallRing, textOf } from './small-ring.ts';

/** An act to its end: the verdict and the result. */
function act(by: Process, name: string, said: Partial<Act> & Pick<Act, 'verb'>) {
  const outcome = by.done(
    by.command((now, call) => by.node.act(now, call, keyOf(name), actOf(said), 'quorum')),
  );
  if (outcome.code !== 'ok') return { code: outcome.code };
  const [verdict, hasResult] = outcome.value!;
  const result = hasResult === 1 ? textOf(outcome.value!.subarray(2)) : null;
  return { verdict: VERDICTS[verdict], result, found: outcome.found, version: outcome.version };
}

describe('an act at the owner', () => {
  it('of many at the same time happens one by one, from every member', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(5);
    world.run(3000);
    const calls = nodes.flatMap((node) =>
      Array.from({ length: 8 }, () => {
        const payload = actOf({ verb: 'add', delta: 1n });
        const call = node.command((now, n) => node.node.act(now, n, keyOf('n'), payload, 'quorum'));
        return [node, call] as const;
      }),
    );
    const results = calls.map(([node, call]) => Number(textOf(node.done(call).value!.subarray(2))));
    expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(nodes[0].value('n', 'all')).toBe('40');
  });

  it('with a condition is done by one of those who try', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(4);
    world.run(3000);
    const said = { verb: 'set', when: 'absent' } as const;
    const verdicts = nodes.map((node, i) => act(node, 'lock', { ...said, value: bytesOf(`${i}`) }));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([
      'done',
      'unmatched',
      'unmatched',
      'unmatched',
    ]);
    const { version } = verdicts[1];
    expect(version).toHaveLength(VERSION_BYTES);
    const replaced = {
      verb: 'set',
      when: 'version',
      expected: version!,
      value: bytesOf('x'),
    } as const;
    expect(act(nodes[2], 'lock', replaced).verdict).toBe('done');
    expect(act(nodes[3], 'lock', replaced).verdict).toBe('unmatched');
    expect(nodes[0].value('lock')).toBe('x');
  });

  it('is refused when the value is too large, and by who has no rights or no arc', () => {
    const world = new SmallRing({ settings: { valueBytesMax: 1000 } });
    const [a] = world.ring(2);
    const large = new Uint8Array(1000);
    expect(act(a, 'x', { verb: 'set', value: large }).verdict).toBe('done');
    expect(act(a, 'x', { verb: 'append', value: bytesOf('x') }).verdict).toBe('too-large');
    expect(act(a, 'x', { verb: 'set', value: new Uint8Array(1001) })).toEqual({
      code: 'too-large',
    });
  });

  it.each([false, true])('outlives the owner that did it; titles: %s', (titles) => {
    const world = new SmallRing({ settings: { k: 2, titles } });
    const nodes = world.ring(5);
    world.run(3000);
    expect(act(nodes[0], 'a', { verb: 'add', delta: 41n }).result).toBe('41');
    holdersOf(world, 'a')[0].crash();
    world.run(10_000);
    const other = world.living[0];
    expect(act(other, 'a', { verb: 'add', delta: 1n }).result).toBe('42');
  });
});

describe('an expiry', () => {
  it('ends a value on all copies at its time, and the bytes with it', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(4);
    world.run(3000);
    const untilMs = Math.floor(world.now) + 10_000;
    const said = { verb: 'set', expiry: 'at', untilMs, name: bytesOf('a') } as const;
    expect(act(nodes[1], 'a', { ...said, value: new Uint8Array(5000) }).verdict).toBe('done');
    world.run(5000);
    expect(nodes[0].value('a', 'all')).toHaveLength(5000);
    world.run(6000);
    expect(nodes[0].value('a')).toBeNull();
    expect(nodes[0].value('a', 'all')).toBeNull();
    expect(nodes.every(({ store }) => store.byteLength < 500)).toBe(true);
    expect(nodes.filter(({ counters }) => counters.expired === 1)).toHaveLength(3);
    expect(act(nodes[1], 'a', { verb: 'set', when: 'absent', value: bytesOf('new') }).verdict).toBe(
      'done',
    );
    world.run(20_000);
    expect(nodes[2].value('a', 'all')).toBe('new');
  });

  it('is kept by a member that was started again', () => {
    const world = new SmallRing();
    const [a] = world.ring(1);
    const untilMs = Math.floor(world.now) + 10_000;
    act(a, 'a', { verb: 'set', expiry: 'at', untilMs, value: new Uint8Array(5000) });
    a.crash();
    a.restart();
    world.run(11_000);
    expect(a.store.byteLength).toBeLessThan(500);
    expect(a.counters.expired).toBe(1);
  });
});
