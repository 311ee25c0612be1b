/**
 * What adversaries can do, each kind with its fields and what they may be: the types that a program sees,
 * and the same as data to check its words against.
 */
import type { Duration } from '../duration.ts';
import { SYBIL_BITS } from '../mainline/sybils.ts';

/** An honest node, by its number. */
export interface AtNode {
  node: number;
}

/** Where ids settle: beside a node, or an id of 40 hexadecimal digits or 20 bytes. */
export type Place = AtNode | { key: string | Uint8Array };

export type Conduct =
  /** Ids that share `bits` (32) with a place. */
  | { kind: 'sybils'; at: Place; bits?: number }
  /** Ids that share `bits` (12) with a node's; each speaks to it `every` so often (20 s). */
  | { kind: 'eclipse'; at: AtNode; bits?: number; every?: Duration }
  | { kind: 'shown-ids' | 'mirrors' | 'droppers' }
  | { kind: 'changing-ids'; every?: Duration }
  | { kind: 'liars'; about: Untruth }
  | { kind: 'delayers'; by: Duration }
  | { kind: 'phantoms' | 'garbage' | 'token-flood'; at: AtNode; perSecond: number }
  /** So many nodes are each asked so often a second, in the name of the one at `at`. */
  | { kind: 'reflection'; at: AtNode; through: number; perSecond: number }
  | { kind: 'forged-replies'; at: AtNode; key: string | Uint8Array; perSecond: number }
  /** Ids of what is stored share `bits` (14) with the node's. */
  | {
      kind: 'storage-flood';
      at: AtNode;
      what?: 'peers' | 'items';
      perSecond: number;
      bits?: number;
    }
  /** Used from ever new addresses; or, `spoofed` being false, from the one that got it. */
  | { kind: 'token-theft'; at: AtNode; perSecond: number; spoofed?: boolean }
  | { kind: 'index-poison'; key: string | Uint8Array; every?: Duration };

export type Untruth = 'nodes' | 'addresses' | 'values' | 'samples';

/** What a field may be; with `or` it may be left out, and is that. */
export type Rule =
  | { readonly is: 'node' | 'place' | 'key' }
  | { readonly is: 'duration'; readonly or?: Duration }
  | { readonly is: 'toggle'; readonly or: boolean }
  | { readonly is: 'choice'; readonly of: readonly string[]; readonly or?: string }
  | { readonly is: 'whole'; readonly least: number; readonly most: number; readonly or?: number };

/** Bits of an id that somebody can choose and still have different ids. */
const BITS_MOST = 128;
/** More than any of a few thousand others shares with a node. */
const NEIGHBOUR_BITS = 12;
/** Bits by which what is stored is a node's own and not its neighbours'. */
const STORED_BITS = 14;
/** Datagrams of one adversary in a virtual second. */
const RATE_MOST = 1_000_000;
const REFLECTORS_MOST = 10_000;

const whole = (least: number, most: number, or?: number): Rule =>
  or === undefined ? { is: 'whole', least, most } : { is: 'whole', least, most, or };
const NODE: Rule = { is: 'node' };
const RATE = whole(1, RATE_MOST);

export const CONDUCTS: Readonly<
  Record<Conduct['kind'], { readonly fields: Readonly<Record<string, Rule>> }>
> = {
  sybils: { fields: { at: { is: 'place' }, bits: whole(0, BITS_MOST, SYBIL_BITS) } },
  eclipse: {
    fields: {
      at: NODE,
      bits: whole(0, BITS_MOST, NEIGHBOUR_BITS),
      every: { is: 'duration', or: '20 s' },
    },
  },
  'shown-ids': { fields: {} },
  'changing-ids': { fields: { every: { is: 'duration', or: '5 min' } } },
  mirrors: { fields: {} },
  liars: {
    fields: { about: { is: 'choice', of: ['nodes', 'addresses', 'values', 'samples'] } },
  },
  droppers: { fields: {} },
  delayers: { fields: { by: { is: 'duration' } } },
  phantoms: { fields: { at: NODE, perSecond: RATE } },
  reflection: { fields: { at: NODE, through: whole(1, REFLECTORS_MOST), perSecond: RATE } },
  'forged-replies': { fields: { at: NODE, key: { is: 'key' }, perSecond: RATE } },
  garbage: { fields: { at: NODE, perSecond: RATE } },
  'storage-flood': {
    fields: {
      ...{ at: NODE, what: { is: 'choice', of: ['peers', 'items'], or: 'peers' } },
      ...{ perSecond: RATE, bits: whole(0, BITS_MOST, STORED_BITS) },
    },
  },
  'token-flood': { fields: { at: NODE, perSecond: RATE } },
  'token-theft': { fields: { at: NODE, perSecond: RATE, spoofed: { is: 'toggle', or: true } } },
  'index-poison': { fields: { key: { is: 'key' }, every: { is: 'duration', or: '10 min' } } },
};

/** A field of a kind, or what it is when it was left out. */
export function fieldOf<T>(conduct: Conduct, field: string): T {
  const value = (conduct as unknown as Record<string, unknown>)[field];
  const rule = CONDUCTS[conduct.kind].fields[field];
  return (value ?? ('or' in rule ? rule.or : undefined)) as T;
}
