/**
 * The experiment `crawl-error`: how wrong is a crawl? The crawler of `ringlight mainline crawl` goes through a
 * network whose truth is known, again and again, and what follows from its tables is laid beside that truth.
 *
 *     population     nodes that answered, of those that were there and can be called
 *     reachability   nodes that answered, of all it heard of that were there, whether it could call them or not
 *     session        how long nodes stay, from the shares of a crawl's nodes that later ones find again
 *
 * A crawl takes time: who comes or goes meanwhile is seen or not. Its truth is that of the middle of it.
 */
import { ID_BYTES } from '../../core/id.ts';
import { randomBelow, SeededRandom } from '../../core/random.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import { CRAWL_DEFAULTS, Crawl, Visit } from '../../mainline/crawl/crawl.ts';
import { State } from '../life/life.ts';
import { naturalLog } from '../life/logarithm.ts';
import { LabCrawl } from '../mainline/lab-crawl.ts';
import type { MainlineOverlay } from '../mainline/mainline-overlay.ts';
import { RecordedMainline } from '../mainline/recorded-mainline.ts';
import { type LivingWorld, livingWorld } from '../mainline/start.ts';
import { NatClass } from '../network/nats.ts';
import {
  type Check,
  check,
  type ExperimentResult,
  type Sweep,
  shareError,
  type Watch,
  within,
} from '../results/experiment.ts';
import { summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';

export interface CrawlErrorOptions {
  seed: number;
  nodes: number;
  /** Mean of the sessions, which are exponential. */
  sessionMs: number;
  /** Mean of the time between two sessions of a node; at any time so many are there as the two say. */
  awayMs: number;
  /** Share of the nodes behind a firewall. */
  firewalled: number;
  /** Datagrams lost, 0..1. */
  loss: number;
  crawls: number;
  /** From the beginning of one crawl to that of the next. */
  everyMs: number;
  /** New endpoints that the crawler asks per second. */
  endpointsPerSecond: number;
  /** Questions to each node. */
  questions: number;
}

export const CRAWL_ERROR_DEFAULTS: CrawlErrorOptions = {
  seed: 1,
  nodes: 3000,
  sessionMs: 60 * 60_000,
  awayMs: 6 * 60 * 60_000,
  firewalled: 0.3,
  loss: 0.05,
  crawls: 8,
  everyMs: 10 * 60_000,
  endpointsPerSecond: 100,
  questions: 2,
};

const SETTINGS: NodeChoices = { onePerIp: false, inbound: false, outbound: false };
/** What a crawl of minutes may add or take away, of nodes that come and go meanwhile. */
const BLUR = 0.05;
/** Share of those who stay, where all do: a session of 10,000 crawls. */
const LONGEST_STAY = 0.9999;

/** Who has just come up knows nobody: the command waits for its join, too. */
const CRAWLERS_CONTACTS = 2;
/** One of many goes within the seconds of a crawl; where this many did, none will stay. */
const CRAWLERS_MOST = 10;

/** One crawl, and what was true in the middle of it. */
interface Round {
  atMs: number;
  answered: Set<number>;
  /** Nodes that it was told of, by their addresses. */
  named: Set<number>;
  up: Set<number>;
  open: Set<number>;
  tookMs: number;
  questions: number;
}

export function crawlError(
  options: CrawlErrorOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes, crawls, everyMs, sessionMs } = options;
  const living = worldFor(options);
  const { overlay } = living;
  const { world } = overlay;
  recorder?.begin(new RecordedMainline(overlay));
  const random = new SeededRandom(seed, SeedStream.lookups);
  const rounds: Round[] = [];
  for (let done = 0; done < crawls; done++) {
    const beginsAtMs = world.now;
    rounds.push(roundOf(living, options, random));
    const { delivered: messages, elapsedMs: virtualMs } = world;
    watch({ unit: 'crawl', done: done + 1, of: crawls, messages, virtualMs });
    world.run(Math.max(world.now, beginsAtMs + everyMs));
    recorder?.passed();
  }
  recorder?.finish();
  const figures = figuresOf(rounds, options);
  const checks = checksOf(figures, rounds, options);
  return {
    experiment: 'crawl-error',
    seed,
    nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: world.traceHash,
    checks,
    metrics: summaryOf([]),
    messages: world.delivered,
    virtualMs: world.elapsedMs,
    figures: { ...figures, sessionTruthMs: sessionMs },
    sweeps: [sweepOf(rounds)],
  };
}

