/**
 * A crawl of the live network: mainline/crawl says whom to ask what, the node asks, and goes on serving all the
 * while. Three bounds make it a good guest: so many new endpoints per second, so many questions under way, and
 * nobody is asked for samples again before his interval is over (BEP 51).
 *
 *     a lookup into the zone, own table, or where it stopped ─▶ Crawl ─▶ desk.ask ─▶ Crawl … ─▶ result
 */
import { addressOf, formatIp, ipOf, parseIp, parseIp6, portOf } from '../../core/address.ts';
import { checkNames, checkToggle, shown, wholeNumber } from '../../core/argument.ts';
import { formatId, ID_BYTES, parseId } from '../../core/id.ts';
import type { Clock } from '../../io/clock.ts';
import { guarded } from '../../io/guard.ts';
import { Search } from '../../io/search.ts';
import { CRAWL_DEFAULTS, CRAWL_QUESTIONS_MAX, Crawl, Visit } from '../../mainline/crawl/crawl.ts';
import { latin1 } from '../../mainline/krpc/bencode.ts';
import { Kind } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import { TokenBucket } from '../../mainline/rows/meter.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { Resting } from '../../mainline/rows/resting.ts';
import type { NodeInfo } from '../../mainline/trace.ts';
import type { Desk } from './desk.ts';
import { noNodes, wasClosed } from './outcomes.ts';
import type { Id } from './results.ts';

export const CRAWL_RATE = 20;
const RATE_MAX = 10_000;
/** Questions under way at a time. */
const AT_A_TIME = 256;
/** Between two looks at the budget, and between two reports. */
const PACE_MS = 50;
const REPORT_MS = 1000;
const STATES = ['waiting', 'waiting', 'answered', 'refused', 'silent'] as const;
export type CrawlVisit = 'waiting' | 'answered' | 'refused' | 'silent';

export interface CrawlOptions {
  /** The zone: nodes whose ids begin with the first `bits` bits of this one. Default: our own id. */
  zone?: Id;
  /** Bits of the zone, 0 to 64. Default 0: the whole network. */
  bits?: number;
  /** New endpoints asked per second, 1 to 10,000. Default 20; the node's own `outbound` budget holds, too. */
  rate?: number;
  /** Questions to each node that answers, 1 to 16. Default 2. */
  questions?: number;
  /** Asks for info-hashes, too (BEP 51). Default true. */
  samples?: boolean;
  /** Nodes listed at most, 1 to 10,000,000. Default 2,000,000. */
  limit?: number;
  /**
   * The result of an earlier crawl: goes on where it stopped. After one that was complete it is a new crawl,
   * that begins with the nodes and info-hashes of that one and asks none of them for samples before its interval is over.
   */
  resume?: CrawlResult;
  /** Hears about once a second how far it is; what it throws harms nothing, and `onError` hears of it. */
  onProgress?: (progress: CrawlProgress) => void;
  /** Stops it: what was found so far is the result. */
  signal?: AbortSignal;
}

const NAMES = [
  ...['zone', 'bits', 'rate', 'questions', 'samples', 'limit', 'resume', 'onProgress', 'signal'],
] as readonly (keyof CrawlOptions)[];

export interface CrawlProgress {
  /** Nodes heard of, and those of them whose visit is over. */
  nodes: number;
  visited: number;
  answered: number;
  silent: number;
  infoHashes: number;
  /** Visited of those heard of, 0..1. */
  coverage: number;
  /** Visits that ended in the last second. */
  visitsPerSecond: number;
  questions: number;
}

/** A node, and how its visit went. Times are ms since 1970. */
export interface CrawledNode extends NodeInfo {
  visit: CrawlVisit;
  startedAtMs: number | null;
  endedAtMs: number | null;
  rttMs: number | null;
  /** As it calls itself (BEP 20 `v`); empty when it does not. */
  version: string;
  /** Info-hashes that it has, as it says; null where it said nothing. */
  stored: number | null;
  /** Not to be asked for samples again before. */
  restsUntilMs: number | null;
}

export interface CrawlResult {
  zone: string;
  bits: number;
  startedAtMs: number;
  endedAtMs: number;
  /** Everybody that was heard of was visited. */
  isComplete: boolean;
  nodes: CrawledNode[];
  /** Who named whom: places in `nodes`, end to end. */
  neighbors: { from: Uint32Array; to: Uint32Array };
  /** Info-hashes, the node that told of each first, and how many did. */
  infoHashes: { infoHash: string; node: number; tellers: number }[];
  questions: number;
  answers: number;
  /** Nodes and info-hashes for which there was no place. */
  unlistedNodes: number;
  unlistedInfoHashes: number;
}

interface Chosen {
  zone: Uint8Array;
  bits: number;
  rate: number;
  crawl: Crawl;
}

/** What a crawl needs of its node. */
export interface CrawlWorld {
  desk: Desk;
  self: { readonly id: string; readonly table: { entries(): NodeInfo[] } };
  resting: Resting;
  clock: Clock;
}

