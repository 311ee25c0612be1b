import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rights } from '../../../src/ring/greeting/rights.ts';
import { RingSecret } from '../../../src/ring/greeting/secret.ts';
import { hmac, SECRET } from './secrets.ts';

const transcript = new TextEncoder().encode('what was said');
const member = new RingSecret(hmac, SECRET);

describe('a secret', () => {
  it('gives keys for clients that prove what they should, and no more', () => {
    const writer = new RingSecret(hmac, member.keyFor('write')!);
    const reader = new RingSecret(hmac, member.keyFor('read')!);
    expect([member, writer, reader].map(({ rights }) => rights)).toEqual([3, 2, 1]);
    expect(member.isProof(Rights.write, transcript, writer.prove(Rights.write, transcript)!)).toBe(
      true,
    );
    expect(writer.keyFor('read')).toBe(member.keyFor('read'));
    expect(member.isProof(Rights.read, transcript, reader.prove(Rights.read, transcript)!)).toBe(
      true,
    );
    expect(writer.prove(Rights.member, transcript)).toBe(null);
    expect(reader.prove(Rights.write, transcript)).toBe(null);
    expect(reader.keyFor('write')).toBe(null);
    // A proof of less is none of more.
    const less = reader.prove(Rights.read, transcript)!;
    expect(member.isProof(Rights.write, transcript, less)).toBe(false);
  });

  it('too short is refused', () => {
    expect(() => new RingSecret(hmac, 'short')).toThrow(RangeError);
  });

  it('is not proven by anything but the proof', () => {
    const proof = member.prove(Rights.member, transcript)!;
    fc.assert(
      fc.property(fc.nat(31), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const wrong = proof.slice();
        wrong[at] = wrong[at] ^ flip;
        expect(member.isProof(Rights.member, transcript, wrong)).toBe(false);
      }),
    );
    expect(member.isProof(Rights.member, transcript, proof)).toBe(true);
    expect(member.isProof(Rights.member, transcript, proof.subarray(0, 31))).toBe(false);
    expect(member.isProof(Rights.member, transcript, new Uint8Array(0))).toBe(false);
  });
});
