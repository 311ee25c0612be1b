import { describe, expect, it } from 'vitest';
import { Intake, type Taker } from '../../src/ring/intake.ts';

function takers(count: number): (Taker & { rooms: number })[] {
  return Array.from({ length: count }, () => ({
    rooms: 0,
    hasRoom() {
      this.rooms++;
    },
  }));
}

describe('the intake', () => {
  it('beyond its limit goes on for who began first alone', () => {
    const intake = new Intake(100);
    const [a, b, c] = takers(3);
    expect([intake.hold(a, 60), intake.hold(b, 40), intake.hold(c, 1)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(intake.hold(a, 90)).toBe(true);
    expect(intake.hold(b, 50)).toBe(false);
    expect(intake.usedBytes).toBe(141);
    intake.letGo(a);
    expect([a, b, c].map((one) => one.rooms)).toEqual([0, 1, 1]);
    expect(intake.usedBytes).toBe(51);
  });

  it('wakes the next when there is no room for all', () => {
    const intake = new Intake(100);
    const [a, b, c] = takers(3);
    intake.hold(a, 90);
    intake.hold(b, 80);
    intake.hold(c, 80);
    intake.letGo(a);
    expect([b.rooms, c.rooms]).toEqual([1, 0]);
    intake.letGo(b);
    intake.letGo(c);
    intake.letGo(c);
    expect(intake.usedBytes).toBe(0);
  });
});
