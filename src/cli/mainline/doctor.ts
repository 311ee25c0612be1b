/**
 * `ringlight mainline doctor`: why does it not work, or does it? Each router is asked by itself, then
 * some lookups show how many of those that are asked answer. Who answered is asked again, for he lives: what
 * he does not answer now was lost. Meanwhile strangers may come, whom we never asked. The verdict rests on
 * what was measured.
 *
 *     refused          the system does not let us send
 *     no-names         no name of a router resolves, and nobody answers
 *     filtered         nobody answers at all
 *     dead-doors       no router answers, though others do
 *     lossy            of those that live some do not answer when they are asked again
 *     partly-filtered  few answer, but they answer always: some of the network does not hear us
 *     firewalled       all is well, but only whom we asked before can reach us
 *     healthy
 */
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { setTimeout } from 'node:timers/promises';
import {
  formatAddress,
  ipOf,
  type LookupTrace,
  type Mainline,
  networkSizeOf,
  PUBLIC_ROUTERS,
} from '../../mainline.ts';
import { bold, CommandError, type Console, counted, green, milliseconds, red } from '../console.ts';
import { endpointText, type NodeOptions, openNode, requireBootstrap } from './node-options.ts';

/** Each asks some 20 nodes: enough for a share that is known to 5 %. */
const LOOKUPS = 8;
/** A router that is there answers within this. */
const ROUTER_MS = 3000;
/** It is asked so often within that: where one packet of four is lost, one door in 64 is taken for dead, not one in 4. */
const KNOCKS = 3;
/** Of the nodes that are asked in the public network two thirds answer (Jimenez et al. 2011). */
const FEW_SHARE = 0.4;
/** Nodes that are asked again, and how often each: with a loss of 5 % each way 256 pings lose 25 ± 5. */
const AGAIN = 64;
const TIMES = 4;
/** Pings of one node are so far apart: a queue that overflows once must not count four times. */
const PAUSE_MS = 250;
/** A ping is lost when nothing comes within this, or within the time that was asked for. */
const PING_MS = 2000;
/** More than this is felt in every lookup. A link without fault loses next to nothing. */
const LOSS_MAX = 0.1;
/** Fewer pings say nothing. */
const PINGS_MIN = 20;
/** A node of the public network is asked by strangers several times a minute, once it has joined. */
const STRANGERS_MS = 20_000;

export interface DoctorOptions extends NodeOptions {
  timeout: number;
  state?: string;
}

export type DoorState = 'alive' | 'dead' | 'not-mainline' | 'no-name';

/** What one router came to. */
export interface Door {
  router: string;
  state: DoorState;
  rttMs: number | null;
}

/** What was measured. */
export interface Findings {
  doors: Door[];
  asked: number;
  answered: number;
  /** Pings of nodes that had just answered, and those that were lost. */
  pings: number;
  lost: number;
  /** Queries of strangers; null where their absence would say nothing. */
  strangers: number | null;
  refusal: string | null;
}

export type Verdict =
  | 'refused'
  | 'no-names'
  | 'filtered'
  | 'dead-doors'
  | 'lossy'
  | 'partly-filtered'
  | 'firewalled'
  | 'healthy';

const ADVICE: Record<Verdict, string> = {
  refused:
    'The system refuses to send. Look at the network interface and at firewalls on this machine.',
  'no-names': 'No name resolves and nobody answers. Is there a network, and a name server?',
  filtered:
    'Nobody answers. UDP is probably filtered on the way: try another network, or open UDP.',
  'dead-doors':
    'No router answers, but others do. Keep contacts with --state, or name another --bootstrap.',
  lossy:
    'Nodes that live often do not answer. The link loses datagrams, or a router on it is out of room: ' +
    'try --new-endpoints 10, or a cable.',
  'partly-filtered':
    'Few of those asked answer, but those always do. Somebody on the way filters, or addresses such as ' +
    'yours are shunned (clouds often are): try another network.',
  firewalled:
    'Lookups work, but nobody reaches you whom you did not ask before. Open the UDP port, or forward it ' +
    'to this machine, to be of use to others; without that --read-only is right.',
  healthy: 'All is well.',
};

