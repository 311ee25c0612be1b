/**
 * A signed peer (draft "BEP Signed Peers", in the Rust crate dht from 6.4 on): not an address that has an
 * info-hash, but a key whose owner says that he has, and when he said so. Who looks for somebody by an
 * info-hash that all know finds his key, and by it what he put (BEP 44), wherever he is.
 *
 *     k, 32 bytes │ time, 8 bytes, big-endian, in µs since 1970 │ sig, 64 bytes      104 in all
 *
 *     sig = Ed25519 over info_hash ‖ time
 */
import type { Verify } from '../../core/hash.ts';
import { ID_BYTES } from '../../core/id.ts';
import { copied } from './reading.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from './storage-fields.ts';

const TIME_BYTES = 8;
export const SIGNED_PEER_BYTES: number = KEY_BYTES + TIME_BYTES + SIGNATURE_BYTES;
/** The draft: so many in a reply at most. Beside eight nodes six fit. */
export const SIGNED_PEERS_PER_REPLY = 10;
/** The greatest time that a number holds exactly: in the year 2255. */
export const TIME_US_MAX: number = Number.MAX_SAFE_INTEGER;

export interface SignedPeer {
  key: Uint8Array;
  /** When it was signed, in µs since 1970. */
  timeUs: number;
  signature: Uint8Array;
}

/** What the signature is made over. */
export function signedPeerBytes(infoHash: Uint8Array, start: number, timeUs: number): Uint8Array {
  const bytes = new Uint8Array(ID_BYTES + TIME_BYTES);
  bytes.set(infoHash.subarray(start, start + ID_BYTES));
  writeTime(bytes, ID_BYTES, timeUs);
  return bytes;
}

export function isSignedPeer(
  { key, timeUs, signature }: SignedPeer,
  infoHash: Uint8Array,
  start: number,
  verify: Verify,
): boolean {
  return verify(signature, signedPeerBytes(infoHash, start, timeUs), key);
}

export function writeSignedPeer(bytes: Uint8Array, at: number, peer: SignedPeer): void {
  bytes.set(peer.key, at);
  writeTime(bytes, at + KEY_BYTES, peer.timeUs);
  bytes.set(peer.signature, at + KEY_BYTES + TIME_BYTES);
}

/** A copy of the 104 bytes at `start`; null when its time is none. */
export function readSignedPeer(bytes: Uint8Array, start: number): SignedPeer | null {
  const timeUs = readTime(bytes, start + KEY_BYTES);
  if (timeUs > TIME_US_MAX) return null;
  const signatureAt = start + KEY_BYTES + TIME_BYTES;
  return {
    key: copied(bytes, start, start + KEY_BYTES),
    timeUs,
    signature: copied(bytes, signatureAt, signatureAt + SIGNATURE_BYTES),
  };
}

function writeTime(bytes: Uint8Array, at: number, timeUs: number): void {
  let rest = timeUs;
  for (let i = TIME_BYTES - 1; i >= 0; i--) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function readTime(bytes: Uint8Array, at: number): number {
  let timeUs = 0;
  for (let i = 0; i < TIME_BYTES; i++) timeUs = timeUs * 256 + bytes[at + i];
  return timeUs;
}
