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
  readonly #machines: (Machine | undefined)[];
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
    this.#machines = new Array<Machine | undefined>(count);
    this.#isOwn = new Uint8Array(count);
  }

  get byteLength(): number {
    return this.#machines.length * 9;
  }

  /** Has it a machine now, its own or on loan? */
  has(node: number): boolean {
    return this.#machines[node] !== undefined;
  }

  /** The machine of a node, to be used at once: it may be another node's later. */
  borrow(node: number): Machine {
    this.#current = node;
    return this.#machines[node] ?? this.#seat(node);
  }

  /** The machine of a node, its own from now on. */
  own(node: number): Machine {
    this.#isOwn[node] = 1;
    const machine = this.#machines[node] ?? this.#make(node);
    this.#machines[node] = machine;
    return machine;
  }

  /** Gives a node a new machine of its own; what becomes of the old one is the caller's business. */
  renew(node: number): Machine {
    this.#machines[node] = undefined;
    return this.own(node);
  }

  #seat(node: number): Machine {
    const sitter = this.#seats[this.#next];
    this.#seats[this.#next] = node;
    this.#next = (this.#next + 1) % SEATS;
    const isFree = sitter >= 0 && sitter !== this.#current && this.#isOwn[sitter] === 0;
    let machine = isFree ? this.#machines[sitter] : undefined;
    if (machine?.isAtRest) {
      this.#machines[sitter] = undefined;
      this.#move(machine, node);
    } else {
      machine = this.#make(node);
    }
    this.#machines[node] = machine;
    return machine;
  }
}
