/**
 * The lab against the world: the same nodes with the same tables, once in virtual time and once on
 * real loopback sockets, look up the same ids. They must ask the same nodes in the same order.
 *
 * With one request at a time the order follows from the protocol alone, and not from which of two
 * replies the operating system delivers first.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Address, addressOf, ipOf } from '../../src/core/address.ts';
import { formatId, ID_BYTES } from '../../src/core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../src/core/random.ts';
import { systemClock } from '../../src/io/clock.ts';
import { Driver } from '../../src/io/driver.ts';
import { verify } from '../../src/io/signatures.ts';
import { bindUdp } from '../../src/io/udp.ts';
import { type MainlineOverlay, mainlineWorld } from '../../src/lab/mainline/mainline-overlay.ts';
import { WarmTables } from '../../src/lab/mainline/warm.ts';
import { SeedStream } from '../../src/lab/seed.ts';
import { settingsFrom } from '../../src/mainline/choices.ts';
import { Counters } from '../../src/mainline/counters.ts';
import { MainlineNode } from '../../src/mainline/node.ts';
import { CONTACT_BYTES } from '../../src/mainline/rows/contacts.ts';
import type { Lookup } from '../../src/mainline/rows/lookup.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import { MainlineShared } from '../../src/mainline/shared.ts';
import type { MainlineObserver } from '../../src/mainline/state.ts';

const SEED = 11;
const NODES = 150;
const LOOKUPS = 120;
const K = 4; // small buckets make long ways
const SETTINGS = settingsFrom({
  ...{ k: K, alpha: 1, onePerIp: false, inbound: false, outbound: false },
  // A busy machine must not change the order by a short time-out.
  ...{ shortTimeoutMs: 15_000, shortTimeoutMsMin: 15_000, timeoutMs: 15_000 },
});
/** 127.77.0.0 + i: every node has an address of its own, as in the lab. */
const FIRST_LOOPBACK = 0x7f4d0000;
const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();

/** Nodes asked, by number, in order; then those found, closest first. */
interface Transcript {
  asked: number[];
  found: string[];
  peers: number;
}

function transcriptOf(lookup: Lookup, numberOf: (address: Address) => number): Transcript {
  const asked: number[] = [];
  let peers = 0;
  for (let row = 0; row < lookup.count; row++) {
    const sequence = lookup.sequenceOf(row);
    if (sequence === 0) continue;
    asked[sequence - 1] = numberOf(lookup.addressOf(row));
    peers += lookup.yieldsOf(row);
  }
  const found: string[] = [];
  lookup.closestAnswered(K, (row) => found.push(formatId(lookup.bytes, lookup.idStart(row))));
  return { asked, found, peers };
}

function observed(onLookup: MainlineObserver['onLookup']): MainlineObserver {
  return { onLookup, onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} };
}

/** The same nodes on sockets of their own. */
class RealNetwork {
  readonly transcripts: Transcript[] = [];
  #ended: () => void = () => {};
  readonly #nodes: { machine: MainlineNode; driver: Driver }[] = [];

  async open(lab: MainlineOverlay): Promise<void> {
    const shared = new MainlineShared(new SeededRandom(SEED), sha1, verify);
    const id = (node: number): Uint8Array =>
      lab.contactBytes.slice((node + 1) * CONTACT_BYTES, (node + 1) * CONTACT_BYTES + ID_BYTES);
    const transports = await Promise.all(
      Array.from({ length: NODES }, (_, node) => bindUdp(FIRST_LOOPBACK + node, PORT)),
    );
    for (let node = 0; node < NODES; node++) {
      shared.contacts.retain(id(node), 0, addressOf(FIRST_LOOPBACK + node, PORT));
    }
    const observer = observed((_call, lookup) => {
      this.transcripts.push(transcriptOf(lookup, (address) => ipOf(address) - FIRST_LOOPBACK));
      this.#ended();
    });
    const warm = new WarmTables({
      ...{ shared, population: lab.population, members: null, k: K, upkeep: false },
      nowMs: systemClock.now(),
      stream: new SeededRandom(SEED, SeedStream.tables).uint32(),
    });
    for (const [node, transport] of transports.entries()) {
      const driver = new Driver(systemClock, transport, (error) => {
        throw error;
      });
      const world = { shared, register: null, counters: new Counters() };
      const machine = new MainlineNode(
        { ...world, host: driver },
        SETTINGS,
        id(node),
        transport.address,
        observer,
        warm.fill(node),
      );
      this.#nodes.push({ machine, driver });
    }
    for (const { machine, driver } of this.#nodes) driver.run(machine);
  }

  lookup(node: number, kind: LookupKind, target: Uint8Array): Promise<void> {
    const { machine, driver } = this.#nodes[node];
    return new Promise((resolve) => {
      this.#ended = resolve;
      driver.attempt(() => machine.lookup(driver.now(), kind, target, 1, ANNOUNCEMENT[kind]));
    });
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#nodes.map(({ machine, driver }) => {
        machine.close();
        return new Promise<void>((resolve) => driver.stop(resolve));
      }),
    );
  }
}

const PORT = 16_881;
const ANNOUNCEMENT: Record<number, { port: number; impliedPort: boolean; seed: boolean } | null> = {
  [LookupKind.announce]: { port: 7000, impliedPort: false, seed: false },
};

const real = new RealNetwork();
const virtual: Transcript[] = [];
let lab: MainlineOverlay;

beforeAll(async () => {
  lab = mainlineWorld(
    {
      ...{ seed: SEED, nodes: NODES, upkeep: false, settings: SETTINGS, sha1 },
      network: { latency: { kind: 'constant', ms: 20 } },
    },
    observed((_call, lookup) => {
      virtual.push(transcriptOf(lookup, (address) => lab.nodeAt(address)));
    }),
  );
  await real.open(lab);
});
afterAll(() => real.close());

test('the same lookups ask the same nodes in the same order', async () => {
  const random = new SeededRandom(SEED, 77);
  const targets = Array.from({ length: 20 }, () => {
    const target = new Uint8Array(ID_BYTES);
    fillRandom(random, target, 0, ID_BYTES);
    return target;
  });
  const kinds = [LookupKind.findNode, LookupKind.announce, LookupKind.getPeers];
  for (let i = 0; i < LOOKUPS; i++) {
    const node = randomBelow(random, NODES);
    const target = targets[randomBelow(random, targets.length)];
    const kind = kinds[randomBelow(random, kinds.length)];
    lab.node(node).lookup(lab.world.now, kind, target, 1, ANNOUNCEMENT[kind] ?? null);
    lab.world.arm(node);
    lab.world.run(Infinity, () => virtual.length > i);
    await real.lookup(node, kind, target);
    const { asked } = virtual[i];
    expect(real.transcripts[i], `lookup ${i} of node ${node}`).toEqual(virtual[i]);
    expect(asked.length).toBeGreaterThanOrEqual(K);
  }
  const asked = virtual.reduce((sum, transcript) => sum + transcript.asked.length, 0);
  expect(asked / LOOKUPS).toBeGreaterThan(K);
  expect(virtual.some(({ peers }) => peers > 0)).toBe(true);
});
