/** What a Mainline node tells those who look on, as it happens. */
import type { Address } from '../../core/address.ts';
import type { LookupTrace } from '../../mainline/trace.ts';
import type { StoredItem } from './item-results.ts';
import type { Peer } from './results.ts';

/** What a node tells as it happens. */
export type MainlineEvent =
  /** An attempt to join is over, and so many nodes answered it. */
  | { kind: 'joined'; answered: number }
  /** Our id is another now: it follows from our address (BEP 42). */
  | { kind: 'identity'; id: string }
  /** Nobody reaches us, so that we answer nobody any more (BEP 43); or somebody does again. */
  | { kind: 'read-only'; readOnly: boolean }
  /** Somebody announced that a peer has an info-hash, and it is kept here. */
  | { kind: 'announced'; infoHash: string; host: string; port: number; seed: boolean }
  /** Somebody put an item, and it is kept here (BEP 44). */
  | { kind: 'stored'; item: StoredItem; from: Peer };

/** What `events` gives: a lookup that was called for has ended, too. */
export type MainlineHappening = MainlineEvent | { kind: 'lookup'; trace: LookupTrace };

/** What a node tells somebody who looks on, as it happens. Looking changes nothing. */
export interface MainlineWatcher {
  /** Called after the node is done with what led to it, so that it may be answered with a call. */
  onEvent?(event: MainlineEvent): void;
  /**
   * A datagram to (`isOurs`) or from `peer`: `bytes[start, end)`, borrowed until this returns.
   * Copy what is kept, call nothing of the node.
   */
  onDatagram?(isOurs: boolean, peer: Address, bytes: Uint8Array, start: number, end: number): void;
  /** A lookup that was called for has ended. */
  onLookup?(trace: LookupTrace): void;
}
