/**
 * What a world takes, told before it is made: better a line at once than a machine that swaps for an
 * hour. Fitted to kad-hops on Node.js 20, and within 3 % of all of them, k of 8:
 *
 *     nodes        30,000  100,000  300,000  1,000,000  10,000,000
 *     measured MB     153      241      510      1,542      16,600
 *     formula  MB     152      239      512      1,552      16,829
 *
 *     columns   8 bytes per row of the routing tables, log2(nodes / k) + 1.3 buckets of k + 1 rows each;
 *               119 bytes per node for ids, addresses and books
 *     objects   700 bytes per node whose machine is its own: all that look after their tables
 */
import { freemem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { CommandError } from '../console.ts';

/** Bytes that a run takes in all, and those of them on the heap of JavaScript. */
export interface Footprint {
  bytes: number;
  heapBytes: number;
}

const PROCESS_BYTES = 120e6;
const PROCESS_HEAP_BYTES = 60e6;
const ROW_BYTES = 8;
const NODE_BYTES = 119;
/** The last bucket, and those that are not full, beyond log2(nodes / k). */
const LAST_BUCKETS = 1.3;
const MACHINE_BYTES = 700;
/** Machines that many lookups may come to own where nobody looks after tables: a heap has room for them. */
const MACHINES_TOUCHED = 2_000_000;
/** Sets of who has answered whom: measured 5,200 among 10,000 nodes. */
const INSPECTED_BYTES = 8000;
/** Parts of the heap that are free for the next object only after a collection. */
const HEAP_SLACK = 1.3;

export interface WorldSize {
  nodes: number;
  k: number;
  /** Do nodes look after their tables? */
  upkeep: boolean;
  /** Is everything looked at all the time? */
  isInspected?: boolean;
}

export function footprintOf({ nodes, k, upkeep, isInspected = false }: WorldSize): Footprint {
  const buckets = LAST_BUCKETS + Math.max(0, Math.log2(nodes / k));
  const columnBytes = nodes * (buckets * (k + 1) * ROW_BYTES + NODE_BYTES);
  const ownBytes = upkeep ? nodes * MACHINE_BYTES : 0;
  const objectBytes = ownBytes + (isInspected ? nodes * INSPECTED_BYTES : 0);
  const touchedBytes = upkeep ? 0 : Math.min(nodes, MACHINES_TOUCHED) * MACHINE_BYTES;
  return {
    bytes: Math.round(PROCESS_BYTES + columnBytes + objectBytes),
    heapBytes: Math.round((PROCESS_HEAP_BYTES + objectBytes + touchedBytes) * HEAP_SLACK),
  };
}

/**
 * Memory that this process has now, in bytes. Where a system does not tell it (no `/proc`), the most that it
 * ever had.
 */
export function residentBytes(told: () => number = process.memoryUsage.rss): number {
  try {
    return told();
  } catch {
    return peakBytes();
  }
}

/** The most memory that this process ever had, in bytes. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * Memory that can still be had on this machine, or in this container. Where a system tells nothing (no
 * `/proc`), Node.js says 0, and then nobody is sent away for it.
 * @param told what Node.js says
 */
export function freeBytes(told: number = process.availableMemory?.() ?? freemem()): number {
  return told === 0 ? Infinity : told;
}

/**
 * Call before the work starts.
 * @throws CommandError when there is not enough memory for that.
 */
export function checkMemory({ bytes }: Footprint, nodes: number, free: number = freeBytes()): void {
  if (bytes <= free) return;
  const fitting = Math.floor((nodes * free) / bytes / 1000) * 1000;
  throw new CommandError(
    `${nodes.toLocaleString('en')} nodes take about ${gigabytes(bytes)}, and ${gigabytes(free)} ` +
      `are free: about ${fitting.toLocaleString('en')} nodes would fit`,
    2,
    'MEMORY',
  );
}

/** The heap that has to be asked for, in MB; null when this process has enough. */
export function heapMbFor(
  { heapBytes }: Footprint,
  limitBytes: number = getHeapStatistics().heap_size_limit,
): number | null {
  return heapBytes <= limitBytes ? null : Math.ceil(heapBytes / 2 ** 20);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
