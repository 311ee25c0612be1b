/**
 * `ringlight mainline doctor`: why does it not work, or does it? Each router is asked by itself, then
 * some lookups show how many of those that are asked answer. The verdict rests on what was measured.
 *
 *     refused     the system does not let us send
 *     no-names    no name of a router resolves, and nobody answers
 *     filtered    nobody answers at all
 *     dead-doors  no router answers, though others do
 *     lossy       fewer than half of those asked answer
 *     healthy
 */
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { setTimeout } from 'node:timers/promises';
import { formatAddress, type LookupTrace, type Mainline, PUBLIC_ROUTERS } from '../../mainline.ts';
import { bold, CommandError, type Console, counted, green, milliseconds, red } from '../console.ts';
import { type NodeOptions, openNode, requireBootstrap } from './node-options.ts';

/** Each asks some 20 nodes: enough for a share that is known to 5 %. */
const LOOKUPS = 8;
/** A router that is there answers within this. */
const ROUTER_MS = 3000;
/**
 * Of the nodes that are asked in the public network two thirds answer (Jimenez et al. 2011); a link that
 * loses a fifth of its datagrams, both ways, leaves 0.43.
 */
const LOSSY_SHARE = 0.5;

export interface DoctorOptions extends NodeOptions {
  timeout: number;
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
  refusal: string | null;
}

export type Verdict = 'refused' | 'no-names' | 'filtered' | 'dead-doors' | 'lossy' | 'healthy';

const ADVICE: Record<Verdict, string> = {
  refused:
    'The system refuses to send. Look at the network interface and at firewalls on this machine.',
  'no-names': 'No name resolves and nobody answers. Is there a network, and a name server?',
  filtered:
    'Nobody answers. UDP is probably filtered on the way: try another network, or open UDP.',
  'dead-doors':
    'No router answers, but others do. Keep contacts with --state, or name another --bootstrap.',
  lossy: 'Few of those asked answer. The link loses datagrams, or a router on it is out of room.',
  healthy: 'All is well.',
};

export async function doctor(options: DoctorOptions, console: Console): Promise<void> {
  requireBootstrap(options);
  const endsAtMs = performance.now() + options.timeout;
  const limits = () => ({ timeoutMs: Math.max(1, Math.round(endsAtMs - performance.now())) });
  const node = await openNode(options, { readOnly: true });
  try {
    const doors = await Promise.all(
      (options.bootstrap || PUBLIC_ROUTERS).map((router) =>
        knock(node, router, limits().timeoutMs),
      ),
    );
    for (const door of doors) tellDoor(door, console);
    const traces = await lookAround(node, limits);
    const asked = traces.reduce((sum, { steps }) => sum + steps.length, 0);
    const answered = traces.reduce((sum, trace) => sum + trace.answered, 0);
    conclude({ doors, asked, answered, refusal: node.stats.out.refusal }, traces, console);
  } finally {
    await node.close();
  }
}

async function knock(node: Mainline, router: string, leftMs: number): Promise<Door> {
  // `ip@host:port` is asked at its name: the address is there for those whose names do not work.
  const [, host = '', port = ''] = /^(?:[^@]*@)?(.*):(\d+)$/.exec(router) ?? [];
  const ip = await Promise.race([
    lookup(host, { family: 4 })
      .then(({ address }) => address)
      .catch(() => null),
    setTimeout(Math.min(ROUTER_MS, leftMs), null, { ref: false }),
  ]);
  if (ip === null) return { router, state: 'no-name', rttMs: null };
  const place = `${ip}:${port}`;
  let isHeard = false;
  const stop = node.watch({
    onDatagram: (isOurs, peer) => {
      if (!isOurs && formatAddress(peer) === place) isHeard = true;
    },
  });
  try {
    const { rttMs } = await node.ping(place, { timeoutMs: Math.min(ROUTER_MS, leftMs) });
    return { router, state: 'alive', rttMs };
  } catch (error) {
    const { code } = error as { code?: string };
    const state = code === 'KRPC_ERROR' || isHeard ? 'not-mainline' : 'dead';
    return { router, state, rttMs: null };
  } finally {
    stop();
  }
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

export function verdictOf({ doors, asked, answered, refusal }: Findings): Verdict {
  if (answered === 0) {
    if (refusal !== null) return 'refused';
    return doors.every(({ state }) => state === 'no-name') ? 'no-names' : 'filtered';
  }
  if (!doors.some(({ state }) => state === 'alive')) return 'dead-doors';
  return answered < LOSSY_SHARE * asked ? 'lossy' : 'healthy';
}

/**
 * How many nodes the network has: the i-th closest to a target is i Nths of the circle away. Each lookup
 * gives one estimate by least squares; their spread gives the error, of one standard deviation. Null
 * without two lookups that found somebody.
 */
export function sizeOf(traces: readonly LookupTrace[]): { nodes: number; error: number } | null {
  const estimates = traces.filter(({ closest }) => closest.length > 0).map(estimateOf);
  const count = estimates.length;
  if (count < 2) return null;
  const mean = estimates.reduce((sum, one) => sum + one, 0) / count;
  const squares = estimates.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { nodes: mean, error: Math.sqrt(squares / (count - 1) / count) };
}

function estimateOf({ closest, target }: LookupTrace): number {
  let squares = 0;
  let products = 0;
  for (const [i, { id }] of closest.entries()) {
    const distance = BigInt(`0x${id}`) ^ BigInt(`0x${target}`);
    squares += (i + 1) ** 2;
    products += ((i + 1) * Number(distance >> 96n)) / 2 ** 64;
  }
  return squares / products;
}

function tellDoor(door: Door, console: Console): void {
  const { router, state, rttMs } = door;
  console.emit('router', door);
  const how = state === 'alive' ? green('alive') : red(state);
  console.say(`${router}  ${how}${rttMs === null ? '' : `  ${milliseconds(rttMs)}`}`);
}

function conclude(findings: Findings, traces: LookupTrace[], console: Console): void {
  const { asked, answered } = findings;
  const verdict = verdictOf(findings);
  const size = sizeOf(traces);
  const advice = ADVICE[verdict];
  console.emit('verdict', { verdict, advice, asked, answered, size });
  const share = asked === 0 ? '' : ` (${Math.round((100 * answered) / asked)} %)`;
  console.say(`${counted(asked, 'node')} asked, ${answered} answered${share}.`);
  if (size) {
    const rounded = (value: number): string => Math.round(value).toLocaleString('en');
    console.say(`The network has about ${rounded(size.nodes)} ± ${rounded(size.error)} nodes.`);
  }
  if (verdict !== 'healthy') throw new CommandError(`${verdict}: ${advice}`, 1, 'UNHEALTHY');
  console.say(`${bold(verdict)}: ${advice}`);
}
