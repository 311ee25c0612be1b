/** The vote on our address: who has a voice, how many it takes, and how long a voice lasts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VOICE_MS, VOICES, VOICES_NEEDED, Votes } from '../../../src/mainline/rows/votes.ts';
import { at } from '../small-world.ts';

const TRUE = at('203.0.113.7', 6881);
const FALSE = at('198.51.100.9', 6881);

function heard(votes: Votes, now: number, networks: number[], said: number): void {
  for (const network of networks) votes.hear(now, network, said);
}
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

test('four networks decide, three do not', () => {
  const votes = new Votes();
  heard(votes, 0, range(1, VOICES_NEEDED - 1), TRUE);
  expect(votes.address).toBe(0);
  votes.hear(0, 99, TRUE);
  expect(votes.address).toBe(TRUE);
});

test('one network that speaks often has one voice', () => {
  const votes = new Votes();
  for (let n = 0; n < 1000; n++) votes.hear(n, 7, FALSE);
  expect(votes.address).toBe(0);
});

test('more than half of those who count have to agree', () => {
  const votes = new Votes();
  heard(votes, 0, range(1, 10), TRUE);
  heard(votes, 0, range(11, 10), FALSE);
  expect(votes.address).toBe(TRUE);
  votes.hear(0, 21, FALSE);
  expect(votes.address).toBe(FALSE);
});

test('the port is that which most see', () => {
  const votes = new Votes();
  heard(votes, 0, range(1, 5), at('203.0.113.7', 1));
  heard(votes, 0, range(6, 6), at('203.0.113.7', 2));
  expect(votes.address).toBe(at('203.0.113.7', 2));
});

test('old voices do not hold up a change of address', () => {
  const votes = new Votes();
  heard(votes, 0, range(1, VOICES), TRUE);
  heard(votes, VOICE_MS + 1, range(1, VOICES_NEEDED), FALSE);
  expect(votes.address).toBe(FALSE);
});

test('fewer liars than half of the voices never win', () => {
  const voice = fc.record({ network: fc.integer({ min: 0, max: 60 }), lies: fc.boolean() });
  fc.assert(
    fc.property(fc.array(voice, { maxLength: 200 }), (voices) => {
      const votes = new Votes();
      const liars = new Set(range(0, 6)); // of 32 kept voices at most 7 are theirs
      for (const { network } of voices) votes.hear(1, network, liars.has(network) ? FALSE : TRUE);
      const honest = new Set(voices.map(({ network }) => network).filter((n) => !liars.has(n)));
      if (honest.size >= 8) expect(votes.address).not.toBe(FALSE);
    }),
  );
});
