/**
 * What a world asks of an overlay: who there is, where each lives, and what is to be woken. The world
 * knows time, wires and who is alive; the overlay knows what its nodes are. A node is a number below
 * `count`, for good; the machine under it may be replaced while the node is not alive.
 *
 *     world ── nodeAt(address) ───▶ overlay     a datagram is for this node
 *           ── machine(node) ─────▶             its deadline has fallen, or has to be looked at
 *           ── datagrams(node) ───▶             here are bytes for it
 */
import type { Address } from '../core/address.ts';
import type { Machine, StreamMachine } from '../core/host.ts';
import type { Prefetch } from './prefetch.ts';

export interface Overlay {
  /** Nodes of this world, those not yet alive included. */
  readonly count: number;
  /** Where a node lives; the first of its addresses, if it has several. */
  addressOf(node: number): Address;
  /** Do nodes have addresses of both families? */
  readonly isDualStack?: boolean;
  /** The node at an address, or -1 for one that is not of this world. */
  nodeAt(address: Address): number;
  /** What has the node's deadline. Asked for living nodes only, as are the next two. */
  machine(node: number): Pick<Machine, 'tick' | 'deadline'>;
  /** The same as what hears datagrams; null where nodes speak over streams only. */
  datagrams(node: number): Machine | null;
  /** The same as what speaks over streams; null where nodes speak by datagrams only. */
  streams(node: number): StreamMachine | null;
  /** Reads what the next datagrams will need from memory (prefetch.ts). The number means nothing. */
  prefetch?(datagrams: Prefetch): number;
}
