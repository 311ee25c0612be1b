import { expect, test, vi } from 'vitest';
import { enlargeReceiveBuffer, newSocket, refusalText } from '../../src/io/udp-socket.ts';

test('a system that gives no large buffer leaves the default', async () => {
  const socket = newSocket();
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  vi.spyOn(socket, 'setRecvBufferSize').mockImplementation(() => {
    throw new Error('ENOBUFS');
  });
  expect(() => enlargeReceiveBuffer(socket)).not.toThrow();
  socket.close();
});

test('the buffer is large, but not where each datagram would be read into a new one of that size', () => {
  const socket = newSocket();
  const asked = vi.spyOn(socket, 'setRecvBufferSize').mockImplementation(() => {});
  enlargeReceiveBuffer(socket);
  expect(asked).toHaveBeenCalledOnce();
  vi.stubGlobal('Deno', {});
  enlargeReceiveBuffer(socket);
  vi.unstubAllGlobals();
  expect(asked).toHaveBeenCalledOnce();
  socket.close();
});

test('why the system does not send is told in words, and in its own', () => {
  expect(refusalText('ENETUNREACH')).toBe('the network is unreachable (ENETUNREACH)');
  expect(refusalText('EPERM')).toBe('a firewall forbids it (EPERM)');
  expect(refusalText('EWHATEVER')).toBe('EWHATEVER');
  for (const here of ['0.0.0.0', '::', '127.0.0.1', '127.7.7.7']) {
    expect(refusalText('EPERM', here)).toBe('a firewall forbids it (EPERM)');
  }
  expect(refusalText('ENETUNREACH', '203.0.113.7')).toBe(
    '203.0.113.7, where we listen, is no address of this machine (ENETUNREACH)',
  );
});
