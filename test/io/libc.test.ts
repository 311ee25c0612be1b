import { describe, expect, test, vi } from 'vitest';
import { Errno, loadLibc } from '../../src/io/libc.ts';
import { openLibcs } from './udp-suite.ts';

describe.each(openLibcs.map((libc) => [libc.by, libc] as const))(
  'foreign calls by %s',
  (by, libc) => {
    test('say that they failed, and why', () => {
      expect(libc.recvmmsg(-1, 0n, 0, 0, 0n)).toBe(-1);
      expect(libc.errno()).toBe(Errno.badDescriptor);
      expect(libc.socket(12345, 1, 0)).toBe(-1);
      expect(libc.errno()).toBe(97); // EAFNOSUPPORT
    });

    test('make and close sockets', () => {
      const fd = libc.socket(2, 2, 0);
      expect(fd).toBeGreaterThan(2);
      expect(libc.close(fd)).toBe(0);
      expect(libc.close(fd)).toBe(-1);
      expect(libc.errno()).toBe(Errno.badDescriptor);
    });

    test('know where bytes lie: neighbours are as far apart as they are', () => {
      const bytes = Buffer.alloc(4096);
      expect(libc.pointerTo(bytes.subarray(100)) - libc.pointerTo(bytes)).toBe(100n);
    });

    test('are loaded once', async () => {
      expect(await loadLibc(by)).toBe(libc);
    });
  },
);

test('a system without them is told by null, and nothing is printed', async () => {
  vi.resetModules();
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  const fresh = await import('../../src/io/libc.ts');
  expect(await fresh.loadLibc('node:ffi')).toBeNull();
  expect(warned).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

test('on another system there are none', async () => {
  vi.resetModules();
  vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin');
  const fresh = await import('../../src/io/libc.ts');
  expect(await fresh.loadLibc('koffi')).toBeNull();
  vi.restoreAllMocks();
});
