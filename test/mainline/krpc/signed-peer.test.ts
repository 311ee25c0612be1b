/** Signed peers as 104 bytes, and what is signed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyPairOf, verify } from '../../../src/io/signatures.ts';
import {
  isSignedPeer,
  readSignedPeer,
  SIGNED_PEER_BYTES,
  signedPeerBytes,
  TIME_US_MAX,
  writeSignedPeer,
} from '../../../src/mainline/krpc/signed-peer.ts';
import { hex } from '../small-world.ts';

const PAIR = keyPairOf(Uint8Array.from({ length: 32 }, (_, i) => i));
const INFO_HASH = Uint8Array.from({ length: 20 }, (_, i) => i);
const TIME_US = 1_700_000_000_000_001;

test('what is signed is the info-hash and the time, big-endian', () => {
  const bytes = signedPeerBytes(INFO_HASH, 0, TIME_US);
  expect(hex(bytes)).toBe(`${hex(INFO_HASH)}00060a24181e4001`);
  const peer = { key: PAIR.publicKey, timeUs: TIME_US, signature: PAIR.sign(bytes) };
  expect(isSignedPeer(peer, INFO_HASH, 0, verify)).toBe(true);
  expect(isSignedPeer({ ...peer, timeUs: TIME_US + 1 }, INFO_HASH, 0, verify)).toBe(false);
  expect(isSignedPeer(peer, INFO_HASH.toReversed(), 0, verify)).toBe(false);
  const other = keyPairOf(new Uint8Array(32)).publicKey;
  expect(isSignedPeer({ ...peer, key: other }, INFO_HASH, 0, verify)).toBe(false);
});

test('what was written is read, wherever it lies', () => {
  const part = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  fc.assert(
    fc.property(
      part(32),
      part(64),
      fc.maxSafeNat(),
      fc.nat({ max: 9 }),
      (key, signature, timeUs, at) => {
        const bytes = new Uint8Array(at + SIGNED_PEER_BYTES);
        writeSignedPeer(bytes, at, { key, timeUs, signature });
        expect(readSignedPeer(bytes, at)).toEqual({ key, timeUs, signature });
      },
    ),
  );
});

test('a time that no number holds is none', () => {
  const bytes = new Uint8Array(SIGNED_PEER_BYTES);
  const write = (timeUs: number) => {
    const [key, signature] = [new Uint8Array(32), new Uint8Array(64)];
    writeSignedPeer(bytes, 0, { key, timeUs, signature });
  };
  write(TIME_US_MAX);
  expect(readSignedPeer(bytes, 0)?.timeUs).toBe(TIME_US_MAX);
  bytes[32] = 0x80;
  expect(readSignedPeer(bytes, 0)).toBeNull();
});
