/**
 * Where nodes live whose ids are of somebody's choice, part of own-nodes.ts. All have a chosen id or none has, and
 * they ascend, since node i has the i-th smallest; the first 48 bits, by which a world finds everybody, differ.
 */
import { type Address, addressOf, formatAddress, parseIp } from '../../core/address.ts';
import { shown, wholeNumber } from '../../core/argument.ts';
import { ID_BYTES, parseId } from '../../core/id.ts';
import { keyOf, type Settlement, usualAddress } from '../../lab/mainline/population.ts';

/** Where one node lives. */
export interface LabHome {
  /** 40 hexadecimal digits or 20 bytes; of all nodes or none, ascending. */
  id?: string | Uint8Array;
  /** IPv4, and a port, beside an id. Default: 16.0.0.0 + i, 6881. */
  host?: string;
  port?: number;
}

export class Homes {
  readonly #nodes: number;
  /** Of all nodes once the first has one; null before, and where it has none. */
  #ids: Uint8Array | null = null;
  readonly #addresses: Address[] = [];
  readonly #nodeAt = new Map<Address, number>();

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  get settlement(): Settlement | null {
    return this.#ids === null ? null : { ids: this.#ids, addresses: this.#addresses };
  }

  /** Takes what a node says of its home; nodes come one after the other. @throws TypeError or RangeError. */
  add(number: number, { id, host, port }: LabHome, name: string): void {
    if (number === 0 && id !== undefined) this.#ids = new Uint8Array(this.#nodes * ID_BYTES);
    if ((id === undefined) !== (this.#ids === null)) {
      const isMissing = id === undefined ? 'is missing' : 'is one too many';
      throw new TypeError(`"${name}.id" ${isMissing}: all nodes have ids of choice, or none`);
    }
    if (this.#ids === null || id === undefined) {
      const [field] = Object.entries({ host, port }).find(([, value]) => value !== undefined) ?? [];
      if (field === undefined) return;
      throw new TypeError(`"${name}.${field}" expected an "id" beside it`);
    }
    this.#ids.set(parseId(id, `${name}.id`), number * ID_BYTES);
    this.#checkOrder(this.#ids, number, name);
    this.#settle(number, addressFrom(number, host, port, name), name);
  }

  #checkOrder(ids: Uint8Array, number: number, name: string): void {
    if (number === 0) return;
    if (keyOf(ids, number * ID_BYTES) > keyOf(ids, (number - 1) * ID_BYTES)) return;
    throw new RangeError(
      `"${name}.id" expected an id after that of node ${number - 1} in its first 48 bits: they ascend`,
    );
  }

  #settle(number: number, address: Address, name: string): void {
    const other = this.#nodeAt.get(address);
    if (other !== undefined) {
      throw new RangeError(
        `"${name}.host" expected an address of its own, got ${formatAddress(address)}, that of node ${other}`,
      );
    }
    this.#nodeAt.set(address, number);
    this.#addresses.push(address);
  }
}

function addressFrom(
  number: number,
  host: string | undefined,
  port: number | undefined,
  name: string,
): Address {
  const usual = usualAddress(number);
  if (port !== undefined) wholeNumber(port, `${name}.port`, 1, 65535);
  if (host !== undefined && typeof host !== 'string') {
    throw new TypeError(`"${name}.host" expected an IPv4 address, got ${shown(host)}`);
  }
  const ip = host === undefined ? Math.floor(usual / 0x10000) : parseIp(host);
  if (ip < 0) throw new TypeError(`"${name}.host" expected an IPv4 address, got ${shown(host)}`);
  return addressOf(ip, port ?? usual % 0x10000);
}
