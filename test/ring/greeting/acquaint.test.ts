import { expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { Members } from '../../../src/ring/circle/member.ts';
import { acquaint, isNear } from '../../../src/ring/greeting/acquaint.ts';
import { Nonce } from '../../../src/ring/greeting/nonce.ts';
import { sha1 } from '../small-ring.ts';

const at = (port: number, ip = 0x0a000001) => addressOf(ip, port);

function helloOf(addresses: number[], incarnation = 1) {
  const nonce = Nonce.read(new Uint8Array(16), 0);
  const shape = {
    rights: 3,
    isTitled: true,
    clockMs: 1500,
    nonce,
    meant: 0,
    host: 5,
  } as const;
  return { ...shape, incarnation, addresses };
}

test('two addresses are one process when both say so, in either order', () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const members = new Members(sha1);
    const both = [at(1), at(2)];
    for (const which of order) acquaint(members, 1000, both[which], helloOf(both));
    expect(members.of(at(2)).home).toBe(at(1));
    expect(members.of(at(1))).toMatchObject({ home: at(1), isProven: true, clockOffsetMs: 500 });
  }
});

test('nobody becomes part of a process by his own word, nor by that of the process', () => {
  const members = new Members(sha1);
  acquaint(members, 0, at(1), helloOf([at(1), at(3)]));
  acquaint(members, 0, at(2), helloOf([at(1), at(2)]));
  expect(members.of(at(2)).home).toBe(at(2));
  expect(members.of(at(3))).toMatchObject({ home: at(3), isProven: false });
  acquaint(members, 0, at(3), helloOf([at(3)]));
  expect(members.of(at(3)).home).toBe(at(3));
});

test('a process that lives at the place of another is another', () => {
  const members = new Members(sha1);
  expect(acquaint(members, 0, at(1), helloOf([at(1)], 1))).toBe(true);
  expect(acquaint(members, 0, at(1), helloOf([at(1)], 1))).toBe(false);
  expect(acquaint(members, 0, at(1), helloOf([at(1)], 2))).toBe(true);
});

test('a home is near on the same host only', () => {
  expect(isNear(at(1), at(2))).toBe(true);
  expect(isNear(at(1), at(1, 0x0a000002))).toBe(false);
  expect(isNear(at(1, 0x7f000001), at(1, 0x7f000005))).toBe(true);
});
