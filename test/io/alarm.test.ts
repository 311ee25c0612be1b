import { describe, expect, test } from 'vitest';
import { Alarm } from '../../src/io/alarm.ts';
import { ManualClock } from './memory-network.ts';

function setup() {
  const clock = new ManualClock();
  const rings: number[] = [];
  const late: number[] = [];
  const alarm = new Alarm(clock, (lateMs) => {
    rings.push(clock.now());
    late.push(lateMs);
  });
  return { clock, rings, late, alarm };
}

describe('an alarm', () => {
  test('rings once, when its deadline falls', () => {
    const { clock, rings, alarm } = setup();
    alarm.setFor(50);
    clock.advance(49);
    expect(rings).toEqual([]);
    clock.advance(100);
    expect(rings).toEqual([50]);
  });

  test('has one timer, which moves only when the deadline comes closer', () => {
    const { clock, rings, alarm } = setup();
    for (const deadline of [100, 300, 70, 80, Infinity]) alarm.setFor(deadline);
    expect(clock.timerCount).toBe(1);
    clock.advance(1000);
    expect(rings).toEqual([70]);
  });

  test('rings for what is far away never too soon, and at most a tenth of a second later', () => {
    for (let deadline = 10_001; deadline < 11_000; deadline += 37) {
      const { clock, rings, late, alarm } = setup();
      alarm.setFor(deadline);
      clock.advance(deadline - 1);
      expect(rings).toEqual([]);
      clock.advance(101);
      expect(rings).toHaveLength(1);
      expect(late).toEqual([0]);
    }
  });

  test('rings at once for what has passed, and never for Infinity', () => {
    const { clock, rings, alarm } = setup();
    alarm.setFor(Infinity);
    expect(clock.timerCount).toBe(0);
    clock.advance(10);
    alarm.setFor(3);
    clock.advance(0);
    expect(rings).toEqual([10]);
  });

  test('tells how late it is, which what was late already when it was set is not', () => {
    const { clock, late, alarm } = setup();
    clock.advance(100);
    alarm.setFor(40);
    clock.advance(0);
    alarm.setFor(150);
    clock.stall(250);
    clock.advance(0);
    expect(late).toEqual([0, 200]);
  });

  test('that is to ring again does so after a turn, whatever it is set for meanwhile', () => {
    const { clock, rings, late, alarm } = setup();
    alarm.setFor(10);
    clock.stall(300);
    clock.advance(0);
    alarm.again();
    alarm.setFor(200);
    expect(clock.timerCount).toBe(1);
    clock.advance(0);
    alarm.setFor(400);
    clock.advance(100);
    expect(rings).toEqual([300, 300, 400]);
    expect(late).toEqual([290, 0, 0]);
  });

  test('that is stopped stays silent whatever it is set for', () => {
    const { clock, rings, alarm } = setup();
    alarm.setFor(10);
    alarm.stop();
    alarm.setFor(5);
    clock.advance(100);
    expect(rings).toEqual([]);
    expect(clock.timerCount).toBe(0);
  });
});
