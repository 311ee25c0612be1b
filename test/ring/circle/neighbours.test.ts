import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { compareIds } from '../../../src/core/id.ts';
import { type Member, Members } from '../../../src/ring/circle/member.ts';
import {
  backupsOf,
  backupsWanted,
  chained,
  firstBetween,
  lastBetween,
  NEIGHBOURS_LIMIT,
} from '../../../src/ring/circle/neighbours.ts';

const sha1 = (bytes: Uint8Array) => new Uint8Array(createHash('sha1').update(bytes).digest());

/** Members in the order of the circle; `processes` and `hosts` share them out. */
function circle(count: number, processes = count, hosts = 0): Member[] {
  const members = new Members(sha1);
  const all = Array.from({ length: count }, (_, i) => members.of(addressOf(0x7f000001, 2000 + i)));
  all.forEach((member, i) => {
    member.home = all[i % processes].address;
    member.host = hosts === 0 ? 0 : ((i % processes) % hosts) + 1;
  });
  return all.sort((a, b) => compareIds(a.hash, 0, b.hash, 0));
}

const nobody = () => false;

describe('a list', () => {
  it('is the first and its list, up to oneself', () => {
    const [a, b, c, d] = circle(4);
    expect(chained(a, b, [c, d, a, b], 9, nobody)).toEqual([b, c, d]);
    expect(chained(a, a, [b], 9, nobody)).toEqual([b]);
    expect(chained(a, b, [c, b, d], 9, nobody)).toEqual([b, c, d]);
  });

  it('leaves out who is gone, and ends when it names enough processes', () => {
    const [a, b, c, d, e] = circle(5);
    expect(chained(a, b, [c, d, e], 2, (member) => member === c)).toEqual([b, d]);
  });

  it('counts virtual nodes of one process once, within the limit', () => {
    const all = circle(200, 2);
    const list = chained(all[0], all[1], all.slice(2), 3, nobody);
    expect(list.length).toBe(NEIGHBOURS_LIMIT);
    const some = circle(30, 5);
    const short = chained(some[0], some[1], some.slice(2), 3, nobody);
    expect(new Set(short.map(({ home }) => home)).size).toBe(3);
    expect(new Set(short.slice(0, -1).map(({ home }) => home)).size).toBe(2);
  });

  it('goes on to other hosts where they are told apart', () => {
    const all = circle(12, 12, 2);
    const list = chained(all[0], all[1], all.slice(2), 2, nobody);
    expect(new Set(list.map(({ host }) => host)).size).toBe(2);
  });
});

describe('who is between', () => {
  it('is found as by brute force', () => {
    const all = circle(12);
    const place = fc.nat(11);
    fc.assert(
      fc.property(place, place, fc.uniqueArray(place), (from, to, picked) => {
        const list = picked.map((i) => all[i]);
        const inside: Member[] = [];
        for (let i = 1; (from + i) % 12 !== to && i < 12; i++) {
          const member = all[(from + i) % 12];
          if (list.includes(member)) inside.push(member);
        }
        expect(firstBetween(all[from], all[to], list, nobody)).toBe(inside[0] ?? null);
        expect(lastBetween(all[from], all[to], list, nobody)).toBe(inside.at(-1) ?? null);
      }),
    );
  });

  it('is anybody, for one who has no neighbour', () => {
    const [a, b, c] = circle(3);
    expect(firstBetween(a, undefined, [c, b, a], nobody)).toBe(b);
    expect(lastBetween(undefined, a, [b, c, a], nobody)).toBe(c);
  });
});

describe('backups', () => {
  it('are wanted as many as there are other processes of ours, K at most', () => {
    const all = circle(9, 3);
    const [self, ...others] = all;
    expect(backupsWanted(self, [], [], 2)).toBe(0);
    expect(backupsWanted(self, others.slice(0, 1), [], 2)).toBe(
      others[0].home === self.home ? 0 : 1,
    );
    expect(backupsWanted(self, [], others, 2)).toBe(2);
    expect(backupsWanted(self, others, others, 5)).toBe(2); // three processes in all
    for (const member of others) member.isPlain = true;
    expect(backupsWanted(self, others, others, 5)).toBe(0);
  });

  it('are the nearest other processes', () => {
    const all = circle(12, 4);
    const self = all[11];
    const predecessors = all.slice(0, 11).reverse();
    const chosen = backupsOf(self, predecessors, 2);
    expect(chosen.length).toBe(2);
    expect(new Set([self, ...chosen].map(({ home }) => home)).size).toBe(3);
    const nearest = predecessors.find(({ home }) => home !== self.home);
    expect(chosen[0]).toBe(nearest);
  });

  it('are on other hosts while there are such, and never class programs', () => {
    const all = circle(9, 9, 3);
    const self = all[8];
    const predecessors = all.slice(0, 8).reverse();
    const apart = backupsOf(self, predecessors, 2);
    expect(new Set([self, ...apart].map(({ host }) => host)).size).toBe(3);
    expect(backupsOf(self, predecessors, 5).length).toBe(5);
    for (const member of predecessors) member.isPlain = member !== predecessors[6];
    expect(backupsOf(self, predecessors, 2)).toEqual([predecessors[6]]);
  });
});
