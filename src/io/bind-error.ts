/** What an operating system says when there is no socket to be had, of UDP or TCP, in words and with a code. */
import { DhtError, type DhtErrorCode } from './errors.ts';

const CODES: Record<string, DhtErrorCode> = {
  EADDRINUSE: 'ADDRESS_IN_USE',
  EADDRNOTAVAIL: 'ADDRESS_UNAVAILABLE',
  EACCES: 'NOT_PERMITTED',
  EPERM: 'NOT_PERMITTED',
  EMFILE: 'OUT_OF_DESCRIPTORS',
  ENFILE: 'OUT_OF_DESCRIPTORS',
};

const REASONS: Partial<Record<DhtErrorCode, string>> = {
  ADDRESS_IN_USE: 'the port is taken',
  ADDRESS_UNAVAILABLE: 'this machine has no such address',
  NOT_PERMITTED: 'not permitted',
  OUT_OF_DESCRIPTORS: 'too many files and sockets are open (ulimit -n)',
};

/** An error of the system becomes a DhtError; any other, of a wrong argument, stays what it is. */
export function bindError(error: unknown, where: string): Error {
  const { code: name, message } = error as NodeJS.ErrnoException;
  if (typeof name !== 'string' || !/^E[A-Z0-9]+$/.test(name)) return error as Error;
  const code = CODES[name] ?? 'SOCKET_FAILED';
  const what = `cannot listen on ${where}: ${REASONS[code] ?? message}`;
  return new DhtError(code, what, { cause: error });
}
