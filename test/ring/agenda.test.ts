import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/random.ts';
import { Agenda } from '../../src/ring/agenda.ts';
import { type RingSettings, ringSettings } from '../../src/ring/settings.ts';

const agendaOf = (chosen: Partial<RingSettings> = {}) =>
  new Agenda(ringSettings(chosen), new SeededRandom(1));

describe('an agenda', () => {
  it('is empty at first, and after its start has what every process does', () => {
    const agenda = agendaOf({ idleMs: 8000, bulkIdleMs: 6000, tombstoneMs: 64_000 });
    expect(agenda.deadline).toBe(Infinity);
    agenda.start(100);
    expect([agenda.forgetAtMs, agenda.sweepAtMs]).toEqual([1100, 3100]);
    expect(agenda.deadline).toBe(1100);
  });

  it('has the rounds of a member, each within its time', () => {
    const agenda = agendaOf({ selfTestMs: 10_000, fingerMs: 5000 });
    agenda.joined(100, true);
    expect(agenda.repairAtMs).toBe(100);
    expect(agenda.selfTestAtMs).toBeGreaterThanOrEqual(100);
    expect(agenda.selfTestAtMs).toBeLessThan(725);
    expect(agenda.fingerAtMs).toBeLessThan(150);
    const before = agenda.selfTestAtMs;
    agenda.joined(9000, true); // a second identity changes nothing about it
    expect(agenda.selfTestAtMs).toBe(before);
  });

  it('has no rounds that were switched off, nor a test where the policy has none', () => {
    const off = agendaOf({ selfTestMs: 0, fingerMs: 0 });
    off.joined(100, true);
    expect([off.selfTestAtMs, off.fingerAtMs]).toEqual([Infinity, Infinity]);
    const older = agendaOf();
    older.joined(100, false);
    expect(older.selfTestAtMs).toBe(Infinity);
  });

  it('looks at a new member often, and half as often each time until it is as chosen', () => {
    const agenda = agendaOf({ selfTestMs: 16_000 });
    const delays = Array.from({ length: 6 }, () => {
      agenda.selfTested(0);
      return agenda.selfTestAtMs;
    });
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 16_000]);
  });

  it('does not hurry in a ring that has long been calm', () => {
    const agenda = agendaOf({ selfTestMs: 16_000 });
    agenda.joined(0, true);
    agenda.fingered(0);
    agenda.selfTested(0);
    expect(agenda.selfTestAtMs).toBe(16_000);
  });

  it('hurries through the first round of fingers, and through no other', () => {
    const agenda = agendaOf({ fingerMs: 5000 });
    agenda.fingersAsked(0, false);
    expect(agenda.fingerAtMs).toBe(50);
    agenda.fingersAsked(50, true);
    expect(agenda.fingerAtMs).toBe(5050);
    agenda.fingersAsked(5050, false);
    expect(agenda.fingerAtMs).toBe(10_050);
  });

  it('brings things forward, and never puts them off', () => {
    const agenda = agendaOf();
    agenda.releaseSoon(100);
    agenda.releaseSoon(900);
    expect(agenda.releaseAtMs).toBe(2100);
    agenda.releaseLater(900);
    expect(agenda.releaseAtMs).toBe(2900);
    agenda.repairBy(700);
    agenda.repairBy(800);
    expect(agenda.repairAtMs).toBe(700);
  });

  it('that is stopped has only what clears up', () => {
    const agenda = agendaOf();
    agenda.start(0);
    agenda.joined(0, true);
    agenda.releaseSoon(0);
    agenda.stop();
    expect(agenda.deadline).toBe(Math.min(agenda.sweepAtMs, agenda.forgetAtMs));
  });
});
