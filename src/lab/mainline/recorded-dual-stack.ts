/**
 * A world of dual-stack hosts as a recorder sees it: a row of `nodes` for each address that a host has, those of
 * IPv4 first, with the id and the table that go with it.
 */
import type { Address } from '../../core/address.ts';
import type { ContactSeer, Homes, Recorded, TrafficTotals } from '../results/recorded.ts';
import type { World } from '../world.ts';
import type { DualStack } from './dual-stack.ts';
import { RecordedMainline } from './recorded-mainline.ts';

export class RecordedDualStack implements Recorded {
  readonly world: World;
  readonly homes: Homes;
  readonly #stack: DualStack;
  readonly #families: readonly RecordedMainline[];
  /** The host of each home; those of IPv6 begin at `#firstV6`. */
  readonly #hosts: readonly number[];
  readonly #firstV6: number;

  constructor(stack: DualStack) {
    const { world } = stack;
    this.world = world;
    this.#stack = stack;
    this.#families = stack.families.map((family) => new RecordedMainline(family));
    const [v4, v6] = stack.families.map(({ population }) =>
      Array.from({ length: world.count }, (_, node) => node).filter((node) => population.has(node)),
    );
    this.#hosts = [...v4, ...v6];
    this.#firstV6 = v4.length;
    const arrivals = stack.countArrivals();
    this.homes = {
      count: this.#hosts.length,
      nodeOf: (home) => this.#hosts[home],
      receivedOf: (home) => arrivals[this.#familyOf(home)][this.#hosts[home]],
    };
  }

  get traffic(): TrafficTotals {
    return this.world.network.traffic;
  }

  get sentBytes(): number {
    return this.#stack.families.reduce((sum, { counters }) => sum + counters.bytesOut, 0);
  }

  get timeouts(): number {
    return this.#stack.families.reduce((sum, { counters }) => sum + counters.timeouts, 0);
  }

  addressOf(home: number): Address {
    return this.#of(home).addressOf(this.#hosts[home]);
  }

  idOf(home: number): Uint8Array {
    return this.#of(home).idOf(this.#hosts[home]);
  }

  contactsOf(home: number): number {
    return this.#of(home).contactsOf(this.#hosts[home]);
  }

  partsOf(home: number): number {
    return this.#of(home).partsOf(this.#hosts[home]);
  }

  visit(home: number, see: ContactSeer): void {
    this.#of(home).visit(this.#hosts[home], see);
  }

  #familyOf(home: number): 0 | 1 {
    return home < this.#firstV6 ? 0 : 1;
  }

  #of(home: number): RecordedMainline {
    return this.#families[this.#familyOf(home)];
  }
}
