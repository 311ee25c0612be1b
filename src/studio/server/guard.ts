/**
 * Who may talk to the studio's server. It stands on loopback, which any page in any tab of the same
 * machine can reach, so a request is looked at before anything is done for it:
 *
 *     Host      must be an address, `localhost`, or the name that the server was told to bind: another
 *               name may be a stranger's, made to point here (DNS rebinding)
 *     Origin    where there is one, must be this server itself
 *     rate      a bucket of requests for each address
 *     token     for acts: Authorization: Bearer, compared in constant time
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** Requests per second and address, and at once. */
export const REQUESTS_PER_SECOND = 50;
export const REQUESTS_AT_ONCE = 200;
/** Addresses whose requests are counted; then all start afresh. */
const ADDRESSES_COUNTED = 4096;

/** Shortest token that a person may choose. */
export const TOKEN_LENGTH_LEAST = 8;

/** May a request with this Host header be answered by a server that was bound to `bound`? */
export function isHostAllowed(host: string | undefined, bound: string): boolean {
  const name = nameOf(host);
  if (name === null) return false;
  return name === 'localhost' || name === bound.toLowerCase() || isIP(name) !== 0;
}

/** The name of a Host header, without port and brackets; null when it is no host. */
function nameOf(host: string | undefined): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}

/** No browser sent it, or a page of this very server did. */
export function isOriginAllowed(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** Is it the token? An empty one never is. */
export function isToken(given: string, token: string | undefined): boolean {
  if (token === undefined || token === '') return false;
  // Digests have the same length whatever was given.
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** The token of an Authorization header, '' when there is none. */
export function bearerOf(authorization: string | undefined): string {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
}

/** So many per second, and so many at once, for each name. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #atOnce: number;
  readonly #buckets = new Map<string, { left: number; atMs: number }>();

  constructor(perSecond: number, atOnce: number) {
    this.#perSecond = perSecond;
    this.#atOnce = atOnce;
  }

  /** Takes one; false when there is none left. */
  take(name: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(name) ?? this.#open(name, nowMs);
    const gained = ((nowMs - bucket.atMs) * this.#perSecond) / 1000;
    bucket.left = Math.min(this.#atOnce, bucket.left + Math.max(0, gained));
    bucket.atMs = nowMs;
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  }

  #open(name: string, nowMs: number): { left: number; atMs: number } {
    if (this.#buckets.size >= ADDRESSES_COUNTED) this.#buckets.clear();
    const bucket = { left: this.#atOnce, atMs: nowMs };
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
