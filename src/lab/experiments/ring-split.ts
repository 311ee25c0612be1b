/**
 * The experiment `ring-split`: three ways to repair a ring, on one code base, against the same faults.
 *
 *     class-2019   two successors; the second is asked for only when the first has died
 *     chord-2001   a list of successors refreshed entry by entry; whoever comes next is believed
 *     correct      ours: lists taken whole, the new neighbour asked before its arc is claimed, and
 *                  whoever finds that it has lost the ring looks for it (Zave 2017)
 *
 * First a story of three nodes. C joins behind B, and nobody tells A:
 *
 *     A ─▶ B ─▶ C ─▶ A        A's list: B and nothing else          B is killed
 *
 *     class-2019   A knows nobody any more and answers for the whole circle, C's arc included
 *     the others   A had heard of C, and C is A's neighbour now
 *
 * Then one of five nodes, in which the first Chord loses the ring too: two join, and all three whom they
 * know die within half a second. In the end many rings of many nodes that come and die at random, the same for all three. Afterwards nobody
 * comes or dies any more, for far longer than any repair takes, and two questions are asked: does
 * everybody's first successor follow it on the circle? And if not, how many keys are out of reach: of
 * lookups by everybody, how many end at somebody who is not the owner?
 *
 * No protocol heals everything. Zave's proof assumes that nobody loses all its successors at once, and
 * nodes that live for seconds do. What falls apart is found again through those whom somebody remembers;
 * when all of them are dead it is not. A ring that could have been found and was not is a fault.
 */

