/**
 * A stranger: somebody at a port of a member who speaks its frames, and got as far as he can. He says that he
 * is a member, or a client; he may have a key for clients; what he asks for after that is up to him.
 */
import { connect, type Socket } from 'node:net';
import { type Address, addressOf, parseIp } from '../../src/core/address.ts';
import { hmacSha256, sha1, systemRandom } from '../../src/io/entropy.ts';
import {
  FRAME_HEADER_BYTES,
  Frame,
  FrameType,
  FrameWriter,
  LENGTH_BYTES,
  readU32,
} from '../../src/ring/frames.ts';
import { capabilitiesEnd } from '../../src/ring/greeting/capabilities.ts';
import { Handshake } from '../../src/ring/greeting/handshake.ts';
import { RING_ID_BYTES } from '../../src/ring/greeting/hello.ts';
import { RingSecret } from '../../src/ring/greeting/secret.ts';
import { RingShared } from '../../src/ring/shared.ts';

export const HOST = '127.0.0.1';
const shared = new RingShared(sha1);
export const addressAt = (port: number): Address => addressOf(parseIp(HOST), port);
export const memberAt = (port: number) => shared.members.of(addressAt(port));

/** What came back. */
export interface Said {
  readonly type: number;
  readonly request: number;
  readonly payload: Uint8Array;
}

export interface StrangerOptions {
  /** What he knows: the secret, a key for clients, or nothing. */
  secret?: string;
  /** He says that he is the member at this port; 0: a client. */
  claims?: number;
}

export class Stranger {
  readonly socket: Socket;
  readonly said: Said[] = [];
  isClosed = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #isGreeted = false;
  #requests = 0;
  readonly #handshake: Handshake;

  private constructor(port: number, { secret, claims = 0 }: StrangerOptions) {
    const member = memberAt(claims);
    const ring = secret === undefined ? null : new RingSecret(hmacSha256, secret);
    this.#handshake = new Handshake(
      {
        secret: ring,
        random: systemRandom,
        ringId: new Uint8Array(RING_ID_BYTES),
        incarnation: claims,
        isTitled: true,
        k: 2,
        stalledForMs: 0,
        greeted: claims === 0 ? [] : [member],
      },
      addressAt(port),
    );
    this.socket = connect(port, HOST);
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.isClosed = true;
    });
    this.socket.on('data', (bytes: Uint8Array) => this.#hear(bytes));
  }

  /** Comes in and greets; no matter whether he is heard. */
  static async come(port: number, options: StrangerOptions = {}): Promise<Stranger> {
    const stranger = new Stranger(port, options);
    stranger.socket.write(new TextEncoder().encode('VER'));
    stranger.socket.write(stranger.#handshake.hello(Date.now()));
    await until(() => stranger.#handshake.theirs !== null || stranger.isClosed, 2000);
    const proof = stranger.#handshake.theirs === null ? null : stranger.#handshake.proof();
    if (proof !== null) stranger.say(FrameType.proof, (out) => out.raw(proof), 0);
    return stranger;
  }

  /** Says one frame; returns its number. */
  say(type: number, put: (out: FrameWriter) => void, request = ++this.#requests): number {
    const out = new FrameWriter();
    out.begin(type, request);
    put(out);
    out.end();
    if (!this.isClosed) this.socket.write(out.bytes.slice(0, out.length));
    return request;
  }

  /** Asks, and waits for what is said to that, or that he is shown out: null. */
  async ask(type: number, put: (out: FrameWriter) => void): Promise<Uint8Array | null> {
    const request = this.say(type, put);
    const reply = () => this.said.find((one) => one.request === request && one.type >= 0x80);
    await until(() => this.isClosed || reply() !== undefined, 3000);
    return reply()?.payload ?? null;
  }

  leave(): void {
    this.socket.destroy();
  }

  #hear(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#bytes.length + bytes.length);
    all.set(this.#bytes);
    all.set(bytes, this.#bytes.length);
    let at = 0;
    if (!this.#isGreeted) {
      const end = capabilitiesEnd(all, 0, all.length);
      this.#bytes = all;
      if (end === null || end < 0) return;
      this.#isGreeted = true;
      at = end;
    }
    while (all.length - at >= LENGTH_BYTES) {
      const next = at + LENGTH_BYTES + readU32(all, at);
      if (next > all.length) break;
      this.#take(all, at, next);
      at = next;
    }
    this.#bytes = all.slice(at);
  }

  #take(bytes: Uint8Array, at: number, next: number): void {
    const frame = new Frame();
    frame.open(bytes, at, next);
    if (frame.type === FrameType.hello) {
      this.#handshake.heard(Date.now(), frame);
      return;
    }
    const payload = bytes.slice(at + FRAME_HEADER_BYTES, next);
    this.said.push({ type: frame.type, request: frame.request, payload });
  }
}

export async function until(isSo: () => boolean, withinMs: number): Promise<boolean> {
  for (const endMs = performance.now() + withinMs; performance.now() < endMs; ) {
    if (isSo()) return true;
    await pause(20);
  }
  return isSo();
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
