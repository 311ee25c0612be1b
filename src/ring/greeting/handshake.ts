/**
 * The handshake of a link: two hellos, and in a ring with a secret a proof of either side over both.
 *
 *     dialed    ── hello D ─────────────────▶
 *               ◀──────── hello A · proof A ──   A knows the secret: now D may speak
 *               ── proof D ─────────────────▶    D knows it: now A listens
 *
 *     proof = HMAC(key of the rights, side ‖ hello D ‖ hello A)
 *
 * Both nonces, the rights, the addresses, the ring and whom D meant to reach are in the transcript, so
 * that no proof is good for another connection, another side or another place. Whoever sits between
 * the two may still read and change what follows: that is what TLS is for (io/tls.ts).
 *
 * Without a secret hello A is all that comes back, and D need not wait for it. A member of the other kind gets
 * the K of A in its place (handover/refusal.ts).
 */
import type { Address } from '../../core/address.ts';
import type { Random } from '../../core/random.ts';
import type { Member } from '../circle/member.ts';
import { type Frame, FrameType, FrameWriter, REPLY } from '../frames.ts';
import { isNear } from './acquaint.ts';
import { type Hello, putHello, RING_ID_BYTES, readHello } from './hello.ts';
import { Nonce } from './nonce.ts';
import { Rights } from './rights.ts';
import type { RingSecret } from './secret.ts';

/** Who greets: a node, and what it says of itself. */
export interface Greeter {
  readonly secret: RingSecret | null;
  readonly random: Random;
  readonly ringId: Uint8Array;
  readonly incarnation: number;
  /** Its ring's owners act under titles. */
  readonly isTitled: boolean;
  /** Backups of each record that it would keep. */
  readonly k: number;
  /** How long it stood still so far, or its clock has jumped. */
  readonly stalledForMs: number;
  /** The members that this process is; none for a client. */
  readonly greeted: readonly Member[];
}

/** What a hello or a proof of the other side came to. */
export type Verdict = 'fine' | 'outdated' | 'malformed' | 'other-ring' | 'other-kind' | 'unproven';

export class Handshake {
  /** What the other end says of itself; null before it has said it, and when it is not needed any more. */
  theirs: Hello | null = null;
  /** Ours for this link; our home vouches for it (vouching.ts). */
  readonly nonce: Nonce;
  /** How far the other clock is before ours, less the way from there; null: nobody has said. */
  aheadMs: number | null = null;
  /** What the other side may ask. */
  rights: Rights = Rights.none;
  readonly #greeter: Greeter;
  readonly #dialed: Address;
  #isHeard = false;
  /** How long we had stood still when we were told `aheadMs`. */
  #stalledForMs = 0;
  #own: Uint8Array | null = null;
  #other: Uint8Array | null = null;

  /** @param dialed whom we dialed; 0: the other side did. */
  constructor(greeter: Greeter, dialed: Address) {
    this.#greeter = greeter;
    this.#dialed = dialed;
    this.nonce = Nonce.drawn(greeter.random);
  }

  /** What is asked of us may be heard, and we may ask. */
  get isDone(): boolean {
    return this.rights !== Rights.none;
  }

