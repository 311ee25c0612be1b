import { describe, expect, it } from 'vitest';
import { RingShared } from '../../src/ring/shared.ts';
import { sha1 } from './small-ring.ts';

describe('what nodes share', () => {
  it('hands writers out again, empty', () => {
    const shared = new RingShared(sha1);
    const writer = shared.takeWriter();
    writer.u32(7);
    shared.giveWriter(writer);
    expect(shared.takeWriter()).toBe(writer);
    expect(writer.length).toBe(0);
    expect(shared.takeWriter()).not.toBe(writer);
  });

  it('keeps neither large writers nor many', () => {
    const shared = new RingShared(sha1);
    const large = shared.takeWriter();
    large.room(1 << 20);
    shared.giveWriter(large);
    expect(shared.takeWriter()).not.toBe(large);
    const many = Array.from({ length: 100 }, () => shared.takeWriter());
    for (const writer of many) shared.giveWriter(writer);
    const again = new Set(Array.from({ length: 100 }, () => shared.takeWriter()));
    expect(many.filter((writer) => again.has(writer)).length).toBe(32);
  });
});
