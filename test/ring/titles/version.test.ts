import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareVersions } from '../../../src/ring/records/clock.ts';
import {
  compareToEpoch,
  counterOf,
  epochOf,
  VERSION_BYTES,
  writeBranch,
  writeVersion,
} from '../../../src/ring/titles/version.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const epoch = fc.record({ number: word, claimant: word });
const counter = fc.integer({ min: 0, max: 2 ** 48 - 1 });

test('a version is its epoch, its counter and its branch', () => {
  const out = new Uint8Array(VERSION_BYTES);
  writeVersion(out, { number: 0x01020304, claimant: 0xa0b0c0d0 }, 0x0506_0708090a);
  expect(Buffer.from(out).toString('hex')).toBe('01020304a0b0c0d005060708090a0000');
  fc.assert(
    fc.property(epoch, counter, (its, count) => {
      writeVersion(out, its, count);
      expect(epochOf(out, 0)).toEqual(its);
      expect(counterOf(out, 0)).toBe(count);
      expect(compareToEpoch(out, 0, its)).toBe(0);
    }),
  );
});

test('versions are ordered by epoch, then by counter; a branch is above what it replaces', () => {
  const a = new Uint8Array(VERSION_BYTES);
  const b = new Uint8Array(VERSION_BYTES);
  fc.assert(
    fc.property(epoch, counter, counter, (its, one, other) => {
      writeVersion(a, its, one);
      writeVersion(b, its, other);
      expect(Math.sign(compareVersions(a, 0, b, 0))).toBe(Math.sign(one - other));
      expect(writeBranch(b, a)).toBe(true);
      expect(compareVersions(b, 0, a, 0)).toBeGreaterThan(0);
      if (one < 2 ** 48 - 1) {
        writeVersion(a, its, one + 1);
        expect(compareVersions(b, 0, a, 0)).toBeLessThan(0);
      }
    }),
  );
});

test('branches end', () => {
  const version = new Uint8Array(VERSION_BYTES);
  expect(writeBranch(version, null)).toBe(true);
  expect(version[15]).toBe(1);
  version[14] = 0xff;
  version[15] = 0xff;
  expect(writeBranch(new Uint8Array(VERSION_BYTES), version)).toBe(false);
});
