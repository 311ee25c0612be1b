/**
 * Calls of npm's bittorrent-dht: callbacks that are told an error or null first, in a turn of their own,
 * so that what they throw is the program's and nobody else's; and errors with the codes that programs know.
 */
import { wholeNumber } from '../../core/argument.ts';
import { DhtError } from '../../io/errors.ts';

export type Callback<Values extends unknown[]> = (
  error: (Error & { code?: string | number }) | null,
  ...values: Partial<Values>
) => void;

export function callLater(call: () => unknown): void {
  process.nextTick(call);
}

/** By the codes of our errors: those of Node.js, which its programs look for. */
const CODES: Readonly<Record<string, string>> = {
  TIMEOUT: 'ETIMEDOUT',
  ADDRESS_IN_USE: 'EADDRINUSE',
  ADDRESS_UNAVAILABLE: 'EADDRNOTAVAIL',
  NOT_PERMITTED: 'EACCES',
};

/** An error of KRPC has its number for a code, as 301 and 302 of a put. */
export function clientError(error: unknown): Error & { code?: string | number } {
  if (!(error instanceof DhtError)) return error as Error;
  const text = error.code === 'CLOSED' ? 'dht is destroyed' : error.message;
  const code = error.krpcCode ?? CODES[error.code] ?? error.code;
  return Object.assign(new Error(text, { cause: error }), { code });
}

/** What `listen` was given, as `bind` of node:dgram takes it. @throws TypeError or RangeError. */
export function listenFrom(values: readonly unknown[]): {
  port: number;
  address: string | undefined;
  onListening: (() => void) | undefined;
} {
  const onListening = values.find((value) => typeof value === 'function') as
    | (() => void)
    | undefined;
  const [first, second] = values;
  const options =
    typeof first === 'object' && first !== null
      ? (first as { port?: unknown; address?: unknown })
      : { port: first, address: second };
  const { port, address } = options;
  return {
    port: port === undefined || port === null || typeof port === 'function' ? 0 : portOf(port),
    address: typeof address === 'string' && address !== '' ? address : undefined,
    onListening,
  };
}

const portOf = (port: unknown): number => wholeNumber(Number(port), 'port', 0, 65535);
