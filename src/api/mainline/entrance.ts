/**
 * The way into the DHT: whom a node asks first. Those it knew in an earlier run come first, for they
 * cost nobody anything; routers, which the whole world asks, join the race when those stay silent.
 *
 *     contacts ─────────────▶ join ── nobody within 1.5 s ──▶ join, routers first
 *     bootstrap ─ addresses ─▶ join at once where there are no contacts
 *               └ names ── resolved ──▶ join, and what was put off begins
 *                     ▲        └─ failed, or the table is empty ─┐
 *                     └──────────── 2 s, 4 s … 60 s ◀────────────┘
 */
import { type Address, addressOf, isIp6 } from '../../core/address.ts';
import { shown } from '../../core/argument.ts';
import type { Clock } from '../../io/clock.ts';
import {
  type Endpoint,
  type Family,
  literalIp,
  parseEndpoint,
  resolveHost,
} from '../../io/endpoint.ts';

/** Whom to begin with. */
export interface Entries {
  contacts: readonly EntryPoint[];
  bootstrap: readonly EntryPoint[];
}

/** `host:port`, `ip@host:port`, an endpoint, or host and port as in the `nodes` of a .torrent (BEP 5). */
export type EntryPoint = string | Endpoint | readonly [host: string | Uint8Array, port: number];

/** Contacts have so long to answer before routers are asked, too. Most round trips take a tenth of it. */
export const RACE_MS = 1500;
/** A name is resolved again after this, and then after twice as long. */
const RESOLVE_MS = 2000;
const RESOLVE_MS_MAX = 60_000;
/** With contacts in the table, a name that never resolved is tried at every so-manieth look: 10 min. */
const PATIENT_LOOKS = 10;

/** Addresses that a name led to in turn, the latest first, its hint among them. */
const ADDRESSES_PER_NAME = 4;

/** @throws TypeError for everything wrong about the lists that can be known without asking anybody. */
export function checkEntries(entries: Entries): void {
  for (const name of ['contacts', 'bootstrap'] as const) {
    const list = entries[name];
    if (!Array.isArray(list)) throw new TypeError(`"${name}" expected a list, got ${shown(list)}`);
    for (const [i, value] of list.entries()) parseEndpoint(plain(value), `${name}[${i}]`);
  }
}

/** One entry of a list; a name has no address before it is resolved. */
interface Door {
  host: string;
  port: number;
  isName: boolean;
  isAsked: boolean;
  addresses: Address[];
}

const NO_DOORS: readonly Door[] = [];

export class Entrance {
  readonly #clock: Clock;
  readonly #family: Family;
  readonly #isAlone: () => boolean;
  readonly #join: (known: readonly Address[]) => void;
  #contacts = NO_DOORS;
  #routers = NO_DOORS;
  /** Routers are not asked while contacts have not had their chance. */
  #isHeldBack = false;
  #unresolved = 0;
  #looks = 0;
  #postponed: (() => void)[] | null = null;
  #stopTimer: (() => void) | null = null;
  #closed = false;

  /**
   * @param isAlone does the node know nobody yet?
   * @param join told of all that are known so far; again when there are more and it is alone still.
   */
  constructor(
    clock: Clock,
    isAlone: () => boolean,
    join: (known: readonly Address[]) => void,
    family: Family = 4,
  ) {
    this.#clock = clock;
    this.#family = family;
    this.#isAlone = isAlone;
    this.#join = join;
  }

  /** Are there names that may yet lead to somebody? */
  get isResolving(): boolean {
    return this.#unresolved > 0;
  }

