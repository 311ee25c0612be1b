import { describe, expect, it } from 'vitest';
import { addressOf, parseIp } from '../../src/core/address.ts';
import { Door } from '../../src/ring/door.ts';

const from = (ip: string, port = 1) => addressOf(parseIp(ip), port);

describe('the door', () => {
  it('has room until it is full, then where somebody is idle', () => {
    const door = new Door(100);
    for (let stream = 1; stream <= 100; stream++) {
      expect(door.roomFor(from('127.0.0.1'), () => false)).toEqual({ has: true, idle: 0 });
      door.enter(stream, from('127.0.0.1'));
    }
    expect(door.roomFor(from('127.0.0.1'), () => false)).toEqual({ has: false, idle: 0 });
    expect(door.roomFor(from('10.0.0.1'), (stream) => stream === 90).has).toBe(true);
    door.leave(5);
    expect(door.roomFor(from('127.0.0.1'), () => false).has).toBe(true);
    door.leave(5);
    expect(door.strangers).toBe(99);
  });

  it('finds the one who is idle among many that are busy, in a few looks', () => {
    const door = new Door(1000);
    for (let stream = 1; stream <= 1000; stream++) door.enter(stream, from('127.0.0.1'));
    let looks = 0;
    let tries = 0;
    const isIdle = (stream: number) => ++looks > 0 && stream === 700;
    while (!door.roomFor(from('127.0.0.1'), isIdle).has) tries++;
    expect(tries).toBeLessThan(1000 / 63);
    expect(looks).toBe(700);
  });

  it('has a quarter of its places for one address, and the others for the others', () => {
    const door = new Door(1000);
    for (let stream = 1; stream <= 250; stream++) door.enter(stream, from('10.0.0.1'));
    expect(door.roomFor(from('10.0.0.1', 9), () => false).has).toBe(false);
    expect(door.roomFor(from('10.0.0.2'), () => false).has).toBe(true);
    door.leave(1);
    expect(door.roomFor(from('10.0.0.1', 9), () => false).has).toBe(true);
  });
});
