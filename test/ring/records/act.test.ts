import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frame, FrameWriter } from '../../../src/ring/frames.ts';
import {
  ACT_EXTRA_BYTES,
  type Act,
  actOf,
  applyAct,
  CONDITIONS,
  EXPIRIES,
  EXPIRY_CONDITIONS,
  integerOf,
  plainSet,
  putAct,
  readAct,
  VERBS,
} from '../../../src/ring/records/act.ts';
import {
  expiryMs,
  isTombstone,
  NAME_BYTES_MAX,
  nameOf,
  RecordRoom,
  roomyRecord,
  valueAt,
} from '../../../src/ring/records/record.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | null) =>
  value === null ? null : new TextDecoder().decode(value);

function recordOf(value: string, untilMs = 0, name = 'a'): Uint8Array {
  const record = roomyRecord(bytes(name), untilMs, value.length);
  record.set(bytes(value), valueAt(record));
  return record;
}

/** What becomes of a value: the verdict, the value, its expiry and the result. */
function tried(act: Partial<Act> & Pick<Act, 'verb'>, before: Uint8Array | null, now = 1000) {
  const { verdict, record, result } = applyAct(actOf(act), before, now, 100);
  const value =
    record === null
      ? undefined
      : isTombstone(record)
        ? null
        : text(record.subarray(valueAt(record)));
  return { verdict, value, untilMs: record === null ? 0 : expiryMs(record), result: text(result) };
}

const gone = recordOf('old', 999);
const held = recordOf('old');

it('a plain set is the act that its words say', () => {
  const [name, value] = [bytes('a'), bytes('new')];
  expect(plainSet(name, value)).toEqual(actOf({ verb: 'set', expiry: 'none', name, value }));
});

describe('an act', () => {
  it('sets, and gives the key its name once', () => {
    const { record } = applyAct(
      actOf({ verb: 'set', name: bytes('b'), value: bytes('x') }),
      null,
      0,
      9,
    );
    expect(text(nameOf(record!))).toBe('b');
    const next = applyAct(
      actOf({ verb: 'set', name: bytes('c'), value: bytes('y') }),
      record,
      0,
      9,
    );
    expect(text(nameOf(next.record!))).toBe('b');
    const nameless = applyAct(actOf({ verb: 'set', value: bytes('y') }), null, 0, 9);
    expect(nameOf(nameless.record!)).toBeNull();
  });

  it.each<[string, Partial<Act>, Uint8Array | null, boolean]>([
    ['absent and there is nothing', { when: 'absent' }, null, true],
    ['absent and it has expired', { when: 'absent' }, gone, true],
    ['absent and it is there', { when: 'absent' }, held, false],
    ['present and it is there', { when: 'present' }, held, true],
    ['present and it has expired', { when: 'present' }, gone, false],
    ['of this version', { when: 'version', expected: held.subarray(0, 16) }, held, true],
    ['of another version', { when: 'version', expected: new Uint8Array(16).fill(1) }, held, false],
    ['of a version and absent', { when: 'version', expected: new Uint8Array(16) }, null, false],
    ['equal', { when: 'equal', expected: bytes('old') }, held, true],
    ['not equal', { when: 'equal', expected: bytes('older') }, held, false],
    ['equal and absent', { when: 'equal', expected: bytes('') }, null, false],
    ['different', { when: 'different', expected: bytes('new') }, held, true],
    ['different and absent', { when: 'different', expected: bytes('new') }, null, true],
    ['not different', { when: 'different', expected: bytes('old') }, held, false],
  ])('with a condition: %s', (_what, condition, before, isDone) => {
    const made = tried({ verb: 'set', value: bytes('new'), wantsOld: true, ...condition }, before);
    expect(made.verdict).toBe(isDone ? 'done' : 'unmatched');
    expect(made.value).toBe(isDone ? 'new' : undefined);
    expect(made.result).toBe(before === held ? 'old' : null);
  });

  it('appends and overwrites with zeros between, up to the limit', () => {
    expect(tried({ verb: 'append', value: bytes('er') }, held)).toMatchObject({
      value: 'older',
      result: '5',
    });
    expect(tried({ verb: 'append', value: bytes('er') }, null)).toMatchObject({ value: 'er' });
    expect(tried({ verb: 'overwrite', offset: 5, value: bytes('x') }, held).value).toBe('old\0\0x');
    expect(tried({ verb: 'overwrite', offset: 1, value: bytes('x') }, held).value).toBe('oxd');
    expect(tried({ verb: 'overwrite', offset: 99, value: bytes('x') }, null).verdict).toBe('done');
    expect(tried({ verb: 'overwrite', offset: 100, value: bytes('x') }, null).verdict).toBe(
      'too-large',
    );
  });

  it('adds to 64-bit numbers as they are written in one way only', () => {
    expect(tried({ verb: 'add', delta: 5n }, null)).toMatchObject({ value: '5', result: '5' });
    expect(tried({ verb: 'add', delta: -7n }, recordOf('5', 2000))).toMatchObject({
      value: '-2',
      untilMs: 2000,
    });
    for (const odd of [
      '',
      ' 1',
      '1 ',
      '+1',
      '01',
      '-0',
      '1.0',
      '0x1',
      '9223372036854775808',
      'x',
    ]) {
      expect(tried({ verb: 'add', delta: 1n }, recordOf(odd)).verdict, odd).toBe('not-an-integer');
      expect(integerOf(bytes(odd))).toBeNull();
    }
    const most = recordOf('9223372036854775807');
    expect(tried({ verb: 'add', delta: 1n }, most)).toMatchObject({
      verdict: 'overflow',
      value: undefined,
    });
    const least = recordOf('-9223372036854775808');
    expect(tried({ verb: 'add', delta: -1n }, least).verdict).toBe('overflow');
  });

  it('removes what is there', () => {
    expect(tried({ verb: 'remove', wantsOld: true }, held)).toMatchObject({
      value: null,
      result: 'old',
    });
    expect(tried({ verb: 'remove' }, gone).verdict).toBe('unmatched');
    const { record } = applyAct(actOf({ verb: 'remove' }), held, 0, 9);
    expect(text(nameOf(record!))).toBe('a');
  });

  it('keeps, clears or sets the expiry; one in the past removes', () => {
    const soon = recordOf('old', 5000);
    const set: Partial<Act> & Pick<Act, 'verb'> = { verb: 'set', value: bytes('x') };
    expect(tried({ ...set, expiry: 'kept' }, soon).untilMs).toBe(5000);
    expect(tried({ ...set, expiry: 'none' }, soon).untilMs).toBe(0);
    expect(tried({ ...set, expiry: 'at', untilMs: 7000 }, soon).untilMs).toBe(7000);
    expect(tried({ ...set, expiry: 'at', untilMs: 1000 }, soon).value).toBeNull();
    expect(tried({ verb: 'expire', expiry: 'at', untilMs: 10 }, soon).value).toBeNull();
    expect(tried({ verb: 'expire', expiry: 'at', untilMs: 6000 }, soon)).toMatchObject({
      value: 'old',
      untilMs: 6000,
    });
    expect(tried({ verb: 'expire', expiry: 'at', untilMs: 6000 }, null).verdict).toBe('unmatched');
    expect(tried({ verb: 'expire', expiry: 'none' }, held).verdict).toBe('unmatched');
  });

  it.each<[Act['expiryWhen'], number, number, boolean]>([
    ['without', 0, 6000, true],
    ['without', 5000, 6000, false],
    ['with', 5000, 6000, true],
    ['with', 0, 6000, false],
    ['later', 5000, 6000, true],
    ['later', 5000, 4000, false],
    ['later', 0, 4000, false],
    ['sooner', 5000, 4000, true],
    ['sooner', 5000, 6000, false],
    ['sooner', 0, 6000, true],
  ])('expires only when %s: %i, then %i', (expiryWhen, before, untilMs, isDone) => {
    const made = tried(
      { verb: 'expire', expiry: 'at', untilMs, expiryWhen },
      recordOf('x', before),
    );
    expect(made.verdict).toBe(isDone ? 'done' : 'unmatched');
  });
});

