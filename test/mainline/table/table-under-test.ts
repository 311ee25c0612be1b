/** A routing table under test on columns of its own, and what tests want to know of any table. */
import type { Address } from '../../../src/core/address.ts';
import { formatId } from '../../../src/core/id.ts';
import { fillRandom, SeededRandom } from '../../../src/core/random.ts';
import { CONTACT_BYTES, Contacts } from '../../../src/mainline/rows/contacts.ts';
import { Slab } from '../../../src/mainline/rows/slab.ts';
import { Nearest } from '../../../src/mainline/table/nearest.ts';
import type { RoutingTable, TableFactory, TableShared } from '../../../src/mainline/table/table.ts';
import { idOf, onLoopback } from '../small-world.ts';

/** Clocks of tests begin here: BEP 5's 15 minutes must not depend on a clock that begins at 0. */
export const NOON = 12 * 3_600_000;

export interface Row {
  id: string;
  address: Address;
  heardSeconds: number;
  failures: number;
  part: number;
}

export class TableUnderTest {
  readonly shared: TableShared;
  readonly table: RoutingTable;
  readonly selfId: Uint8Array;
  readonly self: number;
  readonly random: SeededRandom;

  constructor(
    factory: TableFactory,
    {
      k = 8,
      wide = [] as readonly number[],
      onePerIp = true,
      onePerNetwork = false,
      prefersSecure = false,
      selfId = idOf('80'),
      seed = 1,
    } = {},
  ) {
    this.random = new SeededRandom(seed);
    const random = new SeededRandom(seed, 1);
    this.shared = { random, contacts: new Contacts(32, random.uint32()), slab: new Slab(64) };
    this.selfId = selfId;
    this.self = this.shared.contacts.retain(selfId, 0, onLoopback(9999));
    this.table = factory({
      shared: this.shared,
      self: this.self,
      k,
      wide,
      onePerIp,
      onePerNetwork,
      prefersSecure,
    });
  }

  randomId(): Uint8Array {
    const id = new Uint8Array(20);
    fillRandom(this.random, id, 0, 20);
    return id;
  }

  handle(id: Uint8Array, address: Address): number {
    return this.table.find(id, 0, address);
  }

  rows(): Row[] {
    const { contacts } = this.shared;
    const rows: Row[] = [];
    this.table.visit((handle, heardSeconds, failures, part) => {
      const id = formatId(contacts.bytes, handle * CONTACT_BYTES);
      rows.push({ id, address: contacts.addressOf(handle), heardSeconds, failures, part });
    });
    return rows;
  }

  closest(now: number, target: Uint8Array, limit: number, goodOnly = false): string[] {
    const { contacts } = this.shared;
    const nearest = new Nearest(contacts, 64);
    nearest.begin(target, 0, limit);
    this.table.closest(now, nearest, goodOnly);
    return [...nearest.handles.subarray(0, nearest.count)].map((handle) =>
      formatId(contacts.bytes, handle * CONTACT_BYTES),
    );
  }
}

/** The `limit` of these ids that are closest to a target, by plain sorting. */
export function closestOf(ids: string[], target: Uint8Array, limit: number): string[] {
  const aim = BigInt(`0x${formatId(target)}`);
  const distance = (id: string) => BigInt(`0x${id}`) ^ aim;
  return [...ids]
    .sort((a, b) => (distance(a) < distance(b) ? -1 : distance(a) > distance(b) ? 1 : 0))
    .slice(0, limit);
}
