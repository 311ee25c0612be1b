import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha1 } from '../../src/lab/sha1.ts';

test('it is SHA-1, by OpenSSL as oracle', () => {
  for (let length = 0; length < 130; length++) {
    const bytes = new Uint8Array(length).map((_, i) => i * 7 + length);
    expect(Buffer.from(sha1(bytes)).toString('hex')).toBe(
      createHash('sha1').update(bytes).digest('hex'),
    );
  }
});
