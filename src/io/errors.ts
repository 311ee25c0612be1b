/** Why a call failed that was right in itself. A wrong argument is a TypeError or RangeError instead. */
export type DhtErrorCode =
  /** Nobody answered in time. */
  | 'TIMEOUT'
  /** The system refuses to send: no network, or a firewall. */
  | 'NOT_SENT'
  /** The caller's AbortSignal fired. */
  | 'ABORTED'
  /** The node was closed before the call ended. */
  | 'CLOSED'
  /** The table is empty and no bootstrap address is known: there is nobody to ask. */
  | 'NO_NODES'
  /** An announce reached nobody who would store it. */
  | 'NOT_STORED'
  /** Nobody took a put: another version of the item is there (BEP 44 errors 301, 302). */
  | 'OUTDATED'
  /** The other node answered with a KRPC error; `krpcCode` has its number. */
  | 'KRPC_ERROR'
  /** Too many requests or lookups are under way. */
  | 'BUSY'
  /** The port is taken. */
  | 'ADDRESS_IN_USE'
  /** This machine has no such address. */
  | 'ADDRESS_UNAVAILABLE'
  /** The operating system does not let us. */
  | 'NOT_PERMITTED'
  /** Too many files and sockets are open, in this process or on this machine. */
  | 'OUT_OF_DESCRIPTORS'
  /** The socket cannot be had for another reason; `cause` has the system's own. */
  | 'SOCKET_FAILED'
  /** The state of the last run cannot be read or written. */
  | 'STATE_UNUSABLE'
  /** The state of the last run is damaged; what is whole of it is used. */
  | 'STATE_DAMAGED'
  /** A host name could not be resolved. */
  | 'UNKNOWN_HOST'
  /** No member of the ring could be reached. */
  | 'UNREACHABLE'
  /** This node has not joined its ring, or has left it. */
  | 'NOT_A_MEMBER'
  /** The ring that was to be joined does not take such a member; the message says why. */
  | 'NOT_ADMITTED'
  /** The owner did not say in time what became of a write: it may be there, or yet happen. */
  | 'OUTCOME_UNKNOWN'
  /** A write is there, but on fewer copies than were asked for. */
  | 'TOO_FEW_COPIES'
  /** The owner's store could not keep a record: its disk is full or broken. */
  | 'STORE_FAILED'
  /** What is to be added to is no whole number, or the sum would be none of 64 bits. */
  | 'NOT_A_NUMBER'
  /** The owner of the key is a class program, which knows no such command. */
  | 'NOT_SUPPORTED'
  /** The value is larger than the ring takes. */
  | 'TOO_LARGE'
  /** The nodes of the ring point at each other in circles. */
  | 'TOO_MANY_HOPS'
  /** Too few of those who decide who owns a key can be reached; nothing was done. */
  | 'UNAVAILABLE'
  /** A thread with a part of a lab's world has ended, or there are none to be had. */
  | 'WORKER'
  /** A member that the ring was to forget is there. */
  | 'MEMBER_LIVES'
  /** Nobody of the ring has met such a member. */
  | 'UNKNOWN_MEMBER'
  /** Another process keeps its records in the data directory. */
  | 'DATA_IN_USE'
  /** The store in the data directory is broken. */
  | 'DATA_DAMAGED'
  /** The store in the data directory is of another version. */
  | 'DATA_VERSION'
  /** The data directory cannot be used for another reason. */
  | 'DATA_UNUSABLE'
  /** An optional package is needed that is not installed; the message names it. */
  | 'NOT_INSTALLED';

export class DhtError extends Error {
  override name = 'DhtError';
  readonly code: DhtErrorCode;
  /** Number of a KRPC error (BEP 5: 201 generic, 202 server, 203 protocol, 204 unknown method). */
  readonly krpcCode: number | undefined;

  constructor(
    code: DhtErrorCode,
    message: string,
    options?: { krpcCode?: number; cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.krpcCode = options?.krpcCode;
  }
}

/** Where errors go that nobody has asked for: a process warning. */
export function warn(error: unknown): void {
  const told = error instanceof Error ? error : new Error(String(error));
  if (typeof process === 'undefined') console.warn(told);
  else process.emitWarning(told);
}
