/**
 * The doors: what a program can import, by name. A name that comes or goes is a change of the public
 * interface, and is written here in the same commit. `ringlight/scene` is for our own pages, which grow
 * with it.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** All files that a file leads to, and what is imported from elsewhere. */
function reach(file: URL, files = new Set<string>(), others = new Set<string>()): typeof others {
  if (files.has(file.href)) return others;
  files.add(file.href);
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export|\}).* from '([^']+)'/gm,
  )) {
    if (specifier.startsWith('.')) reach(new URL(specifier, file), files, others);
    else others.add(specifier);
  }
  return others;
}

test('nothing below the door of the lab needs Node.js', () => {
  expect([...reach(new URL('../src/lab.ts', import.meta.url))]).toEqual([
    '@noble/ed25519',
    '@noble/hashes/sha2.js',
    '@noble/hashes/utils.js',
    '@noble/hashes/legacy.js',
  ]);
});

/** The names of a door that are there when a program runs; types need a compiler to be missed. */
const NAMES: Record<string, string> = {
  mainline: [
    'Announcement CRAWL_RATE DROP_REASONS DhtError FOLLOW_EVERY_MS KeptItem LOOKUPS_REMEMBERED Mainline Multihomed',
    'PACKETS_WAITING PACKET_DIRECTIONS PACKET_KINDS PACKET_VERDICTS PUBLIC_ROUTERS PUT_EVERY_MS',
    'RegisterView SAMPLE_LIMIT SAMPLE_WALKS SCRAPE_MAX SamePort Search SeededRandom TableView addressOf',
    'captureLine checkConformance decode encode flatTable formatAddress ipOf metricsText networkSizeOf openMainline openMultihomed parseIp',
    'pcapHeader pcapOf portOf prefixTable publicKeyOf readCapture',
  ].join(' '),
  'bittorrent-dht': 'Client default',
  codec: 'decode encode',
  ring: [
    'CHAT_NAME_LENGTH_MAX CHAT_TEXT_LENGTH_MAX ChatRoom DhtError IDENTITIES_MAX RING_DEFAULTS Ring RingAccess',
    'RingConnection RingService chatRooms clientKey clockOffsetsOf connectRing metricsText openResp openRing passwordRights',
  ].join(' '),
  testnet: 'RING_TESTNET_LIMIT TESTNET_LIMIT createRingTestnet createTestnet',
  lab: [
    'ATTACKS_DEFAULTS CHORD_CHURN_DEFAULTS CHORD_LOAD_DEFAULTS CHORD_MASSFAIL_DEFAULTS',
    'CHORD_PATH_DEFAULTS CHORD_STRETCH_DEFAULTS CHURN_PVC_DEFAULTS SYBIL_ECLIPSE_DEFAULTS',
    'DETECTORS_DEFAULTS TIMEOUT_POLICY_DEFAULTS attacks chordStretch churnPvc detectors sybilEclipse timeoutPolicy',
    'CHURN_PRESETS CRAWL_ERROR_DEFAULTS DhtError GRADES_REMEMBERED KAD_HOPS_DEFAULTS LAB_NODES_LIMIT LAB_WORKERS_LIMIT Lab',
    'LabAdversary LabHost LabNode DualStackLab MDHT_LOOKUP_LATENCY_DEFAULTS NAT_REACH_DEFAULTS REPLICA_SURVIVAL_DEFAULTS',
    'RING_SPLIT_DEFAULTS RING_SURVIVAL_DEFAULTS RPC_SAMPLE Recorder RingLab RingLabNode SplitLab SplitLabNode',
    'RingSoakFailure SCENARIO_DEFAULTS SCENARIO_METRICS SCHEMA_VERSION',
    'SIZE_ESTIMATE_DEFAULTS SNAPSHOT_NODES SOAK_NODES_MIN SoakFailure TABLES chanceOf checkLatency',
    'checkAdversaries checkNetwork checkSchedule checkStart chordChurn chordChurnSteps chordLoad chordMassfail chordPath',
    'churnFrom columnsOf crawlError createLab durationMs kadHops mdhtLookupLatency natReach',
    'parseMatrix replayCapture replicaSurvival ringSoak ringSplit ringSurvival scenario scenarioOnWorkers scenarioSteps shown sizeEstimate soak walk',
  ].join(' '),
  world: [
    'COMPACT_ADDRESS_BYTES CONSISTENCIES Closed Colony Disks EXACT EXAM_DEFAULTS EXAM_NODES_LIMIT Exam FAULTS',
    'ID_BYTES LINE_BYTES_LIMIT Life MemoryStore OWNERS RecordedColony Recorder TASKS',
    'STREAM_QUEUE_BYTES START_MS SeededRandom State Traffic Wheel World addPowerOfTwo addressOf',
    'arcLength carryOut check checkNetwork checkSchedule churnFrom compareDistance compareIds',
    'durationMs fillRandom follow formatAddress formatId hashOf ipOf isInArc parseId portOf',
    'randomBelow readAddress summaryOf within writeAddress',
  ].join(' '),
  service: 'openHttp',
  studio: 'CommandRefused LiveMainline LiveRing LiveScene SiteError StudioError openStudio',
};

test.each(Object.entries(NAMES))(
  'ringlight/%s has its names, and no others',
  async (door, names) => {
    const found = Object.keys(await import(`../src/${door}.ts`));
    expect(found.sort()).toEqual(names.split(' ').sort());
  },
);