function worldFor(options: CrawlErrorOptions): LivingWorld & { crawler: LabCrawl } {
  const { seed, nodes, sessionMs, awayMs, firewalled, loss } = options;
  const crawler = new LabCrawl();
  const living = livingWorld(
    {
      ...{ seed, nodes, sha1, upkeep: true, settings: settingsFrom(SETTINGS) },
      network: {
        ...{ latency: { kind: 'king' }, loss },
        ...(firewalled > 0 && { nat: { shares: { firewalled } } }),
      },
      churn: {
        up: { kind: 'exponential', meanMs: sessionMs },
        down: { kind: 'exponential', meanMs: awayMs },
        rejoin: 'memory',
      },
    },
    crawler,
  );
  return { ...living, crawler };
}

/** Somebody who is up, has joined and can be called: he serves while he asks. */
function crawlerOf({ overlay, life }: LivingWorld, random: SeededRandom): number {
  const first = randomBelow(random, overlay.count);
  for (let i = 0; i < overlay.count; i++) {
    const node = (first + i) % overlay.count;
    if (life.states[node] !== State.up || !isOpen(overlay, node)) continue;
    if (contactsOf(overlay, node) >= CRAWLERS_CONTACTS) return node;
  }
  throw new RangeError('nobody is there who could crawl: more nodes, or longer sessions');
}

function contactsOf(overlay: MainlineOverlay, node: number): number {
  let contacts = 0;
  overlay.node(node).table.visit(() => contacts++);
  return contacts;
}

function isOpen(overlay: MainlineOverlay, node: number): boolean {
  const { nats } = overlay.world.network;
  return nats === null || nats.classOf[node] === NatClass.open;
}

/** Whose crawler goes away meanwhile begins again with another one. */
function roundOf(
  living: LivingWorld & { crawler: LabCrawl },
  options: CrawlErrorOptions,
  random: SeededRandom,
): Round {
  for (let i = 0; i < CRAWLERS_MOST; i++) {
    const round = crawled(living, options, crawlerOf(living, random));
    if (round !== null) return round;
  }
  throw new RangeError(`none of ${CRAWLERS_MOST} crawlers stayed for a crawl: longer sessions`);
}

function crawled(
  { overlay, life, crawler }: LivingWorld & { crawler: LabCrawl },
  { questions, endpointsPerSecond, nodes }: CrawlErrorOptions,
  from: number,
): Round | null {
  const { world } = overlay;
  const beginsAtMs = world.now;
  const before = new Set(upNodes(life.states));
  const zone = new Uint8Array(ID_BYTES);
  const crawl = new Crawl({ ...CRAWL_DEFAULTS, zone, questions, nodes: 4 * nodes }, 1);
  const isThere = () => life.states[from] === State.up;
  if (!crawler.run(overlay, from, crawl, endpointsPerSecond, isThere)) return null;
  const after = new Set(upNodes(life.states));
  const answered = new Set<number>();
  const named = new Set<number>();
  for (let i = 0; i < crawl.count; i++) {
    const node = overlay.nodeAt(crawl.addresses[i]);
    named.add(node);
    if (crawl.states[i] === Visit.answered) answered.add(node);
  }
  // The crawler does not ask itself.
  named.add(from);
  answered.add(from);
  // Of those who were there at one end only, half were there in the middle.
  const up = new Set([...before].filter((node) => after.has(node) || node % 2 === 0));
  for (const node of after) if (!before.has(node) && node % 2 === 1) up.add(node);
  return {
    atMs: (beginsAtMs + world.now) / 2,
    answered,
    named,
    up,
    open: new Set([...up].filter((node) => isOpen(overlay, node))),
    tookMs: world.now - beginsAtMs,
    questions: crawl.questionCount,
  };
}