/** @param secret a random number of 32 bits. @throws TypeError or RangeError that names the option. */
export function crawl(
  world: CrawlWorld,
  options: CrawlOptions,
  secret: number,
): Search<CrawledNode, CrawlResult> {
  const chosen = chosenFrom(world, options, secret);
  const { signal } = options;
  const over = new AbortController();
  const stop = (): void => over.abort();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  // Leaving the iteration stops it, too.
  return new Search(async (found) => {
    try {
      return await run(world, chosen, { ...options, signal: over.signal }, found);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }, stop);
}

function chosenFrom(
  { self, resting, clock }: CrawlWorld,
  options: CrawlOptions,
  secret: number,
): Chosen {
  checkNames(options, 'options', 'crawl', NAMES);
  const { resume, signal, onProgress, samples } = options;
  checkToggle(samples, 'samples');
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`"signal" expected an AbortSignal, got ${shown(signal)}`);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError(`"onProgress" expected a function, got ${shown(onProgress)}`);
  }
  const zone = parseId(options.zone ?? resume?.zone ?? self.id, 'zone');
  const bits = wholeNumber(options.bits ?? resume?.bits ?? 0, 'bits', 0, 64);
  const rate = wholeNumber(options.rate ?? CRAWL_RATE, 'rate', 1, RATE_MAX);
  const wanted = options.questions ?? CRAWL_DEFAULTS.questions;
  const questions = wholeNumber(wanted, 'questions', 1, CRAWL_QUESTIONS_MAX);
  const nodes = wholeNumber(options.limit ?? CRAWL_DEFAULTS.nodes, 'limit', 1, 10_000_000);
  const own = parseId(self.id, 'id');
  const wants = { questions, nodes, samples: samples ?? true };
  const settings = { ...CRAWL_DEFAULTS, zone, bits, own, ...wants };
  const crawl = new Crawl(settings, secret, (now, to) => resting.mayAsk(now, to));
  if (resume) restore(crawl, resume, clock.originMs);
  return { zone, bits, rate, crawl };
}

function restore(crawl: Crawl, resume: CrawlResult, originMs: number): void {
  const { nodes, neighbors, infoHashes, isComplete } = resume;
  for (const { id, host, port, visit, restsUntilMs, ...node } of nodes) {
    const ip = host.includes(':') ? parseIp6(host) : parseIp(host);
    const rests = restsUntilMs === null ? 0 : restsUntilMs - originMs;
    const state = isComplete ? Visit.waiting : Visit[visit];
    const number = crawl.restore(parseId(id, 'resume'), addressOf(ip, port), state, rests);
    if (isComplete) continue;
    crawl.startedAtMs[number] = (node.startedAtMs ?? 0) - originMs;
    crawl.endedAtMs[number] = (node.endedAtMs ?? 0) - originMs;
    crawl.rttMs[number] = node.rttMs ?? -1;
    crawl.stored[number] = node.stored ?? -1;
    for (let i = 0; i < node.version.length; i++) {
      crawl.versions[number * 4 + i] = node.version.charCodeAt(i);
    }
  }
  for (let i = 0; i < neighbors.from.length && !isComplete; i++)
    crawl.join(neighbors.from[i]!, neighbors.to[i]!);
  for (const { infoHash, node, tellers } of infoHashes) {
    crawl.infoHashes.add(parseId(infoHash, 'resume'), 0, node, tellers);
  }
}

async function run(
  world: CrawlWorld,
  { zone, bits, rate, crawl }: Chosen,
  { signal, resume, ...told }: CrawlOptions & { signal: AbortSignal },
  found: (node: CrawledNode) => void,
): Promise<CrawlResult> {
  const { desk, clock } = world;
  const { originMs } = clock;
  const onProgress = guarded(told.onProgress ?? (() => {}), (error) => desk.tell(error));
  const isSame = resume !== undefined && !resume.isComplete;
  const startedAtMs = isSame ? resume.startedAtMs : originMs + desk.now();
  await begin(world, crawl, zone, signal);
  if (crawl.count === 0) throw noNodes();
  const walk = new Walk(world, crawl, rate, found);
  let reportedAtMs = desk.now();
  let before = walk.visited;
  while (!crawl.isOver && !signal.aborted) {
    walk.ask();
    await pause(world, PACE_MS, signal);
    const now = desk.now();
    if (now - reportedAtMs < REPORT_MS) continue;
    const visitsPerSecond = ((walk.visited - before) * 1000) / (now - reportedAtMs);
    onProgress(progressOf(crawl, walk.visited, visitsPerSecond));
    before = walk.visited;
    reportedAtMs = now;
  }
  onProgress(progressOf(crawl, walk.visited, 0));
  return {
    zone: formatId(zone),
    bits,
    startedAtMs,
    endedAtMs: originMs + desk.now(),
    ...resultOf(crawl, originMs),
  };
}

