/**
 * What rows are for: why a request was sent and what a lookup looks for. Requests and lookups carry
 * these as numbers; who reads an answer or a trace goes by them.
 */

/** What a request was for. */
export const Purpose = {
  /** A candidate of a lookup: subject is the lookup's slot, detail the candidate's row. */
  lookup: 1,
  /** A write after a lookup: the same. */
  write: 2,
  /** A single query of the program's: subject is the call. */
  call: 3,
  /** A contact that has been quiet: subject is its handle. */
  check: 4,
  /** Somebody who asked us and may become a contact. */
  stranger: 5,
  /** Left behind by a lookup that ended: subject is the contact's handle, or 0. */
  orphan: 6,
  /** Another contact, asked because the one in subject was silent and nobody else was heard. */
  witness: 7,
} as const;

/** What a lookup is for. */
export const LookupKind = {
  findNode: 1,
  getPeers: 2,
  announce: 3,
  join: 4,
  upkeep: 5,
  /** Begins at the bootstrap addresses whatever the table holds. */
  reunion: 6,
  /** BEP 44. */
  get: 7,
  put: 8,
  /** BEP 33: a get_peers that asks for filters. */
  scrape: 9,
  /** BEP 51: a find_node that asks for samples, too. */
  sample: 10,
  /** The draft on signed peers. */
  getSignedPeers: 11,
  announceSigned: 12,
} as const;
export type LookupKind = (typeof LookupKind)[keyof typeof LookupKind];

/** A lookup that the node began for itself. */
export function isOwn(kind: number): boolean {
  return kind === LookupKind.join || kind === LookupKind.upkeep || kind === LookupKind.reunion;
}

/** How an announce is worded: BEP 5, and BEP 33's `seed`. */
export interface Announcement {
  /** 1..65535; ignored when `impliedPort`. */
  port: number;
  impliedPort: boolean;
  seed: boolean;
}
