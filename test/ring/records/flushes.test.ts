import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/core/memory-store.ts';
import { Flushes } from '../../../src/ring/records/flushes.ts';

describe('flushes', () => {
  it('are one for all that a turn wrote, and tell everybody', () => {
    const tokens: number[] = [];
    const flushes = new Flushes(new MemoryStore((token) => tokens.push(token)));
    const heard: string[] = [];
    flushes.touch();
    flushes.wait((now, error) => heard.push(`a ${now} ${error}`));
    flushes.wait((now, error) => heard.push(`b ${now} ${error}`));
    expect(flushes.runIdle(1)).toBe(false);
    flushes.flush();
    flushes.flush(); // nothing new
    expect(tokens.length).toBe(1);
    expect(heard).toEqual([]);
    expect(flushes.stored(5, tokens[0], null)).toBe(true);
    expect(heard).toEqual(['a 5 null', 'b 5 null']);
  });

  it('do not flush for those who wait for nothing', () => {
    const tokens: number[] = [];
    const flushes = new Flushes(new MemoryStore((token) => tokens.push(token)));
    let heard = 0;
    flushes.wait(() => heard++);
    expect(flushes.runIdle(1)).toBe(true);
    expect(heard).toBe(1);
    flushes.touch();
    flushes.flush();
    flushes.wait(() => heard++); // behind what is under way
    expect(flushes.runIdle(2)).toBe(false);
    flushes.flush();
    expect(tokens.length).toBe(2);
    expect(flushes.stored(3, 99, null)).toBe(false);
    flushes.stored(3, tokens[0], null);
    expect(heard).toBe(1);
    flushes.stored(4, tokens[1], null);
    expect(heard).toBe(2);
  });

  it('are reported by the last of them', () => {
    const tokens: number[] = [];
    const flushes = new Flushes(new MemoryStore((token) => tokens.push(token)));
    const heard: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      flushes.touch();
      flushes.wait(() => heard.push(turn));
      flushes.flush();
    }
    expect(flushes.stored(1, tokens[2], null)).toBe(true);
    expect(heard).toEqual([0, 1, 2]);
    expect(flushes.stored(2, tokens[1], null)).toBe(false);
    expect(flushes.stored(3, tokens[3] + 1, null)).toBe(false);
    expect(flushes.stored(4, tokens[3], 'disk full')).toBe(true);
    expect(heard).toEqual([0, 1, 2, 3]);
    expect(flushes.error).toBe('disk full');
  });

  it('keep the error until one succeeds', () => {
    const tokens: number[] = [];
    const flushes = new Flushes(new MemoryStore((token) => tokens.push(token)));
    const heard: (string | null)[] = [];
    for (const error of ['disk full', null]) {
      flushes.wait((_now, said) => heard.push(said));
      flushes.touch();
      flushes.flush();
      flushes.stored(1, tokens.at(-1)!, error);
      expect(flushes.error).toBe(error);
    }
    expect(heard).toEqual(['disk full', null]);
  });
});
