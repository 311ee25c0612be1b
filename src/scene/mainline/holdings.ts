/**
 * Who holds what in a Mainline world, as nobody in it can know: of each key the nodes that may store a
 * peer for it, because they were asked to, and of these the ones that truly do.
 *
 *     announced at 8 nodes ─▶ may hold ── asked whenever somebody looks ─▶ holds, living or not
 *                                      └▶ stored nothing: forgotten until it is asked to again
 *
 * Of nodes in two networks who holds it in either counts; its owner is that of the first.
 */
import { formatId } from '../../core/id.ts';
import type { MainlineOverlay } from '../../lab/mainline/mainline-overlay.ts';
import type { KeyView } from '../protocol/messages.ts';

/** Nodes that are remembered to have been asked to store a key: a few times k, again and again. */
const CANDIDATES_MAX = 4096;
/** BEP 5: IP and port of a peer. */
const PEER_BYTES = 6;

export class Holdings {
  readonly #networks: readonly MainlineOverlay[];
  /** By key, the nodes that may store peers for it. */
  readonly #candidates = new Map<string, Set<number>>();

  constructor(networks: readonly MainlineOverlay[]) {
    this.#networks = networks;
  }

  mayHold(key: Uint8Array, node: number): void {
    const name = formatId(key);
    const candidates = this.#candidates.get(name) ?? new Set();
    this.#candidates.set(name, candidates);
    if (candidates.size < CANDIDATES_MAX) candidates.add(node);
  }

  /** Nodes that store peers for a key, those that are down included, until they begin anew. */
  holders(key: Uint8Array): number[] {
    const holders: number[] = [];
    const candidates = this.#candidates.get(formatId(key)) ?? new Set<number>();
    for (const node of candidates) {
      if (this.#networks.some((network) => isHolder(network, node, key))) holders.push(node);
      else candidates.delete(node); // until it is asked to store it again
    }
    return holders;
  }

  /** @param wanted so many living holders are enough. */
  view(key: Uint8Array, name: string | null, wanted: number): KeyView {
    const [first] = this.#networks;
    const { alive } = first.world;
    const holders = this.holders(key);
    const living = holders.reduce((count, node) => count + alive[node], 0);
    const owner = first.oracle.closest(key, 1, 0)[0] ?? 0;
    return {
      key: formatId(key),
      name,
      owner: owner - 1,
      holders,
      effectiveK: living - 1,
      state: living === 0 ? 'lost' : living < wanted ? 'unsafe' : 'safe',
      bytes: holders.length === 0 ? 0 : PEER_BYTES,
    };
  }
}

/** Does a node store peers for a key, in one of its networks? */
function isHolder(network: MainlineOverlay, node: number, key: Uint8Array): boolean {
  if (!network.population.has(node)) return false;
  const store = network.node(node).peers;
  return store !== null && store.countOf(network.world.now, key, 0) > 0;
}
