/**
 * Which packets somebody wants to see. A sample is one of exchanges: by the transaction and the other end, so
 * that a query and its reply are both in it or neither is.
 */
import { type Address, formatIp, ipOf, portOf } from '../../core/address.ts';
import { checkNames, numberIn, shown, wholeNumber } from '../../core/argument.ts';
import { DROP_REASONS, type DropReason } from '../../mainline/counters.ts';

export const PACKET_DIRECTIONS = ['in', 'out'] as const;
export type PacketDirection = (typeof PACKET_DIRECTIONS)[number];
/** `other` is no KRPC message. */
export const PACKET_KINDS = ['query', 'reply', 'error', 'other'] as const;
export type PacketKind = (typeof PACKET_KINDS)[number];
/**
 * `sent`: ours. Of a query that came: `answered`, `refused` by an error, or left `silent`. `taken`: it answers
 * a request of ours. `dropped`: for its `reason`. `failed`: whoever was to answer it threw.
 */
export const PACKET_VERDICTS = [
  'sent',
  'answered',
  'refused',
  'silent',
  'taken',
  'dropped',
  'failed',
] as const;
export type PacketVerdict = (typeof PACKET_VERDICTS)[number];

/** What is wanted; a list is any of them. */
export interface PacketOptions {
  direction?: PacketDirection;
  kind?: PacketKind | readonly PacketKind[];
  /** As a query says it, or the query that a reply answers. */
  method?: string | readonly string[];
  /** An IP, or IP and port: "10.0.0.1", "10.0.0.1:6881", "[2001:db8::1]:6881". */
  peer?: string;
  verdict?: PacketVerdict | readonly PacketVerdict[];
  reason?: DropReason | readonly DropReason[];
  /** The share of exchanges that is wanted, 0..1. Default 1: all. */
  sample?: number;
  /** Packets that wait to be read, at most. Default 10,000; all of them have 16 MiB. */
  limit?: number;
  /** Ends it. */
  signal?: AbortSignal;
}

const NAMES = [
  'direction',
  'kind',
  'method',
  'peer',
  'verdict',
  'reason',
  'sample',
  'limit',
  'signal',
] as const satisfies readonly (keyof PacketOptions)[];
export const PACKETS_WAITING = 10_000;
const PACKETS_WAITING_MAX = 1_000_000;

/** What a filter looks at. */
export interface PacketFacts {
  direction: PacketDirection;
  kind: PacketKind;
  method: string;
  verdict: PacketVerdict;
  reason: DropReason | null;
}

/** @throws TypeError or RangeError that names the option. */
export function limitOf(options: PacketOptions): number {
  return wholeNumber(options.limit ?? PACKETS_WAITING, 'limit', 1, PACKETS_WAITING_MAX);
}

/** @throws TypeError or RangeError that names the option. */
export function filterFrom(
  options: PacketOptions,
): (facts: PacketFacts, peer: Address, exchange: number) => boolean {
  checkNames(options, 'options', 'packets', NAMES);
  const { direction, method, peer, sample = 1, signal } = options;
  const directions = anyOf(direction, 'direction', PACKET_DIRECTIONS);
  const kinds = anyOf(options.kind, 'kind', PACKET_KINDS);
  const verdicts = anyOf(options.verdict, 'verdict', PACKET_VERDICTS);
  const reasons = anyOf(options.reason, 'reason', DROP_REASONS);
  const methods = method === undefined ? null : new Set([method].flat() as string[]);
  if (peer !== undefined && typeof peer !== 'string') {
    throw new TypeError(`"peer" expected an address, got ${shown(peer)}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`"signal" expected an AbortSignal, got ${shown(signal)}`);
  }
  const share = numberIn(sample, 'sample', 1) * 2 ** 32;
  return (facts, from, exchange) =>
    exchange < share &&
    (directions?.has(facts.direction) ?? true) &&
    (kinds?.has(facts.kind) ?? true) &&
    (methods?.has(facts.method) ?? true) &&
    (verdicts?.has(facts.verdict) ?? true) &&
    (reasons?.has(facts.reason as DropReason) ?? true) &&
    (peer === undefined || isAt(from, peer));
}

function anyOf<Word extends string>(
  wanted: Word | readonly Word[] | undefined,
  name: string,
  known: readonly Word[],
): ReadonlySet<Word> | null {
  if (wanted === undefined) return null;
  const words = [wanted].flat() as Word[];
  for (const word of words) {
    if (known.includes(word)) continue;
    throw new RangeError(`"${name}" expected one of ${known.join(', ')}, got ${shown(word)}`);
  }
  return new Set(words);
}

function isAt(address: Address, peer: string): boolean {
  const host = formatIp(ipOf(address));
  const isPlain = peer === host || peer === `[${host}]`;
  return (
    isPlain || peer === `${host}:${portOf(address)}` || peer === `[${host}]:${portOf(address)}`
  );
}

/** Where an exchange stands among all, 0..2^32: FNV-1a over its transaction and the other end. */
export function placeOfExchange(
  bytes: Uint8Array,
  start: number,
  length: number,
  peer: Address,
): number {
  let hash = 0x811c9dc5;
  const take = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x01000193);
  };
  for (let i = 0; i < length; i++) take(bytes[start + i]!);
  for (let rest = peer, i = 0; i < 7; i++, rest = Math.floor(rest / 256)) take(rest % 256);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
