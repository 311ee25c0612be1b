/** Room on a disk, of which some is always left. */
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { bytesFreeAt, checkRoom } from '../../src/io/free-room.ts';

test('a disk that would be filled up is full', () => {
  expect(bytesFreeAt(tmpdir())).toBeGreaterThan(0);
  expect(() => checkRoom('/d', 1000, () => 8 * 1024 * 1024 + 1000)).not.toThrow();
  expect(() => checkRoom('/d', 1000, () => 8 * 1024 * 1024 + 999)).toThrow('the disk is full');
});
