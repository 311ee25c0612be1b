import { describe, expect, test, vi } from 'vitest';
import { DhtError } from '../../src/io/errors.ts';
import {
  bindError,
  enlargeReceiveBuffer,
  newSocket,
  refusalText,
} from '../../src/io/udp-socket.ts';

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

test('a system that gives no large buffer leaves the default', async () => {
  const socket = newSocket();
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  vi.spyOn(socket, 'setRecvBufferSize').mockImplementation(() => {
    throw new Error('ENOBUFS');
  });
  expect(() => enlargeReceiveBuffer(socket)).not.toThrow();
  socket.close();
});

test('why the system does not send is told in words, and in its own', () => {
  expect(refusalText('ENETUNREACH')).toBe('the network is unreachable (ENETUNREACH)');
  expect(refusalText('EPERM')).toBe('a firewall forbids it (EPERM)');
  expect(refusalText('EWHATEVER')).toBe('EWHATEVER');
});
