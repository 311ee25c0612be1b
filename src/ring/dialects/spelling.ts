/**
 * How the dialects spell what a number is to us:
 *
 *     address   "10.0.0.1:5000"                                       string, text
 *     key       "975987071262755080377722350727279193143145743181"    text
 *     length    "17"                                                  text
 *
 * Two spellings of one address would be two nodes, since a node stands at the SHA-1 of its text; so
 * an address has exactly one: plain decimals without leading zeros. Other numbers may have them.
 */
import { type Address, addressOf, parseIp, Scope, scopeOf } from '../../core/address.ts';
import { formatId, ID_BYTES } from '../../core/id.ts';
import { ADDRESS_TEXT_BYTES_MAX } from './wire.ts';

/** The address that `text` spells; -1 when it is none, or none that a node could have. */
export function parseAddress(text: string): Address {
  if (text.length > ADDRESS_TEXT_BYTES_MAX) return -1;
  const colon = text.indexOf(':');
  if (colon < 0) return -1;
  const portText = text.slice(colon + 1);
  if (!/^[1-9]\d{0,4}$/.test(portText) || Number(portText) > 0xffff) return -1;
  const ip = parseIp(text.slice(0, colon));
  return ip < 0 ? -1 : usable(addressOf(ip, Number(portText)));
}

/** `address`, or -1 when no node can have it: port 0, 0.x.x.x, multicast, reserved. */
export function usable(address: Address): Address {
  return scopeOf(address) === Scope.unusable ? -1 : address;
}

/** A whole number of plain digits, exact up to 2^53; -1 when `text` is anything else. */
export function parseNumber(text: string): number {
  return /^\d{1,20}$/.test(text) ? Number(text) : -1;
}

/** Writes the key that `text` spells to `out`; false when it is no number below 2^160. */
export function parseDecimalKey(text: string, out: Uint8Array): boolean {
  if (!/^\d{1,64}$/.test(text)) return false;
  const digits = BigInt(text).toString(16);
  if (digits.length > ID_BYTES * 2) return false;
  const padded = digits.padStart(ID_BYTES * 2, '0');
  for (let i = 0; i < ID_BYTES; i++) {
    out[i] = Number.parseInt(padded.slice(i * 2, i * 2 + 2), 16);
  }
  return true;
}

export function formatDecimalKey(key: Uint8Array, start: number): string {
  return BigInt(`0x${formatId(key, start)}`).toString();
}
