/** Space-time diagrams: arrows fall, nothing lies on a word, and what is before what is what Lamport says. */
import fc from 'fast-check';
import type { Flight } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import type { PairedFlight } from '../../../web/src/model/message-filter.ts';
import {
  ARROWS_MAX,
  causesOf,
  drawSpaceTime,
  LANES_MAX,
  LEFT,
  LETTER_WIDTH,
  ROW_HEIGHT,
} from '../../../web/src/panels/space-time.ts';
import { flight } from '../model/messages.ts';

const alone = (one: Flight): PairedFlight => ({ flight: one, other: null });
const draw = (flights: readonly Flight[], nowMs = 1e9) => drawSpaceTime(flights.map(alone), nowMs);

/** Messages as worlds have them: numbered as they were sent, some lost, some at the same moment. */
const worlds = fc
  .array(
    fc.record({
      gapMs: fc.constantFrom(0, 0, 1, 40, 5000),
      tripMs: fc.constantFrom(0, 3, 50, 400),
      from: fc.nat({ max: 6 }),
      to: fc.nat({ max: 6 }),
      fate: fc.constantFrom('delivered', 'delivered', 'lost', 'unreachable', 'unknown'),
      kind: fc.constantFrom('get', 'find_node', 'a word that is longer than any other'),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((list) => {
    let sentMs = 0;
    return list.map(({ gapMs, tripMs, fate, from, to, kind }, i): Flight => {
      sentMs += gapMs;
      const arrivesMs = fate === 'unknown' ? null : sentMs + tripMs;
      return flight(i + 1, { sentMs, arrivesMs, fate: fate as Flight['fate'], from, to, kind });
    });
  });

describe('a space-time diagram', () => {
  test('has a line for each node in the order of appearance, and times at the left', () => {
    const drawing = draw([
      flight(1, { from: 7, to: 3, sentMs: 100 }),
      flight(2, { from: 3, to: -1, sentMs: 100 }),
      flight(3, { from: 3, to: 7, sentMs: 160 }),
    ]);
    expect(drawing.lanes.map(({ node }) => node)).toEqual([7, 3, -1]);
    expect(drawing.ticks.map(({ atMs }) => atMs)).toEqual([100, 160]);
    for (const { x } of drawing.lanes) expect(x).toBeGreaterThan(LEFT);
  });

  test('a lost one ends on the way, one that nobody took at its end, both in a cross', () => {
    const [lost, refused] = draw([flight(1, { fate: 'lost' }), flight(2, { fate: 'unreachable' })])
      .arrows as [ArrowLike, ArrowLike];
    expect([lost.end, refused.end]).toEqual(['crossed', 'crossed']);
    expect(lost.x2).toBeLessThan(refused.x2);
  });

  test('one on its way is as far as it has come', () => {
    const half = draw([flight(1, { sentMs: 0, arrivesMs: 100 })], 50);
    const [{ end, x1, x2 }] = half.arrows as [ArrowLike];
    const [from, to] = half.lanes as [{ x: number }, { x: number }];
    expect(end).toBe('flying');
    expect((x2 - x1) / (to.x - from.x)).toBeCloseTo(0.5);
  });

  test('falls from its sending, and at each node everything is in its order', () => {
    fc.assert(
      fc.property(worlds, (flights) => {
        const { arrows, height } = draw(flights);
        const seen = new Map<number, { atMs: number; y: number }[]>();
        for (const { flight: one, y1, y2, end } of arrows) {
          expect(y2).toBeGreaterThan(y1);
          expect(y2).toBeLessThan(height);
          const at = (node: number, atMs: number, y: number) =>
            seen.set(node, [...(seen.get(node) ?? []), { atMs, y }]);
          at(one.from, one.sentMs, y1);
          if (end === 'arrived' && one.arrivesMs !== null) at(one.to, one.arrivesMs, y2);
        }
        for (const spots of seen.values()) {
          spots.sort((a, b) => a.y - b.y);
          const times = spots.map(({ atMs }) => atMs);
          expect(times).toEqual([...times].sort((a, b) => a - b));
        }
      }),
    );
  });

  test('no word lies on another, none reaches the next line or leaves the drawing', () => {
    fc.assert(
      fc.property(worlds, (flights) => {
        const { arrows, lanes, width } = draw(flights);
        const boxes = arrows.map(({ word }) => {
          const length = word.text.length * LETTER_WIDTH;
          const left = word.anchor === 'start' ? word.x : word.x - length;
          return { left, right: left + length, y: word.y };
        });
        for (const [i, a] of boxes.entries()) {
          expect(a.left).toBeGreaterThanOrEqual(LEFT - 12);
          expect(a.right).toBeLessThanOrEqual(width);
          for (const { x } of lanes) expect(a.left < x && a.right > x).toBe(false);
          for (const b of boxes.slice(i + 1)) {
            expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(ROW_HEIGHT - 1e-9);
          }
        }
      }),
    );
  });

  test('has room for so many messages and nodes, and says how many it left out', () => {
    const many = Array.from({ length: ARROWS_MAX + 5 }, (_, i) => flight(i + 1));
    expect(draw(many).arrows).toHaveLength(ARROWS_MAX);
    expect(draw(many).omitted).toBe(5);
    expect(draw(many).arrows[0]!.flight.id).toBe(6);
    const wide = Array.from({ length: LANES_MAX + 2 }, (_, i) =>
      flight(i + 1, { from: 0, to: i + 1 }),
    );
    const { lanes, omitted } = draw(wide);
    expect(lanes).toHaveLength(LANES_MAX);
    expect(omitted).toBe(3);
  });

  test('of nothing is empty', () => {
    expect(draw([])).toMatchObject({ lanes: [], arrows: [], ticks: [], omitted: 0 });
  });
});

type ArrowLike = ReturnType<typeof draw>['arrows'][number];

describe('before and after', () => {
  test('goes along the lines and along the arrows; the rest is beside', () => {
    const drawing = draw([
      flight(1, { from: 0, to: 1, sentMs: 0, arrivesMs: 50 }),
      flight(2, { from: 3, to: 4, sentMs: 10, arrivesMs: 60 }),
      flight(3, { from: 1, to: 2, sentMs: 50, arrivesMs: 100 }),
      flight(4, { from: 2, to: 3, sentMs: 100, arrivesMs: 150 }),
      flight(5, { from: 0, to: 4, sentMs: 110, arrivesMs: 160 }),
    ]);
    const causes = causesOf(drawing, 3)!;
    expect([...causes.before]).toEqual([1]);
    expect([...causes.after]).toEqual([4]);
    expect([...causesOf(drawing, 1)!.after].sort()).toEqual([3, 4, 5]);
    expect(causesOf(drawing, 9)).toBeNull();
  });

  test('one that was lost causes nothing elsewhere', () => {
    const drawing = draw([
      flight(1, { from: 0, to: 1, sentMs: 0, arrivesMs: 50, fate: 'lost' }),
      flight(2, { from: 1, to: 2, sentMs: 90, arrivesMs: 99 }),
    ]);
    expect(causesOf(drawing, 1)!.after.size).toBe(0);
  });

  test('are each other’s reverse, never both, and carry on from one to the next', () => {
    fc.assert(
      fc.property(worlds, (flights) => {
        const drawing = draw(flights);
        const all = new Map(flights.map(({ id }) => [id, causesOf(drawing, id)!]));
        for (const [id, { before, after }] of all) {
          expect(before.has(id) || after.has(id)).toBe(false);
          for (const other of before) {
            expect(after.has(other)).toBe(false);
            expect(all.get(other)!.after.has(id)).toBe(true);
            for (const earlier of all.get(other)!.before) expect(before.has(earlier)).toBe(true);
          }
          for (const other of after) expect(all.get(other)!.before.has(id)).toBe(true);
        }
      }),
    );
  });
});
