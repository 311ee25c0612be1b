/**
 * A crawl of one zone: all nodes whose ids share a prefix, found by asking each of them for others
 * (Wang and Kangasharju, P2P 2013). Every node is asked once; a query or a reply that is lost makes a
 * node that is missed, as in real crawls:
 *
 *     a lookup into the zone ─▶ first nodes ─▶ ask each for the other side ─▶ new nodes ─▶ …
 *
 * Asked for its own id a node names those of its own small subtree, and a crawl would never leave it.
 * So each is asked for an id across one of the first forks below the zone, in turn.
 *
 * What was missed is told by nodes that are known beforehand: the share of them that was seen is the
 * share of all that was.
 */
import { type Address, readAddress } from '../../core/address.ts';
import { ID_BYTES, prefixOf, sharedPrefixBits } from '../../core/id.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import type { MainlineOverlay } from '../mainline/mainline-overlay.ts';

/** Queries under way at a time. */
const AT_A_TIME = 64;
/** Forks below the zone that queries cross: 16 subtrees, each of which is small enough to be named. */
const FORKS = 4;

export class ZoneCrawl implements MainlineObserver {
  /** Nodes of the zone that answered. */
  readonly answered: Set<number> = new Set();
  readonly #known = new Set<Address>();
  readonly #queue: { address: Address; id: Uint8Array }[] = [];
  #overlay: MainlineOverlay | null = null;
  #zone: Uint8Array = new Uint8Array(ID_BYTES);
  #bits = 0;
  #crawler = 0;
  #inFlight = 0;
  #isLooking = false;

  /** Crawls the zone of the first `bits` bits of `zone` from node `crawler`, to its end. */
  run(overlay: MainlineOverlay, crawler: number, zone: Uint8Array, bits: number): void {
    this.#overlay = overlay;
    this.#crawler = crawler;
    this.#zone = zone;
    this.#bits = bits;
    this.#isLooking = true;
    this.answered.clear();
    this.#known.clear();
    const { world } = overlay;
    overlay.node(crawler).lookup(world.now, LookupKind.findNode, zone, 1);
    world.arm(crawler);
    const isOver = (): boolean => !this.#isLooking && this.#inFlight === 0;
    world.run(Infinity, isOver);
  }

  onLookup(_call: number, lookup: Lookup): void {
    this.#isLooking = false;
    lookup.closestAnswered(lookup.k, (row) => {
      this.#discover(lookup.bytes, lookup.idStart(row), lookup.addressOf(row));
    });
    this.#ask();
  }

  onAnswer(_call: number, message: Message, _rttMs: number, from: Address): void {
    this.#inFlight--;
    if (message.idStart > 0 && this.#isInZone(message.bytes, message.idStart)) {
      this.answered.add(this.#overlay!.nodeAt(from));
    }
    const count = message.nodesStart > 0 ? Math.floor(message.nodesLength / CONTACT_BYTES) : 0;
    for (let i = 0; i < count; i++) {
      const start = message.nodesStart + i * CONTACT_BYTES;
      this.#discover(message.bytes, start, readAddress(message.bytes, start + ID_BYTES));
    }
    this.#ask();
  }

  onSilence(): void {
    this.#inFlight--;
    this.#ask();
  }

  onPeer(): void {}
  onJoin(): void {}

  #isInZone(id: Uint8Array, start: number): boolean {
    return sharedPrefixBits(id, start, this.#zone, 0) >= this.#bits;
  }

  #discover(ids: Uint8Array, start: number, address: Address): void {
    if (this.#known.has(address) || !this.#isInZone(ids, start)) return;
    this.#known.add(address);
    this.#queue.push({ address, id: ids.slice(start, start + ID_BYTES) });
  }

  #ask(): void {
    const { world } = this.#overlay!;
    const node = this.#overlay!.node(this.#crawler);
    while (this.#inFlight < AT_A_TIME && this.#queue.length > 0) {
      const { address, id } = this.#queue.pop()!;
      const fork = this.#bits + (this.#known.size % FORKS);
      id[fork >>> 3] ^= 0x80 >>> (fork & 7);
      if (node.ask(world.now, address, Method.findNode, id, 2)) this.#inFlight++;
    }
    world.arm(this.#crawler);
  }
}

/** Numbers of the nodes of a zone: those whose ids share their first `bits` bits with it, 0…32. */
export function nodesOfZone(overlay: MainlineOverlay, zone: Uint8Array, bits: number): number[] {
  const shift = 2 ** (32 - bits);
  const prefix = Math.floor(prefixOf(zone, 0) / shift);
  const found: number[] = [];
  const { keys } = overlay.population;
  for (let node = 0; node < overlay.count; node++) {
    if (Math.floor(keys[node] / 0x10000 / shift) === prefix) found.push(node);
  }
  return found;
}
