/**
 * What must hold again some time after the last fault, when nobody comes or goes any more:
 *
 *     tables     hold few who are dead and not yet known to be
 *     lookups    from every living node find all of the k closest living nodes; where the one that
 *                asks is itself among them the k-th of the others may be missed: replies name the
 *                asker, so that nobody need know of him
 *     peers      that were announced are found from anywhere, while one of the k closest to their
 *                info-hash has them
 */

import { type Address, addressOf, ipOf } from '../../core/address.ts';
import { formatId, ID_BYTES } from '../../core/id.ts';
import { fillRandom, type Random, randomBelow } from '../../core/random.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import { BAD_FAILURES } from '../../mainline/table/condition.ts';
import { type Life, State } from '../life/life.ts';
import { Violation } from '../violation.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';

/** What a trial expects of its end. */
export interface Expected {
  /** Lookups that find all of the k closest, of all lookups, at least. */
  exactShare: number;
  /** Contacts that are dead and not known to be, of all, at most. */
  deadShare: number;
}

/** Nodes that look something up at the end at most. */
const LOOKERS = 200;
/** Nodes that look for each info-hash. */
const SEEKERS = 3;
/** A reply shows at most 50 peers of a swarm; of fewer than this all are surely seen. */
const SWARM = 40;
/** Announces older than this may expire while they are looked for: they count for 45 minutes. */
const ANNOUNCED_WITHIN_MS = 43 * 60_000;
/** Its calls have numbers that no program's have. */
const FIRST_CALL = 2 ** 30;

interface Search {
  node: number;
  hash: Uint8Array | null;
  found: Set<Address>;
}

export class Liveness {
  readonly #overlay: MainlineOverlay;
  readonly #life: Life;
  readonly #searches = new Map<number, Search>();
  /** When each peer last announced itself: `hash peer`. */
  readonly #announced = new Map<string, number>();
  readonly #misses: string[] = [];
  #lastCall = FIRST_CALL;
  #graded = 0;

  constructor(overlay: MainlineOverlay, life: Life) {
    this.#overlay = overlay;
    this.#life = life;
  }

  /**
   * An announce that a node began `atMs`, with a port of its own, was stored by somebody. It was stored
   * later than that, but maybe a minute before the call ended.
   */
  announced(hash: Uint8Array, node: number, port: number, atMs: number): void {
    const peer = addressOf(ipOf(this.#overlay.addressOf(node)), port);
    this.#announced.set(`${formatId(hash)} ${peer}`, atMs);
  }

  /** All look for something, now. It takes at most `lookupBoundMs`. */
  begin(hashes: readonly Uint8Array[], random: Random): void {
    const living = this.#living();
    for (let i = 0; i < Math.min(living.length, LOOKERS); i++) {
      const node = living[living.length <= LOOKERS ? i : randomBelow(random, living.length)];
      const target = new Uint8Array(ID_BYTES);
      fillRandom(random, target, 0, ID_BYTES);
      this.#search(node, LookupKind.findNode, target, null);
    }
    for (const hash of hashes) {
      for (let i = 0; i < SEEKERS; i++) {
        const node = living[randomBelow(random, living.length)];
        this.#search(node, LookupKind.getPeers, hash, hash);
      }
    }
  }

  found(call: number, peer: Address): void {
    this.#searches.get(call)?.found.add(peer);
  }

  /** True when the call was one of these. */
  ended(call: number, lookup: Lookup): boolean {
    const search = this.#searches.get(call);
    if (!search) return false;
    this.#searches.delete(call);
    if (search.hash) this.#judgePeers(search);
    this.#graded++;
    const missing = this.#missing(search.node, lookup);
    if (missing >= 0) this.#misses.push(`${search.node} does not find ${missing}`);
    return true;
  }

  /** One of the k closest to the target, the asker apart, that a lookup has not found, or -1. */
  #missing(asker: number, lookup: Lookup): number {
    const found = new Set([asker]);
    lookup.closestAnswered(lookup.k, (row) => {
      found.add(this.#overlay.nodeAt(lookup.addressOf(row)));
    });
    const truth = this.#overlay.oracle.closest(lookup.target, lookup.k, 0);
    return Array.from(truth, (handle) => handle - 1).find((node) => !found.has(node)) ?? -1;
  }

  /** After all have ended. @throws Violation */
  judge(expected: Expected): void {
    const [first] = this.#searches.values();
    if (first) this.#fail('calls end', `a lookup of node ${first.node} has not`);
    const exact = 1 - this.#misses.length / this.#graded;
    if (exact < expected.exactShare) {
      const misses = this.#misses.slice(0, 3).join(', ');
      this.#fail('exact again', `${this.#misses.length} of ${this.#graded} are not: ${misses}`);
    }
    this.#judgeTables(expected.deadShare);
  }

  #judgeTables(deadShare: number): void {
    let contacts = 0;
    let dead = 0;
    let example = '';
    for (const node of this.#living()) {
      this.#overlay.node(node).table.visit((handle, _heardSeconds, failures) => {
        contacts++;
        if (this.#life.states[handle - 1] === State.up || failures >= BAD_FAILURES) return;
        dead++;
        example = `${handle - 1} in the table of ${node}`;
      });
    }
    if (dead > contacts * deadShare) {
      this.#fail('few dead', `${dead} of ${contacts} contacts are, such as ${example}`);
    }
  }

  /** Everybody whom one of the k closest has, the asker apart, must have been found. */
  #judgePeers({ node, hash, found }: Search): void {
    const { oracle, world } = this.#overlay;
    const { k } = this.#overlay.node(node).settings;
    const text = formatId(hash!);
    const stored = new Set<Address>();
    for (const handle of oracle.closest(hash!, k, 0)) {
      if (handle === node + 1) continue;
      for (const record of this.#overlay.node(handle - 1).peers ?? []) {
        if (formatId(record.infoHash) !== text) continue;
        for (const peer of record.addresses) {
          const atMs = this.#announced.get(`${text} ${peer}`) ?? -Infinity;
          if (world.now - atMs < ANNOUNCED_WITHIN_MS) stored.add(peer);
        }
      }
    }
    const missing = [...stored].filter((peer) => !found.has(peer)).length;
    if (missing === 0 || (stored.size > SWARM && missing < stored.size / 2)) return;
    this.#fail('peers are found', `node ${node} misses ${missing} of ${stored.size} under ${text}`);
  }

  #search(node: number, kind: LookupKind, target: Uint8Array, hash: Uint8Array | null): void {
    const { world } = this.#overlay;
    const machine = this.#overlay.node(node);
    const call = ++this.#lastCall;
    this.#searches.set(call, { node, hash, found: new Set() });
    if (!machine.lookup(world.now, kind, target, call)) {
      this.#fail('nobody alone', `node ${node} knows nobody`);
    }
    world.arm(node);
  }

  #living(): number[] {
    const { states } = this.#life;
    return Array.from(states.keys()).filter((node) => states[node] === State.up);
  }

  #fail(check: string, detail: string): never {
    throw new Violation(check, this.#overlay.world.elapsedMs, detail);
  }
}
