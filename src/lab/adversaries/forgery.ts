/**
 * Datagrams of an attacker's own making. Whoever forges has no node to speak for him: he writes bytes and
 * sends them from any address, and what comes in answer goes to whoever lives there.
 */
import { type Address, addressOf } from '../../core/address.ts';
import { type Encodable, encode } from '../../mainline/krpc/bencode.ts';
import type { World } from '../world.ts';

/** Nobody of the world lives in 192.0.0.0/8, where phantoms are said to. */
const PHANTOM_IP = 192 * 0x1000000;
const PHANTOM_NETWORK = 256;
const PORT = 6881;

/** The i-th address at which there is nobody, each in a network of its own. */
export function phantom(i: number): Address {
  return addressOf(PHANTOM_IP + (i + 1) * PHANTOM_NETWORK + 1, PORT);
}

export function queryBytes(
  method: string,
  fields: { readonly [key: string]: Encodable },
): Uint8Array {
  return encode({ a: fields, q: method, t: Uint8Array.of(1, 2), y: 'q' });
}

/** Sends from the host of `sender`, in the name of `from`. */
export function forge(
  world: World,
  sender: number,
  from: Address,
  to: Address,
  bytes: Uint8Array,
): void {
  world.forge(sender, from, to, bytes, bytes.length);
}
