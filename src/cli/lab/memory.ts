/**
 * What a world takes, told before it is made: better a line at once than a machine that swaps for an
 * hour. Fitted to kad-hops on Node.js 20, k of 8, and within 8 % of all of them:
 *
 *     nodes        100,000  100,000  300,000  1,000,000  1,000,000  10,000,000
 *     lookups        2,000   20,000    2,000      2,000     20,000       1,000
 *     measured MB      146      244      164        223        445         621
 *
 *     node      43 bytes: id, address, when it is due; 21 more once it was touched
 *     table     once its node was touched: 4 bytes a row, log2(nodes / k) + 1.3 buckets of k + 1 rows each;
 *               8 where something was written that is not true of all
 *     objects   700 bytes per node whose machine is its own: all that look after their tables, and who looks up
 *
 * What is touched here and there takes whole pages of 4 KB.
 */
import { freemem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { CommandError } from '../console.ts';

/** Bytes that a run takes in all, and those of them on the heap of JavaScript. */
export interface Footprint {
  bytes: number;
  heapBytes: number;
}

const PROCESS_BYTES = 122e6;
const PROCESS_HEAP_BYTES = 60e6;
const PAGE_BYTES = 4096;
const ROW_BYTES = 4;
const NODE_BYTES = 43;
/** Where its table is, whose machine it has. */
const TOUCHED_BYTES = 21;
/** The last bucket, and those that are not full, beyond log2(nodes / k). */
const LAST_BUCKETS = 1.3;
const MACHINE_BYTES = 700;
/** A machine of its own for whoever looks up, and the grade of what it found. */
const LOOKUP_BYTES = 1200;
/** Sets of who has answered whom: measured 5,200 among 10,000 nodes. */
const INSPECTED_BYTES = 8000;
/** Parts of the heap that are free for the next object only after a collection. */
const HEAP_SLACK = 1.3;

export interface WorldSize {
  nodes: number;
  k: number;
  /** Do nodes look after their tables? Then all are touched, and all tables written. */
  upkeep: boolean;
  /** Without upkeep: lookups in all, each of which touches those whom it asks. Default: all are touched. */
  lookups?: number;
  /** Is everything looked at all the time? */
  isInspected?: boolean;
}

export function footprintOf({
  nodes,
  k,
  upkeep,
  lookups = Infinity,
  isInspected = false,
}: WorldSize): Footprint {
  const buckets = LAST_BUCKETS + Math.max(0, Math.log2(nodes / k));
  const tableBytes = buckets * (k + 1) * ROW_BYTES;
  const touched = upkeep ? nodes : meeting(nodes, lookups * rpcsOf(nodes, k));
  const handleBytes = touched * tableBytes;
  const stateBytes = upkeep ? handleBytes : paged(handleBytes, lookups);
  const columnBytes =
    nodes * NODE_BYTES + paged(nodes * TOUCHED_BYTES, touched) + handleBytes + stateBytes;
  const ownBytes = upkeep ? nodes * MACHINE_BYTES : Math.min(nodes, lookups) * LOOKUP_BYTES;
  const objectBytes = ownBytes + (isInspected ? nodes * INSPECTED_BYTES : 0);
  return {
    bytes: Math.round(PROCESS_BYTES + columnBytes + objectBytes),
    heapBytes: Math.round((PROCESS_HEAP_BYTES + objectBytes) * HEAP_SLACK),
  };
}

/** How many of `count` are met by so many chances. */
function meeting(count: number, chances: number): number {
  return count === 0 ? 0 : count * (1 - Math.exp(-chances / count));
}

/** Bytes of a column that was touched so often, here and there. */
function paged(bytes: number, touches: number): number {
  return meeting(bytes / PAGE_BYTES, touches) * PAGE_BYTES;
}

/** Who is asked by one lookup: as kad-hops counts them, within a tenth. */
function rpcsOf(nodes: number, k: number): number {
  return k + Math.max(0, 2 * Math.log10(nodes) - 3);
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
