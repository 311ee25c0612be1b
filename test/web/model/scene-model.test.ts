import fc from 'fast-check';
import { NodeState } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import {
  FLIGHTS_KEPT,
  LOOKUPS_KEPT,
  NOBODY,
  SceneModel,
} from '../../../web/src/model/scene-model.ts';
import { addPlaces, flight, frame, hello, lookup, setStates } from './messages.ts';

describe('a scene in columns', () => {
  test('places are numbered on, and a node finds its own', () => {
    const model = new SceneModel();
    model.apply(hello());
    addPlaces(model, 0, [0, 1], [[0x80], [0x40]]);
    addPlaces(model, 2, [0], [[0xc0]]);
    expect(model.placeCount).toBe(3);
    expect(model.nodeCount).toBe(2);
    expect(model.placesOf(0).sort()).toEqual([0, 2]);
    expect(model.placesOf(7)).toEqual([]);
    expect(Array.from(model.turns.subarray(0, 3))).toEqual([0.5, 0.25, 0.75]);
    expect(model.idText(1)).toBe('40'.padEnd(40, '0'));
  });

  test('columns grow and keep what they held', () => {
    const model = new SceneModel();
    const count = 1000;
    for (let first = 0; first < count; first += 100) {
      const nodes = Array.from({ length: 100 }, (_, i) => first + i);
      addPlaces(
        model,
        first,
        nodes,
        nodes.map((node) => [node >> 8, node & 255]),
      );
    }
    setStates(model, [3, 999], NodeState.up);
    expect(model.placeCount).toBe(count);
    for (const place of [0, 63, 64, 500, 999]) {
      expect(model.nodeOf[place]).toBe(place);
      expect(model.turns[place]).toBe(place / 65536);
      expect(model.successorOf[place]).toBe(NOBODY);
      expect(model.placesOf(place)).toEqual([place]);
    }
    expect(Array.from(model.sortedPlaces)).toEqual([3, 999]);
  });

  test('the owner of a point is the last member at or before it, as by counting', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        fc.integer({ min: 0, max: 1023 }),
        (heads, living, point) => {
          const model = new SceneModel();
          addPlaces(
            model,
            0,
            heads.map((_, i) => i),
            heads.map((head) => [head]),
          );
          const members = heads.map((_, i) => i).filter((i) => living[i]);
          setStates(model, members, NodeState.up);
          const turn = point / 1024;
          const index = model.ownerIndex(turn);
          const owner = index < 0 ? -1 : model.sortedPlaces[index];
          const before = members.filter((i) => heads[i]! / 256 <= turn);
          const candidates = before.length > 0 ? before : members;
          const expected = candidates.sort((a, b) => heads[b]! - heads[a]!)[0] ?? -1;
          expect(owner).toBe(expected);
        },
      ),
    );
  });

  test('a crash takes a node off the circle, a pause does not', () => {
    const model = new SceneModel();
    addPlaces(model, 0, [0, 1, 2], [[10], [20], [30]]);
    setStates(model, [0, 1, 2], NodeState.up);
    setStates(model, [1], NodeState.crashed);
    expect(Array.from(model.sortedPlaces)).toEqual([0, 2]);
    setStates(model, [2], NodeState.paused);
    expect(Array.from(model.sortedPlaces)).toEqual([0, 2]);
  });

  test('a whole frame takes the place of everything before it', () => {
    const model = new SceneModel();
    addPlaces(model, 0, [0, 1], [[10], [20]]);
    setStates(model, [0, 1], NodeState.up);
    model.apply(frame({ sides: Uint8Array.of(0, 1), sybils: Uint32Array.of(1) }));
    expect(model.isSplit).toBe(true);
    expect(model.isSybil[1]).toBe(1);
    model.apply(frame({ whole: true, nodes: Uint32Array.of(1), states: Uint8Array.of(1) }));
    expect(Array.from(model.stateOf.subarray(0, 2))).toEqual([0, 1]);
    expect(model.isSplit).toBe(false);
    expect(model.isSybil[1]).toBe(0);
  });

  test('what lies ahead is forgotten when time goes back', () => {
    const model = new SceneModel();
    const outcomes = (endedMs: number[]) =>
      model.apply({
        type: 'outcomes',
        endedMs: Float64Array.from(endedMs),
        durationsMs: Float64Array.from(endedMs, (ms) => ms / 10),
        hops: Uint8Array.from(endedMs, () => 3),
        messages: Uint16Array.from(endedMs, () => 9),
        results: Uint8Array.from(endedMs, () => 2),
      });
    model.apply(frame({ atMs: 100 }));
    outcomes([50, 90]);
    model.apply(frame({ atMs: 900 }));
    outcomes([400, 80, 800]);
    model.apply(frame({ atMs: 90, whole: true }));
    expect(Array.from(model.outcomes.endedMs.subarray(0, model.outcomes.length))).toEqual([
      50, 90, 80,
    ]);
    expect(model.outcomes.durationsMs[2]).toBe(8);
    expect(model.figures.atMs).toEqual([90]);
  });

  test('places that begin at 0 again are all there are', () => {
    const model = new SceneModel();
    addPlaces(model, 0, [0, 1, 1], [[10], [20], [30]]);
    addPlaces(model, 0, [0, 1], [[10], [20]]);
    expect(model.placeCount).toBe(2);
    expect(model.nodeCount).toBe(2);
    expect(model.placesOf(1)).toEqual([1]);
  });

  test('back in time no message is there twice: those that are still to be seen come again', () => {
    const model = new SceneModel();
    model.apply(hello());
    model.apply(frame({ atMs: 1000, whole: true }));
    model.apply({ type: 'flights', flights: [flight(1), flight(2)], omitted: 0 });
    model.apply(frame({ atMs: 500, whole: true }));
    model.apply({ type: 'flights', flights: [flight(3, { sentMs: 1 })], omitted: 0 });
    expect(model.flights.map(({ id }) => id)).toEqual([3]);
  });

  test('lookups and flights are bounded, the newest stay', () => {
    const model = new SceneModel();
    for (let id = 1; id <= LOOKUPS_KEPT + 5; id++) {
      model.apply(lookup(id));
    }
    expect(model.lookups.size).toBe(LOOKUPS_KEPT);
    expect([...model.lookups.keys()][0]).toBe(6);
    const flight = {
      arrivesMs: 2,
      from: 0,
      to: 1,
      fate: 'delivered',
      kind: 'GET',
      bytes: 3,
      lookup: 0,
      exchange: 0,
    } as const;
    for (let id = 1; id <= FLIGHTS_KEPT + 1; id++) {
      model.apply({ type: 'flights', flights: [{ id, sentMs: id, ...flight }], omitted: 1 });
    }
    expect(model.flights.length).toBe(FLIGHTS_KEPT / 2);
    expect(model.flights.at(-1)!.id).toBe(FLIGHTS_KEPT + 1);
    expect(model.omittedFlights).toBe(FLIGHTS_KEPT + 1);
  });

  test('each tick tells of its own thing only', () => {
    const model = new SceneModel();
    const ticks = () => [model.tick, model.keysTick, model.nodeTick].map((tick) => tick.value);
    model.apply(hello());
    const [tick, keys, node] = ticks();
    model.apply(frame({ atMs: 1 }));
    expect(ticks()).toEqual([tick! + 1, keys, node]);
    model.apply({ type: 'busy', what: 'going back', done: 0.5 });
    expect(model.busy.value?.done).toBe(0.5);
    model.apply({ type: 'busy', what: 'going back', done: 1 });
    expect(model.busy.value).toBeNull();
    expect(ticks()).toEqual([tick! + 1, keys, node]);
  });

  test('another hello is another world', () => {
    const model = new SceneModel();
    addPlaces(model, 0, [0], [[10]]);
    setStates(model, [0], NodeState.up);
    model.apply(hello());
    expect(model.placeCount).toBe(0);
    expect(model.nodeCount).toBe(0);
    expect(model.sortedPlaces.length).toBe(0);
    expect(model.ownerIndex(0.5)).toBe(-1);
    addPlaces(model, 0, [0], [[10]]);
    expect(model.placesOf(0)).toEqual([0]);
  });
});