describe('the bytes of an act', () => {
  const chunk = fc.uint8Array({ maxLength: 40 });
  const acts: fc.Arbitrary<Act> = fc.record({
    verb: fc.constantFrom(...VERBS),
    when: fc.constantFrom(...CONDITIONS),
    expected: chunk,
    expiry: fc.constantFrom(...EXPIRIES),
    untilMs: fc.nat(),
    expiryWhen: fc.constantFrom(...EXPIRY_CONDITIONS),
    wantsOld: fc.boolean(),
    name: chunk,
    offset: fc.nat(),
    delta: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    value: chunk,
  });
  const frameOf = (payload: Uint8Array) => {
    const frame = new Frame();
    frame.bytes = payload;
    frame.end = payload.length;
    return frame;
  };

  it('come back as they were', () => {
    fc.assert(
      fc.property(acts, (given) => {
        const act = given.when === 'version' ? { ...given, expected: new Uint8Array(16) } : given;
        const out = new FrameWriter();
        putAct(out, act);
        const read = readAct(frameOf(out.bytes.slice(0, out.length)));
        expect(read).toEqual(act);
        expect(out.length - act.value.length - act.expected.length).toBeLessThan(ACT_EXTRA_BYTES);
      }),
    );
  });

  it('that are none are told, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        const act = readAct(frameOf(noise));
        if (act !== null) applyAct(act, held, 1000, 1 << 20);
      }),
    );
    const out = new FrameWriter();
    putAct(out, actOf({ verb: 'set', name: new Uint8Array(NAME_BYTES_MAX + 1) }));
    expect(readAct(frameOf(out.bytes.slice(0, out.length)))).toBeNull();
  });
});

describe('a value with room around it', () => {
  it('is not copied, but when it is asked for again: what was stored stays as it is', () => {
    const room = new RecordRoom(bytes('a'), 3);
    room.value.set(bytes('new'));
    const act = actOf({ verb: 'set', value: room.value, room, name: bytes('a') });
    const first = applyAct(act, recordOf('old'), 1000, 100).record!;
    expect(first.buffer).toBe(room.value.buffer);
    first.fill(5, 0, 16);
    const again = applyAct(act, first, 1000, 100).record!;
    expect(again.buffer).not.toBe(first.buffer);
    expect([text(again.subarray(valueAt(again))), first[0]]).toEqual(['new', 5]);
  });

  it('is copied where the key has another name', () => {
    const room = new RecordRoom(bytes('b'), 3);
    room.value.set(bytes('new'));
    const act = actOf({ verb: 'set', value: room.value, room, name: bytes('b') });
    const { record } = applyAct(act, recordOf('old'), 1000, 100);
    expect(record!.buffer).not.toBe(room.value.buffer);
    expect([text(nameOf(record!)), text(record!.subarray(valueAt(record!)))]).toEqual(['a', 'new']);
  });
});
