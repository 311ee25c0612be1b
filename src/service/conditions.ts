/**
 * What HTTP says about versions, parts and times (RFC 9110, 9111), and what the ring calls it.
 *
 *     ETag: "01a2…"           the version of the record
 *     If-Match: "01a2…"       only if it has that version, also in a list; `*`: only if there is one
 *     If-None-Match: *        only if there is none
 *     Range: bytes=2-5        bytes 2 to 5; `-5` the last five, `2-` all from 2
 *     Cache-Control: max-age  as long as it is stored
 */
import type { RingCondition } from '../ring.ts';
import { ServiceError } from './failure.ts';

const TAG = /^"([0-9a-f]{32})"$/;

/** When a change is to be made. @throws ServiceError for what cannot be met. */
export function conditionOf(
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): RingCondition {
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw new ServiceError(400, 'BAD_REQUEST', 'If-Match and If-None-Match exclude each other');
  }
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return { absent: true };
    throw new ServiceError(400, 'BAD_REQUEST', 'a change takes If-None-Match: * and no other');
  }
  if (ifMatch === undefined) return {};
  if (ifMatch.trim() === '*') return { present: true };
  // A tag that none of ours can be matches nothing.
  const versions = ifMatch.split(',').flatMap((tag) => TAG.exec(tag.trim())?.[1] ?? []);
  const [version, ...others] = versions;
  if (version === undefined) {
    throw new ServiceError(412, 'CONDITION_FAILED', 'If-Match names no version of this ring');
  }
  if (others.length > 0) {
    throw new ServiceError(400, 'BAD_REQUEST', 'If-Match takes one version of this ring');
  }
  return { version };
}

/** Has the client this version already? */
export function isKnown(ifNoneMatch: string | undefined, version: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(`"${version}"`);
}

export interface Span {
  readonly from: number;
  /** The first byte that does not belong to it. */
  readonly to: number;
}

/**
 * The part of `bytes` that is asked for; null: all of it, also for what we do not understand, as the RFC
 * has it. @throws ServiceError 416 for a part that there is not.
 */
export function spanOf(range: string | undefined, bytes: number): Span | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(range?.trim() ?? '') ?? [];
  if (first === undefined || (first === '' && last === '')) return null;
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  if (from >= to) throw new ServiceError(416, 'NO_SUCH_RANGE', `the value has ${bytes} bytes`);
  return { from, to };
}

/** How long an answer may be kept: as long as the value is stored, and without an expiry not unasked. */
export function cacheControl(storedUntilMs: number | null, nowMs: number): string {
  if (storedUntilMs === null) return 'no-cache';
  return `max-age=${Math.max(0, Math.floor((storedUntilMs - nowMs) / 1000))}`;
}

/** Seconds to live, of the query. @throws ServiceError. */
export function ttlMsOf(ttl: string | undefined): number | undefined {
  if (ttl === undefined) return undefined;
  const seconds = Number(ttl);
  if (/^\d+(?:\.\d+)?$/.test(ttl) && seconds > 0 && seconds < 1e12) return seconds * 1000;
  throw new ServiceError(400, 'BAD_REQUEST', '"ttl" expected a number of seconds above 0');
}
