/**
 * Write tokens (BEP 5 "get_peers", "announce_peer"). Whoever wants to store something under a target
 * must first show that it receives at the address it claims:
 *
 *     token = SipHash-2-4(secret of this 5 minutes, our tenant ‖ its IP ‖ target), 8 bytes
 *
 * Bound to the IP *and* the target: one token does not open the rest of the node (bittorrent.org#47).
 * A hash with a key is a sound MAC of such short inputs; a plain checksum is not, CRC32C tokens can be
 * forged for any IP. Secrets rotate every 5 minutes and the
 * last one still counts: a token lives for 5 to 10 minutes.
 */
import {
  type Address,
  addressOf,
  COMPACT_ADDRESS6_BYTES,
  ipOf,
  isV6,
  writeAddress6,
} from '../../core/address.ts';
import type { Sha1 } from '../../core/hash.ts';
import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, type Random } from '../../core/random.ts';
import { SipHash } from '../../core/siphash.ts';
import { TOKEN_BYTES } from '../krpc/fields.ts';

/** BEP 5: "the secret changes every five minutes and tokens up to ten minutes old are accepted". */
export const TOKEN_SECRET_MS: number = 5 * 60_000;

const SECRET_BYTES = 16;
const IP_AT = 4;
const TARGET_AT = IP_AT + 4;
/** Of an IPv6 address all 16 bytes count; they stand behind the rest, and its port is none. */
const IP6_AT = TARGET_AT + ID_BYTES;
const INPUT6_BYTES = IP6_AT + COMPACT_ADDRESS6_BYTES;

/**
 * Nodes in several threads that listen on one port share a key: each makes the same secrets of it.
 * `originMs` is the wall clock at reading 0 of a node's own clock, so that all change them at once.
 */
export interface SharedSecret {
  readonly key: Uint8Array;
  readonly originMs: number;
}

export class Tokens {
  readonly #random: Random;
  readonly #sha1: Sha1;
  readonly #secret = new Uint8Array(SECRET_BYTES);
  readonly #previousSecret = new Uint8Array(SECRET_BYTES);
  readonly #hash = new SipHash(this.#secret);
  readonly #previousHash = new SipHash(this.#previousSecret);
  readonly #input = new Uint8Array(INPUT6_BYTES);
  readonly #token = new Uint8Array(TOKEN_BYTES);
  readonly #shared: SharedSecret | null;
  #epoch = 0;

  constructor(random: Random, sha1: Sha1, shared: SharedSecret | null = null) {
    this.#random = random;
    this.#sha1 = sha1;
    this.#shared = shared;
    fillRandom(random, this.#secret, 0, SECRET_BYTES);
    fillRandom(random, this.#previousSecret, 0, SECRET_BYTES);
  }

  /** The token for whoever is at `to` and wants to write under the target: 8 bytes, borrowed until the next. */
  issue(now: number, tenant: number, to: Address, target: Uint8Array, start: number): Uint8Array {
    this.#rotate(now);
    return this.#compute(this.#hash, tenant, to, target, start);
  }

  /** Did we issue `bytes[tokenStart, +length)` to this IP, for this target, at most 10 minutes ago? */
  valid(
    now: number,
    tenant: number,
    from: Address,
    target: Uint8Array,
    start: number,
    bytes: Uint8Array,
    tokenStart: number,
    tokenLength: number,
  ): boolean {
    if (tokenLength !== TOKEN_BYTES) return false;
    this.#rotate(now);
    const current = this.#compute(this.#hash, tenant, from, target, start);
    if (equalInConstantTime(current, bytes, tokenStart)) return true;
    const previous = this.#compute(this.#previousHash, tenant, from, target, start);
    return equalInConstantTime(previous, bytes, tokenStart);
  }

  #compute(
    hash: SipHash,
    tenant: number,
    address: Address,
    target: Uint8Array,
    start: number,
  ): Uint8Array {
    const input = this.#input;
    const is6 = isV6(address);
    writeUint32(input, 0, tenant);
    writeUint32(input, IP_AT, is6 ? 0 : ipOf(address));
    for (let i = 0; i < ID_BYTES; i++) input[TARGET_AT + i] = target[start + i];
    if (is6) writeAddress6(input, IP6_AT, addressOf(ipOf(address), 0));
    hash.digest(input, is6 ? INPUT6_BYTES : IP6_AT);
    writeUint32(this.#token, 0, hash.high);
    writeUint32(this.#token, 4, hash.low);
    return this.#token;
  }

  #rotate(now: number): void {
    const epoch = Math.floor((now + (this.#shared?.originMs ?? 0)) / TOKEN_SECRET_MS);
    if (epoch === this.#epoch) return;
    if (this.#shared !== null) {
      this.#derive(this.#shared.key, epoch, this.#secret);
      this.#derive(this.#shared.key, epoch - 1, this.#previousSecret);
      this.#epoch = epoch;
      return;
    }
    if (epoch === this.#epoch + 1) this.#previousSecret.set(this.#secret);
    else fillRandom(this.#random, this.#previousSecret, 0, SECRET_BYTES);
    fillRandom(this.#random, this.#secret, 0, SECRET_BYTES);
    this.#epoch = epoch;
  }

  /** The secret of an epoch: first 16 bytes of SHA-1(key ‖ epoch). */
  #derive(key: Uint8Array, epoch: number, into: Uint8Array): void {
    const input = new Uint8Array(key.length + 4);
    input.set(key);
    writeUint32(input, key.length, epoch);
    into.set(this.#sha1(input).subarray(0, SECRET_BYTES));
  }
}

function writeUint32(bytes: Uint8Array, start: number, value: number): void {
  bytes[start] = value >>> 24;
  bytes[start + 1] = value >>> 16;
  bytes[start + 2] = value >>> 8;
  bytes[start + 3] = value;
}

/** Looks at every byte whatever it finds, so that the time taken tells nothing about the token. */
function equalInConstantTime(token: Uint8Array, bytes: Uint8Array, start: number): boolean {
  let difference = 0;
  for (let i = 0; i < TOKEN_BYTES; i++) difference |= token[i] ^ bytes[start + i];
  return difference === 0;
}
