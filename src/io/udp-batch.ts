/**
 * A UDP socket on Linux that moves datagrams in batches. The socket is dgram's all the same: dgram
 * owns it, closes it, and is the alarm clock.
 *
 *     dgram 'message' ── the first datagram ──▶ receive
 *       └─ recvmmsg, 64 at a time, until none is left ──▶ receive … receive, drained
 *            └─ send … send, flush ──▶ sendmmsg, 64 at a time
 *
 * 64 queries and their answers then cost two system calls, not 128, and a wake-up of dgram, which costs
 * as much as four queries do, serves as many as come while it lasts.
 * What the kernel has no room for waits in a bounded line, its head inside dgram, which tells when
 * there is room again.
 */
import type { Socket } from 'node:dgram';
import { getSystemErrorName } from 'node:util';
import { type Address, addressOf, ipOf, isIp6, portOf } from '../core/address.ts';
import type { DatagramReceiver } from '../core/host.ts';
import { Backlog } from './backlog.ts';
import { knownIps } from './known-ips.ts';
import { Errno, type Libc } from './libc.ts';
import { BATCH, fixedBytes, MessageBatch } from './message-batch.ts';
import { AF_INET, AF_INET6, NAME_BYTES, writeName } from './socket-name.ts';
import { enlargeReceiveBuffer, newSocket, type UdpPlace, type UdpTransport } from './udp-socket.ts';

/**
 * Datagrams read before others have their turn, timers among them: some 8 ms. It counts datagrams and not batches,
 * which are small when two are quick to answer each other: 16 of those were over soon, and the next 32 datagrams
 * came one by one, by dgram, at three times the price.
 */
const TURN_DATAGRAMS = 2048;
/**
 * The longest answers that are met in the network, 4.3 KB, are those of nodes that tell all they know. The odd end
 * keeps slots out of each other's cache lines.
 */
const RECEIVE_SLOT_BYTES = 4096 + 320;
/** With it all that UDP carries is read whole: at most 65,507 bytes. */
const RECEIVE_TAIL_BYTES = 65_536 - 4096;
/** No message of a node is longer; a longer one leaves by way of dgram. */
const SEND_SLOT_BYTES = 1536;

const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const MSG_DONTWAIT = 0x40;

