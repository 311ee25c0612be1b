/**
 * A look at LMDB's data file before LMDB maps it into memory. LMDB trusts its pages: on a damaged
 * one it may read anywhere, which ends the process instead of failing with an error. So each page
 * that leads to a record is looked at first; the bytes of large records are not.
 *
 *     page 0, page 1       meta pages; the one with the higher transaction counts
 *         24  magic        48 page size      88 root of the free pages     136 root of the databases
 *         28  version     144 last page     152 transaction
 *     branch, leaf         0 its own number   18 flags   20 bytes of the row of offsets   24 offsets
 *         node              0 low, 2 high, 4 flags, 6 key length, 8 key, then what a leaf has there
 *
 * Offsets, from the end of the page's header where they are in a page, are those of the file
 * format 2 of `lmdb` 3, in the byte order of the machine.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, statSync } from 'node:fs';
import { endianness } from 'node:os';
import { DhtError } from './errors.ts';

const MAGIC = 0xbeefc0de;
const META_BYTES = 160;
const HEADER_BYTES = 24;
const NODE_BYTES = 8;
/** Pages at the end that a transaction took and gave back are never written; it is seldom one. */
const UNWRITTEN_PAGES = 16;

const PageFlag = { branch: 1, leaf: 2 } as const;
const NodeFlag = { bigData: 1, subData: 2 } as const;
const LITTLE = endianness() === 'LE';

/** An empty tree has no root. */
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

interface Meta {
  pageBytes: number;
  lastPage: number;
  transaction: bigint;
  roots: bigint[];
}

/**
 * Passes over a file that is not there or is empty: there is no store yet.
 * @throws DhtError DATA_DAMAGED for what is no LMDB file, or one that is not whole.
 */
export function checkShape(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  const handle = openSync(file, 'r+');
  try {
    const damage = damageOf(handle);
    if (damage !== null) throw new DhtError('DATA_DAMAGED', `${file} is damaged: ${damage}`);
  } finally {
    closeSync(handle);
  }
}

function damageOf(handle: number): string | null {
  const first = readMeta(handle, 0);
  const second = first && readMeta(handle, first.pageBytes);
  if (first === null || second === null) return 'it does not begin as a store does';
  const meta = second.transaction > first.transaction ? second : first;
  const wanted = (meta.lastPage + 1) * meta.pageBytes;
  const { size } = fstatSync(handle);
  // LMDB writes whole pages; of one that was cut the end would be read as zeros.
  const isCut = size < wanted && size % meta.pageBytes !== 0;
  if (isCut || size < wanted - UNWRITTEN_PAGES * meta.pageBytes) {
    return `it has ${size} bytes and should have ${wanted}`;
  }
  if (size < wanted) ftruncateSync(handle, wanted);
  return new PageWalk(handle, meta).damage();
}

function readMeta(handle: number, position: number): Meta | null {
  const view = new DataView(new ArrayBuffer(META_BYTES));
  if (readSync(handle, view, 0, META_BYTES, position) < META_BYTES) return null;
  if (view.getUint32(24, LITTLE) !== MAGIC) return null;
  const pageBytes = view.getUint32(48, LITTLE);
  if (pageBytes < 256 || pageBytes > 65_536) return null;
  return {
    pageBytes,
    lastPage: Number(view.getBigUint64(144, LITTLE)),
    transaction: view.getBigUint64(152, LITTLE),
    roots: [view.getBigUint64(88, LITTLE), view.getBigUint64(136, LITTLE)],
  };
}

/** Visits all branch and leaf pages that a transaction can reach. */
class PageWalk {
  readonly #handle: number;
  readonly #meta: Meta;
  readonly #page: DataView;
  readonly #open: number[] = [];
  #visited = 0;
  #broken = -1;

  constructor(handle: number, meta: Meta) {
    this.#handle = handle;
    this.#meta = meta;
    this.#page = new DataView(new ArrayBuffer(meta.pageBytes));
    for (const root of meta.roots) this.#expect(root, 1);
  }

  damage(): string | null {
    const { pageBytes, lastPage } = this.#meta;
    for (let page = this.#open.pop(); page !== undefined; page = this.#open.pop()) {
      const bytes = readSync(this.#handle, this.#page, 0, pageBytes, page * pageBytes);
      // More visits than there are pages: one of them leads back to another.
      const isSound = bytes === pageBytes && ++this.#visited <= lastPage + 1 && this.#take(page);
      if (!isSound || this.#broken >= 0) return `page ${page} is broken`;
    }
    return this.#broken >= 0 ? `page ${this.#broken} is not there` : null;
  }

  /** `count` pages from `first` on are to be visited, or at least there. */
  #expect(first: bigint, count: number, isVisited = true): void {
    if (first === NO_PAGE) return;
    const isThere = first >= 2n && first + BigInt(count) <= BigInt(this.#meta.lastPage + 1);
    if (!isThere) this.#broken = Number(first);
    else if (isVisited) this.#open.push(Number(first));
  }

  #take(page: number): boolean {
    const view = this.#page;
    const kind = view.getUint16(18, LITTLE) & (PageFlag.branch | PageFlag.leaf);
    if (Number(view.getBigUint64(0, LITTLE)) !== page) return false;
    if (kind !== PageFlag.branch && kind !== PageFlag.leaf) return false;
    const lower = view.getUint16(20, LITTLE);
    const body = this.#meta.pageBytes - HEADER_BYTES;
    if (lower > body || view.getUint16(22, LITTLE) > body) return false;
    for (let at = 0; at < lower; at += 2) {
      const node = HEADER_BYTES + view.getUint16(HEADER_BYTES + at, LITTLE);
      const isSound =
        node >= HEADER_BYTES + lower &&
        node + NODE_BYTES <= view.byteLength &&
        (kind === PageFlag.branch ? this.#takeBranch(node) : this.#takeLeaf(node));
      if (!isSound) return false;
    }
    return true;
  }

  #takeBranch(node: number): boolean {
    const view = this.#page;
    const low = view.getUint16(node, LITTLE) + view.getUint16(node + 2, LITTLE) * 0x10000;
    this.#expect(BigInt(low) + (BigInt(view.getUint16(node + 4, LITTLE)) << 32n), 1);
    return node + NODE_BYTES + view.getUint16(node + 6, LITTLE) <= view.byteLength;
  }

  #takeLeaf(node: number): boolean {
    const view = this.#page;
    const bytes = view.getUint16(node, LITTLE) + view.getUint16(node + 2, LITTLE) * 0x10000;
    const flags = view.getUint16(node + 4, LITTLE);
    const data = node + NODE_BYTES + view.getUint16(node + 6, LITTLE);
    if (flags === 0) return data + bytes <= view.byteLength;
    if (flags === NodeFlag.bigData) {
      if (data + 8 > view.byteLength) return false;
      const pages = Math.ceil((HEADER_BYTES + bytes) / this.#meta.pageBytes);
      this.#expect(view.getBigUint64(data, LITTLE), pages, false);
      return true;
    }
    // A database of its own: its root is the last of 48 bytes.
    if (flags !== NodeFlag.subData || bytes !== 48 || data + 48 > view.byteLength) return false;
    this.#expect(view.getBigUint64(data + 40, LITTLE), 1);
    return true;
  }
}
