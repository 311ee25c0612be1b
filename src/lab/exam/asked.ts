/**
 * What clients asked of the programs in an exam and what they were told: the history that is judged. Who
 * truly has a key is known from the ids of those who live.
 */
import { compareDistance, compareIds } from '../../core/id.ts';
import { sha1 } from '../sha1.ts';
import { nameOf, type Reply, type Request } from './turns.ts';

/** Which node has a key: the first clockwise from its id, the last before it, or the nearest by XOR. */
export const OWNERS = ['successor', 'predecessor', 'xor'] as const;
export type OwnerRule = (typeof OWNERS)[number];

/** One request, and what became of it. */
export interface Asked {
  readonly number: number;
  readonly node: number;
  readonly request: Request;
  readonly beganMs: number;
  /** Asked after everything had calmed down. */
  readonly isLast: boolean;
  /** Infinity while there is no answer. */
  endedMs: number;
  reply: Reply | null;
  /** What a right answer says: what was so at its beginning, and what was so at its end. */
  truths: Reply[];
}

const ENCODER = new TextEncoder();

/** The id of a node or a key: SHA-1 of its name. */
export function idOf(name: string): Uint8Array {
  return sha1(ENCODER.encode(name));
}

/** Who is where on the circle. */
export class Truth {
  readonly #ids: Uint8Array[];
  /** All nodes by id. */
  readonly #circle: number[];
  readonly #rule: OwnerRule;

  constructor(nodes: number, rule: OwnerRule) {
    this.#ids = Array.from({ length: nodes }, (_, node) => idOf(nameOf(node)));
    this.#circle = [...this.#ids.keys()].sort((a, b) =>
      compareIds(this.#ids[a], 0, this.#ids[b], 0),
    );
    this.#rule = rule;
  }

  /** What is so while these live, as the node says it that is asked. */
  of(request: Request, node: number, isUp: (node: number) => boolean): Reply {
    const living = this.#circle.filter(isUp);
    if (request.op === 'lookup') {
      return { request: 0, owner: nameOf(this.#owner(idOf(request.key), living)) };
    }
    if (request.op !== 'neighbours') return { request: 0 };
    const at = living.indexOf(node);
    const beside = (steps: number): string =>
      nameOf(living[(at + steps + living.length) % living.length]);
    return { request: 0, successor: beside(1), predecessor: beside(-1) };
  }

  #owner(key: Uint8Array, living: readonly number[]): number {
    if (this.#rule === 'xor') {
      return living.reduce((a, b) =>
        compareDistance(this.#ids[b], 0, this.#ids[a], 0, key, 0) < 0 ? b : a,
      );
    }
    if (this.#rule === 'successor') {
      return living.find((node) => compareIds(this.#ids[node], 0, key, 0) >= 0) ?? living[0];
    }
    return (
      living.findLast((node) => compareIds(this.#ids[node], 0, key, 0) <= 0) ??
      living[living.length - 1]
    );
  }
}
