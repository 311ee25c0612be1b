import { expect, it } from 'vitest';
import { markOf, Setting } from '../../../src/api/resp/setting.ts';
import { DhtError } from '../../../src/io/errors.ts';
import { OK, RespError } from '../../../src/ring/resp/replies.ts';

const acted = {
  verdict: 'done',
  existed: false,
  result: null,
  copies: 1,
  owner: 0,
  hops: 0,
} as const;
const version = new Uint8Array(16);

it('a SET answers OK, or what went wrong, and says so once', () => {
  const ended: unknown[] = [];
  const of = () => new Setting(7, ({ reply }) => ended.push(reply));
  of().acted({ ...acted, version });
  of().acted({ ...acted, version, verdict: 'too-large' });
  of().failed(new DhtError('TOO_FEW_COPIES', 'one of three'));
  expect(ended[0]).toBe(OK);
  expect(ended[1]).toBeInstanceOf(RespError);
  expect((ended[2] as RespError).text).toBe('NOREPLICAS one of three');
});

it('a key has one mark, wherever it lies', () => {
  const bytes = Uint8Array.from([9, 1, 2, 3, 9]);
  expect(markOf(bytes, 1, 4)).toBe(markOf(Uint8Array.from([1, 2, 3])));
  expect(markOf(bytes, 1, 4)).not.toBe(markOf(bytes, 1, 3));
});
