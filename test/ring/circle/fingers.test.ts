import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { addPowerOfTwo } from '../../../src/core/arc.ts';
import { compareIds } from '../../../src/core/id.ts';
import { Fingers } from '../../../src/ring/circle/fingers.ts';
import { type Member, Members } from '../../../src/ring/circle/member.ts';

const sha1 = (bytes: Uint8Array) => new Uint8Array(createHash('sha1').update(bytes).digest());

function circle(count: number): Member[] {
  const members = new Members(sha1);
  const all = Array.from({ length: count }, (_, i) => members.of(addressOf(0x0a000000 + i, 9)));
  return all.sort((a, b) => compareIds(a.hash, 0, b.hash, 0));
}

function ownerOf(all: readonly Member[], key: Uint8Array): Member {
  return all.findLast(({ hash }) => compareIds(hash, 0, key, 0) <= 0) ?? all.at(-1)!;
}

describe('fingers', () => {
  it('after one round are the distinct owners of hash + 2^i, about log2 N of them', () => {
    const all = circle(256);
    const self = all[100];
    const fingers = new Fingers();
    const target = new Uint8Array(20);
    let asked = 0;
    for (;;) {
      const bit = fingers.next(self, all[104], target);
      if (bit < 0) break;
      asked++;
      fingers.set(bit, ownerOf(all, target), self);
    }
    const right = new Set<Member>();
    for (let bit = 0; bit < 160; bit++) {
      addPowerOfTwo(self.hash, 0, bit, target, 0);
      right.add(ownerOf(all, target));
    }
    for (const member of fingers.members) expect(right.has(member)).toBe(true);
    expect(new Set(fingers.members).size).toBe(fingers.members.length);
    expect(fingers.members.length).toBeGreaterThanOrEqual(4);
    expect(fingers.members.length).toBeLessThanOrEqual(9);
    expect(asked).toBeLessThan(12);
    // The next round begins again with the farthest.
    expect(fingers.next(self, all[104], target)).toBe(159);
  });

  it('are replaced by bit and removed by member', () => {
    const [self, a, b] = circle(3);
    const fingers = new Fingers();
    fingers.set(159, a, self);
    fingers.set(158, a, self);
    fingers.set(157, self, self);
    expect(fingers.members).toEqual([a]);
    fingers.set(159, b, self);
    expect(fingers.members).toEqual([b]);
    fingers.remove(b);
    expect(fingers.members).toEqual([]);
  });

  it('ask nothing where there are no neighbours', () => {
    const [self] = circle(1);
    expect(new Fingers().next(self, undefined, new Uint8Array(20))).toBe(-1);
  });

  it('do not share what is empty', () => {
    const [self, a] = circle(2);
    new Fingers().set(3, a, self);
    expect(new Fingers().members).toEqual([]);
  });
});
