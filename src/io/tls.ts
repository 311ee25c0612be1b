/**
 * TLS for the streams of a ring, on node:tls: both ends show a certificate, and both check that it comes
 * from the authority of the ring. Who has none gets no further than the handshake.
 *
 *     dialed    ── hello ──────────────────────▶
 *               ◀── certificate, signed by `ca` ──   the dialer checks it
 *               ── certificate, signed by `ca` ──▶   the other side checks it
 *               ══ what is said from here on nobody in between can read or change ══
 *
 * Names in certificates are not looked at: members have addresses, and one certificate may serve them all. So
 * `ca` should be an authority of the ring's own, for whoever has a certificate of it is let in. TLS 1.3 only.
 */
import { X509Certificate } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import {
  connect,
  createSecureContext,
  createServer,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { shown } from '../core/argument.ts';

/** PEM, each: as bytes or text. */
export interface TlsOptions {
  /** Our certificate, and those between it and the authority, if any. */
  cert: string | Uint8Array;
  /** Its private key. */
  key: string | Uint8Array;
  /** The authority whose certificates are taken. */
  ca: string | Uint8Array;
}

/** A handshake takes no longer, from either side. */
const HANDSHAKE_MS = 5000;
/** Handshakes of others under way at a time. Each costs up to 64 KiB. */
export const HANDSHAKES_LIMIT = 256;

/** Hosts with whom it failed are told of once; so many are remembered. */
const TOLD_LIMIT = 256;

/** What is the same for all connections of a process. */
export class Tls {
  readonly #context: SecureContext;
  readonly #options: { cert: Buffer; key: Buffer; ca: Buffer };
  /** Why the last handshake that we began failed; null: it has not. */
  failure: string | null = null;
  /** Hears of each peer with which it failed, once. */
  onFailure: ((host: string, port: number, reason: string) => void) | null = null;
  readonly #told = new Set<string>();

  /** @throws RangeError for what is no certificate or key, or where the two do not belong together. */
  constructor(options: TlsOptions) {
    this.#options = {
      cert: pem(options, 'cert'),
      key: pem(options, 'key'),
      ca: pem(options, 'ca'),
    };
    const { cert, key, ca } = this.#options;
    tried('cert', () => new X509Certificate(cert));
    tried('ca', () => new X509Certificate(ca));
    const made = () => createSecureContext({ cert, key, ca, minVersion: 'TLSv1.3' });
    this.#context = tried('key', made);
  }

  /** @internal A server that is not listening yet; whoever has shown a certificate is `accepted`. */
  server(accepted: (socket: Socket) => void, turnedAway: () => void): Server {
    const server = createServer({
      ...this.#options,
      minVersion: 'TLSv1.3',
      requestCert: true,
      rejectUnauthorized: true,
      allowHalfOpen: true,
      noDelay: true,
      handshakeTimeout: HANDSHAKE_MS,
    });
    let open = 0;
    let proven = 0;
    server.on('connection', (socket: Socket) => {
      if (open - proven >= HANDSHAKES_LIMIT) {
        // It is a handshake that failed, and counted as one below.
        socket.destroy();
        return;
      }
      open++;
      socket.once('close', () => open--);
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      proven++;
      socket.once('close', () => proven--);
      accepted(socket);
    });
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      this.#failed(socket.remoteAddress ?? '', socket.remotePort ?? 0, error);
      turnedAway();
      socket.destroy();
    });
    return server;
  }

  /** @internal Dials; 'secureConnect' follows when both have shown their certificates. */
  connect(host: string, port: number, from: { localAddress?: string }): Socket {
    const options = {
      ...{ host, port, ...from, secureContext: this.#context, rejectUnauthorized: true },
      ...{ checkServerIdentity: () => undefined, allowHalfOpen: true },
    };
    const socket = connect(options);
    socket.setNoDelay(true);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isNetwork = error.syscall !== undefined;
      if (isNetwork) return;
      this.failure = wordsOf(error);
      this.#failed(host, port, error);
    });
    socket.once('secureConnect', () => {
      this.failure = null;
    });
    return socket;
  }

  #failed(host: string, port: number, error: Error): void {
    if (host === '' || this.#told.has(host) || this.#told.size >= TOLD_LIMIT) return;
    this.#told.add(host);
    this.onFailure?.(host, port, wordsOf(error));
  }
}

function pem(options: TlsOptions, name: keyof TlsOptions): Buffer {
  const value: unknown = options[name];
  if (typeof value === 'string' || value instanceof Uint8Array) return Buffer.from(value);
  throw new TypeError(`"tls.${name}" expected PEM, as text or bytes, got ${shown(value)}`);
}

function tried<T>(name: keyof TlsOptions, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new RangeError(`"tls.${name}" expected PEM that fits: ${wordsOf(error as Error)}`);
  }
}

/** What OpenSSL says of it, without where in its code that is. */
function wordsOf(error: Error & { reason?: string }): string {
  return error.reason ?? error.message.split('\n')[0]!.trim();
}