import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import type { RingOutcome } from '../../ring/outcome.ts';
import { POLICIES, type Policy, ringSettings } from '../../ring/settings.ts';
import {
  type Check,
  check,
  EXACT,
  type ExperimentResult,
  shareError,
  type Watch,
  within,
} from '../results/experiment.ts';
import { type Grade, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { acquaintedParts } from '../ring/acquaintances.ts';
import type { Place } from '../ring/circle.ts';
import { RecordedRing } from '../ring/recorded-ring.ts';
import { type RingOverlay, ringWorld } from '../ring/ring-overlay.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';

export interface RingSplitOptions {
  seed: number;
  /** Members at first, and about as many all the time. */
  nodes: number;
  /** Rings for each policy. */
  rings: number;
  /** Between two events, each a join or a death, on average. */
  everyMs: number;
  /** How long nodes come and die. */
  faultsMs: number;
}

export const RING_SPLIT_DEFAULTS: RingSplitOptions = {
  seed: 1,
  nodes: 12,
  rings: 20,
  everyMs: 150,
  faultsMs: 30_000,
};

/** Far more than most repairs take: a minute of pulses and self-tests, twice. */
const PEACE_MS = 120_000;
/** Where one of thirty whom somebody remembers has to be met by chance it takes longer: so often as long. */
const PATIENCE = 10;
/** Rings in which all who knew of each other had died; one of 400 that were tried. */
const BEYOND_FINDING_MOST = 0.02;
/** Lookups by each node that lives in the end. */
const LOOKUPS = 5;
const LOOKUPS_MS = 25_000;
const LATENCY_MS = 20;
/** Of so few nobody dies. */
const MEMBERS_LEAST = 3;
const SOON_MS = 10_000;
const LETTERS = 'ABCDE';

/** What happens in a small ring, the same for every policy. */
interface Tale {
  readonly title: string;
  /** Not that of the options: the times of pulses hang on it. */
  readonly seed: number;
  readonly nodes: number;
  /** Nodes 0 up to this one are there from the beginning. */
  readonly members: number;
  /** Nodes whose places nobody ever takes. */
  readonly absent: readonly number[];
  readonly steps: readonly {
    readonly atMs: number;
    readonly who: string;
    /** Through whom; without, it dies. */
    readonly joins?: string;
    readonly what: string;
  }[];
  /** Who loses the ring. */
  readonly losers: readonly Policy[];
}

const TALES: readonly Tale[] = [
  {
    title: 'a stale second successor',
    ...{ seed: 1, nodes: 3, members: 1, absent: [] },
    steps: [
      { atMs: 5000, who: 'B', joins: 'A', what: 'joins through A' },
      { atMs: 10_000, who: 'C', joins: 'A', what: 'joins through A; its place is behind B' },
      { atMs: 15_000, who: 'B', what: 'is killed' },
    ],
    losers: ['class-2019'],
  },
  {
    title: 'all whom the newcomers know',
    ...{ seed: 348, nodes: 6, members: 3, absent: [3] },
    steps: [
      { atMs: 60, who: 'D', joins: 'E', what: 'joins through E; its place is behind C' },
      { atMs: 258, who: 'B', joins: 'E', what: 'joins through E; its place is behind A' },
      // Any 120 to 300 ms after the second join began, the first Chord loses the ring.
      { atMs: 544, who: 'C', what: 'is killed' },
      { atMs: 729, who: 'E', what: 'is killed' },
      { atMs: 946, who: 'A', what: 'is killed' },
    ],
    losers: ['class-2019', 'chord-2001'],
  },
];

export function ringSplit(
  options: RingSplitOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes, rings } = options;
  const checks: Check[] = [];
  const figures: Record<string, number> = {};
  const grades: Grade[] = [];
  const story: string[] = [];
  let messages = 0;
  let virtualMs = 0;
  let traceHash = '';
  let done = 0;
  for (const policy of POLICIES) {
    for (const tale of TALES) {
      const told = new Story(tale, policy);
      told.tell();
      story.push(`${policy}, ${tale.title}:`, ...told.lines.map((line) => `  ${line}`), '');
      const expected = tale.losers.includes(policy) ? 1 : 0;
      const name = `${policy}, ${tale.title}: the ring is lost`;
      checks.push(check(name, expected, EXACT, told.isLost ? 1 : 0));
    }
    const lost = { rings: 0, findable: 0, lookups: 0, wrong: 0 };
    for (let ring = 0; ring < rings; ring++) {
      const run = new Churned(options, seed * 1000 + ring, policy);
      const isLast = policy === POLICIES.at(-1) && ring === rings - 1;
      run.live(isLast ? recorder : null);
      if (run.isLost) lost.rings++;
      if (run.isLost && run.isFindable) lost.findable++;
      for (const grade of run.grades) if (!grade.exact) lost.wrong++;
      lost.lookups += run.grades.length;
      grades.push(...run.grades);
      messages += run.messages;
      virtualMs += run.virtualMs;
      traceHash = run.traceHash;
      watch({ unit: 'ring', done: ++done, of: rings * POLICIES.length, messages, virtualMs });
    }
    const name = NAMES[policy];
    figures[`${name}RingsLost`] = lost.rings / rings;
    figures[`${name}RingsLostThoughRemembered`] = lost.findable / rings;
    figures[`${name}OutOfReach`] = lost.wrong / lost.lookups;
  }
  checks.push(
    check(
      'correct: rings lost though somebody remembers the other part',
      0,
      EXACT,
      figures['correctRingsLostThoughRemembered'],
    ),
    within(
      'correct: rings lost',
      0,
      BEYOND_FINDING_MOST,
      {
        reason: 'all who knew of each other died within seconds: nobody is left to ask',
        error: shareError(BEYOND_FINDING_MOST, rings),
        jump: 1 / rings,
      },
      figures['correctRingsLost'],
    ),
    within(
      'class-2019: rings lost',
      0.5,
      1,
      { reason: 'most are lost', error: shareError(0.5, rings), jump: 1 / rings },
      figures['class2019RingsLost'],
    ),
  );
  return {
    experiment: 'ring-split',
    seed,
    nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash,
    checks,
    metrics: summaryOf(grades),
    messages,
    virtualMs,
    figures,
    story,
  };
}

/** As figures have them. */
const NAMES: Readonly<Record<Policy, string>> = {
  'class-2019': 'class2019',
  'chord-2001': 'chord2001',
  correct: 'correct',
};

