/** Columns there and back; what is none is named. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COLUMNS, column, encodedColumn } from '../../../src/scene/protocol/columns.ts';
import { read, shape } from '../../../src/scene/protocol/shape.ts';

const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

describe('a column', () => {
  test.each(names)('of %s is the same when it has travelled', (name) => {
    const { BYTES_PER_ELEMENT } = COLUMNS[name];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const whole = bytes.slice(0, bytes.length - (bytes.length % BYTES_PER_ELEMENT));
        const values = new COLUMNS[name](whole.buffer);
        const line = JSON.parse(JSON.stringify(encodedColumn(values)));
        const back = read(column(name), line, 'column');
        expect(back).toBeInstanceOf(COLUMNS[name]);
        expect(new Uint8Array(back.buffer)).toEqual(whole);
      }),
      { seed: 3 },
    );
  });

  test('of a part of a buffer is that part', () => {
    expect(encodedColumn(Uint32Array.of(1, 2, 3).subarray(1, 2))).toEqual({ u32: 'AgAAAA==' });
    expect(encodedColumn([1])).toBeNull();
    expect(encodedColumn(new DataView(new ArrayBuffer(4)))).toBeNull();
  });

  test.each([
    undefined,
    null,
    'AAAA',
    {},
    { u8: 'AAAA' },
    { u32: 5 },
    { u32: 'A' },
    { u32: 'AAAA' },
  ])('%j is none of 32 bits', (value) => {
    expect(() => read(shape({ nodes: column('u32') }), { nodes: value }, '')).toThrow(
      '"nodes" expected {"u32": base64}',
    );
  });
});
