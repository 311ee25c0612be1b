/** Every experiment in a size in which all of them run within some seconds, for tests. */
import type { Options } from '../../src/cli/lab/options.ts';

export const SMALL: Readonly<Record<string, Options>> = {
  'kad-hops': { nodes: 400, lookups: 60, latency: 'king', loss: 0.05 },
  'mdht-lookup-latency': { nodes: 300, lookups: 30, infoHashes: 8, peers: 1, timeoutMs: '3 s' },
  'crawl-error': { nodes: 150, crawls: 3, awayMs: '60 min', everyMs: '3 min' },
  'nat-reach': { nodes: 60, lookups: 10, settleMs: '1 min' },
  'size-estimate': { nodes: 300, lookups: 32, zones: 3 },
  'replica-survival': { nodes: 60, values: 20, afterMs: '10 min', halfLifeMs: '10 min' },
  'chord-load': { nodes: 200, keys: 2000, rings: 1, inserts: 20, insertNodes: 20 },
  'chord-path': { nodes: 32, lookups: 20 },
  'chord-stretch': { nodes: 40, lookups: 20, candidates: [1, 4] },
  'chord-massfail': { nodes: 40, rings: 1, lookups: 20 },
  'chord-churn': { nodes: 30, lookups: 20, settleMs: '10 s' },
  'ring-survival': { nodes: 6, keys: 10, kMax: 1, crashesMax: 2, crowds: 1 },
  attacks: { nodes: 100, trials: 3, only: 'stolenToken,densityAlarm' },
  'sybil-eclipse': {
    ...{ nodes: 100, shares: [0.3], paths: [1, 2], lookups: 5 },
    ...{ sybils: [8], honest: 100, trials: 3 },
  },
  detectors: { nodes: 100, sybils: [8], keys: 3, trials: 12, bits: 10 },
  'timeout-policy': { nodes: 40, sessions: [5], perMinute: 60, forMs: '20 s' },
  'churn-pvc': { nodes: 40, k: [4], alpha: [1, 4], lookups: 5 },
  'ring-split': { nodes: 6, rings: 1, faultsMs: '2 s' },
  scenario: {
    ...{ nodes: 40, churn: 'bt-redhat', faultsMs: '6 min' },
    network: {
      ...{ latency: { kind: 'king' }, loss: 0.02, bursts: { enter: 0.01, leave: 0.2 } },
      ...{ jitter: { kind: 'exponential', meanMs: 10 }, reorder: { share: 0.1, withinMs: 200 } },
      ...{ duplicate: { share: 0.1, withinMs: 300 }, uplinks: [{ bytesPerSecond: 20_000 }] },
    },
    schedule: [
      { at: '1 min', pause: { share: 0.2, for: '30 s' } },
      { at: '2 min', clog: { share: 0.3, for: '20 s', kind: 'hold' } },
      { at: '3 min', partition: { share: 0.3, cut: 'out', for: '40 s' } },
      { at: '4 min', restart: { count: 5, rejoin: 'memory' } },
    ],
  },
};