/** Members whose first successor is not the member that follows them. */
function strayed(overlay: RingOverlay): number {
  const { oracle } = overlay;
  let count = 0;
  for (const place of oracle.members()) {
    const next = oracle.memberAfter(place);
    const { successor } = overlay.identityAt(place)!;
    const right = next === place ? undefined : oracle.addressAt(next);
    if (successor?.address !== right) count++;
  }
  return count;
}

/** A ring of a few nodes, to which a few things happen; told for people. */
class Story {
  readonly lines: string[] = [];
  readonly #tale: Tale;
  readonly #overlay: RingOverlay;
  /** Their letters follow the circle from node 0 on; those who never come have none. */
  readonly #nodes: readonly number[];

  constructor(tale: Tale, policy: Policy) {
    const { seed, nodes, members } = tale;
    this.#tale = tale;
    this.#overlay = ringWorld(
      {
        ...{ seed, nodes, members, sha1, settings: ringSettings({ policy, k: 0 }) },
        network: { latency: { kind: 'constant', ms: LATENCY_MS } },
      },
      { onOutcome() {}, onEvent() {} },
    );
    const { circle } = this.#overlay;
    const first = circle.placeOf(0, 0);
    const order = Array.from({ length: nodes }, (_, i) => circle.nodeOf((first + i) % nodes));
    this.#nodes = order.filter((node) => !tale.absent.includes(node));
  }

  get isLost(): boolean {
    return strayed(this.#overlay) > 0;
  }

  tell(): void {
    const { world } = this.#overlay;
    const startMs = world.now;
    this.#say('in the beginning');
    for (const { atMs, who, joins, what } of this.#tale.steps) {
      world.run(startMs + atMs);
      const node = this.#nodeOf(who);
      if (joins === undefined) this.#overlay.crash(node);
      else this.#overlay.join(node, [this.#overlay.addressOf(this.#nodeOf(joins))]);
      this.#say(`${who} ${what}`);
    }
    world.run(world.now + SOON_MS);
    this.#say('ten seconds later');
    world.run(world.now + PEACE_MS);
    this.#say('two minutes later');
  }

  #say(what: string): void {
    const seconds = (this.#overlay.world.elapsedMs / 1000).toFixed(3).padStart(8);
    this.lines.push(`${seconds} s  ${what}`);
    for (const node of this.#nodes) {
      if (this.#overlay.world.alive[node] === 1) this.lines.push(`            ${this.#view(node)}`);
    }
  }

  #view(node: number): string {
    const identity = this.#overlay.node(node).identities[0];
    const name = this.#nameOf(node);
    if (!identity.isMember) return `${name}  is joining`;
    const list = identity.successors.map(({ address }) => this.#nameAt(address)).join(' ');
    const end = identity.ownsAll ? 'everything' : `[${name}, ${this.#endOf(identity.end)})`;
    return `${name}  successors ${list || 'nobody'}; answers for ${end}`;
  }

  #endOf(end: Uint8Array): string {
    const { circle } = this.#overlay;
    return this.#nameOf(circle.nodeOf(circle.atOrBefore(end, 0)));
  }

  #nodeOf(name: string): number {
    return this.#nodes[LETTERS.indexOf(name)];
  }

  #nameAt(address: number): string {
    return this.#nameOf(this.#overlay.nodeAt(address));
  }

  #nameOf(node: number): string {
    return LETTERS[this.#nodes.indexOf(node)];
  }
}

/** One ring whose nodes come and die. */
class Churned {
  isLost = false;
  /** Somebody still remembers everybody. */
  isFindable = false;
  readonly grades: Grade[] = [];
  readonly #options: RingSplitOptions;
  readonly #policy: Policy;
  readonly #overlay: RingOverlay;
  readonly #random: SeededRandom;
  readonly #asked: { node: number; key: Uint8Array; owner: Place; atMs: number }[] = [];
  #recorder: Recorder | null = null;
  /** The next node that has never been there. */
  #newcomer: number;

