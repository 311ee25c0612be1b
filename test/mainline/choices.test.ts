/** Choices of a program: completed with the defaults, or refused by the name of what is wrong. */
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../src/core/address.ts';
import { answerQuery } from '../../src/mainline/answering/answers.ts';
import { mayContact } from '../../src/mainline/asking/queries.ts';
import { type NodeChoices, settingsFrom } from '../../src/mainline/choices.ts';
import { DEFAULTS, INBOUND_LIMITS, OUTBOUND_LIMITS } from '../../src/mainline/settings.ts';
import { query } from './scenes.ts';
import { at, idOf, inPublic, SmallWorld } from './small-world.ts';
import { TableUnderTest } from './table/table-under-test.ts';

describe('choices', () => {
  test('that are not made are the defaults', () => {
    const { table, handler, ...rest } = settingsFrom({});
    expect(rest).toEqual(DEFAULTS);
    expect(handler).toBe(answerQuery);
    expect(new TableUnderTest(table).table.kind).toBe('kbuckets');
  });

  test('that are made stand, also one limit among others', () => {
    const settings = settingsFrom({ k: 20, readOnly: true, inbound: { perSource: 3 }, alpha: 1 });
    expect(settings).toMatchObject({ k: 20, alpha: 1, readOnly: true });
    expect(settings.inbound).toEqual({ ...INBOUND_LIMITS, perSource: 3 });
    expect(INBOUND_LIMITS.perSource).not.toBe(3);
  });

  test('may switch the limits off, each by itself', () => {
    expect(settingsFrom({ inbound: false })).toMatchObject({
      inbound: null,
      outbound: OUTBOUND_LIMITS,
    });
    expect(settingsFrom({ outbound: false })).toMatchObject({
      inbound: INBOUND_LIMITS,
      outbound: null,
    });
  });

  test('of no limits let everything in and out that the defaults would stop', () => {
    const run = (limits: Pick<NodeChoices, 'inbound' | 'outbound'>) => {
      const { inbound, outbound } = settingsFrom(limits);
      const world = new SmallWorld({ address: inPublic, settings: { inbound, outbound } });
      const us = world.open();
      const stranger = world.stranger(inPublic(50));
      const before = us.counters.queriesOut; // apart from the ping to the stranger
      for (let i = 0; i < 300; i++) stranger.send(us.address, query(stranger.id));
      world.run(100);
      const to = (n: number) => addressOf(0x05640000 + n, 6881);
      let contacted = 0;
      for (let n = 0; n < 1000; n++) if (mayContact(us.node, world.now, to(n))) contacted++;
      expect(us.counters.queriesOut - before).toBeLessThanOrEqual(1);
      return { answered: us.counters.datagramsOut, contacted };
    };
    const limited = run({});
    expect(limited.answered).toBeLessThan(100);
    expect(limited.contacted).toBeLessThan(300);
    const open = run({ inbound: false, outbound: false });
    expect(open.answered).toBeGreaterThanOrEqual(300);
    expect(open.contacted).toBe(1000);
  });

  test.each(['kbuckets', 'flat', 'prefix'] as const)('name the table %s', (kind) => {
    expect(new TableUnderTest(settingsFrom({ table: kind }).table).table.kind).toBe(kind);
  });

  test('of a short full time-out shorten the others with it', () => {
    expect(settingsFrom({ timeoutMs: 100 })).toMatchObject({
      timeoutMs: 100,
      shortTimeoutMs: 100,
      shortTimeoutMsMin: 100,
    });
    expect(settingsFrom({ shortTimeoutMs: 50 }).shortTimeoutMsMin).toBe(50);
  });

  test('of an identity see the address as host and port', () => {
    const seen: unknown[] = [];
    const { identity } = settingsFrom({
      identity: (target, to) => {
        seen.push([target, to]);
        return idOf('01');
      },
    });
    expect(identity!(null, at('5.6.7.8', 99))).toEqual(idOf('01'));
    expect(seen).toEqual([[null, { host: '5.6.7.8', port: 99 }]]);
  });

  test.each([
    [{ k: 0 }, RangeError, '"k"'],
    [{ k: 65 }, RangeError, '"k"'],
    [{ k: '8' }, TypeError, '"k"'],
    [{ alpha: 1.5 }, RangeError, '"alpha"'],
    [{ paths: 17 }, RangeError, '"paths" expected a whole number in 1..16'],
    [{ paths: 0 }, RangeError, '"paths"'],
    [{ expectedDistance: 1 }, TypeError, '"expectedDistance"'],
    [{ timeoutMs: 0 }, RangeError, '"timeoutMs"'],
    [{ timeoutMs: 100, shortTimeoutMs: 200 }, RangeError, '"shortTimeoutMs"'],
    [{ shortTimeoutMs: 100, shortTimeoutMsMin: 200 }, RangeError, '"shortTimeoutMsMin"'],
    [{ table: 'tree' }, TypeError, '"table"'],
    [{ inbound: { perSource: 0 } }, RangeError, '"inbound.perSource"'],
    [{ inbound: { sources: 1000 } }, RangeError, '"inbound.sources"'],
    [{ inbound: { persource: 5 } }, TypeError, '"inbound.persource"'],
    [{ peers: { ttlMs: Number.NaN } }, RangeError, '"peers.ttlMs"'],
    [{ items: { items: 0 } }, RangeError, '"items.items"'],
    [{ items: { hours: 2 } as never }, TypeError, '"items.hours"'],
    [{ outbound: { newEndpoints: 'many' } }, TypeError, '"outbound.newEndpoints"'],
  ])('%j is refused by name', (choice, kind, name) => {
    expect(() => settingsFrom(choice as NodeChoices)).toThrow(kind);
    expect(() => settingsFrom(choice as NodeChoices)).toThrow(name);
  });
});
