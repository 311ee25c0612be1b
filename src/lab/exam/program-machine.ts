/**
 * The machine of a node whose program is somewhere else: what the world tells it becomes a line for the
 * program, what the program answers becomes messages and a deadline. It never waits: lines are handed to
 * the exam, which lets time stand still until they are answered.
 */
import type { Address } from '../../core/address.ts';
import type { Machine } from '../../core/host.ts';
import { randomBelow } from '../../core/random.ts';
import type { Birth } from '../own/colony.ts';
import { START_MS } from '../world-state.ts';
import {
  type Answer,
  BODY_BYTES_LIMIT,
  type Json,
  nameOf,
  type Request,
  type Task,
  type Told,
} from './turns.ts';

/** What a machine needs of the exam. */
export interface Examiner {
  readonly task: Task;
  nodeAt(address: Address): number;
  addressOf(node: number): Address;
  /** A line for the program of a node. */
  tell(machine: ProgramMachine, told: () => Told): void;
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

export class ProgramMachine implements Machine {
  deadline: number = Infinity;
  readonly node: number;
  /** What its disk holds. */
  kept: Json;
  readonly #birth: Birth<ProgramMachine>;
  readonly #examiner: Examiner;

  constructor(birth: Birth<ProgramMachine>, examiner: Examiner) {
    this.#birth = birth;
    this.#examiner = examiner;
    this.node = birth.node;
    this.kept = birth.former?.kept ?? null;
    examiner.tell(this, () => ({
      ...{ event: 'start', nowMs: birth.now - START_MS, node: nameOf(birth.node) },
      ...{ seed: randomBelow(birth.random, 0x80000000), task: examiner.task },
      doors: birth.doors.map((door) => nameOf(examiner.nodeAt(door))),
      kept: this.kept,
    }));
  }

  receive(now: number, from: Address, bytes: Uint8Array, start: number, end: number): void {
    const body = JSON.parse(DECODER.decode(bytes.subarray(start, end))) as Json;
    const name = nameOf(this.#examiner.nodeAt(from));
    this.#tell(now, { event: 'message', from: name, body });
  }

  tick(now: number): void {
    if (now < this.deadline) return;
    this.deadline = Infinity;
    this.#tell(now, { event: 'wake' });
  }

  /** A client asks something. */
  ask(now: number, request: number, asked: Request): void {
    this.#tell(now, { event: 'request', request, ...asked });
  }

  /** Does what its program said. @throws RangeError for a body that no datagram carries. */
  take(now: number, { send, wakeMs, keep }: Answer): void {
    if (keep !== undefined) this.kept = keep;
    if (wakeMs !== undefined) this.deadline = wakeMs === null ? Infinity : now + wakeMs;
    const { host, address } = this.#birth;
    for (const [i, { to, body }] of send.entries()) {
      const bytes = ENCODER.encode(JSON.stringify(body));
      if (bytes.length > BODY_BYTES_LIMIT) {
        const most = `at most ${BODY_BYTES_LIMIT} bytes`;
        throw new RangeError(`"send[${i}].body" expected ${most}, got ${bytes.length}`);
      }
      host.send(address, this.#examiner.addressOf(to), bytes, bytes.length);
    }
  }

  #tell(now: number, told: DistributiveOmit<Told, 'nowMs'>): void {
    this.#examiner.tell(this, () => ({ ...told, nowMs: now - START_MS }) as Told);
  }
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