  constructor(options: RingSplitOptions, seed: number, policy: Policy) {
    const { nodes, everyMs, faultsMs } = options;
    this.#options = options;
    this.#policy = policy;
    this.#random = new SeededRandom(seed, SeedStream.churn);
    this.#newcomer = nodes;
    this.#overlay = ringWorld(
      {
        ...{ seed, members: nodes, sha1, settings: ringSettings({ policy, k: 0 }) },
        // Twice as many joins as there will be, for those who are lucky.
        nodes: nodes + Math.ceil((2 * faultsMs) / everyMs),
        network: { latency: { kind: 'constant', ms: LATENCY_MS } },
      },
      {
        onOutcome: (_node, call, outcome) => this.#ended(call, outcome),
        onEvent() {},
      },
    );
  }

  get messages(): number {
    return this.#overlay.world.streams.traffic.pieces;
  }

  get virtualMs(): number {
    return this.#overlay.world.elapsedMs;
  }

  get traceHash(): string {
    return this.#overlay.world.traceHash;
  }

  live(recorder: Recorder | null): void {
    const { world } = this.#overlay;
    this.#recorder = recorder;
    recorder?.begin(new RecordedRing(this.#overlay));
    const { everyMs, faultsMs } = this.#options;
    const endMs = world.now + faultsMs;
    for (;;) {
      const atMs = world.now + 1 + randomBelow(this.#random, 2 * everyMs);
      if (atMs > endMs) break;
      world.run(atMs);
      this.#happen();
    }
    world.run(endMs);
    this.#rest();
    this.#lookUp();
    recorder?.finish();
  }

  /** Nobody comes or dies any more, until the ring is whole or it is clear that it will not be. */
  #rest(): void {
    const { world } = this.#overlay;
    for (let rest = 0; rest < PATIENCE; rest++) {
      world.run(world.now + PEACE_MS);
      this.isLost = strayed(this.#overlay) > 0;
      this.isFindable = acquaintedParts(this.#overlay) === 1;
      if (!this.isLost || !this.isFindable || this.#policy !== 'correct') return;
    }
  }

  /** Somebody comes or somebody dies, so that there are about as many as at first. */
  #happen(): void {
    const { oracle, circle, world } = this.#overlay;
    const { nodes } = this.#options;
    const members = oracle.members().map((place) => circle.nodeOf(place));
    if (members.length === 0) return;
    const node = members[randomBelow(this.#random, members.length)];
    const chance = randomBelow(this.#random, 2 * nodes);
    const isJoin = members.length <= MEMBERS_LEAST || chance >= members.length;
    if (!isJoin) this.#overlay.crash(node);
    else if (this.#newcomer < world.count) {
      this.#overlay.join(this.#newcomer++, [this.#overlay.addressOf(node)]);
    }
  }

  #lookUp(): void {
    const { world, oracle, circle } = this.#overlay;
    for (const place of oracle.members()) {
      for (let i = 0; i < LOOKUPS; i++) {
        const key = new Uint8Array(ID_BYTES);
        fillRandom(this.#random, key, 0, ID_BYTES);
        const node = circle.nodeOf(place);
        const call = this.#asked.push({ node, key, owner: oracle.ownerOf(key), atMs: world.now });
        this.#overlay.node(node).owner(world.now, call, key);
        world.arm(node);
      }
    }
    world.run(world.now + LOOKUPS_MS);
  }

  #ended(call: number, { code, owner, hops, silent: timeouts }: RingOutcome): void {
    const { node, key, owner: right, atMs } = this.#asked[call - 1];
    const { oracle, world } = this.#overlay;
    const failed = code !== 'ok';
    const exact = !failed && owner === oracle.addressAt(right);
    const latencyMs = world.now - atMs;
    const grade = {
      ...{ node, exact, failed, hops, timeouts, rpcs: hops + timeouts, latencyMs },
      ...{ found: exact ? 1 : 0, wanted: 1 },
    };
    this.grades.push(grade);
    this.#recorder?.endedCall('owns', key, grade);
  }
}
