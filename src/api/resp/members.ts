/**
 * The members of a ring as a cluster: each that has a port for Redis clients, with a part of the slots. Where a
 * record lies follows from SHA-1 of its key and not from its slot, so no member is the right one for a slot, and
 * every one serves all keys; the slots are dealt out so that clients of clusters spread over the members, and
 * know the others when one dies.
 *
 *     [0 ─── 5461][5462 ─── 10922][10923 ─── 16383]
 *      A           B               C                  in the order of their places on the ring
 */
import { addressOf, formatIp, ipOf, isLoopback, parseIp } from '../../core/address.ts';
import { formatId, ID_BYTES } from '../../core/id.ts';
import type { Clock } from '../../io/clock.ts';
import { sha1 } from '../../io/entropy.ts';
import { SLOTS } from '../../ring/resp/slot.ts';
import type { RingAccess } from '../ring/access.ts';
import { portQuery, type ServedAt, servedAt } from '../ring/answers.ts';
import { isEnd } from './keyspace.ts';

/** Who is there is asked again after this. */
const FRESH_MS = 5000;
const ANSWER_MS = 2000;
/** Arcs asked for: a ring of more members is told in part. */
const ARCS_MAX = 1024;

export interface ClusterMember {
  readonly host: string;
  readonly port: number;
  /** 40 hexadecimal digits. */
  readonly id: string;
  readonly isSelf: boolean;
  /** Slots, both included. */
  readonly from: number;
  readonly to: number;
}

type Place = Pick<ClusterMember, 'host' | 'port'>;

export class ClusterMembers {
  readonly #ring: RingAccess;
  readonly #clock: Clock;
  readonly #self: Place;
  #asked: Promise<ClusterMember[]> | null = null;
  #askedAtMs = 0;

  /** @param host where this member listens; for all addresses of the machine, it is told by its own on the ring. */
  constructor(ring: RingAccess, clock: Clock, host: string, port: number) {
    this.#ring = ring;
    this.#clock = clock;
    const isAny = host === '0.0.0.0' || host === '::';
    this.#self = { host: isAny && ring.home !== 0 ? formatIp(ipOf(ring.home)) : host, port };
    ring.servesAt = nameOf(this.#self);
  }

  /** Itself among them, always. */
  all(): Promise<ClusterMember[]> {
    const now = this.#clock.now();
    if (this.#asked === null || now - this.#askedAtMs > FRESH_MS) {
      this.#askedAtMs = now;
      this.#asked = this.#ask();
    }
    return this.#asked;
  }

  /** From now on nobody is told of it. */
  close(): void {
    if (this.#ring.servesAt === nameOf(this.#self)) this.#ring.servesAt = '';
  }

  async #ask(): Promise<ClusterMember[]> {
    const places = new Map([[nameOf(this.#self), this.#self]]);
    const found: string[] = [];
    try {
      let place: Uint8Array = new Uint8Array(ID_BYTES);
      for (let arcs = 0; arcs < ARCS_MAX; arcs++) {
        const frame = await this.#ring.query(place, portQuery(), {
          level: 'one',
          timeoutMs: ANSWER_MS,
        });
        const served = servedAt(frame);
        const other = placeOf(served, this.#ring.home);
        if (other !== null) {
          found.push(nameOf(other));
          places.set(nameOf(other), other);
        }
        place = served.next;
        if (isEnd(place)) break;
      }
    } catch {
      // The ring is on the move: those that were found are told.
    }
    const names = [...new Set([...found, nameOf(this.#self)])];
    return names.map((name, i) => ({
      ...places.get(name)!,
      id: formatId(sha1(new TextEncoder().encode(name))),
      isSelf: name === nameOf(this.#self),
      from: Math.ceil((i * SLOTS) / names.length),
      to: Math.ceil(((i + 1) * SLOTS) / names.length) - 1,
    }));
  }
}

function nameOf({ host, port }: Place): string {
  return `${host}:${port}`;
}

/** Null: it has no port, or none that can be reached from here. */
function placeOf({ servesAt, home }: ServedAt, own: number): Place | null {
  const [, host, digits] = /^([\w.:-]{1,255}):(\d{1,5})$/.exec(servesAt) ?? [];
  if (host === undefined) return null;
  // What listens on loopback is of the machine that it is on.
  const ip = parseIp(host);
  const isLocal = host === '::1' || (ip >= 0 && isLoopback(addressOf(ip, 0)));
  if (isLocal && !isLoopback(home) && ipOf(home) !== ipOf(own)) return null;
  return { host, port: Number(digits) };
}
