/** Messages kept: the newest, so many and so long. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeptMessages } from '../../../src/scene/world/kept-messages.ts';

test('the newest are kept, as many as fit, and always the last', () => {
  const lengths = fc.array(fc.nat(30), { maxLength: 60 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 10 }), fc.nat(60), (all, countMax, bytesMax) => {
      const kept = new KeptMessages(countMax, bytesMax);
      for (const [i, length] of all.entries()) kept.keep(i + 1, new Uint8Array(length), i);
      let first = all.length;
      for (let bytes = 0; first > 0; first--) {
        bytes += all[first - 1];
        const isLast = first === all.length;
        if (!isLast && (all.length - first >= countMax || bytes > bytesMax)) break;
      }
      for (let id = 0; id <= all.length + 1; id++) {
        const isThere = id > first && id <= all.length;
        const message = kept.get(id);
        expect(message === null, `${id}`).toBe(!isThere);
        if (message)
          expect(message).toMatchObject({ call: id - 1, bytes: { length: all[id - 1] } });
      }
      expect(kept.count).toBe(all.length - first);
    }),
    { seed: 95 },
  );
});
