/** What a member tells, as plain fields. */
import { expect, test } from 'vitest';
import { noticeOf } from '../../../src/api/ring/notice.ts';

test('addresses of an event become text, what is none stays', () => {
  const event = { kind: 'arc', identity: 0x7f0000010001, end: 'ab' } as const;
  expect(noticeOf(event)).toEqual({ kind: 'arc', identity: '127.0.0.1:1', end: 'ab' });
});

test('an address that is nobody’s is left out', () => {
  const event = { kind: 'successor', identity: 0x7f0000010001, successor: 0 } as const;
  expect(noticeOf(event)).toEqual({ kind: 'successor', identity: '127.0.0.1:1' });
});
