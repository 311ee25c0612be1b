/** The records of members of this process, read again only when something was written. */
import type { RecordInfo, Ring } from '../../ring.ts';
import { RECORDS_READ } from './keys.ts';

/** Counters that say that something may have been written. */
const WRITTEN_BY: readonly string[] =
  'writes replicas repairedRecords released forgotten handovers'.split(' ');

export class ReadRecords {
  readonly #read = new Map<Ring, { sign: string; records: readonly RecordInfo[] }>();

  of(ring: Ring): readonly RecordInfo[] {
    const { records, bytes, counters } = ring.info();
    const sign = [records, bytes, ...WRITTEN_BY.map((name) => counters[name])].join();
    const known = this.#read.get(ring);
    if (known?.sign === sign) return known.records;
    const read = { sign, records: ring.records(RECORDS_READ) };
    this.#read.set(ring, read);
    return read.records;
  }

  /** They are as they were while this is the same. */
  get signs(): string[] {
    return Array.from(this.#read.values(), ({ sign }) => sign);
  }

  /** Nobody reads those of others any more. */
  keep(members: readonly Ring[]): void {
    for (const ring of this.#read.keys()) if (!members.includes(ring)) this.#read.delete(ring);
  }
}
