/** Writes after a lookup: whom they go to, and what is kept of what became of them. */
import { describe, expect, test } from 'vitest';
import { ascii } from '../../../src/mainline/krpc/bencode.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { ANNOUNCEMENT, INFO_HASH } from '../scenes.ts';
import { onLoopback, type Resident, SmallWorld, type Stranger, text } from '../small-world.ts';

/** A node among so many strangers, who give tokens of so many bytes. */
function among(count: number, tokenBytes: (n: number) => number) {
  const world = new SmallWorld();
  const us = world.open();
  const strangers = Array.from({ length: count }, (_, n) => {
    const stranger = world.stranger(onLoopback(50 + n));
    stranger.onQuery = () => ({ token: new Uint8Array(tokenBytes(n)) });
    return stranger;
  });
  us.join(...strangers.map(({ address }) => address));
  world.run(1000);
  return { world, us, strangers };
}

function outcomes(
  world: SmallWorld,
  us: Resident,
): { outcome: string; code: number; reason: string }[] {
  let kept: { outcome: string; code: number; reason: string }[] = [];
  const { onLookup } = us;
  us.onLookup = (call, lookup) => {
    kept = lookup.writes.outcomes.map(({ outcome, code, reason }) => ({ outcome, code, reason }));
    onLookup.call(us, call, lookup);
  };
  us.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
  world.run(20_000);
  return kept;
}

const writesTo = ({ queries }: Stranger) =>
  queries.filter((query) => text(query['q']) === 'announce_peer').length;

describe('writes', () => {
  test('go to k of those that gave a token, however many there are', () => {
    const { world, us, strangers } = among(12, () => 8);
    expect(outcomes(world, us)).toHaveLength(8);
    expect(strangers.reduce((sum, stranger) => sum + writesTo(stranger), 0)).toBe(8);
  });

  test('pass over those whose token is longer than anybody needs', () => {
    const { world, us, strangers } = among(4, (n) => (n === 0 ? 129 : 128));
    expect(outcomes(world, us)).toHaveLength(3);
    expect(strangers.map(writesTo)).toEqual([0, 1, 1, 1]);
  });

  test('keep who stored, who refused and why, and who said nothing', () => {
    const { world, us, strangers } = among(3, () => 8);
    const [, refusing, silent] = strangers;
    refusing.onQuery = (query, from) => {
      if (text(query['q']) !== 'announce_peer') return { token: ascii('t') };
      refusing.send(from, { t: query['t'], y: 'e', e: [203, 'no'.repeat(100)] });
      return null;
    };
    silent.onQuery = (query) =>
      text(query['q']) === 'announce_peer' ? null : { token: ascii('t') };
    const kept = outcomes(world, us).sort((a, b) => (a.outcome < b.outcome ? -1 : 1));
    expect(kept).toEqual([
      { outcome: 'refused', code: 203, reason: 'no'.repeat(60) },
      { outcome: 'silent', code: 0, reason: '' },
      { outcome: 'stored', code: 0, reason: '' },
    ]);
  });
});
