import { expect, test } from 'vitest';
import { callLater, clientError, listenFrom } from '../../../src/api/compat/calls.ts';
import { DhtError } from '../../../src/mainline.ts';

test('errors have the codes that programs look for', () => {
  expect(clientError(new DhtError('TIMEOUT', 'late'))).toMatchObject({ code: 'ETIMEDOUT' });
  expect(clientError(new DhtError('ADDRESS_IN_USE', 'x'))).toMatchObject({ code: 'EADDRINUSE' });
  expect(clientError(new DhtError('OUTDATED', 'x', { krpcCode: 302 }))).toMatchObject({
    code: 302,
  });
  expect(clientError(new DhtError('CLOSED', 'x')).message).toBe('dht is destroyed');
  const own = new TypeError('of the program');
  expect(clientError(own)).toBe(own);
});

test('listen takes what bind takes', () => {
  const done = () => {};
  expect(listenFrom([])).toEqual({ port: 0, address: undefined, onListening: undefined });
  expect(listenFrom([done])).toEqual({ port: 0, address: undefined, onListening: done });
  expect(listenFrom([5, done])).toMatchObject({ port: 5, onListening: done });
  expect(listenFrom([5, '127.0.0.1', done])).toMatchObject({ port: 5, address: '127.0.0.1' });
  expect(listenFrom([{ port: 6, address: '::1' }])).toMatchObject({ port: 6, address: '::1' });
  expect(() => listenFrom([70_000])).toThrow(RangeError);
});

test('what is called later is called in a turn of its own', async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    callLater(() => {
      order.push('later');
      resolve();
    });
    order.push('now');
  });
  expect(order).toEqual(['now', 'later']);
});
