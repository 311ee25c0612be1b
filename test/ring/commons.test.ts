import { describe, expect, it } from 'vitest';
import { RingCommons } from '../../src/ring/commons.ts';
import { sha1 } from './small-ring.ts';

describe('commons', () => {
  it('hand writers out again, empty', () => {
    const commons = new RingCommons(sha1);
    const writer = commons.takeWriter();
    writer.u32(7);
    commons.giveWriter(writer);
    expect(commons.takeWriter()).toBe(writer);
    expect(writer.length).toBe(0);
    expect(commons.takeWriter()).not.toBe(writer);
  });

  it('keep neither large writers nor many', () => {
    const commons = new RingCommons(sha1);
    const large = commons.takeWriter();
    large.room(1 << 20);
    commons.giveWriter(large);
    expect(commons.takeWriter()).not.toBe(large);
    const many = Array.from({ length: 100 }, () => commons.takeWriter());
    for (const writer of many) commons.giveWriter(writer);
    const again = new Set(Array.from({ length: 100 }, () => commons.takeWriter()));
    expect(many.filter((writer) => again.has(writer)).length).toBe(32);
  });
});
