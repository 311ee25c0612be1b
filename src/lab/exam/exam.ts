/**
 * An exam: programs that somebody wrote, in any language, as the nodes of a world. The lab carries their
 * messages with latency and loss, kills them and brings them back, asks things of them, and says in the end
 * whether what they told was right.
 *
 *     0 ──── join ────┬──────────── trial ─────────────┬───── calm ─────┬─ last questions ─ verdict
 *       all begin     │ a question every so often      │ all is healed, │ to everybody
 *                     │ loss, partitions, crashes …    │ all are back   │
 *
 * It waits for nobody: `next` gives the line that a program has to answer, and time stands still until
 * `answer` brings what it said. So whoever runs the programs, as processes or as functions of a test, has
 * the same run from the same seed, as long as they say the same.
 */
import type { Address } from '../../core/address.ts';
import { type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import { Churn } from '../life/churn.ts';
import { State } from '../life/life.ts';
import { Colony } from '../own/colony.ts';
import { type Check, check, EXACT } from '../results/experiment.ts';
import { SeedStream } from '../seed.ts';
import { mean, percentile } from '../statistics.ts';
import { type Asked, Truth } from './asked.ts';
import { judge } from './judging.ts';
import { type Examiner, ProgramMachine } from './program-machine.ts';
import {
  type ExamOptions,
  FAULT_EVERY_MS,
  networkOf,
  stepsOf,
  type Trial,
  trialFrom,
} from './trial.ts';
import {
  BODY_BYTES_LIMIT,
  nameOf,
  type Reply,
  type Request,
  readAnswer,
  type Task,
  type Told,
} from './turns.ts';

/** A line that a program has to answer. */
export interface Turn {
  readonly node: number;
  /** The how-manieth process of its node, from 1. */
  readonly life: number;
  readonly line: string;
}

export interface ExamResult {
  task: Task;
  seed: number;
  nodes: number;
  pass: boolean;
  checks: Check[];
  /** What a program did that none may do: then the exam ended there. */
  fault: string | null;
  traceHash: string;
  /** Lines that programs were told. */
  turns: number;
  messages: number;
  lost: number;
  virtualMs: number;
  requests: number;
  answered: number;
  latencyMs: { mean: number; p50: number; p99: number };
}

/** Keys that everybody is asked for in the end. */
const LAST_KEYS = 64;

interface Waiting {
  machine: ProgramMachine;
  /** Made when it is handed out: of a machine that is just being made nothing can be asked yet. */
  told: () => Told;
}

export class Exam {
  /** What was asked and told so far. */
  readonly asked: Asked[] = [];
  readonly trial: Trial;
  readonly #colony: Colony<ProgramMachine>;
  readonly #truth: Truth;
  readonly #waiting: Waiting[] = [];
  readonly #lives: number[];
  readonly #chance: Random;
  readonly #endMs: number;
  #isCalmNow = false;
  #isOver = false;
  #fault: string | null = null;
  #turns = 0;

  /** @throws TypeError or RangeError that names the option. */
  constructor(options: ExamOptions = {}) {
    const trial = trialFrom(options);
    this.trial = trial;
    const { seed, nodes, owner, joinMs, forMs, calmMs, patienceMs } = trial;
    this.#truth = new Truth(nodes, owner);
    this.#lives = new Array<number>(nodes).fill(0);
    this.#chance = new SeededRandom(seed, SeedStream.workload);
    const examiner: Examiner = {
      task: trial.task,
      nodeAt: (address: Address) => this.#colony.nodeAt(address),
      addressOf: (node) => this.#colony.addressOf(node),
      tell: (machine, told) => void this.#waiting.push({ machine, told }),
    };
    this.#colony = new Colony<ProgramMachine>(
      {
        ...{ seed, nodes, network: networkOf(trial), schedule: stepsOf(trial), up: [0] },
        datagramBytes: BODY_BYTES_LIMIT,
      },
      (birth) => {
        this.#lives[birth.node]++;
        return new ProgramMachine(birth, examiner);
      },
    );
    this.#at(joinMs, () => this.#beginTrial());
    this.#at(joinMs + forMs, () => this.#calm());
    this.#at(joinMs + forMs + calmMs, () => this.#askLast());
    this.#endMs = this.#colony.world.now + joinMs + forMs + calmMs + patienceMs;
  }

  /** The next line and whose it is, to be answered before another is asked for; null when the exam is over. */
  next(): Turn | null {
    const { world } = this.#colony;
    if (this.#waiting.length === 0 && !this.#isOver) {
      world.run(this.#endMs, () => this.#waiting.length > 0);
    }
    const first = this.#waiting[0];
    if (first === undefined || this.#fault !== null) {
      this.#isOver = true;
      return null;
    }
    const { node } = first.machine;
    const line = JSON.stringify(first.told());
    this.#hash(line);
    return { node, life: this.#lives[node], line };
  }

  /** What the program said to the line that `next` gave. */
  answer(line: string): void {
    const { machine } = this.#waiting.shift()!;
    const { node } = machine;
    const { nodes, turnsMax } = this.trial;
    this.#hash(line);
    if (++this.#turns >= turnsMax) {
      return this.fail(node, `answered the ${turnsMax.toLocaleString('en')}th line: a flood`);
    }
    try {
      const answer = readAnswer(line, nodes);
      this.#colony.tell(node, (_, now) => machine.take(now, answer));
      for (const reply of answer.reply) this.#replied(node, reply);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      this.fail(node, `answered what is no answer: ${error.message}`);
    }
  }

  /** A program did what none may do: the exam ends here. */
  fail(node: number, why: string): void {
    const atMs = this.#colony.world.elapsedMs;
    this.#fault ??= `at ${(atMs / 1000).toFixed(3)} s ${nameOf(node)} ${why}`;
  }

  /** The verdict, when `next` has given null. */
  result(): ExamResult {
    const { task, seed, nodes, faults, schedule, churn, consistency } = this.trial;
    const isCalm = faults.length === 0 && schedule.length === 0 && churn === null;
    const fault = this.#fault;
    const checks =
      fault === null
        ? judge(this.asked, { task, isCalm, consistency })
        : [{ ...check('programs that failed', 0, EXACT, 1), detail: fault }];
    const { world } = this.#colony;
    const answered = this.asked.filter(({ reply }) => reply !== null);
    const times = answered.map(({ beganMs, endedMs }) => endedMs - beganMs);
    return {
      ...{ task, seed, nodes, pass: checks.every(({ pass }) => pass), checks, fault },
      ...{ traceHash: world.traceHash, turns: this.#turns, messages: world.delivered },
      ...{ lost: world.lost, virtualMs: world.elapsedMs, requests: this.asked.length },
      answered: answered.length,
      latencyMs: { mean: mean(times), p50: percentile(times, 0.5), p99: percentile(times, 0.99) },
    };
  }

  #at(ms: number, act: () => void): void {
    const { world } = this.#colony;
    world.schedule(world.now + ms, world.subscribe(act), 0, 0);
  }

  #beginTrial(): void {
    const { churn, everyMs, nodes } = this.trial;
    const { life } = this.#colony;
    if (churn !== null) {
      const random = new SeededRandom(this.trial.seed, SeedStream.churn);
      const law = new Churn(churn);
      life.beginChurn(
        law,
        Float64Array.from({ length: nodes }, () => law.draw(random, true)),
      );
    }
    this.#colony.every(everyMs, () => {
      if (this.#isCalmNow) return;
      const up = this.#up();
      if (up.length === 0) return;
      const node = up[randomBelow(this.#chance, up.length)];
      this.#ask(node, this.#question(), false);
    });
  }

  /** Nothing befalls anybody any more, and everybody is back. */
  #calm(): void {
    this.#isCalmNow = true;
    const { life, world } = this.#colony;
    life.endChurn();
    world.network.heal();
    world.network.unclog();
    for (let node = 0; node < this.trial.nodes; node++) {
      if (life.states[node] === State.paused) life.resume(node);
      else if (life.states[node] === State.down) life.begin(node, 'memory');
    }
  }

  #askLast(): void {
    const { task } = this.trial;
    const keys = this.#lastKeys();
    for (const node of this.#up()) {
      if (task === 'ring') this.#ask(node, { op: 'neighbours' }, true);
      else if (task === 'echo') this.#ask(node, { op: 'echo', value: 'the last word' }, true);
      else {
        for (const key of keys)
          this.#ask(node, { op: task === 'kv' ? 'read' : 'lookup', key }, true);
      }
    }
  }

  /** Some of all keys that were asked for. */
  #lastKeys(): string[] {
    const keys = new Set(
      this.asked.flatMap(({ request }) => ('key' in request ? [request.key] : [])),
    );
    const list = [...keys];
    while (list.length > LAST_KEYS) list.splice(randomBelow(this.#chance, list.length), 1);
    return list;
  }

  /** A key is written for a while and then left alone: what becomes of it later is seen in the end. */
  #question(): Request {
    const { task, keys, joinMs } = this.trial;
    const number = this.asked.length;
    const epoch = Math.floor((this.#colony.world.elapsedMs - joinMs) / FAULT_EVERY_MS);
    const key = `k${epoch * keys + randomBelow(this.#chance, keys)}`;
    const isWrite = randomBelow(this.#chance, 2) === 0;
    switch (task) {
      case 'echo':
        return { op: 'echo', value: `word ${number}` };
      case 'lookup':
        return { op: 'lookup', key: `key ${number}` };
      case 'ring':
        return { op: 'neighbours' };
      case 'kv':
        return isWrite ? { op: 'write', key, value: `v${number}` } : { op: 'read', key };
    }
  }

  #ask(node: number, request: Request, isLast: boolean): void {
    const { world } = this.#colony;
    const number = this.asked.length;
    const truths = [this.#truthOf(request, node)];
    const beganMs = world.elapsedMs;
    this.asked.push({
      ...{ number, node, request, beganMs, isLast, endedMs: Infinity, reply: null, truths },
    });
    this.#colony.tell(node, (machine, now) => machine.ask(now, number, request));
  }

  #replied(node: number, reply: Reply): void {
    const asked = this.asked[reply.request];
    if (asked === undefined || asked.node !== node || asked.reply !== null) {
      throw new RangeError(
        `"reply" to request ${reply.request}, which nobody asks of ${nameOf(node)} ${asked?.reply ? 'any more' : ''}`.trimEnd(),
      );
    }
    asked.endedMs = this.#colony.world.elapsedMs;
    asked.reply = reply;
    asked.truths.push(this.#truthOf(asked.request, node));
  }

  #truthOf(request: Request, node: number): Reply {
    return this.#truth.of(request, node, (one) => this.#colony.life.states[one] === State.up);
  }

  #up(): number[] {
    const { states } = this.#colony.life;
    return [...states.keys()].filter((node) => states[node] === State.up);
  }

  /** What programs hear and say is part of the run, not only what they tell each other. */
  #hash(line: string): void {
    const { hash } = this.#colony.world;
    for (let i = 0; i < line.length; i++) hash.add(line.charCodeAt(i));
  }
}
