/** A picture adds up: whoever was told a whole update and all news knows what a new whole update says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Places, SceneMessage, Update } from '../../../src/scene.ts';
import { NodeState } from '../../../src/scene.ts';
import { addressNumber, Picture, PLACES_LIMIT } from '../../../src/studio/live/picture.ts';

const id = (i: number) => i.toString(16).padStart(40, '0');
const address = (i: number) => `127.0.0.1:${1000 + i}`;

const key = (i: number, owner: number) => ({
  key: id(i),
  name: null,
  owner,
  holders: [owner],
  effectiveK: 0,
  state: 'unsafe' as const,
  bytes: i,
});

/** What a view knows after having been told. */
class View {
  readonly states = new Map<number, number>();
  readonly successors = new Map<number, number>();
  readonly safeties = new Map<number, number>();
  readonly keys = new Map<string, number>();
  ids: number[] = [];
  loads: number[] = [];

  tell(message: SceneMessage): void {
    if (message.type === 'places') {
      expect(message.first * 20).toBeLessThanOrEqual(this.ids.length);
      this.ids.length = message.first * 20;
      this.ids.push(...message.ids);
    }
    if (message.type !== 'frame') return;
    for (const [i, node] of message.nodes.entries()) this.states.set(node, message.states[i]);
    for (const [i, place] of message.places.entries()) {
      this.successors.set(place, message.successors[i]);
      this.safeties.set(place, message.safeties[i]);
    }
    for (const { key: name, owner } of message.keys) this.keys.set(name, owner);
    if (message.loads) this.loads = [...message.loads];
  }
}

describe('a picture', () => {
  test('tells only what is new, and then nothing', () => {
    const picture = new Picture();
    const node = picture.node('a');
    const place = picture.place(id(7), address(7), node);
    picture.setState(node, NodeState.up);
    const [places, update] = picture.news(5) as [Places, Update];
    expect(places).toMatchObject({ type: 'places', first: 0 });
    expect(Buffer.from(places.ids).toString('hex')).toBe(id(7));
    expect(places.addresses[0]).toBe(addressNumber(address(7)));
    expect(update).toMatchObject({ atMs: 5, whole: false, playing: true, pace: 1000 });
    expect([...update.nodes, ...update.states]).toEqual([node, NodeState.up]);
    expect(picture.news(6)).toEqual([]);
    picture.setState(node, NodeState.up);
    picture.setSafety(place, 255);
    picture.setSuccessor(place, -1);
    picture.setKey(key(1, 0));
    expect(picture.news(7)).toHaveLength(1);
    picture.setKey(key(1, 0));
    expect(picture.news(8)).toEqual([]);
    picture.setLoad(node, 3);
    const [loaded] = picture.news(9) as [Update];
    expect([...loaded.loads!]).toEqual([3]);
    picture.figures = { ...picture.figures, messages: 1 };
    expect(picture.news(10)).toHaveLength(1);
    expect(picture.news(11)).toEqual([]);
  });

  test('keeps numbers for good', () => {
    const picture = new Picture();
    expect(picture.node('a')).toBe(0);
    expect(picture.node('b')).toBe(1);
    expect(picture.node('a')).toBe(0);
    expect(picture.numberOf('c')).toBe(-1);
    const place = picture.place(id(1), address(1), 1);
    expect(picture.place(id(1), address(1), 1)).toBe(place);
    expect(picture.placeOf(id(1), address(2))).toBe(-1);
    expect(picture.nodeOfPlace(place)).toBe(1);
    expect([...picture.livingPlaces()]).toEqual([]);
    picture.setState(1, NodeState.up);
    expect([...picture.livingPlaces()]).toEqual([place]);
  });

  test('whole and news, in any order of changes, say the same', () => {
    const change = fc.record({
      what: fc.constantFrom('state', 'successor', 'safety', 'load', 'key', 'tell'),
      who: fc.nat(12),
      value: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const picture = new Picture();
        const view = new View();
        for (const message of picture.whole(0)) view.tell(message);
        for (const { what, who, value } of changes) {
          const node = picture.node(String(who));
          const place = picture.place(id(who), address(who), node);
          if (what === 'state') picture.setState(node, value);
          if (what === 'successor') picture.setSuccessor(place, value);
          if (what === 'safety') picture.setSafety(place, value);
          if (what === 'load') picture.setLoad(node, value);
          if (what === 'key') picture.setKey(key(who, value));
          if (what === 'tell') for (const message of picture.news(1)) view.tell(message);
        }
        for (const message of picture.news(2)) view.tell(message);
        const fresh = new View();
        for (const message of picture.whole(3)) fresh.tell(message);
        expect(view.ids).toEqual(fresh.ids);
        expect([...view.keys].sort()).toEqual([...fresh.keys].sort());
        expect([...view.states].sort()).toEqual([...fresh.states].sort());
        for (const [place, successor] of fresh.successors) {
          expect(view.successors.get(place) ?? -1).toBe(successor);
          expect(view.safeties.get(place) ?? 255).toBe(fresh.safeties.get(place));
        }
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  test('is full at its limit', () => {
    const picture = new Picture();
    for (let i = 0; i < PLACES_LIMIT; i++) {
      expect(picture.isFull).toBe(false);
      picture.place(id(i), address(1), 0);
    }
    expect(picture.isFull).toBe(true);
  });
});

test('an address becomes its number, what is none becomes 0', () => {
  expect(addressNumber('1.2.3.4:5')).toBe(0x01020304 * 65536 + 5);
  expect(addressNumber('localhost:5')).toBe(0);
  expect(addressNumber('')).toBe(0);
});
