/** What can be done to any lab, done to both kinds. */
import { describe, expect, test } from 'vitest';
import { createLab } from '../../../src/lab.ts';

const KINDS = {
  mainline: () => createLab({ nodes: 12, seed: 5 }),
  ring: () => createLab({ overlay: 'ring', nodes: 12, seed: 5 }),
};

describe.each(Object.entries(KINDS))('a lab: %s', (_kind, open) => {
  test('time passes when it is told to, and the trace with it', () => {
    const [one, other] = [open(), open()];
    const begun = one.traceHash;
    one.run('2 min');
    other.run(120_000);
    expect(one.now).toBe(120_000);
    expect(one.traceHash).toBe(other.traceHash);
    expect(one.traceHash).not.toBe(begun);
    expect(one.stats).toMatchObject({ virtualMs: 120_000, nodes: 12 });
    expect(one.metricsText()).toContain(`ringlight_lab_delivered_total ${one.stats.delivered}`);
  });

  test('who crashes is down until it joins, who is paused until it is resumed', () => {
    const lab = open();
    lab.crash(3, 4);
    expect([2, 3, 4].map((node) => lab.isAlive(node))).toEqual([true, false, false]);
    lab.join(3);
    lab.run('1 min');
    expect(lab.isAlive(3)).toBe(true);
    expect(lab.isAlive(4)).toBe(false);
    lab.pause({ share: 1 });
    expect(lab.isAlive(2)).toBe(false);
    lab.resume(2);
    expect(lab.isAlive(2)).toBe(true);
    expect(() => lab.crash(12)).toThrow(RangeError);
  });
});
