import { describe, expect, it } from 'vitest';
import { Frame, FrameWriter } from '../../src/ring/frames.ts';
import { ListFlag, QueryVerb } from '../../src/ring/queries.ts';
import { actOf } from '../../src/ring/records/act.ts';
import { bytesOf, keyOf, type Process, SmallRing, textOf } from './small-ring.ts';

const ZERO = new Uint8Array(20);

function store(by: Process, name: string, value: string, untilMs = 0): void {
  const expiry = untilMs === 0 ? 'none' : 'at';
  const act = actOf({ verb: 'set', value: bytesOf(value), name: bytesOf(name), expiry, untilMs });
  const call = by.command((now, n) => by.node.act(now, n, keyOf(name), act, 'quorum'));
  expect(by.done(call).code).toBe('ok');
}

function query(
  by: Process,
  key: Uint8Array,
  level: 'one' | 'all',
  write: (out: FrameWriter) => void,
) {
  const out = new FrameWriter();
  write(out);
  const payload = out.bytes.slice(0, out.length);
  const outcome = by.done(by.command((now, n) => by.node.query(now, n, key, payload, level)));
  expect(outcome.code).toBe('ok');
  const frame = new Frame();
  frame.bytes = outcome.value!;
  frame.end = frame.bytes.length;
  return frame;
}

function part(by: Process, name: string, first: number, last: number): string | null {
  const frame = query(by, keyOf(name), 'all', (out) => {
    out.u8(QueryVerb.read);
    out.f64(first);
    out.f64(last);
  });
  if (frame.u8() === 0) return null;
  frame.skip(16 + 8);
  expect(frame.f64()).toBe(10);
  return textOf(frame.copy(frame.left));
}

/** All names from the beginning of the circle to its end, so many at a time, each asked of somebody. */
function names(world: SmallRing, limit: number, prefix = '', flags = 0): string[] {
  const found: string[] = [];
  let place: Uint8Array = ZERO;
  for (let i = 0; ; i++) {
    const by = world.living[i % world.living.length];
    const frame = query(by, place, 'one', (out) => {
      out.u8(QueryVerb.list);
      out.raw(ZERO);
      out.u8(flags);
      out.u32(limit);
      out.raw(bytesOf(prefix));
    });
    place = frame.id();
    const count = frame.u32();
    if ((flags & ListFlag.countOnly) !== 0) found.push(...new Array<string>(count).fill(''));
    else expect(count).toBeLessThanOrEqual(limit);
    while (frame.left > 0) {
      frame.skip(20 + 16);
      const untilMs = frame.f64();
      frame.f64();
      const isNamed = frame.u8() === 1;
      const name = textOf(frame.copy(frame.u32()))!;
      found.push(isNamed ? name + (untilMs > 0 ? ' expires' : '') : '?');
    }
    expect(frame.isWhole).toBe(true);
    if (place.every((byte) => byte === 0)) return found.sort();
  }
}

describe('a query', () => {
  it('reads a part of a value, counted from either end', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(3);
    store(nodes[0], 'a', '0123456789');
    for (const [first, last, expected] of [
      [0, -1, '0123456789'],
      [2, 4, '234'],
      [-3, -1, '789'],
      [-100, 1, '01'],
      [8, 100, '89'],
      [5, 4, ''],
      [100, 200, ''],
      [0, -11, ''],
    ] as const) {
      expect(part(nodes[1], 'a', first, last), `${first} ${last}`).toBe(expected);
    }
    expect(part(nodes[1], 'b', 0, -1)).toBeNull();
  });

  it('lists all names of a ring once, by any step, from any member', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(5);
    world.run(5000);
    const expected = Array.from({ length: 60 }, (_, i) => `${i % 2 ? 'odd' : 'even'}:${i}`).sort();
    for (const name of expected) store(nodes[0], name, 'x');
    nodes[0].done(nodes[0].insert('nameless', 'x'));
    nodes[0].done(nodes[0].remove('odd:1'));
    expected.splice(expected.indexOf('odd:1'), 1);
    for (const limit of [1, 7, 1000]) expect(names(world, limit)).toEqual(expected);
    expect(names(world, 5, 'even:')).toEqual(expected.filter((name) => name.startsWith('even:')));
    expect(names(world, 9, '', ListFlag.unnamed)).toHaveLength(expected.length + 1);
    expect(names(world, 9, '', ListFlag.countOnly)).toHaveLength(expected.length);
  });

  it('lists what expires until it does', () => {
    const world = new SmallRing();
    const [a] = world.ring(1);
    store(a, 'a', 'x', Math.floor(world.now) + 1000);
    expect(names(world, 10)).toEqual(['a expires']);
    world.run(1100);
    expect(names(world, 10)).toEqual([]);
  });

  it('tells who owns a place, how far, and where that serves clients of others', () => {
    const world = new SmallRing();
    const [a, b] = world.ring(2);
    b.node.servesAt = '127.0.0.1:6379';
    const { hash, end, member } = b.node.identities[0];
    const frame = query(a, hash, 'one', (out) => out.u8(QueryVerb.port));
    const next = frame.copy(20);
    expect(frame.address()).toBe(member.home);
    expect(textOf(frame.copy(frame.left))).toBe('127.0.0.1:6379');
    // An arc over the end of the circle is told up to there.
    expect([Buffer.from(end).toString('hex'), '0'.repeat(40)]).toContain(
      Buffer.from(next).toString('hex'),
    );
  });

  it('that is none breaks the link, and costs nothing more', () => {
    const world = new SmallRing();
    const [a, b] = world.ring(2);
    for (let byte = 4; byte < 7; byte++) {
      const call = a.command((now, n) =>
        a.node.query(now, n, b.node.identities[0].hash, Uint8Array.of(byte), 'one'),
      );
      expect(a.done(call).code).not.toBe('ok');
    }
    expect(b.counters.broken).toBeGreaterThan(0);
    expect(b.done(b.insert('a', 'x')).code).toBe('ok');
  });
});
