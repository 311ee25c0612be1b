import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Line, Waiter } from '../../src/ring/patience.ts';

class Guest extends Waiter {
  readonly name: string;
  readonly gone: string[];
  last: (() => void) | null = null;

  constructor(name: string, gone: string[]) {
    super();
    this.name = name;
    this.gone = gone;
  }

  expired(now: number): void {
    this.gone.push(`${this.name}@${now}`);
    this.last?.();
  }
}

describe('a line', () => {
  it('sends away in order, each after its time', () => {
    const gone: string[] = [];
    const line = new Line(100);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Guest(name, gone));
    line.join(0, a);
    line.join(10, b);
    line.join(20, c);
    expect(line.deadline).toBe(100);
    line.leave(b);
    line.expire(119);
    expect(gone).toEqual(['a@119']);
    expect(line.deadline).toBe(120);
    line.expire(120);
    expect(gone).toEqual(['a@119', 'c@120']);
    expect(line.deadline).toBe(Infinity);
    expect(line.deadline).toBe(Infinity);
  });

  it('takes a guest out of the line it stands in', () => {
    const gone: string[] = [];
    const [short, long] = [new Line(10), new Line(1000)];
    const guest = new Guest('a', gone);
    short.join(0, guest);
    long.join(0, guest);
    short.expire(500);
    expect(gone).toEqual([]);
    expect(guest.line).toBe(long);
    short.leave(guest);
    expect(guest.line).toBe(long);
  });

  it('may be joined again by who was sent away, without being sent away at once', () => {
    const gone: string[] = [];
    const line = new Line(10);
    const guest = new Guest('a', gone);
    guest.last = () => line.join(50, guest);
    line.join(0, guest);
    line.expire(50);
    expect(gone).toEqual(['a@50']);
    expect(line.deadline).toBe(60);
  });

  it('is a queue with removal, whatever happens', () => {
    const step = fc.record({ guest: fc.nat(5), joins: fc.boolean(), ms: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const gone: string[] = [];
        const line = new Line(40);
        const guests = Array.from({ length: 6 }, (_, i) => new Guest(`${i}`, gone));
        let model: { name: string; dueAtMs: number }[] = [];
        let now = 0;
        for (const { guest, joins, ms } of steps) {
          now += ms;
          const before = model.filter(({ dueAtMs }) => dueAtMs <= now);
          model = model.filter(({ dueAtMs }) => dueAtMs > now);
          gone.length = 0;
          line.expire(now);
          expect(gone).toEqual(before.map(({ name }) => `${name}@${now}`));
          const name = `${guest}`;
          model = model.filter((other) => other.name !== name);
          if (joins) {
            model.push({ name, dueAtMs: now + 40 });
            line.join(now, guests[guest]);
          } else {
            line.leave(guests[guest]);
          }
          expect(line.deadline).toBe(model[0]?.dueAtMs ?? Infinity);
        }
      }),
    );
  });
});
