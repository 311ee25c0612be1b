import { describe, expect, test } from 'vitest';
import { SceneClock } from '../../../web/src/stage/scene-clock.ts';

describe('the clock of a scene', () => {
  test('runs on between frames at the pace last measured', () => {
    const clock = new SceneClock();
    clock.put(1000, 500, 0);
    expect(clock.at(0)).toBe(1000);
    expect(clock.at(50)).toBe(1025);
    expect(clock.at(100)).toBe(1050);
  });

  test('does not run away while the source is silent', () => {
    const clock = new SceneClock();
    clock.put(1000, 1000, 0);
    expect(clock.at(60_000)).toBeLessThanOrEqual(1000 + 200);
  });

  test('never goes back for a frame that comes a little late, but does for a rewind', () => {
    const clock = new SceneClock();
    clock.put(1000, 1000, 0);
    const before = clock.at(50);
    clock.put(1030, 1000, 50);
    expect(clock.at(50)).toBe(before);
    expect(clock.at(90)).toBeCloseTo(1070);
    clock.put(200, 1000, 100);
    expect(clock.at(100)).toBe(200);
  });

  test('stands still when paused, at the frame', () => {
    const clock = new SceneClock();
    clock.put(1000, 1000, 0);
    clock.at(100);
    clock.put(1100, 0, 110);
    expect(clock.at(110)).toBe(1100);
    expect(clock.at(5000)).toBe(1100);
  });
});
