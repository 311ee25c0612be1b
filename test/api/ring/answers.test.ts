import { expect, it } from 'vitest';
import { actedOf, frameOf, listPageOf, partOf, written } from '../../../src/api/ring/answers.ts';
import { failure } from '../../../src/ring/outcome.ts';
import { ListFlag } from '../../../src/ring/queries.ts';
import { actOf, bytesOfAct, readAct } from '../../../src/ring/records/act.ts';

it('an act has its bytes, and its outcome a meaning', () => {
  const act = actOf({ verb: 'append', value: Uint8Array.of(1, 2) });
  expect(readAct(frameOf(bytesOfAct(act)))).toEqual(act);
  const outcome = { ...failure('ok'), found: true, value: Uint8Array.of(1, 1, 52), copies: 2 };
  expect(actedOf(outcome)).toMatchObject({
    verdict: 'unmatched',
    result: Uint8Array.of(52),
    existed: true,
    copies: 2,
  });
  expect(actedOf({ ...outcome, value: Uint8Array.of(0, 0) })).toMatchObject({
    verdict: 'done',
    result: null,
  });
});

it('a part and a list are read as they were written', () => {
  expect(partOf(frameOf(Uint8Array.of(0)))).toBeNull();
  const part = written((out) => {
    out.u8(1);
    out.raw(new Uint8Array(16).fill(7));
    out.f64(99);
    out.f64(10);
    out.raw(Uint8Array.of(1, 2));
  });
  expect(partOf(frameOf(part))).toEqual({
    value: Uint8Array.of(1, 2),
    version: new Uint8Array(16).fill(7),
    untilMs: 99,
    length: 10,
  });
  const list = written((out) => {
    out.raw(new Uint8Array(20).fill(9));
    out.u32(1);
    out.raw(new Uint8Array(20).fill(1));
    out.raw(new Uint8Array(16));
    out.f64(0);
    out.f64(2);
    out.u8(1);
    out.u32(1);
    out.raw(Uint8Array.of(97));
    out.raw(Uint8Array.of(5, 6));
  });
  const page = listPageOf(frameOf(list), ListFlag.values);
  expect(page.next).toEqual(new Uint8Array(20).fill(9));
  expect(page.entries).toMatchObject([{ name: Uint8Array.of(97), value: Uint8Array.of(5, 6) }]);
  // One that is cut ends.
  expect(listPageOf(frameOf(list.subarray(0, 50)), 0).entries.length).toBeLessThanOrEqual(1);
});
