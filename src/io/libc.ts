/**
 * Six system calls of Linux that node:dgram does not know: a socket that reads and writes many
 * datagrams at once (`recvmmsg`, `sendmmsg`), and what it takes to make one. They are reached by
 * foreign function calls, without anything to compile: by `node:ffi` where Node.js has it (26.1 and
 * later), else by the optional package `koffi`. Where neither is to be had there is only dgram.
 *
 * Pointers are bigints. Whoever hands one out keeps the bytes it points at for as long as they are
 * used: what the collector takes away, the kernel would still write to.
 */
import { endianness } from 'node:os';

/** The calls, as in their manual pages; -1 is a failure, and `errno` then tells which. */
export interface Libc {
  readonly by: 'node:ffi' | 'koffi';
  /** Where bytes lie. They must stay referenced, and be no part of a small pooled buffer. */
  pointerTo(bytes: Uint8Array): bigint;
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, name: bigint, nameBytes: number): number;
  setsockopt(fd: number, level: number, option: number, value: bigint, valueBytes: number): number;
  close(fd: number): number;
  recvmmsg(fd: number, messages: bigint, count: number, flags: number, timeout: bigint): number;
  sendmmsg(fd: number, messages: bigint, count: number, flags: number): number;
  errno(): number;
}

/** Numbers of errors on Linux, x64 and arm64 alike. */
export const Errno = {
  interrupted: 4,
  badDescriptor: 9,
  wouldBlock: 11,
  noBuffers: 105,
} as const;

const POINTER_ARGUMENTS = {
  socket: ['int32', 'int32', 'int32'],
  bind: ['int32', 'pointer', 'uint32'],
  setsockopt: ['int32', 'int32', 'int32', 'pointer', 'uint32'],
  close: ['int32'],
  recvmmsg: ['int32', 'pointer', 'uint32', 'int32', 'pointer'],
  sendmmsg: ['int32', 'pointer', 'uint32', 'int32'],
} as const;

type CallName = keyof typeof POINTER_ARGUMENTS;
type ForeignCalls = Pick<Libc, CallName>;

/** What is used of `node:ffi`, which the types of older versions do not describe. */
interface NodeFfi {
  dlopen(
    path: null,
    signatures: Record<string, { arguments: readonly string[]; return: string }>,
  ): { functions: ForeignCalls & { __errno_location(): bigint } };
  getRawPointer(bytes: Uint8Array): bigint;
  getInt32(pointer: bigint, offset: number): number;
}

const loaded = new Map<Libc['by'], Promise<Libc | null>>();

/** The calls by one way, or null where that way is closed. */
export function loadLibc(by: Libc['by']): Promise<Libc | null> {
  let libc = loaded.get(by);
  if (libc === undefined) {
    libc = load(by).catch(() => null);
    loaded.set(by, libc);
  }
  return libc;
}

async function load(by: Libc['by']): Promise<Libc | null> {
  // The layout of the messages is that of 64 bits, little-endian.
  const isKnown = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  if (!isKnown || endianness() !== 'LE') return null;
  const libc = by === 'koffi' ? await loadKoffi() : loadNodeFfi();
  // A sandbox may forbid the calls themselves; then the answer is another than "no such descriptor".
  const answers = libc.recvmmsg(-1, 0n, 0, 0, 0n) === -1 && libc.errno() === Errno.badDescriptor;
  return answers ? libc : null;
}

async function loadKoffi(): Promise<Libc> {
  const { default: koffi } = await import('koffi');
  const library = koffi.load(null);
  const calls = {} as Record<CallName, unknown>;
  for (const [name, types] of Object.entries(POINTER_ARGUMENTS)) {
    const koffiTypes = types.map((type) => (type === 'pointer' ? 'void *' : type));
    calls[name as CallName] = library.func(name, 'int32', koffiTypes);
  }
  return {
    by: 'koffi',
    pointerTo: (bytes) => koffi.address(bytes),
    ...(calls as ForeignCalls),
    errno: () => koffi.errno(),
  };
}

function loadNodeFfi(): Libc {
  const ffi = quietly(() => process.getBuiltinModule('node:ffi') as unknown as NodeFfi);
  const signatures: Parameters<NodeFfi['dlopen']>[1] = {
    __errno_location: { arguments: [], return: 'pointer' },
  };
  for (const [name, types] of Object.entries(POINTER_ARGUMENTS)) {
    signatures[name] = { arguments: types, return: 'int32' };
  }
  const { functions } = ffi.dlopen(null, signatures);
  const { socket, bind, setsockopt, close, recvmmsg, sendmmsg } = functions;
  const errnoPointer = functions.__errno_location();
  return {
    by: 'node:ffi',
    pointerTo: (bytes) => ffi.getRawPointer(bytes),
    ...{ socket, bind, setsockopt, close, recvmmsg, sendmmsg },
    errno: () => ffi.getInt32(errnoPointer, 0),
  };
}

/** Without the warning of Node.js that the module is experimental: nobody asked for it by name. */
function quietly<T>(get: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return get();
  } finally {
    process.emitWarning = emitWarning;
  }
}
