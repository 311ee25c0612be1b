/** A lookup drawn while it goes on: steps, their ends, and copies that stay as they were told. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatId } from '../../../src/core/id.ts';
import { keyOf } from '../../../src/scene/protocol/names.ts';
import { clockwiseBits, LookupDraft } from '../../../src/scene/views/lookup-draft.ts';

const opening = { id: 7, kind: 'get', label: 'apple', target: 'ab', from: 3, startedMs: 10 };
const ask = (node: number, toldBy: number) => ({ node, id: null, toldBy, distanceBits: null });

describe('a lookup on its way', () => {
  test('knows how many hops each step was', () => {
    const draft = new LookupDraft(opening);
    expect(draft.asked(ask(1, -1), 11)).toBe(0);
    expect(draft.asked(ask(2, 0), 12)).toBe(1);
    expect(draft.asked(ask(5, -1), 13)).toBe(2);
    expect(draft.view().steps.map(({ hops }) => hops)).toEqual([1, 2, 1]);
  });

  test('ends, and what still waits is cancelled', () => {
    const draft = new LookupDraft(opening);
    draft.asked(ask(1, -1), 11);
    draft.asked(ask(2, 0), 12);
    draft.close(0, 'answered', 20);
    expect(draft.isRunning).toBe(true);
    draft.end({ failed: false, result: 'red', exact: true }, 30, null);
    expect(draft.isRunning).toBe(false);
    const view = draft.view();
    expect(view).toMatchObject({ ...opening, state: 'succeeded', endedMs: 30, result: 'red' });
    expect(view.steps.map(({ verdict, endedMs }) => [verdict, endedMs])).toEqual([
      ['answered', 20],
      ['cancelled', null],
    ]);
  });

  test('told once stays as it was told', () => {
    const draft = new LookupDraft(opening);
    draft.asked(ask(1, -1), 11);
    const before = draft.view();
    draft.close(0, 'timeout', 20);
    draft.end({ failed: true, result: 'nobody answered', exact: null }, 30, 30);
    expect(before.state).toBe('running');
    expect(before.steps[0].verdict).toBe('waiting');
    expect(draft.view().steps[0].verdict).toBe('timeout');
  });
});

describe('the way to a key', () => {
  test('in bits, is what whole numbers say', () => {
    const id = fc.uint8Array({ minLength: 20, maxLength: 20 });
    const number = (bytes: Uint8Array) => BigInt(`0x${formatId(bytes)}`);
    const ceiled = (distance: bigint) => (distance <= 1n ? 0 : (distance - 1n).toString(2).length);
    fc.assert(
      fc.property(id, id, fc.nat(20), (hash, key, same) => {
        key.set(hash.subarray(0, same)); // near ones, too
        const distance = (number(key) - number(hash) + 2n ** 160n) % 2n ** 160n;
        expect(clockwiseBits(hash, key)).toBe(ceiled(distance));
      }),
      { seed: 71 },
    );
    expect(clockwiseBits(keyOf('a'), keyOf('a'))).toBe(0);
  });
});
