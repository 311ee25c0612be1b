import { describe, expect, it } from 'vitest';
import { ChangeFlag, Followed, Told } from '../../src/ring/following.ts';
import { Frame, FrameWriter } from '../../src/ring/frames.ts';
import { QueryVerb } from '../../src/ring/queries.ts';
import { actOf } from '../../src/ring/records/act.ts';
import { isTombstone, nameOf, valueAt } from '../../src/ring/records/record.ts';
import { holdersOf } from './copies/holders.ts';
import { bytesOf, keyOf, type Process, SmallRing, textOf } from './small-ring.ts';

interface Token {
  log: Uint8Array;
  number: number;
  version: Uint8Array;
}

const START: Token = { log: new Uint8Array(8), number: 0, version: new Uint8Array(16) };
const ZERO = new Uint8Array(20);

function set(by: Process, name: string, value: string, untilMs = 0): void {
  const expiry = untilMs === 0 ? 'none' : 'at';
  const act = actOf({ verb: 'set', value: bytesOf(value), name: bytesOf(name), expiry, untilMs });
  const call = by.command((now, n) => by.node.act(now, n, keyOf(name), act, 'quorum'));
  expect(by.done(call).code).toBe('ok');
}

/** Begins to ask what has changed under one key, or all over the arc of `key` with a prefix. */
function begin(
  by: Process,
  key: Uint8Array,
  token: Token,
  prefix: string | null,
  waitMs: number,
): number {
  const out = new FrameWriter();
  out.u8(QueryVerb.changes);
  out.raw(ZERO);
  out.u32(waitMs);
  out.raw(token.log);
  out.f64(token.number);
  out.raw(token.version);
  out.u8(prefix === null ? Followed.key : Followed.prefix);
  out.raw(bytesOf(prefix ?? ''));
  const payload = out.bytes.slice(0, out.length);
  return by.command((now, n) => by.node.query(now, n, key, payload, 'one'));
}

function end(by: Process, call: number) {
  const outcome = by.done(call);
  if (outcome.code !== 'ok') return { kind: outcome.code, token: START, events: [] };
  const frame = new Frame();
  frame.bytes = outcome.value!;
  frame.end = frame.bytes.length;
  const kind = frame.u8();
  frame.id();
  const token = { log: frame.copy(8), number: frame.f64(), version: frame.copy(16) };
  const count = frame.u32();
  const events: string[] = [];
  for (let i = 0; i < count; i++) {
    const flags = frame.u8();
    frame.id();
    const record = frame.copy(frame.u32());
    const name = textOf(nameOf(record));
    const value = isTombstone(record) ? 'gone' : textOf(record.slice(valueAt(record)));
    events.push(`${name}=${(flags & ChangeFlag.expired) !== 0 ? 'expired' : value}`);
  }
  expect(frame.isWhole).toBe(true);
  return { kind, token, events };
}

const ask = (by: Process, key: Uint8Array, token: Token, prefix: string | null, waitMs = 0) =>
  end(by, begin(by, key, token, prefix, waitMs));

