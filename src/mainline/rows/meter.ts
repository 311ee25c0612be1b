/**
 * Meters: how often something may happen. A token bucket holds up to `burst` tokens, gains
 * `perSecond` of them, and each event takes one. Three forms of it:
 *
 *   TokenBucket   one bucket for everything
 *   SourceMeter   one bucket per IP address, in a table of fixed size
 *   EndpointMeter one bucket for *new* endpoints only: what a NAT box has to remember
 *
 * The tables are fixed: a flood from a million spoofed sources costs no memory, only precision.
 */
import { type Address, ipOf, partyOf } from '../../core/address.ts';

/** Slots looked at for one key before the stalest of them is taken over. */
const PROBES = 8;

export class TokenBucket {
  readonly perSecond: number;
  readonly burst: number;
  #level: number;
  #filledAtMs = 0;

  constructor(perSecond: number, burst: number) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.#level = burst;
  }

  take(now: number): boolean {
    const gained = ((now - this.#filledAtMs) * this.perSecond) / 1000;
    this.#level = Math.min(this.burst, this.#level + gained);
    this.#filledAtMs = now;
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }

  /** Takes more than one, afterwards: what was begun turned out to be dear. */
  charge(tokens: number): void {
    this.#level -= tokens;
  }

  /** When the next `take` will succeed if nobody else takes: `now` when it would at once. */
  readyAt(now: number): number {
    const level = this.#level + ((now - this.#filledAtMs) * this.perSecond) / 1000;
    return level >= 1 ? now : now + Math.ceil(((1 - level) * 1000) / this.perSecond);
  }
}

export class SourceMeter {
  readonly perSecond: number;
  readonly burst: number;
  readonly #ips: Uint32Array;
  readonly #levels: Float32Array;
  readonly #filledAtMs: Float64Array;
  readonly #seed: number;

  /** @param slots sources remembered, a power of two. */
  constructor(perSecond: number, burst: number, slots: number, seed: number) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.#ips = new Uint32Array(slots);
    this.#levels = new Float32Array(slots);
    this.#filledAtMs = new Float64Array(slots).fill(-Infinity);
    this.#seed = seed;
  }

  /** May one more event from this address happen? Every port of an IP draws on the same bucket. */
  take(now: number, from: Address): boolean {
    const slot = this.#slotOf(now, partyOf(from) >>> 0);
    const gained = ((now - this.#filledAtMs[slot]) * this.perSecond) / 1000;
    const level = Math.min(this.burst, this.#levels[slot] + gained);
    this.#filledAtMs[slot] = now;
    this.#levels[slot] = level < 1 ? level : level - 1;
    return level >= 1;
  }

  /** Takes more of an address's bucket, afterwards: what was begun turned out to be dear. */
  charge(now: number, from: Address, tokens: number): void {
    this.#levels[this.#slotOf(now, partyOf(from) >>> 0)] -= tokens;
  }

  /** Has this address nothing left? Asking takes nothing. */
  isSpent(now: number, from: Address): boolean {
    const slot = this.#find(partyOf(from) >>> 0);
    if (slot < 0) return false;
    const gained = ((now - this.#filledAtMs[slot]) * this.perSecond) / 1000;
    return this.#levels[slot] + gained < 1;
  }

  #find(ip: number): number {
    const mask = this.#ips.length - 1;
    const home = scramble(ip, this.#seed);
    for (let i = 0; i < PROBES; i++) {
      if (this.#ips[(home + i) & mask] === ip) return (home + i) & mask;
    }
    return -1;
  }

  #slotOf(now: number, ip: number): number {
    const mask = this.#ips.length - 1;
    const home = scramble(ip, this.#seed);
    let stalest = home & mask;
    for (let i = 0; i < PROBES; i++) {
      const slot = (home + i) & mask;
      if (this.#ips[slot] === ip) return slot;
      if (this.#filledAtMs[slot] < this.#filledAtMs[stalest]) stalest = slot;
    }
    this.#ips[stalest] = ip;
    this.#levels[stalest] = this.burst;
    this.#filledAtMs[stalest] = now;
    return stalest;
  }
}

/** Where the slots of a set lie: `first` and those behind it, which may be a part of a longer column. */
export interface AddressSlots {
  readonly addresses: Float64Array;
  readonly contactedAtMs: Float64Array;
  readonly first: number;
}

/** Sets that are made room for together, at most: 32 KB of small ones. */
const SETS_TOGETHER_MAX = 64;

/** Sets of one size side by side: alone two small arrays cost as much again as what they hold. */
export class AddressSets {
  readonly slots: number;
  /** Room for one at first, then for twice as many each time. */
  #together = 1;
  readonly #free: AddressSlots[] = [];

  /** @param slots of each set. */
  constructor(slots: number) {
    this.slots = slots;
  }

  /** Slots for one set, with nobody in them. */
  take(): AddressSlots {
    if (this.#free.length === 0) this.#makeBlock();
    const taken = this.#free.pop()!;
    const { addresses, contactedAtMs, first } = taken;
    addresses.fill(0, first, first + this.slots);
    contactedAtMs.fill(-Infinity, first, first + this.slots);
    return taken;
  }

  release(slots: AddressSlots): void {
    this.#free.push(slots);
  }

  #makeBlock(): void {
    const count = this.#together;
    const addresses = new Float64Array(count * this.slots);
    const contactedAtMs = new Float64Array(count * this.slots);
    for (let i = count - 1; i >= 0; i--) {
      this.#free.push({ addresses, contactedAtMs, first: i * this.slots });
    }
    this.#together = Math.min(SETS_TOGETHER_MAX, count * 2);
  }
}

/** A set of addresses contacted lately, of fixed size: of several in one place the latest stays. */
export class RecentAddresses {
  readonly memoryMs: number;
  /** Where it lies. */
  readonly place: AddressSlots;
  readonly #mask: number;
  readonly #seed: number;

  /** @param slots addresses remembered, a power of two of at least 8; or sets of so many, where it gets its place. */
  constructor(slots: number | AddressSets, memoryMs: number, seed: number) {
    this.memoryMs = memoryMs;
    this.#mask = (typeof slots === 'number' ? slots : slots.slots) - 1;
    this.place = typeof slots === 'number' ? new AddressSets(slots).take() : slots.take();
    this.#seed = seed;
  }

  has(now: number, address: Address): boolean {
    const slot = this.#find(address);
    return slot >= 0 && this.place.contactedAtMs[slot] + this.memoryMs > now;
  }

  add(now: number, address: Address): void {
    let slot = this.#find(address);
    if (slot < 0) slot = this.#stalest(address);
    this.place.addresses[slot] = address;
    this.place.contactedAtMs[slot] = now;
  }

  #find(address: Address): number {
    const { addresses, first } = this.place;
    const home = this.#home(address);
    for (let i = 0; i < PROBES; i++) {
      const slot = first + ((home + i) & this.#mask);
      if (addresses[slot] === address) return slot;
    }
    return -1;
  }

  #stalest(address: Address): number {
    const { contactedAtMs, first } = this.place;
    const home = this.#home(address);
    let stalest = first + (home & this.#mask);
    for (let i = 1; i < PROBES; i++) {
      const slot = first + ((home + i) & this.#mask);
      if (contactedAtMs[slot] < contactedAtMs[stalest]) stalest = slot;
    }
    return stalest;
  }

  #home(address: Address): number {
    return scramble(ipOf(address) ^ Math.imul(address % 65536, 0x85ebca6b), this.#seed);
  }
}

/**
 * The outbound budget. A query to an endpoint that was contacted within `memoryMs` is free; each new
 * one takes a token. A cheap router keeps a NAT entry for 30 s or more and dies at about 100 new
 * ones a second (qBittorrent#18713).
 */
export class EndpointMeter {
  readonly #bucket: TokenBucket;
  readonly #recent: RecentAddresses;

  constructor(perSecond: number, burst: number, endpoints: number, memoryMs: number, seed: number) {
    this.#bucket = new TokenBucket(perSecond, burst);
    this.#recent = new RecentAddresses(endpoints, memoryMs, seed);
  }

  take(now: number, to: Address): boolean {
    if (!this.#recent.has(now, to) && !this.#bucket.take(now)) return false;
    this.#recent.add(now, to);
    return true;
  }

  readyAt(now: number): number {
    return this.#bucket.readyAt(now);
  }
}

function scramble(key: number, seed: number): number {
  const mixed = Math.imul(key ^ seed, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
