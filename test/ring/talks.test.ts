import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Closed } from '../../src/core/host.ts';
import { Conversation } from '../../src/ring/dialects/conversation.ts';
import { WIRES, type Wire } from '../../src/ring/dialects/wire.ts';
import { RingShared } from '../../src/ring/shared.ts';
import { Talks, type Upgraded } from '../../src/ring/talks.ts';
import { at, bytesOf, OneStream, SmallService, shown, termsOf } from './dialects/wire-scenes.ts';
import { sha1 } from './small-ring.ts';

const [FROM, TO] = [at('10.0.0.9:40000'), at('10.0.0.1:5000')];

/** The talks of somebody on whose one stream something is said. */
class Door {
  readonly host = new OneStream();
  readonly shared = new RingShared(sha1);
  readonly terms;
  readonly talks: Talks;
  /** The first bytes in frames; null: it has not come to that. */
  frames: string | null = null;
  forgotten = 0;

  constructor(wire: Wire, speaksFrames = true) {
    const service = new SmallService();
    if (!speaksFrames) service.capabilityText = null;
    this.terms = termsOf(wire);
    this.talks = new Talks(this, service);
    this.talks.accepted(0, 1, FROM, TO);
  }

  upgraded(_now: number, talk: Upgraded, bytes: Uint8Array, start: number, end: number): void {
    expect(talk).toMatchObject({ stream: 1, from: FROM, identity: TO });
    this.frames = shown(bytes.slice(start, end));
  }

  forget(): void {
    this.forgotten++;
  }

  say(text: string, size = 1 << 20): void {
    const bytes = bytesOf(text);
    for (let start = 0; start < bytes.length && this.frames === null; start += size) {
      this.talks.arrived(1, 1, bytes, start, Math.min(bytes.length, start + size));
    }
  }
}

/** What a conversation makes of the same bytes, of which the talks should make no difference. */
function conversed(wire: Wire, speaksFrames: boolean, text: string, size: number) {
  const [host, terms, service] = [new OneStream(), termsOf(wire), new SmallService()];
  if (!speaksFrames) service.capabilityText = null;
  const talk = new Conversation(host, 1, FROM, TO, terms, service, 0);
  const bytes = bytesOf(text);
  let frames: string | null = null;
  for (let start = 0; start < bytes.length && frames === null; start += size) {
    const end = Math.min(bytes.length, start + size);
    const taken = talk.take(1, bytes, start, end);
    if (talk.isUpgraded) frames = shown(bytes.slice(taken, end));
  }
  return { said: host.said(), frames, counters: terms.counters, destroyed: host.destroyed };
}

describe('talks', () => {
  it('hear from a knock what a conversation hears, cut wherever', () => {
    const opening = fc.constantFrom(
      'VER',
      'ver',
      'VER\n',
      'VER\r\n',
      'VE',
      'VEX',
      'PUL',
      'OWN',
      '',
    );
    const cut = fc.integer({ min: 1, max: 9 });
    const dialect = fc.constantFrom(...WIRES);
    fc.assert(
      fc.property(dialect, fc.boolean(), opening, fc.string({ maxLength: 9 }), cut, (...said) => {
        const [wire, speaksFrames, first, rest, size] = said;
        const door = new Door(wire, speaksFrames);
        door.say(first + rest, size);
        const expected = conversed(wire, speaksFrames, first + rest, size);
        expect(door.host.said()).toBe(expected.said);
        expect(door.frames).toBe(expected.frames);
        expect(door.host.destroyed).toBe(expected.destroyed);
        expect(door.terms.counters).toEqual(expected.counters);
      }),
    );
  });

  it('end one that says nothing as a conversation would: late, ended or closed', () => {
    for (const wire of WIRES) {
      const late = new Door(wire);
      expect(late.talks.atMs).toBe(5000);
      late.talks.tick(4999);
      expect(late.forgotten).toBe(0);
      late.talks.tick(5000);
      expect([late.host.destroyed, late.forgotten, late.talks.atMs]).toEqual([1, 1, Infinity]);
      expect(late.terms.counters.ended('too-slow')).toBe(1);
      const ended = new Door(wire);
      ended.talks.ended(1, 1);
      expect([ended.terms.counters.ended('empty'), ended.forgotten]).toEqual([1, 1]);
      const closed = new Door(wire);
      closed.talks.closed(1, 1, Closed.reset);
      expect(closed.terms.counters.ended('empty')).toBe(1);
    }
  });

  it('are idle when they have said nothing for a while, and not before', () => {
    const door = new Door('seed');
    expect(door.talks.isIdle(999, 1, 1000)).toBe(false);
    expect(door.talks.isIdle(1000, 1, 1000)).toBe(true);
    expect(door.talks.isIdle(1000, 2, 1000)).toBe(false);
  });
});
