import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutcomeColumns } from '../../../web/src/model/outcome-columns.ts';

interface Ended {
  endedMs: number;
  durationMs: number;
  hops: number;
  messages: number;
  result: number;
}

const ended = fc.record<Ended>({
  endedMs: fc.nat(1000),
  durationMs: fc.nat(5000),
  hops: fc.nat(255),
  messages: fc.nat(65_535),
  result: fc.nat(3),
});

type Event = { add: Ended[] } | { forgetAfter: number };
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ add: fc.array(ended, { maxLength: 400 }) }),
  fc.record({ forgetAfter: fc.nat(1000) }),
);

test('columns that grow and forget hold what a plain list would', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const columns = new OutcomeColumns();
      let list: Ended[] = [];
      for (const each of events) {
        if ('add' in each) {
          list.push(...each.add);
          columns.add({
            type: 'outcomes',
            endedMs: Float64Array.from(each.add, ({ endedMs }) => endedMs),
            durationsMs: Float64Array.from(each.add, ({ durationMs }) => durationMs),
            hops: Uint8Array.from(each.add, ({ hops }) => hops),
            messages: Uint16Array.from(each.add, ({ messages }) => messages),
            results: Uint8Array.from(each.add, ({ result }) => result),
          });
        } else {
          list = list.filter(({ endedMs }) => endedMs <= each.forgetAfter);
          columns.forgetAfter(each.forgetAfter);
        }
      }
      const held = Array.from({ length: columns.length }, (_, i) => ({
        endedMs: columns.endedMs[i],
        durationMs: columns.durationsMs[i],
        hops: columns.hops[i],
        messages: columns.messages[i],
        result: columns.results[i],
      }));
      expect(held).toEqual(list);
    }),
  );
});
