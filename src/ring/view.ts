/**
 * What a ring node shows of itself, as plain data for people and programs.
 */
import { formatAddress } from '../core/address.ts';
import { formatId } from '../core/id.ts';
import type { Copy, Identity, IdentityState } from './circle/identity.ts';
import type { Member } from './circle/member.ts';
import type { Wire } from './dialects/wire.ts';
import type { Policy } from './settings.ts';
import type { RingState } from './state.ts';
import type { Peer } from './titles/title.ts';

/** One identity and its arc [hash, end). Addresses are `IP:port`, hashes 40 hexadecimal digits. */
export interface IdentityInfo {
  readonly address: string;
  readonly hash: string;
  readonly state: IdentityState;
  /** End of the arc that it answers for; its own hash when it answers for the whole circle. */
  readonly end: string;
  /** Nearest first. */
  readonly successors: readonly MemberInfo[];
  readonly predecessors: readonly MemberInfo[];
  readonly fingers: readonly MemberInfo[];
  /** Who holds the copies of this arc. */
  readonly backups: readonly BackupInfo[];
  /** Backups that hold all of the arc, as last compared: the K that protects it at this moment. */
  readonly effectiveK: number;
  /** Under which it answers, in a ring with titles; null while it holds none. */
  readonly title?: TitleInfo | null;
}

export interface TitleInfo {
  /** Each change of the title has a higher one. */
  readonly epoch: number;
  /** First addresses of the processes that hold all that was acknowledged, and of those that decide. */
  readonly copies: readonly string[];
  readonly electors: readonly string[];
  /** Copies that there should be. */
  readonly wanted: number;
  readonly isChanging: boolean;
}

export interface MemberInfo {
  readonly address: string;
  readonly hash: string;
  /** A class program: it takes part without backups. */
  readonly isPlain: boolean;
  /** Of its data, 12 hexadecimal digits; null: it has not said. */
  readonly incarnation: string | null;
  /** How far its clock is ahead of that of who tells; null: it has not said. */
  readonly clockOffsetMs: number | null;
}

export interface BackupInfo {
  readonly address: string;
  /** It holds all that we hold, as last compared. */
  readonly isInStep: boolean;
  /** Of the comparison under way: records sent and fetched so far, and the part of the arc done. */
  readonly records: number;
  readonly progress: number;
}

export interface RingInfo {
  readonly identities: readonly IdentityInfo[];
  /** Of our data, 12 hexadecimal digits: who comes back without them is somebody new. */
  readonly incarnation: string;
  /** How far our clock is ahead of those of most others, if that is so far that it is not gone by; else 0. */
  readonly clockAheadMs: number;
  /** Copies of our arcs that are not there in full. */
  readonly copiesMissing: number;
  readonly wire: Wire;
  readonly policy: Policy;
  /** Backups asked for. */
  readonly k: number;
  /** The least effective K of our arcs. */
  readonly effectiveK: number;
  /** Records in the store, tombstones included, and their bytes. */
  readonly records: number;
  readonly bytes: number;
  /** Records here that belong to others, waiting to be confirmed there before they go. */
  readonly foreign: number;
  readonly connections: number;
  readonly counters: { readonly [name: string]: number };
}

export function infoOf(node: RingState): RingInfo {
  const { settings, store } = node;
  const identities = node.identities.map(identityInfo);
  const members = identities.filter(({ state }) => state === 'member' || state === 'leaving');
  return {
    identities,
    incarnation: digitsOf(node.incarnation),
    clockAheadMs: node.clockShiftMs === 0 ? 0 : -node.clockShiftMs,
    copiesMissing: members.reduce((sum, { effectiveK }) => sum + settings.k - effectiveK, 0),
    wire: settings.wire,
    policy: settings.policy,
    k: settings.k,
    effectiveK: members.reduce((least, { effectiveK }) => Math.min(least, effectiveK), settings.k),
    records: store.count,
    bytes: store.byteLength,
    foreign: node.foreign,
    connections: node.connections.count,
    counters: { ...node.counters },
  };
}

/** How far the clocks of the members that it names were ahead of its own, by address, when each greeted it. */
export function clockOffsetsOf({ identities }: RingInfo): Map<string, number> {
  const offsetsMs = new Map<string, number>();
  for (const { successors, predecessors, fingers } of identities) {
    for (const { address, clockOffsetMs } of [...successors, ...predecessors, ...fingers]) {
      if (clockOffsetMs !== null) offsetsMs.set(address, clockOffsetMs);
    }
  }
  return offsetsMs;
}

function identityInfo(identity: Identity): IdentityInfo {
  const { member, state, end, successors, predecessors, fingers, copies, effectiveK } = identity;
  return {
    address: formatAddress(member.address),
    hash: formatId(member.hash),
    state,
    end: formatId(end),
    successors: successors.map(memberInfo),
    predecessors: predecessors.map(memberInfo),
    fingers: fingers.members.map(memberInfo),
    backups: copies.map(backupInfo),
    effectiveK,
    ...(identity.isTitled && { title: titleInfo(identity) }),
  };
}

function titleInfo({ holding }: Identity): TitleInfo | null {
  if (holding === null) return null;
  const { epoch, copies, electors, wanted } = holding.title;
  const homes = (peers: readonly Peer[]) => peers.map(({ home }) => formatAddress(home));
  return {
    epoch: epoch.number,
    copies: homes(copies),
    electors: homes(electors),
    wanted,
    isChanging: holding.isChanging,
  };
}

function memberInfo({ address, hash, isPlain, incarnation, clockOffsetMs }: Member): MemberInfo {
  return {
    address: formatAddress(address),
    hash: formatId(hash),
    isPlain,
    incarnation: incarnation === 0 ? null : digitsOf(incarnation),
    clockOffsetMs: clockOffsetMs === null ? null : Math.round(clockOffsetMs),
  };
}

function digitsOf(incarnation: number): string {
  return incarnation.toString(16).padStart(12, '0');
}

function backupInfo({ member, isInStep, sync }: Copy): BackupInfo {
  const progress = sync?.progress ?? (isInStep ? 1 : 0);
  return {
    address: formatAddress(member.address),
    isInStep,
    records: sync?.records ?? 0,
    progress,
  };
}
