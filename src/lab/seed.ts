/**
 * Streams of the seed. Every part of a world draws from its own, so that what one part draws changes
 * nothing for the others: a run with loss has the same ids, tables and lookups as one without.
 */

/** One number each; a number, once given, is never given to anything else: hashes hang on it. */
export const SeedStream = {
  ids: 1,
  tables: 2,
  nodes: 3,
  wire: 4,
  latency: 5,
  jitter: 6,
  traits: 7,
  faults: 8,
  idTails: 17,
  churn: 30,
  life: 31,
  steps: 32,
  soak: 33,
  checks: 34,
  families: 35,
  disks: 40,
  lookups: 100,
  workload: 101,
  attacks: 102,
  settlement: 103,
  aims: 104,
  registers: 105,
  hurry: 106,
  clocks: 107,
  /** The first of 64: each adversary has its own. */
  adversaries: 0x1000,
  scene: 110,
  sceneKeys: 111,
  sceneSybils: 112,
  sceneChurn: 113,
} as const;
