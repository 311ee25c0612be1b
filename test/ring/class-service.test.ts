import { describe, expect, it } from 'vitest';
import type { Stream, StreamHost } from '../../src/core/host.ts';
import { ClassService } from '../../src/ring/class-service.ts';
import type { Caller } from '../../src/ring/dialects/service.ts';
import { RingNode } from '../../src/ring/node.ts';
import { joined, shown, spell } from './dialects/wire-scenes.ts';
import { areMembers, keyOf, type Process, SmallRing } from './small-ring.ts';
import { titleAt, titledRing } from './titled.ts';

/** A class program of a few lines: it sends bytes and shows what came back. */
function caller(world: SmallRing) {
  const process: Process = world.process(0);
  const host: StreamHost = world.hostOf(process);
  let heard = '';
  let isOver = false;
  let current: Stream = 0;
  const end = (_now: number, stream: Stream) => {
    if (stream === current) isOver = true;
  };
  const node = Object.assign(Object.create(RingNode.prototype), {
    deadline: Infinity,
    opened: () => {},
    arrived: (_now: number, stream: Stream, bytes: Uint8Array, start: number, stop: number) => {
      if (stream === current) heard += shown(bytes.subarray(start, stop));
    },
    drained: () => {},
    ended: end,
    closed: end,
    tick: () => {},
  });
  Object.defineProperty(node, 'deadline', { value: Infinity });
  process.node = node;
  return {
    ask(to: Process, bytes: Uint8Array, more?: { after: string; bytes: Uint8Array }): string {
      heard = '';
      isOver = false;
      const stream = host.connect(0, to.addresses[0]);
      current = stream;
      host.write(stream, bytes, 0, bytes.length);
      if (more) {
        world.runUntil(() => heard === more.after || isOver, 10_000);
        if (heard === more.after) host.write(stream, more.bytes, 0, more.bytes.length);
      }
      world.runUntil(() => isOver, 30_000);
      return heard;
    },
  };
}

describe('a class program', () => {
  it('gets what it asks for, in its own words', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(3);
    world.run(5000);
    const key = keyOf('hello');
    const owner = nodes.find(({ node }) => node.ownerOf(key, 0))!;
    const other = nodes.find((node) => node !== owner)!;
    const { ask } = caller(world);
    expect(ask(owner, joined('EXI', key))).toBe('F');
    const value = spell.value('seed', 'world');
    expect(ask(owner, joined('INS', key), { after: 'T', bytes: value })).toBe('TT');
    expect(ask(owner, joined('GET', key))).toBe(`T${shown(value)}`);
    expect(ask(other, joined('GET', key))).toBe('N');
    expect(ask(other, joined('INS', key))).toBe('N');
    const address = `10.0.0.${owner.number + 1}:5000`;
    for (const node of nodes) {
      let at = node;
      for (let hops = 0; hops < 4; hops++) {
        const said = ask(at, joined('OWN', key));
        at = nodes.find(
          (one) => shown(spell.address('seed', `10.0.0.${one.number + 1}:5000`)) === said,
        )!;
        if (at === owner) break;
      }
      expect(at).toBe(owner);
    }
    expect(ask(owner, joined('OWN', key))).toBe(shown(spell.address('seed', address)));
    expect(ask(owner, joined('REM', key))).toBe('T');
    expect(ask(owner, joined('REM', key))).toBe('F');
    expect(ask(owner, joined('PUL'))).toBe('T');
    expect(ask(owner, joined('INF'))).toContain('"effectiveK":1');
    expect(ask(owner, joined('ABD')).length).toBe(6);
    // What it inserted had its copy, and so has its delete.
    expect(nodes.filter(({ store }) => store.get(key, 0) !== null).length).toBe(2);
  });

  it('that joins and falls silent before its T has changed nothing', () => {
    const world = new SmallRing();
    const nodes = world.ring(2);
    world.run(3000);
    for (let i = 0; i < 20; i++) nodes[0].done(nodes[0].insert(`key ${i}`, 'x'));
    const { ask } = caller(world);
    const joiner = spell.address('seed', '10.9.9.9:5000');
    const arcs = () =>
      nodes.map(({ node }) => node.info().identities.map(({ state, end }) => `${state} ${end}`));
    const before = arcs();
    for (const node of nodes) ask(node, joined('CON', joiner));
    world.run(15_000);
    expect(arcs()).toEqual(before);
    for (let i = 0; i < 20; i++) expect(nodes[1].value(`key ${i}`)).toBe('x');
  });

  // As uribmar/BV-DHT does: it looks around when its join is over, and only then listens.
  it.each([true, false])('that listens only after its join is waited for: %s', (comesUp) => {
    const world = new SmallRing();
    const [ours] = world.ring(1);
    const late = world.process(1, { frames: false });
    late.stop(); // nobody listens there
    const address = spell.address('seed', `10.0.0.${late.number + 1}:5000`);
    const own = spell.address('seed', `10.0.0.${ours.number + 1}:5000`);
    const { ask } = caller(world);
    const given = shown(joined('T', own, address, spell.number('seed', 0)));
    const verdict = { after: given, bytes: joined('T') };
    expect(ask(ours, joined('CON', address), verdict)).toBe(given);
    const successors = () => ours.node.info().identities[0].successors.map((one) => one.address);
    world.run(2500);
    expect(successors()).toEqual([`10.0.0.${late.number + 1}:5000`]);
    if (comesUp) late.restart(ours);
    world.run(10_000);
    expect(successors().length).toBe(comesUp ? 1 : 0);
  });

  it('that dies after it has joined gives its arc back, with what it was given', () => {
    const world = new SmallRing();
    const [ours] = world.ring(1);
    for (let i = 0; i < 30; i++) ours.done(ours.insert(`key ${i}`, `value ${i}`));
    const plain = world.process(1, { frames: false }).start(ours);
    world.runUntil(() => areMembers(plain), 10_000);
    world.run(5000);
    expect(plain.store.count).toBeGreaterThan(0);
    expect(ours.node.info().identities[0].successors[0]).toMatchObject({ isPlain: true });
    plain.crash();
    world.run(20_000);
    for (let i = 0; i < 30; i++) expect(ours.value(`key ${i}`)).toBe(`value ${i}`);
  });
});

it('says that it is there as the last one left of a ring with titles, whoever owned what it is asked for', () => {
  const { world, nodes } = titledRing(3, 2);
  const [last, ...gone] = nodes;
  for (const one of gone) one.crash();
  world.run(20_000);
  const key = titleAt(gone[0]).from;
  expect(last.node.ownerOf(key, 0)).toBeNull();
  const answers: (number | string)[] = [];
  const caller = {
    key,
    identity: last.node.home,
    answerAddress: (_now: number, address: number) => answers.push(address),
    fail: () => answers.push('failed'),
  } as unknown as Caller;
  new ClassService(last.node).owner(world.now, caller);
  expect(answers).toEqual([last.node.home]);
});
