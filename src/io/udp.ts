/**
 * A UDP socket as a `DatagramTransport`, on node:dgram.
 *
 * Two things make it as fast as dgram can be. Addresses are numbers here and text there, so both
 * ways are remembered. And dgram by default looks an address up before it sends, which puts every
 * datagram off to the next tick; with a lookup that answers at once the bytes have gone to the
 * kernel when `send` returns, and the next message may be written into the same bytes.
 */
import { createSocket, type Socket } from 'node:dgram';
import { type Address, addressOf, formatIp, ipOf, parseIp, portOf } from '../core/address.ts';
import type { DatagramReceiver, DatagramTransport } from '../core/host.ts';
import { DhtError, type DhtErrorCode } from './errors.ts';

/** Translations remembered per direction. A full memory is emptied: that costs 0.1 µs per address. */
const REMEMBERED_IPS = 16_384;
/** Asked of the kernel for datagrams that wait for us; Linux caps it at net.core.rmem_max. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** The longest datagram sent. No message of a node is over 1024 bytes. */
const OUT_BYTES = 2048;

const CODES: Record<string, DhtErrorCode> = {
  EADDRINUSE: 'ADDRESS_IN_USE',
  EADDRNOTAVAIL: 'ADDRESS_UNAVAILABLE',
  EACCES: 'NOT_PERMITTED',
  EPERM: 'NOT_PERMITTED',
};

const REASONS: Partial<Record<DhtErrorCode, string>> = {
  ADDRESS_IN_USE: 'the port is taken',
  ADDRESS_UNAVAILABLE: 'this machine has no such address',
  NOT_PERMITTED: 'not permitted',
};

/**
 * Binds `ip:port`; port 0 is any free one.
 * @throws DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE or NOT_PERMITTED.
 */
export function bindUdp(ip: number, port: number): Promise<DatagramTransport> {
  const socket = createSocket({ type: 'udp4', lookup: answerAtOnce });
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      const code = CODES[error.code ?? ''] ?? 'NOT_PERMITTED';
      const where = `${formatIp(ip)}:${port}`;
      reject(
        new DhtError(code, `cannot listen on ${where}: ${REASONS[code] ?? error.message}`, {
          cause: error,
        }),
      );
    });
    socket.bind({ address: formatIp(ip), port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(new UdpTransport(socket));
    });
  });
}

type LookupCallback = (error: Error | null, address: string, family: number) => void;

/** Only dotted quads ever get here: names are resolved before they become addresses. */
function answerAtOnce(host: string, _options: unknown, callback: LookupCallback): void {
  callback(null, host, 4);
}

class UdpTransport implements DatagramTransport {
  readonly address: Address;
  sendFailures = 0;
  readonly #socket: Socket;
  readonly #ips = new Map<string, number>();
  readonly #hosts = new Map<number, string>();
  #out = Buffer.alloc(OUT_BYTES);
  #views: Buffer[] = [];
  readonly #sent = (error: Error | null): void => {
    if (error) this.sendFailures++;
  };

  constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.address = addressOf(parseIp(address), port);
    this.#socket = socket;
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // A system that does not give it leaves the default, which only loses more in a burst.
    }
  }

  open(receiver: DatagramReceiver): void {
    // An ICMP "unreachable" comes back as an error of the socket; the request will time out.
    this.#socket.on('error', () => this.sendFailures++);
    this.#socket.on('message', (bytes, remote) => {
      receiver.receive(addressOf(this.#ipOf(remote.address), remote.port), bytes, 0, bytes.length);
      receiver.drained();
    });
  }

  send(to: Address, bytes: Uint8Array, length: number): void {
    const socket = this.#socket;
    const view = this.#view(length);
    view.set(length === bytes.length ? bytes : bytes.subarray(0, length));
    socket.send(view, portOf(to), this.#hostOf(ipOf(to)), this.#sent);
    // What the kernel had no room for waits in line and keeps its bytes: the next gets others.
    if (socket.getSendQueueCount() !== 0) this.#renewOut();
  }

  flush(): void {}

  close(closed: () => void): void {
    this.#socket.close(closed);
  }

  /** The first `length` bytes of `out`; a view is made once per length. */
  #view(length: number): Buffer {
    return (this.#views[length] ??= this.#out.subarray(0, length));
  }

  #renewOut(): void {
    this.#out = Buffer.alloc(OUT_BYTES);
    this.#views = [];
  }

  #ipOf(host: string): number {
    const known = this.#ips.get(host);
    if (known !== undefined) return known;
    if (this.#ips.size >= REMEMBERED_IPS) this.#ips.clear();
    const ip = parseIp(host);
    this.#ips.set(host, ip);
    return ip;
  }

  #hostOf(ip: number): string {
    const known = this.#hosts.get(ip);
    if (known !== undefined) return known;
    if (this.#hosts.size >= REMEMBERED_IPS) this.#hosts.clear();
    const host = formatIp(ip);
    this.#hosts.set(ip, host);
    return host;
  }
}