export async function doctor(options: DoctorOptions, console: Console): Promise<void> {
  requireBootstrap(options);
  const endsAtMs = performance.now() + options.timeout;
  const limits = () => ({ timeoutMs: Math.max(1, Math.round(endsAtMs - performance.now())) });
  const { state } = options;
  const more = { readOnly: false, ...(state !== undefined && { state }) };
  const node = await openNode(options, more);
  const strangers = new Strangers(node);
  try {
    const places = options.bootstrap || PUBLIC_ROUTERS;
    const knocks = places.map((router) => knock(node, router, limits().timeoutMs));
    const doors = await Promise.all(knocks);
    for (const door of doors) tellDoor(door, console);
    const traces = await lookAround(node, limits);
    const asked = traces.reduce((sum, { steps }) => sum + steps.length, 0);
    const answered = traces.reduce((sum, trace) => sum + trace.answered, 0);
    console.progress(`${counted(asked, 'node')} asked, ${answered} answered; asking them again …`);
    const { pings, lost } = await askAgain(node, traces, limits);
    const came = answered === 0 ? null : await strangers.wait(limits().timeoutMs, console);
    console.progress('');
    const { refusal } = node.stats.out;
    conclude({ doors, asked, answered, pings, lost, strangers: came, refusal }, traces, console);
  } finally {
    await node.close();
  }
}

/** Who asks us whom we never sent anything: by that alone it is seen that others can reach us. */
class Strangers {
  readonly #node: Mainline;
  readonly #asked = new Set<number>();
  #count = 0;
  #onStranger: () => void = () => {};

  constructor(node: Mainline) {
    this.#node = node;
    node.watch({
      onDatagram: (isOurs, peer) => {
        if (isOurs) this.#asked.add(ipOf(peer));
        else if (!this.#asked.has(ipOf(peer))) {
          this.#count++;
          this.#onStranger();
        }
      },
    });
  }

  /** Null in a network whose nodes do not know where we are: it is too small, or a private one. */
  async wait(leftMs: number, console: Console): Promise<number | null> {
    if (this.#node.stats.publicAddress === null) return null;
    console.progress('waiting for somebody whom we did not ask …');
    const patience = new AbortController();
    const came = new Promise<void>((resolve) => {
      this.#onStranger = resolve;
    });
    if (this.#count === 0) {
      const { signal } = patience;
      const late = setTimeout(Math.min(STRANGERS_MS, leftMs), null, { signal });
      await Promise.race([came, late]);
      late.catch(() => {});
      patience.abort();
    }
    return this.#count;
  }
}

/** Pings those that answered, some at a time and each a few times. */
async function askAgain(
  node: Mainline,
  traces: readonly LookupTrace[],
  limits: () => { timeoutMs: number },
): Promise<{ pings: number; lost: number }> {
  const alive = new Map<string, { host: string; port: number }>();
  for (const { host, port, rttMs } of traces.flatMap(({ steps }) => steps)) {
    if (rttMs !== null && alive.size < AGAIN) alive.set(`${host} ${port}`, { host, port });
  }
  let pings = 0;
  let lost = 0;
  for (let time = 0; time < TIMES; time++) {
    const timeoutMs = Math.min(PING_MS, limits().timeoutMs);
    const outcomes = await Promise.allSettled(
      [...alive.values()].map((place) => node.ping(place, { timeoutMs })),
    );
    pings += outcomes.length;
    // An error is an answer.
    lost += outcomes.filter((one) => one.status === 'rejected' && isLost(one.reason)).length;
    await setTimeout(PAUSE_MS);
  }
  return { pings, lost };
}

const isLost = (reason: unknown): boolean => (reason as { code?: string }).code === 'TIMEOUT';

async function knock(node: Mainline, router: string, leftMs: number): Promise<Door> {
  // `ip@host:port` is asked at its name: the address is there for those whose names do not work.
  const [, host = '', port = ''] = /^(?:[^@]*@)?\[?(.*?)\]?:(\d+)$/.exec(router) ?? [];
  const ip = await Promise.race([
    lookup(host, { family: node.host.includes(':') ? 6 : 4 })
      .then(({ address }) => address)
      .catch(() => null),
    setTimeout(Math.min(ROUTER_MS, leftMs), null, { ref: false }),
  ]);
  if (ip === null) return { router, state: 'no-name', rttMs: null };
  const place = endpointText(ip, Number(port));
  let isHeard = false;
  const stop = node.watch({
    onDatagram: (isOurs, peer) => {
      if (!isOurs && formatAddress(peer) === place) isHeard = true;
    },
  });
  let isError = false;
  for (let time = 0; time < KNOCKS && !isError; time++) {
    const timeoutMs = Math.max(1, Math.ceil(Math.min(ROUTER_MS, leftMs) / KNOCKS));
    try {
      const { rttMs } = await node.ping(place, { timeoutMs });
      stop();
      return { router, state: 'alive', rttMs };
    } catch (error) {
      isError = (error as { code?: string }).code === 'KRPC_ERROR';
    }
  }
  stop();
  // Whoever asks us and is there may only have lost our pings: that is said when all of them were.
  return { router, state: isError || isHeard ? 'not-mainline' : 'dead', rttMs: null };
}

async function lookAround(
  node: Mainline,
  limits: () => { timeoutMs: number },
): Promise<LookupTrace[]> {
  await node.ready(limits()).catch(() => {});
  const outcomes = await Promise.allSettled(
    Array.from({ length: LOOKUPS }, () => node.findNode(randomBytes(20), limits())),
  );
  return outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.lookup] : []));
}