/** Whom we know, and whom a lookup into the zone finds. */
async function begin(
  { desk, self }: CrawlWorld,
  crawl: Crawl,
  zone: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const meet = ({ id, host, port }: NodeInfo): void => {
    const ip = host.includes(':') ? parseIp6(host) : parseIp(host);
    crawl.meet(parseId(id, 'id'), 0, addressOf(ip, port));
  };
  for (const node of self.table.entries()) meet(node);
  if (crawl.count > 0 && crawl.options.bits === 0) return;
  const { trace } = await desk.lookup({ signal }, LookupKind.findNode, zone, null);
  for (const node of trace.closest) meet(node);
}

/** Questions on their way. */
class Walk {
  readonly #world: CrawlWorld;
  readonly #crawl: Crawl;
  readonly #budget: TokenBucket;
  readonly #found: (node: CrawledNode) => void;

  constructor(world: CrawlWorld, crawl: Crawl, rate: number, found: (node: CrawledNode) => void) {
    this.#world = world;
    this.#crawl = crawl;
    this.#budget = new TokenBucket(rate, Math.max(1, rate / 10));
    this.#found = found;
  }

  get visited(): number {
    const [, , answered, refused, silent] = this.#crawl.visits;
    return answered + refused + silent;
  }

  /** @returns whether the visit is over. */
  #heard(node: number, message: Message | null, rttMs: number): boolean {
    const now = this.#world.desk.now();
    if (message === null) return this.#crawl.silent(node, now);
    if (message.kind === Kind.error) return this.#crawl.refused(node, now);
    return this.#crawl.answered(node, now, rttMs, message);
  }

  /** As many as the budgets have for now. */
  ask(): void {
    const crawl = this.#crawl;
    const { desk, resting, clock } = this.#world;
    while (crawl.underWay < AT_A_TIME) {
      const now = desk.now();
      if (this.#budget.readyAt(now) > now) return;
      const question = crawl.next(now);
      if (question === null) return;
      if (question.isFirst) this.#budget.take(now);
      const { node, to, method, target } = question;
      const isSent = desk.ask(to, method, target, (message, rttMs) => {
        if (this.#heard(node, message, rttMs)) this.#found(nodeOf(crawl, node, clock.originMs));
        const restsMs = crawl.restsUntilMs[node]! - desk.now();
        if (restsMs > 0) resting.rest(desk.now(), to, restsMs);
      });
      if (!isSent) return crawl.postpone(question);
    }
  }
}

/** Is over sooner when the signal fires or the node closes. @throws DhtError CLOSED. */
async function pause({ desk, clock }: CrawlWorld, ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = (): void => {
      disarm();
      signal.removeEventListener('abort', over);
      desk.closing.removeEventListener('abort', over);
      resolve();
    };
    const disarm = clock.after(ms, over);
    signal.addEventListener('abort', over);
    desk.closing.addEventListener('abort', over);
    if (desk.closing.aborted || signal.aborted) over();
  });
  if (desk.closing.aborted) throw wasClosed();
}

function progressOf(crawl: Crawl, visited: number, visitsPerSecond: number): CrawlProgress {
  const [, , answered, , silent] = crawl.visits;
  return {
    nodes: crawl.count,
    visited,
    answered,
    silent,
    infoHashes: crawl.infoHashes.count,
    coverage: crawl.coverage,
    visitsPerSecond,
    questions: crawl.questionCount,
  };
}

function resultOf(crawl: Crawl, originMs: number) {
  const { infoHashes: known, edgeCount } = crawl;
  const infoHashes = Array.from({ length: known.count }, (_, row) => ({
    infoHash: formatId(known.bytes, row * ID_BYTES),
    node: known.firstNodes[row]!,
    tellers: known.tellers[row]!,
  }));
  return {
    isComplete: crawl.isOver,
    nodes: Array.from({ length: crawl.count }, (_, node) => nodeOf(crawl, node, originMs)),
    neighbors: {
      from: crawl.edgesFrom.slice(0, edgeCount),
      to: crawl.edgesTo.slice(0, edgeCount),
    },
    infoHashes,
    questions: crawl.questionCount,
    answers: crawl.answerCount,
    unlistedNodes: crawl.unlisted,
    unlistedInfoHashes: known.unlisted,
  };
}

function nodeOf(crawl: Crawl, node: number, originMs: number): CrawledNode {
  const address = crawl.addresses[node]!;
  const visit = STATES[crawl.states[node]!]!;
  const wasVisited = visit !== 'waiting';
  const rests = crawl.restsUntilMs[node]!;
  const [rttMs, stored] = [crawl.rttMs[node]!, crawl.stored[node]!];
  return {
    id: formatId(crawl.ids, node * ID_BYTES),
    host: formatIp(ipOf(address)),
    port: portOf(address),
    visit,
    startedAtMs: wasVisited ? originMs + crawl.startedAtMs[node]! : null,
    endedAtMs: wasVisited ? originMs + crawl.endedAtMs[node]! : null,
    rttMs: rttMs < 0 ? null : rttMs,
    version: latin1(crawl.versions, node * 4, node * 4 + 4).replace(/\0+$/, ''),
    stored: stored < 0 ? null : stored,
    restsUntilMs: rests > 0 ? originMs + rests : null,
  };
}