describe('who follows', () => {
  const settings = { k: 2, historyBytes: 1 << 20 };

  it('hears all that happened to a key since he asked, in order', () => {
    const world = new SmallRing({ settings });
    const nodes = world.ring(4);
    world.run(3000);
    set(nodes[0], 'a', 'before');
    const first = ask(nodes[1], keyOf('a'), START, null);
    expect(first).toMatchObject({ kind: Told.changes, events: [] });
    set(nodes[0], 'a', '1');
    set(nodes[2], 'b', 'another');
    set(nodes[2], 'a', '2', Math.floor(world.now) + 5000);
    const second = ask(nodes[1], keyOf('a'), first.token, null);
    expect(second.events).toEqual(['a=1', 'a=2']);
    world.run(6000);
    const third = ask(nodes[1], keyOf('a'), second.token, null);
    expect(third.events).toEqual(['a=expired']);
    set(nodes[0], 'a', '3');
    nodes[0].done(nodes[0].remove('a'));
    expect(ask(nodes[3], keyOf('a'), third.token, null).events).toEqual(['a=3', 'a=gone']);
    expect(ask(nodes[3], keyOf('a'), first.token, null).events).toHaveLength(5);
  });

  it('waits until something happens, and is told at last that nothing has', () => {
    const world = new SmallRing({ settings });
    const nodes = world.ring(3);
    world.run(3000);
    const { token } = ask(nodes[0], keyOf('a'), START, null);
    const from = world.now;
    expect(ask(nodes[0], keyOf('a'), token, null, 1000).events).toEqual([]);
    expect(world.now - from).toBeGreaterThan(900);
    const waiting = begin(nodes[0], keyOf('a'), token, null, 60_000);
    world.run(200);
    set(nodes[1], 'a', 'x');
    expect(end(nodes[0], waiting).events).toEqual(['a=x']);
    expect(world.now - from).toBeLessThan(4000);
  });

  it.each([false, true])(
    'is told by the heir of an owner that died what came after; titles: %s',
    (titles) => {
      const world = new SmallRing({ settings: { ...settings, titles } });
      const nodes = world.ring(5);
      world.run(5000);
      const { token } = ask(nodes[0], keyOf('a'), START, null);
      set(nodes[0], 'a', '1');
      const one = ask(nodes[0], keyOf('a'), token, null);
      set(nodes[0], 'a', '2');
      holdersOf(world, 'a')[0].crash();
      world.run(20_000);
      const [alive] = world.living;
      set(alive, 'a', '3');
      const { kind, events } = ask(alive, keyOf('a'), one.token, null);
      expect(kind).toBe(Told.changes);
      // A little more is told rather than too little.
      expect(events.slice(-2)).toEqual(['a=2', 'a=3']);
    },
  );

  it.each([false, true])(
    'is told by the heir also where there was nothing when he began; titles: %s',
    (titles) => {
      const world = new SmallRing({ settings: { ...settings, titles } });
      const nodes = world.ring(5);
      world.run(5000);
      const { token } = ask(nodes[0], keyOf('a'), START, null);
      holdersOf(world, 'a')[0].crash();
      world.run(20_000);
      const [alive] = world.living;
      set(alive, 'a', '1');
      const { kind, events } = ask(alive, keyOf('a'), token, null);
      expect([kind, events]).toEqual([Told.changes, ['a=1']]);
    },
  );

  it('is told by the heir what expired, which was set long before', () => {
    const world = new SmallRing({ settings: { ...settings, titles: true } });
    const nodes = world.ring(5);
    world.run(5000);
    const { token } = ask(nodes[0], keyOf('a'), START, null);
    set(nodes[0], 'a', '1', Math.floor(world.now) + 8000);
    const one = ask(nodes[0], keyOf('a'), token, null);
    expect(one.events).toEqual(['a=1']);
    holdersOf(world, 'a')[0].crash();
    world.run(30_000);
    const { kind, events } = ask(world.living[0], keyOf('a'), one.token, null);
    expect([kind, events]).toEqual([Told.changes, ['a=expired']]);
  });

  it('of some names has seen the others, too', () => {
    const world = new SmallRing({ settings });
    const [a] = world.ring(1);
    const { token } = ask(a, ZERO, START, 'room:');
    set(a, 'hall:1', 'x');
    const later = ask(a, ZERO, token, 'room:');
    expect(later.events).toEqual([]);
    expect([...later.token.version]).not.toEqual([...token.version]);
  });

  it('hears of a prefix of names what the arc has', () => {
    const world = new SmallRing({ settings });
    const [a] = world.ring(1);
    const { token } = ask(a, ZERO, START, 'room:');
    for (const name of ['room:1', 'hall:1', 'room:2', 'roo']) set(a, name, 'x');
    expect(ask(a, ZERO, token, 'room:').events).toEqual(['room:1=x', 'room:2=x']);
    expect(ask(a, ZERO, token, '').events).toHaveLength(4);
  });

  it('is told to look again when the history does not reach back so far', () => {
    const world = new SmallRing({ settings: { historyBytes: 2000 } });
    const [a] = world.ring(1);
    const { token } = ask(a, keyOf('a'), START, null);
    for (let i = 0; i < 30; i++) set(a, 'a', `${i}`);
    const late = ask(a, keyOf('a'), token, null);
    expect(late).toMatchObject({ kind: Told.resync, events: [] });
    set(a, 'a', 'next');
    expect(ask(a, keyOf('a'), late.token, null).events).toEqual(['a=next']);
    // Of another history, and too old.
    const foreign = { log: new Uint8Array(8).fill(9), number: 5, version: new Uint8Array(16) };
    expect(ask(a, keyOf('a'), foreign, null).kind).toBe(Told.resync);
    const ahead = { ...late.token, number: 1e9 };
    expect(ask(a, keyOf('a'), ahead, null).kind).toBe(Told.resync);
  });

  it('is refused where no history is kept', () => {
    const world = new SmallRing();
    const [a] = world.ring(1);
    expect(ask(a, keyOf('a'), START, null).kind).toBe('busy');
  });
});
