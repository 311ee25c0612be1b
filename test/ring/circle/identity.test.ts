import { describe, expect, it } from 'vitest';
import { Identity } from '../../../src/ring/circle/identity.ts';
import { Members } from '../../../src/ring/circle/member.ts';
import { sha1 } from '../small-ring.ts';

const members = new Members(sha1);
const key = (byte: number) => new Uint8Array(20).fill(byte);

describe('an identity', () => {
  it('owns nothing before it is a member, and then its arc, start inclusive', () => {
    const identity = new Identity(members.of(0x0a0000011388));
    expect(identity.owns(identity.hash, 0)).toBe(false);
    identity.state = 'member';
    expect(identity.ownsAll).toBe(true);
    expect(identity.owns(key(0), 0) && identity.owns(key(255), 0)).toBe(true);
    identity.end = new Uint8Array(identity.hash);
    identity.end[19] = (identity.end[19] + 1) & 255;
    expect(identity.owns(identity.hash, 0)).toBe(true);
    expect(identity.owns(identity.end, 0)).toBe(false);
    identity.state = 'leaving';
    expect(identity.owns(identity.hash, 0)).toBe(true);
    identity.state = 'left';
    expect(identity.owns(identity.hash, 0)).toBe(false);
  });

  it('counts the copies that are in step', () => {
    const identity = new Identity(members.of(0x0a0000011388));
    const copy = (isInStep: boolean, n: number) => {
      const member = members.of(0x0a0000020000 + n);
      return { member, incarnation: 0, isInStep, sync: null, dueAtMs: 0 };
    };
    expect(identity.effectiveK).toBe(0);
    identity.copies = [copy(true, 1), copy(false, 2), copy(true, 3)];
    expect(identity.effectiveK).toBe(2);
  });
});