  open(entries: Entries): void {
    this.#contacts = entries.contacts.map((value) => doorOf(value, this.#family));
    this.#routers = entries.bootstrap.map((value) => doorOf(value, this.#family));
    this.#isHeldBack = this.#contacts.length > 0 && this.#routers.length > 0;
    this.#resolve(this.#reachable());
    const known = this.known;
    if (known.length > 0 || !this.isResolving) this.#join(known);
    if (this.#isHeldBack) this.#after(RACE_MS, () => this.#race());
    else this.#lookLater();
  }

  /** Calls `begin` when the next name is resolved, or none is left. */
  postpone(begin: () => void): void {
    this.#postponed ??= [];
    this.#postponed.push(begin);
  }

  close(): void {
    this.#closed = true;
    this.#stopTimer?.();
    this.#postponed = null;
  }

  #race(): void {
    if (this.#isAlone()) this.#letRoutersIn();
    this.#lookLater();
  }

  #letRoutersIn(): void {
    this.#isHeldBack = false;
    this.#resolve(this.#routers);
    this.#join(this.known);
  }

  /** Looks whether there is a reason to ask for names again. Without names there never is. */
  #lookLater(): void {
    if (!this.#isHeldBack && !this.#reachable().some(({ isName }) => isName)) return;
    const delayMs = Math.min(RESOLVE_MS_MAX, RESOLVE_MS * 2 ** Math.min(this.#looks++, 16));
    this.#after(delayMs, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    if (this.#isAlone()) {
      if (this.#isHeldBack) this.#letRoutersIn();
      else this.#resolve(this.#reachable());
    } else if (this.#looks % PATIENT_LOOKS === 0) {
      this.#resolve(this.#reachable().filter(({ addresses }) => addresses.length === 0));
    }
  }

  #reachable(): readonly Door[] {
    // The routers first: when they are let in, those behind them have been silent.
    return this.#isHeldBack ? this.#contacts : [...this.#routers, ...this.#contacts];
  }

  /** All addresses that lead in, so far. */
  get known(): Address[] {
    return [...new Set(this.#reachable().flatMap(({ addresses }) => addresses))];
  }

  #resolve(doors: readonly Door[]): void {
    for (const door of doors) {
      if (!door.isName || door.isAsked) continue;
      door.isAsked = true;
      this.#unresolved++;
      resolveHost(door.host, this.#family).then(
        (ip) => this.#resolved(door, addressOf(ip, door.port)),
        () => this.#resolved(door, null),
      );
    }
  }

  /** @param address null for a name that leads to nobody. */
  #resolved(door: Door, address: Address | null): void {
    door.isAsked = false;
    this.#unresolved--;
    if (this.#closed) return;
    const isNew = address !== null && !this.known.includes(address);
    if (isNew) door.addresses = [address, ...door.addresses].slice(0, ADDRESSES_PER_NAME);
    const nobodyIsLeft = !this.isResolving && this.known.length === 0;
    if (this.#isAlone() && (isNew || nobodyIsLeft)) this.#join(this.known);
    if (isNew || !this.isResolving) this.#goOn();
  }

  #goOn(): void {
    const begins = this.#postponed ?? [];
    this.#postponed = null;
    for (const begin of begins) begin();
  }

  #after(delayMs: number, callback: () => void): void {
    this.#stopTimer?.();
    if (!this.#closed) this.#stopTimer = this.#clock.after(delayMs, callback);
  }
}

function doorOf(value: EntryPoint, family: Family): Door {
  const { host, port, hint } = parseEndpoint(plain(value), 'bootstrap');
  const ip = literalIp(host, family);
  const ownHint = hint >= 0 && isIp6(hint) === (family === 6) ? hint : -1;
  const addresses = [ip, ownHint]
    .filter((known) => known >= 0)
    .map((known) => addressOf(known, port));
  return { host, port, isName: ip < 0, isAsked: false, addresses };
}

/** A pair of a .torrent as an endpoint; its host may be text or the bytes that it was decoded from. */
function plain(value: EntryPoint): string | Endpoint {
  if (!Array.isArray(value)) return value as string | Endpoint;
  const [host, port] = value;
  const name = host instanceof Uint8Array ? new TextDecoder('latin1').decode(host) : host;
  return { host: name, port };
}
