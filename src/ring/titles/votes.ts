/**
 * Votes: a majority in each of several electorates. While electors change, the old ones and the new
 * ones both have a say, and a process that is in two electorates votes in both with one answer.
 *
 *     electors       A  B  C  D  E      yes yes yes –  no     3 of 5: enough
 *     previous       A  B  C  F  G      yes yes yes –  –      3 of 5: enough      → won
 */
import { type Peer, samePeer } from './title.ts';

const Vote = { none: 0, yes: 1, no: 2 } as const;
type Vote = (typeof Vote)[keyof typeof Vote];

export function majorityOf(electors: number): number {
  return Math.floor(electors / 2) + 1;
}

export class Votes {
  readonly #cast: { readonly peer: Peer; vote: Vote }[] = [];
  #electorates: readonly (readonly Peer[])[];

  constructor(electorates: readonly (readonly Peer[])[]) {
    this.#electorates = electorates;
  }

  /** More have a say than was known. */
  widen(electorates: readonly (readonly Peer[])[]): void {
    this.#electorates = electorates;
  }

  yes(peer: Peer): void {
    this.#set(peer, Vote.yes);
  }

  /** It refuses, is silent or is somebody else by now. It may still say yes later. */
  no(peer: Peer): void {
    if (!this.hasYes(peer)) this.#set(peer, Vote.no);
  }

  hasYes(peer: Peer): boolean {
    return this.#voteOf(peer) === Vote.yes;
  }

  /** It has said something, or was found to say nothing. */
  isHeard(peer: Peer): boolean {
    return this.#voteOf(peer) !== Vote.none;
  }

  get isWon(): boolean {
    return this.#electorates.every(
      (list) => this.#count(list, Vote.yes) >= majorityOf(list.length),
    );
  }

  /** One of the electorates can no longer give a majority. */
  get isLost(): boolean {
    return this.#electorates.some(
      (list) => list.length - this.#count(list, Vote.no) < majorityOf(list.length),
    );
  }

  #set(peer: Peer, vote: Vote): void {
    const cast = this.#cast.find((its) => samePeer(its.peer, peer));
    if (cast) cast.vote = vote;
    else this.#cast.push({ peer, vote });
  }

  #voteOf(peer: Peer): Vote {
    return this.#cast.find((its) => samePeer(its.peer, peer))?.vote ?? Vote.none;
  }

  #count(list: readonly Peer[], vote: Vote): number {
    let count = 0;
    for (const peer of list) if (this.#voteOf(peer) === vote) count++;
    return count;
  }
}