/** @throws ErrnoException */
export function openBatchSocket(libc: Libc, { ip, port, sharesPort }: UdpPlace): UdpTransport {
  const isV6 = isIp6(ip);
  const family = isV6 ? AF_INET6 : AF_INET;
  const fd = libc.socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError(libc, 'socket');
  try {
    if (sharesPort) setOption(libc, fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (isV6) setOption(libc, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    const name = fixedBytes(NAME_BYTES);
    const nameBytes = writeName(name, 0, addressOf(ip, port));
    if (libc.bind(fd, libc.pointerTo(name), nameBytes) < 0) throw systemError(libc, 'bind');
    const socket = newSocket(false, isV6);
    socket.bind({ fd, exclusive: true });
    // libuv lets everybody bind the port of a socket that it is handed; we do not.
    setOption(libc, fd, SOL_SOCKET, SO_REUSEADDR, 0);
    return new BatchTransport(libc, fd, socket);
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

function setOption(libc: Libc, fd: number, level: number, option: number, value: number): void {
  const bytes = fixedBytes(4);
  bytes.writeInt32LE(value);
  if (libc.setsockopt(fd, level, option, libc.pointerTo(bytes), 4) < 0) {
    throw systemError(libc, 'setsockopt');
  }
}

function systemError(libc: Libc, call: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(-libc.errno());
  return Object.assign(new Error(`${call} ${code}`), { code });
}

/**
 * The memory of batches, shared by all sockets of this process: a batch is read and a batch is sent
 * without anything between. What is put out belongs to one socket at a time.
 */
class Batches {
  readonly in: MessageBatch;
  readonly out: MessageBatch;
  owner: BatchTransport | null = null;

  constructor(libc: Libc) {
    this.in = new MessageBatch(libc, RECEIVE_SLOT_BYTES, RECEIVE_TAIL_BYTES);
    this.out = new MessageBatch(libc, SEND_SLOT_BYTES);
  }
}

const batchesOf = new WeakMap<Libc, Batches>();

function sharedBatches(libc: Libc): Batches {
  let batches = batchesOf.get(libc);
  if (batches === undefined) {
    batches = new Batches(libc);
    batchesOf.set(libc, batches);
  }
  return batches;
}

class BatchTransport implements UdpTransport {
  readonly address: Address;
  readonly form: Libc['by'];
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #socket: Socket;
  readonly #batches: Batches;
  readonly #backlog = new Backlog();
  /** Datagrams of ours in the batch that goes out. */
  #count = 0;
  #failures = 0;
  /** dgram has one of ours that the kernel had no room for. */
  #waits = false;
  #closed = false;
  #receiver: DatagramReceiver | null = null;
  /** Enough was read in this turn of the event loop. */
  #rests = false;

  constructor(libc: Libc, fd: number, socket: Socket) {
    const { address, port } = socket.address();
    this.address = addressOf(knownIps.ipOf(address), port);
    this.form = libc.by;
    this.#libc = libc;
    this.#fd = fd;
    this.#socket = socket;
    this.#batches = sharedBatches(libc);
    enlargeReceiveBuffer(socket);
  }

  unref(): void {
    this.#socket.unref();
  }

  ref(): void {
    this.#socket.ref();
  }

  get sendFailures(): number {
    return this.#failures + this.#backlog.dropped;
  }

  open(receiver: DatagramReceiver): void {
    this.#receiver = receiver;
    this.#socket.on('error', () => this.#failures++);
    this.#socket.on('message', (bytes, remote) => {
      const from = addressOf(knownIps.ipOf(remote.address), remote.port);
      receiver.receive(from, bytes, 0, bytes.length);
      if (this.#rests) receiver.drained();
      else this.#drain(receiver);
    });
  }

  #drain(receiver: DatagramReceiver): void {
    const batch = this.#batches.in;
    for (let read = 0; read < TURN_DATAGRAMS; ) {
      // A receiver may close us; the number of the descriptor may then be another's.
      if (this.#closed) return;
      const count = this.#libc.recvmmsg(this.#fd, batch.pointerAt(0), BATCH, MSG_DONTWAIT, 0n);
      for (let i = 0; i < count; i++) this.#deliver(receiver, i, count);
      receiver.drained();
      if (count <= 0) return;
      read += count;
    }
    // dgram goes on by itself, up to 32 datagrams one by one, before the event loop goes on.
    this.#rests = true;
    setImmediate(() => {
      this.#rests = false;
    });
  }

  #deliver(receiver: DatagramReceiver, i: number, count: number): void {
    const batch = this.#batches.in;
    const from = batch.takeName(i);
    const length = batch.lengthOf(i);
    const whole = length > RECEIVE_SLOT_BYTES ? batch.join(i, count) : null;
    if (whole !== null) {
      receiver.receive(from, whole, 0, whole.length);
      return;
    }
    // Of a long one whose rest is lost the receiver gets the beginning: it is counted there, as bad bytes are.
    const start = i * RECEIVE_SLOT_BYTES;
    receiver.receive(from, batch.bytes, start, start + Math.min(length, RECEIVE_SLOT_BYTES));
  }

  send(to: Address, bytes: Uint8Array, length: number): void {
    if (this.#closed) return;
    if (this.#waits || length > SEND_SLOT_BYTES) {
      this.#backlog.add(to, bytes, length);
      this.#await();
      return;
    }
    const batches = this.#batches;
    if (batches.owner !== this) {
      batches.owner?.flush();
      batches.owner = this;
    }
    batches.out.put(this.#count++, to, bytes, length);
    if (this.#count === BATCH) this.flush();
  }

  flush(): void {
    const count = this.#count;
    if (count === 0) return;
    this.#count = 0;
    const batch = this.#batches.out;
    const done = this.#leave(count);
    if (done === count) return;
    for (let i = done; i < count; i++) {
      const bytes = batch.view(i);
      this.#backlog.add(batch.addressOf(i), bytes, bytes.length);
    }
    this.#await();
  }

  /** Hands the first `count` of the batch to the kernel. Returns how many it took or refused. */
  #leave(count: number): number {
    const batch = this.#batches.out;
    let done = 0;
    while (done < count) {
      const sent = this.#libc.sendmmsg(this.#fd, batch.pointerAt(done), count - done, MSG_DONTWAIT);
      if (sent > 0) {
        done += sent;
        continue;
      }
      const errno = this.#libc.errno();
      if (errno === Errno.wouldBlock || errno === Errno.noBuffers) break;
      if (errno === Errno.interrupted) continue;
      // The first one is refused, for its address or by a firewall; those behind it are not.
      this.#refused(batch.addressOf(done), getSystemErrorName(-errno));
      done++;
    }
    return done;
  }

  /** The oldest that waits goes into dgram, which calls back when the kernel has taken it. */
  #await(): void {
    if (this.#waits) return;
    const first = this.#backlog.take();
    if (first === undefined) return;
    this.#waits = true;
    const sent = (error: NodeJS.ErrnoException | null): void => {
      if (error) this.#refused(first.to, error.code);
      this.#waits = false;
      if (!this.#closed) this.#resume();
    };
    try {
      this.#socket.send(first.bytes, portOf(first.to), knownIps.hostOf(ipOf(first.to)), sent);
    } catch (error) {
      process.nextTick(sent, error); // port 0
    }
  }

  /** There was room for one: for how many more? */
  #resume(): void {
    const { out, owner } = this.#batches;
    owner?.flush();
    while (this.#backlog.count > 0) {
      let count = 0;
      while (count < BATCH) {
        const next = this.#backlog.at(count);
        if (next === undefined || next.bytes.length > SEND_SLOT_BYTES) break;
        out.put(count++, next.to, next.bytes, next.bytes.length);
      }
      const done = this.#leave(count);
      for (let i = 0; i < done; i++) this.#backlog.take();
      if (done < BATCH) break;
    }
    this.#await();
  }

  #refused(to: Address, code = 'UNKNOWN'): void {
    this.#failures++;
    if (!this.#closed) this.#receiver?.unsent?.(to, code);
  }

  close(closed: () => void): void {
    this.flush();
    this.#closed = true;
    if (this.#batches.owner === this) this.#batches.owner = null;
    this.#socket.close(closed);
  }
}
