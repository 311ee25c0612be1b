/**
 * The way into the DHT: whom a node asks first. Addresses are known at once, names when they are
 * resolved; until then whatever needs somebody to ask is put off.
 *
 *     contacts, bootstrap ── addresses ─────────────────▶ join
 *                         └─ names ── the first that resolves ──▶ join, and what was put off begins
 */
import type { Address } from '../../core/address.ts';
import { shown } from '../../core/argument.ts';
import { type Endpoint, parseEndpoint, resolveList } from '../../io/endpoint.ts';

/** Whom to begin with. */
export interface Entries {
  contacts: readonly (string | Endpoint)[];
  bootstrap: readonly (string | Endpoint)[];
}

/** @throws TypeError for everything wrong about the lists that can be known without asking anybody. */
export function checkEntries(entries: Entries): void {
  for (const name of LISTS) {
    const list = entries[name];
    if (!Array.isArray(list)) throw new TypeError(`"${name}" expected a list, got ${shown(list)}`);
    for (const [i, value] of list.entries()) parseEndpoint(value, `${name}[${i}]`);
  }
}

export class Entrance {
  readonly #known: Address[] = [];
  readonly #isAlone: () => boolean;
  readonly #join: (known: readonly Address[]) => void;
  #unresolved = 0;
  #postponed: (() => void)[] = [];

  /**
   * @param isAlone does the node know nobody yet?
   * @param join told of all that are known so far; again when there are more and it is alone still.
   */
  constructor(isAlone: () => boolean, join: (known: readonly Address[]) => void) {
    this.#isAlone = isAlone;
    this.#join = join;
  }

  /** Are there names that may yet lead to somebody? */
  get isResolving(): boolean {
    return this.#unresolved > 0;
  }

  open(entries: Entries): void {
    for (const name of LISTS) {
      const { addresses, names } = resolveList(entries[name], name, (to) => this.#resolved(to));
      this.#unresolved += names;
      for (const address of addresses) this.#add(address);
    }
    if (this.#known.length > 0 || !this.isResolving) this.#join(this.#known);
  }

  /** Calls `begin` when the next name is resolved, or none is left. */
  postpone(begin: () => void): void {
    this.#postponed.push(begin);
  }

  /** @param address null for a name that leads to nobody. */
  #resolved(address: Address | null): void {
    this.#unresolved--;
    const isNew = address !== null && this.#add(address);
    const nobodyIsLeft = !this.isResolving && this.#known.length === 0;
    if (this.#isAlone() && (isNew || nobodyIsLeft)) this.#join(this.#known);
    if (isNew || !this.isResolving) for (const begin of this.#postponed.splice(0)) begin();
  }

  #add(address: Address): boolean {
    if (this.#known.includes(address)) return false;
    this.#known.push(address);
    return true;
  }
}

const LISTS = ['contacts', 'bootstrap'] as const;