function* upNodes(states: Uint8Array): Generator<number> {
  for (let node = 0; node < states.length; node++) if (states[node] === State.up) yield node;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const shareIn = (of: ReadonlySet<number>, others: ReadonlySet<number>): number =>
  [...of].filter((node) => others.has(node)).length / of.size;

/** Of the nodes a crawl heard of that were there, the share that it takes for reachable. */
function seemsReachable({ named, up, answered }: Round): number {
  const there = [...named].filter((node) => up.has(node) || answered.has(node));
  return answered.size / there.length;
}

function figuresOf(rounds: readonly Round[], { everyMs }: CrawlErrorOptions) {
  const reachable = rounds.map(({ answered, open }) => answered.size / open.size);
  const reachability = rounds.map(seemsReachable);
  const truth = rounds.map(({ up, open }) => open.size / up.size);
  return {
    populationOfTruth: meanOf(reachable),
    foundShare: meanOf(rounds.map(({ answered, open }) => shareIn(open, answered))),
    namedShare: meanOf(rounds.map(({ up, named }) => shareIn(up, named))),
    reachability: meanOf(reachability),
    reachabilityTruth: meanOf(truth),
    ...sessionFrom(rounds, everyMs),
    crawlMs: meanOf(rounds.map(({ tookMs }) => tookMs)),
    questionsPerNode: meanOf(rounds.map(({ questions, answered }) => questions / answered.size)),
  };
}

function sweepOf(rounds: readonly Round[]): Sweep {
  const series = (name: string, value: (round: Round) => number) => ({
    name,
    points: rounds.map((round, i) => ({ x: i + 1, y: value(round) })),
  });
  const truth = series('', ({ open, up }) => open.size / up.size).points;
  return {
    name: 'crawls',
    title: 'What each crawl saw, of what was there',
    subtitle: 'dashed: the share that can be called',
    caption:
      'Nearly all that can be called are found. Of the others some are never named, so that more of the ' +
      'network seems reachable than is.',
    x: { label: 'crawl' },
    y: { label: 'share of the nodes' },
    series: [
      series('found', ({ open, answered }) => shareIn(open, answered)),
      series('named', ({ up, named }) => shareIn(up, named)),
      { ...series('reachable', seemsReachable), expected: truth },
    ],
  };
}

/** Of the nodes of a crawl, the share that is found again `lag` crawls later. */
function foundAgain(rounds: readonly Round[], lag: number): number {
  let found = 0;
  let all = 0;
  for (let i = 0; i + lag < rounds.length; i++) {
    all += rounds[i].answered.size;
    found += [...rounds[i].answered].filter((node) => rounds[i + lag].answered.has(node)).length;
  }
  return found / all;
}

/**
 * A session goes on from one crawl to the next with probability σ = exp(−Δ / mean), and a node that is there
 * is found with probability d. So S₁ = d·σ of a crawl's nodes are found in the next one, S₂ = d·σ² in the one
 * after it: σ = S₂ / S₁, d = S₁² / S₂. Who was away and is back looks as if he had stayed.
 */
function sessionFrom(rounds: readonly Round[], everyMs: number) {
  const once = foundAgain(rounds, 1);
  const twice = foundAgain(rounds, 2);
  const stays = Math.min(LONGEST_STAY, twice / once);
  return { detection: (once * once) / twice, sessionMs: -everyMs / naturalLog(stays) };
}

/** Of −Δ / ln (S₂ / S₁), as a share of it: both are counted, S₂ over one pair of crawls less than S₁. */
function sessionError(leaving: number, detection: number, open: number, crawls: number): number {
  const stays = 1 - leaving;
  const once = Math.min(1, detection) * stays;
  const twice = once * stays;
  const ofOnce = shareError(once, open * (crawls - 1)) / once;
  const ofTwice = shareError(twice, open * (crawls - 2)) / twice;
  return Math.sqrt(ofOnce * ofOnce + ofTwice * ofTwice) / -naturalLog(stays);
}

function checksOf(
  figures: ReturnType<typeof figuresOf>,
  rounds: readonly Round[],
  { sessionMs, everyMs }: CrawlErrorOptions,
): Check[] {
  const open = meanOf(rounds.map(({ open }) => open.size));
  const up = meanOf(rounds.map(({ up }) => up.size));
  const leaving = everyMs / sessionMs;
  return [
    within(
      'population, of truth',
      1 - BLUR,
      1 + BLUR,
      { reason: 'some come and go while the crawl goes on', error: shareError(0.05, open) },
      figures.populationOfTruth,
    ),
    within(
      'found, of those there',
      1 - 2 * BLUR,
      1,
      { reason: 'some leave before they are asked', error: shareError(0.05, open) },
      figures.foundShare,
    ),
    check(
      'reachability',
      figures.reachabilityTruth,
      {
        reason: 'guarded nodes whom nobody can call are named less often',
        allowed: 3 * BLUR,
        error: shareError(figures.reachabilityTruth, up),
      },
      figures.reachability,
    ),
    check(
      'session, of truth',
      1,
      {
        reason: 'who is back looks as if he had stayed',
        allowed: 0.15,
        error: sessionError(leaving, figures.detection, open, rounds.length),
      },
      figures.sessionMs / sessionMs,
    ),
  ];
}
