import { describe, expect, test } from 'vitest';
import { bindError } from '../../src/io/bind-error.ts';
import { DhtError } from '../../src/io/errors.ts';

describe('why a socket cannot be had', () => {
  const told = (code: string) => bindError(Object.assign(new Error(`bind ${code}`), { code }), 'X');

  test.each([
    ['EADDRINUSE', 'ADDRESS_IN_USE', 'cannot listen on X: the port is taken'],
    [
      'EADDRNOTAVAIL',
      'ADDRESS_UNAVAILABLE',
      'cannot listen on X: this machine has no such address',
    ],
    ['EACCES', 'NOT_PERMITTED', 'cannot listen on X: not permitted'],
    ['EPERM', 'NOT_PERMITTED', 'cannot listen on X: not permitted'],
    [
      'EMFILE',
      'OUT_OF_DESCRIPTORS',
      'cannot listen on X: too many files and sockets are open (ulimit -n)',
    ],
    [
      'ENFILE',
      'OUT_OF_DESCRIPTORS',
      'cannot listen on X: too many files and sockets are open (ulimit -n)',
    ],
    ['ENOMEM', 'SOCKET_FAILED', 'cannot listen on X: bind ENOMEM'],
  ])('%s is told as %s', (name, code, message) => {
    const error = told(name);
    expect(error).toBeInstanceOf(DhtError);
    expect(error).toMatchObject({ code, message, cause: { code: name } });
  });

  test('what is no error of the system stays what it is', () => {
    const wrong = Object.assign(new RangeError('port'), { code: 'ERR_SOCKET_BAD_PORT' });
    expect(bindError(wrong, 'X')).toBe(wrong);
    const plain = new Error('no code');
    expect(bindError(plain, 'X')).toBe(plain);
  });
});
