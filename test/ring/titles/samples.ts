/**
 * Titles for tests: small numbers for everything.
 */
import { NOTHING_FORGOTTEN, type Peer, type Title } from '../../../src/ring/titles/title.ts';

export const point = (byte: number): Uint8Array => new Uint8Array(20).fill(byte, 0, 1);
export const peerOf = (number: number): Peer => ({ home: number, incarnation: number + 100 });
export const peersUpTo = (count: number): Peer[] =>
  Array.from({ length: count }, (_, i) => peerOf(i + 1));

export function titleOf(from: number, end: number, number: number, electors: Peer[]): Title {
  return {
    from: point(from),
    end: point(end),
    epoch: { number, claimant: 7 },
    owner: { ...electors[0], address: electors[0].home },
    copies: electors.slice(0, 3),
    electors,
    previous: [],
    wanted: 3,
    forgottenBelow: NOTHING_FORGOTTEN,
  };
}
