/**
 * The secret of a ring, and what may be proven with it. Members know all of it; clients get a key that
 * is made from it and leads no way back:
 *
 *     secret ── HMAC ──▶ member key ── HMAC ──▶ write key ── HMAC ──▶ read key
 *
 * So a member keeps one file, and who may write can tell others how to read. A key for clients is told
 * by its text, `ringlight-write-` or `ringlight-read-` and 64 hexadecimal digits.
 *
 * A proof is the HMAC-SHA-256 of the transcript of one greeting, which holds both nonces, both roles and
 * all addresses (handshake.ts): it is worth nothing in any other.
 */
import { Rights } from './rights.ts';

/** HMAC-SHA-256: 32 bytes. It comes in by the seam, as SHA-1 does. */
export type Hmac = (key: Uint8Array, bytes: Uint8Array) => Uint8Array;

export const PROOF_BYTES = 32;
/** A secret that is shorter can be guessed from one greeting that somebody has overheard. */
export const SECRET_BYTES_LEAST = 16;

const KEY_TEXT = /^ringlight-(write|read)-([0-9a-f]{64})$/;

/** What may be given on: to clients that write, or only read. */
export type ClientRights = 'read' | 'write';

export class RingSecret {
  /** The most that can be proven with it. */
  readonly rights: Rights;
  readonly #hmac: Hmac;
  /** By the rights that it proves. */
  readonly #keys = new Map<Rights, Uint8Array>();

  /** @param text a secret, or a key for clients. @throws RangeError when it is too short. */
  constructor(hmac: Hmac, text: string) {
    this.#hmac = hmac;
    const [, name, digits] = KEY_TEXT.exec(text) ?? [];
    if (name !== undefined) {
      const key = bytesOfHex(digits);
      this.rights = name === 'write' ? Rights.write : Rights.read;
      if (name === 'write') this.#derive(key);
      else this.#keys.set(Rights.read, key);
      return;
    }
    const bytes = utf8(text);
    if (bytes.length < SECRET_BYTES_LEAST) {
      throw new RangeError(
        `"secret" expected ${SECRET_BYTES_LEAST} bytes or more, got ${bytes.length}`,
      );
    }
    this.rights = Rights.member;
    const member = hmac(bytes, utf8('ringlight member'));
    this.#keys.set(Rights.member, member);
    this.#derive(hmac(member, utf8('ringlight write')));
  }

  #derive(write: Uint8Array): void {
    this.#keys.set(Rights.write, write);
    this.#keys.set(Rights.read, this.#hmac(write, utf8('ringlight read')));
  }

  /** The text of a key for clients; null when it cannot be made from this one. */
  keyFor(rights: ClientRights): string | null {
    const key = this.#keys.get(rights === 'write' ? Rights.write : Rights.read);
    return key === undefined ? null : `ringlight-${rights}-${hexOf(key)}`;
  }

  /** The proof of `rights` over a transcript; null when this secret has no key for them. */
  prove(rights: Rights, transcript: Uint8Array): Uint8Array | null {
    const key = this.#keys.get(rights);
    return key === undefined ? null : this.#hmac(key, transcript);
  }

  /** Is it the proof? Takes as long for every wrong one. */
  isProof(rights: Rights, transcript: Uint8Array, proof: Uint8Array): boolean {
    const right = this.prove(rights, transcript);
    if (right === null || proof.length !== PROOF_BYTES) return false;
    let differences = 0;
    for (let i = 0; i < PROOF_BYTES; i++) differences |= right[i] ^ proof[i];
    return differences === 0;
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOfHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}
