import { describe, expect, it } from 'vitest';
import { beginsWith, stopOf } from '../../src/ring/replying.ts';
import { bytesOf } from './small-ring.ts';

const at = (byte: number) => new Uint8Array(20).fill(byte);

describe('an answer about an arc', () => {
  it.each([
    ['goes to the end of the arc', 10, 20, 30, 20],
    ['no farther than was asked', 10, 20, 15, 15],
    ['all around when both are the start', 10, 20, 10, 20],
    ['over zero to its end', 200, 20, 100, 20],
    ['over zero only to where the circle begins', 200, 20, 0, 0],
    ['of who owns all to where was asked', 0, 0, 7, 7],
  ])('%s', (_what, from, end, to, stop) => {
    expect(stopOf(at(from), at(end), at(to))).toEqual(at(stop));
  });

  it('is about names that begin as was asked', () => {
    expect(beginsWith(bytesOf('room:1'), bytesOf('room:'))).toBe(true);
    expect(beginsWith(bytesOf('room'), bytesOf('room:'))).toBe(false);
    expect(beginsWith(null, bytesOf('r'))).toBe(false);
    expect(beginsWith(null, bytesOf(''))).toBe(true);
  });
});