  /** It says that it is a member, and comes from where it says that it lives. */
  claimsMember(from: Address): boolean {
    if (this.theirs === null || !this.isDone || this.#dialed !== 0) return false;
    const { rights, addresses } = this.theirs;
    const [home] = addresses;
    if (rights !== Rights.member || home === undefined) return false;
    return isNear(home, from);
  }

  /** Writes our hello as a frame; who was dialed proves itself with it. */
  putHello(now: number, out: FrameWriter): void {
    const { secret, ringId, incarnation, greeted, isTitled } = this.#greeter;
    const isMember = greeted.length > 0;
    const rights = isMember
      ? Rights.member
      : Math.min(secret?.rights ?? Rights.write, Rights.write);
    out.begin(FrameType.hello, 0);
    const start = out.length;
    const { nonce } = this;
    const asked = this.#dialed === 0 ? this.theirs!.rights : (rights as Rights);
    putHello(
      out,
      { rights: asked, isTitled, ringId, incarnation, clockMs: now, nonce, meant: this.#dialed },
      greeted,
    );
    if (secret !== null) {
      this.#own = out.bytes.slice(start, out.length);
      if (this.#dialed === 0) out.raw(secret.prove(asked, this.#transcript('acceptor'))!);
    }
    out.end();
  }

  /** The same as bytes of its own, for who greets without a link. */
  hello(now: number): Uint8Array {
    const out = new FrameWriter();
    this.putHello(now, out);
    return out.bytes.slice(0, out.length);
  }

  /** Takes the hello of the other side. */
  heard(now: number, frame: Frame): Verdict {
    const start = frame.at;
    const read = readHello(frame);
    if (read === 'outdated' || read === 'malformed') return read;
    if (this.#isHeard) return 'malformed';
    this.#isHeard = true;
    const { hello, ringIdAt, proof } = read;
    this.theirs = hello;
    this.hearClock(now, hello.clockMs);
    const { ringId, secret, greeted } = this.#greeter;
    if (secret !== null) this.#other = frame.bytes.slice(start, frame.end - proof.length);
    if (greeted.length > 0 && !isSameRing(ringId, frame.bytes, ringIdAt)) return 'other-ring';
    const isAmongMembers = greeted.length > 0 && hello.addresses.length > 0;
    if (isAmongMembers && hello.isTitled !== this.#greeter.isTitled) return 'other-kind';
    if (this.#dialed !== 0) return this.#heardAcceptor(hello, proof);
    if (proof.length > 0) return 'malformed';
    if (secret === null) this.rights = Math.min(hello.rights, Rights.write) as Rights;
    else if (secret.rights < hello.rights) return 'unproven';
    return 'fine';
  }

  /** What a member of the other kind gets for its hello, as a frame: how many backups are kept here. */
  refusal(): Uint8Array {
    const out = new FrameWriter();
    out.begin(FrameType.hello | REPLY, 0);
    out.u8(this.#greeter.k);
    out.end();
    return out.bytes.slice(0, out.length);
  }

  /** Reads one; null when it is none. */
  refused(frame: Frame): number | null {
    const k = frame.u8();
    return frame.isWhole && this.#dialed !== 0 && !this.#isHeard ? k : null;
  }

  /** What it has said is known by those who go by it: a link is kept for longer than its greeting. */
  letGo(): void {
    this.theirs = null;
    this.#own = null;
    this.#other = null;
  }

  /** It says what its clock shows. */
  hearClock(now: number, clockMs: number): void {
    this.aheadMs = clockMs - now;
    this.#stalledForMs = this.#greeter.stalledForMs;
  }

  /** The same if what seemed to be time since then was only our clock that has jumped. */
  get leastAheadMs(): number | null {
    if (this.aheadMs === null) return null;
    return this.aheadMs - (this.#greeter.stalledForMs - this.#stalledForMs);
  }

  #heardAcceptor({ addresses, rights }: Hello, proof: Uint8Array): Verdict {
    // Somebody else lives there now, or it is no member at all.
    if (!addresses.includes(this.#dialed)) return 'malformed';
    const { secret } = this.#greeter;
    // One that wants no proof may still be talked to without one; one that gives none may not.
    if (secret === null && proof.length > 0) return 'unproven';
    if (secret !== null && !secret.isProof(rights, this.#transcript('acceptor'), proof)) {
      return 'unproven';
    }
    this.rights = Rights.member;
    return 'fine';
  }

  /** The dialer's proof; null without a secret. */
  proof(): Uint8Array | null {
    const { secret } = this.#greeter;
    return secret === null ? null : secret.prove(this.theirs!.rights, this.#transcript('dialer'));
  }

  /** Takes the dialer's proof. */
  proven(frame: Frame): Verdict {
    const { secret } = this.#greeter;
    const { theirs } = this;
    const proof = frame.copy(frame.left);
    if (secret === null || theirs === null || this.#dialed !== 0 || this.isDone) return 'malformed';
    if (!secret.isProof(theirs.rights, this.#transcript('dialer'), proof)) return 'unproven';
    // To be a member takes its own address to say so, too.
    this.rights = Math.min(theirs.rights, Rights.write) as Rights;
    this.#own = null;
    this.#other = null;
    return 'fine';
  }

  #transcript(side: 'dialer' | 'acceptor'): Uint8Array {
    const isDialer = this.#dialed !== 0;
    const out = new FrameWriter();
    out.raw(new TextEncoder().encode(`ringlight ${side} `));
    out.raw((isDialer ? this.#own : this.#other)!);
    out.raw((isDialer ? this.#other : this.#own)!);
    return out.bytes.slice(0, out.length);
  }
}

/** Two that are in different rings do not become one by accident; who is in none may join any. */
function isSameRing(own: Uint8Array, other: Uint8Array, at: number): boolean {
  for (let i = 0; i < RING_ID_BYTES; i++) {
    if (own[i] !== other[at + i]) return isZero(own, 0) || isZero(other, at);
  }
  return true;
}

function isZero(id: Uint8Array, at: number): boolean {
  for (let i = 0; i < RING_ID_BYTES; i++) if (id[at + i] !== 0) return false;
  return true;
}
