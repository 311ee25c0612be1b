/** A node that only those reach whom it asked becomes read-only by itself, and comes back. */
import { describe, expect, test } from 'vitest';
import { TRIAL_EVERY_MS, UNREACHED_MS } from '../../../src/mainline/asking/reach.ts';
import { network } from '../scenes.ts';
import { at, inPublic, MINUTE_MS, type Resident, type SmallWorld, text } from '../small-world.ts';

/** A node behind a NAT: what comes from whom it did not ask within 2 minutes is lost. */
function guard(world: SmallWorld, us: Resident): void {
  const asked = new Map<number, number>();
  const { carry } = world;
  world.carry = (from, to, bytes, length) => {
    if (from === us.address) asked.set(to, world.now);
    if (to === us.address && (asked.get(from) ?? -Infinity) + 2 * MINUTE_MS < world.now) return;
    carry.call(world, from, to, bytes, length);
  };
}

describe('behind a NAT', () => {
  const world = network(400, { address: inPublic, settings: { k: 2 } });
  const us = world.open();
  guard(world, us);
  us.join(world.residents[0].address);

  test('it serves at first, and is read-only after three quarters of an hour', () => {
    world.run(10 * MINUTE_MS);
    expect(us.node.isReadOnly).toBe(false);
    world.run(UNREACHED_MS);
    expect(us.node.table.count).toBeGreaterThanOrEqual(12);
    expect(us.node.isReadOnly).toBe(true);
    // With k = 2 a node of an idle network is hardly ever asked: a few are wrong about themselves.
    expect(world.residents.filter(({ node }) => node.isReadOnly).length).toBeLessThan(8);
  });

  test('its queries say so', () => {
    const stranger = world.stranger(at('5.200.0.1')).polite();
    us.ask(stranger.address, 2, us.id);
    world.run(1000);
    expect(stranger.queries.map((query) => [text(query['q']), query['ro']])).toEqual([['ping', 1]]);
  });

  test('it tries again every hour', () => {
    world.run(TRIAL_EVERY_MS);
    expect(us.node.isReadOnly).toBe(false);
    world.run(UNREACHED_MS + MINUTE_MS);
    expect(us.node.isReadOnly).toBe(true);
  });

  test('somebody who comes through ends it at once, and is answered', () => {
    const { carry } = world;
    world.carry = Object.getPrototypeOf(world).carry;
    const stranger = world.stranger(at('5.201.0.1'));
    expect(stranger.ask(us.address, 'ping', {})).not.toBeNull();
    expect(us.node.isReadOnly).toBe(false);
    world.carry = carry;
  });
});

test('an idle network of ordinary nodes goes on to serve', () => {
  const world = network(320, { address: inPublic });
  world.run(60 * MINUTE_MS);
  expect(world.residents.some(({ node }) => node.isReadOnly)).toBe(false);
});

test('in a small network silence means nothing', () => {
  const world = network(6, { address: inPublic });
  world.run(2 * TRIAL_EVERY_MS);
  expect(world.residents.some(({ node }) => node.isReadOnly)).toBe(false);
});

test('who chose to be read-only stays so, who chose to serve too', () => {
  const world = network(3, { address: inPublic });
  const [quiet, open] = [{ readOnly: true }, { readOnly: false }].map((choice) =>
    world.open({ ...choice, adaptsReadOnly: false }),
  );
  const stranger = world.stranger(at('5.202.0.1'));
  expect(stranger.ask(quiet.address, 'ping', {})).toBeNull();
  expect(stranger.ask(open.address, 'ping', {})).not.toBeNull();
  expect(quiet.node.isReadOnly).toBe(true);
});
