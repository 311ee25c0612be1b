/**
 * Machines on loan. At rest a Mainline node is rows of columns and no object; to handle a message it
 * needs a machine, and one that did nothing but answer can hand its machine on to another node:
 *
 *     seats     ┌─────┬─────┬─────┬─────┐   a ring: whoever needs a machine takes the next seat
 *     (nodes)   │  17 │ 903 │   4 │ 512 │   and the machine of the node that sits there, unless that
 *               └──▲──┴─────┴─────┴─────┘   has anything under way; then there is one machine more
 *                next
 *
 * So a million nodes that are asked need a few hundred machines, which stay in the caches, instead of
 * 600 bytes each. Whoever is given commands keeps its machine for good.
 */

/** Nodes that have a machine only on loan: more than are prefetched for at a time, 0.3 MB of machines. */
const SEATS = 512;

/** What can be handed on. */
export interface Movable {
  /** It has nothing but its rows: another made from them would be the same. */
  readonly isAtRest: boolean;
}

export class Machines<Machine extends Movable> {
  readonly #make: (node: number) => Machine;
  readonly #move: (machine: Machine, node: number) => void;
  readonly #machines: Machine[] = [];
  /** By node: where its machine is, plus 1; 0 for none. */
  readonly #places: Uint32Array;
  /** 1 for each node whose machine is its own. */
  readonly #isOwn: Uint8Array;
  readonly #seats = new Int32Array(SEATS).fill(-1);
  #next = 0;
  /** Whose machine was asked for last, and may be at work. */
  #current = -1;

  /** @param make a machine for a node; @param move turns one at rest into that of another node. */
  constructor(
    count: number,
    make: (node: number) => Machine,
    move: (machine: Machine, node: number) => void,
  ) {
    this.#make = make;
    this.#move = move;
    this.#places = new Uint32Array(count);
    this.#isOwn = new Uint8Array(count);
  }

  get byteLength(): number {
    return this.#places.byteLength + this.#isOwn.byteLength;
  }

  /** Has it a machine now, its own or on loan? */
  has(node: number): boolean {
    return this.#places[node] !== 0;
  }

  /** The machine of a node, to be used at once: it may be another node's later. */
  borrow(node: number): Machine {
    this.#current = node;
    const place = this.#places[node];
    return place === 0 ? this.#seat(node) : this.#machines[place - 1];
  }

  /** The machine of a node, its own from now on. */
  own(node: number): Machine {
    this.#isOwn[node] = 1;
    const place = this.#places[node];
    return place === 0 ? this.#add(node) : this.#machines[place - 1];
  }

  /** Gives a node a new machine of its own; what becomes of the old one is the caller's business. */
  renew(node: number): Machine {
    const place = this.#places[node];
    if (place === 0) return this.own(node);
    this.#isOwn[node] = 1;
    const machine = this.#make(node);
    this.#machines[place - 1] = machine;
    return machine;
  }

  #add(node: number): Machine {
    const machine = this.#make(node);
    this.#places[node] = this.#machines.push(machine);
    return machine;
  }

  #seat(node: number): Machine {
    const sitter = this.#seats[this.#next];
    this.#seats[this.#next] = node;
    this.#next = (this.#next + 1) % SEATS;
    const isFree = sitter >= 0 && sitter !== this.#current && this.#isOwn[sitter] === 0;
    const place = isFree ? this.#places[sitter] : 0;
    if (place === 0 || !this.#machines[place - 1].isAtRest) return this.#add(node);
    const machine = this.#machines[place - 1];
    this.#places[sitter] = 0;
    this.#places[node] = place;
    this.#move(machine, node);
    return machine;
  }
}