export function verdictOf(findings: Findings): Verdict {
  const { doors, asked, answered, pings, lost, strangers, refusal } = findings;
  if (answered === 0) {
    if (refusal !== null) return 'refused';
    return doors.every(({ state }) => state === 'no-name') ? 'no-names' : 'filtered';
  }
  if (!doors.some(({ state }) => state === 'alive')) return 'dead-doors';
  if (pings >= PINGS_MIN && lost > LOSS_MAX * pings) return 'lossy';
  if (answered < FEW_SHARE * asked) return 'partly-filtered';
  return strangers === 0 ? 'firewalled' : 'healthy';
}

function tellDoor(door: Door, console: Console): void {
  const { router, state, rttMs } = door;
  console.emit('router', door);
  const how = state === 'alive' ? green('alive') : red(state);
  console.say(`${router}  ${how}${rttMs === null ? '' : `  ${milliseconds(rttMs)}`}`);
}

function conclude(findings: Findings, traces: LookupTrace[], console: Console): void {
  const { asked, answered, pings, lost, strangers } = findings;
  const verdict = verdictOf(findings);
  const size = networkSizeOf(traces);
  const advice = ADVICE[verdict];
  console.emit('verdict', { verdict, advice, asked, answered, pings, lost, strangers, size });
  const share = asked === 0 ? '' : ` (${Math.round((100 * answered) / asked)} %)`;
  console.say(`${counted(asked, 'node')} asked, ${answered} answered${share}.`);
  if (pings > 0) {
    const part = Math.round((100 * lost) / pings);
    console.say(`${counted(pings, 'ping')} of those that answered, ${lost} lost (${part} %).`);
  }
  if (strangers !== null) console.say(`${counted(strangers, 'query', 'queries')} of strangers.`);
  if (size) {
    const rounded = (value: number): string => Math.round(value).toLocaleString('en');
    console.say(`The network has about ${rounded(size.nodes)} ± ${rounded(size.error)} nodes.`);
  }
  if (verdict !== 'healthy') throw new CommandError(`${verdict}: ${advice}`, 1, 'UNHEALTHY');
  console.say(`${bold(verdict)}: ${advice}`);
}
