/**
 * `ringlight ring serve`: one member of a ring until somebody stops it. The first SIGTERM hands its
 * records over and leaves in good order, a second one ends the process at once.
 */
import {
  DhtError,
  openRing,
  type Policy,
  type Ring,
  type RingNotice,
  type Wire,
} from '../../ring.ts';
import type { Studio } from '../../studio.ts';
import { bold, type Console, counted } from '../console.ts';
import { type MetricsPage, openMetrics } from '../metrics.ts';
import { every, untilStopped } from '../stopping.ts';
import { openStudioFor, type StudioChoice } from '../studio-options.ts';
import { type AdmissionChoice, admissionOf, isLoopbackHost } from './ring-options.ts';
import { openServices, type ServiceChoice, type Services } from './ring-services.ts';

const STATUS_EVERY_MS = 1000;
/** How often those who are to be joined are asked whether they are there by now. */
const OPEN_EVERY_MS = 500;
/** Longer than a member waits for the ring that it joins: it goes on trying for as long as timers go. */
const JOIN_MS_MAX = 2 ** 31 - 1;
/** Exit status of a member that was stopped before it had left its ring. */
const CUT_OFF_STATUS = 1;

export interface RingServeOptions extends StudioChoice, ServiceChoice, AdmissionChoice {
  host: string;
  port: number;
  join?: string[];
  wire?: Wire;
  open: boolean;
  k: number;
  data?: string;
  identities: number;
  policy: Policy;
  valueLimit: number;
  hostLabel?: string;
  leaveTimeout: number;
  for?: number;
  metrics?: number;
  json: boolean;
}

export async function serveRing(options: RingServeOptions, console: Console): Promise<void> {
  const stopped = untilStopped(options.for, CUT_OFF_STATUS);
  const { host, port, join, wire, k, data, identities, policy, valueLimit, hostLabel } = options;
  // Events come before the door has opened; people are told first where.
  const early: RingNotice[] = [];
  let isIntroduced = false;
  const settings = {
    host,
    port,
    k,
    identities,
    policy,
    valueBytesMax: valueLimit,
    ...(join && { join }),
    ...(wire && { wire }),
    ...admissionOf(options),
    open: options.open,
    ...(data !== undefined && { data }),
    ...(hostLabel !== undefined && { hostLabel }),
    onEvent: (notice: RingNotice) => (isIntroduced ? tell(notice, console) : early.push(notice)),
  };
  const ring = await openPatiently(() => openRing(settings), stopped, console);
  if (ring === null) return console.emit('stopped');
  let studio: Studio | null = null;
  let services: Services | null = null;
  let metrics: MetricsPage | null = null;
  try {
    introduce(ring, options, console);
    services = await openServices(ring, options, console);
    metrics = await openMetrics(options.metrics, () => ring.metricsText(), console);
    studio = await showRing(ring, options, console);
    isIntroduced = true;
    for (const notice of early) tell(notice, console);
    const endStatus = every(STATUS_EVERY_MS, () => report(ring, console));
    const how = await Promise.race([stopped, admitted(ring, stopped)]);
    endStatus();
    console.progress('');
    console.emit('leaving', { how });
    console.say(`Leaving the ring (${how}) …`);
    // Who asks has to ask another member from here on.
    await services?.close();
    await leaveRing(ring, options, console);
  } finally {
    metrics?.close();
    await Promise.all([studio?.close(), services?.close(), ring.close()]);
  }
  console.say('Left.');
  console.emit('stopped');
}

/** Whom we join may start a little later than we do: it is asked again until it is there, or we are to stop. */
async function openPatiently(
  open: () => Promise<Ring>,
  stopped: Promise<unknown>,
  console: Console,
): Promise<Ring | null> {
  const beganMs = performance.now();
  let isTold = false;
  const isStopped = stopped.then(() => true);
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof DhtError) || error.code !== 'UNREACHABLE') throw error;
      const { message } = error;
      if (!isTold) {
        console.emit('waiting', { reason: message });
        console.say(`Not yet: ${message}. Trying again until one does.`);
      }
      isTold = true;
    }
    const seconds = Math.round((performance.now() - beganMs) / 1000);
    console.progress(`waiting for ${counted(seconds, 'second')}, Ctrl-C to stop`);
    const isOver = await Promise.race([isStopped, soon(OPEN_EVERY_MS)]);
    console.progress('');
    if (isOver) return null;
  }
}

function soon(delayMs: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, delayMs, false));
}

/** Fails when the ring that is joined does not take such a member; else it is over when we are stopped. */
async function admitted<T>(ring: Ring, stopped: Promise<T>): Promise<T> {
  await ring.ready({ timeoutMs: JOIN_MS_MAX });
  return stopped;
}

/** Who was the last has nobody to hand its records to: no failure, but it is said. */
async function leaveRing(ring: Ring, options: RingServeOptions, console: Console): Promise<void> {
  const { records } = ring.info();
  try {
    await ring.leave({ timeoutMs: options.leaveTimeout });
  } catch (error) {
    if (!ring.wasLast) throw error;
    const held = counted(records, 'record');
    const place = options.data === undefined ? 'gone with this process' : `in ${options.data}`;
    console.emit('last', { records });
    console.say(`Nobody is left to hand ${held} to; what was held is ${place}.`);
  }
}

/** The member from inside, the others as they say of themselves. */
async function showRing(
  ring: Ring,
  options: RingServeOptions,
  console: Console,
): Promise<Studio | null> {
  if (options.studio === undefined || options.studio === false) return null;
  const { LiveRing } = await import('../../studio.ts');
  const title = `A ring, seen by ${ring.addresses[0]}`;
  const scene = new LiveRing({ name: 'ring', title, members: () => [ring] });
  return openStudioFor({ scenes: [scene], opens: 'live=ring' }, options, console);
}

function introduce(ring: Ring, options: RingServeOptions, console: Console): void {
  const { join, data, k } = options;
  const { host, port, addresses } = ring;
  const info = ring.info();
  console.emit('listening', { host, port, addresses, k, wire: info.wire, records: info.records });
  const where = data === undefined ? 'in memory' : `in ${data}`;
  console.say(`Listening on ${bold(addresses.join(', '))}, K = ${k}, records ${where}.`);
  if (!isLoopbackHost(host) && options.secretFile === undefined) {
    const who = options.tlsCert === undefined ? 'reaches its port' : 'has a certificate for it';
    console.say(`It is open: whoever ${who} may read and write all there is, and be a member.`);
  }
  if (!join) console.say(`A ring of its own. Others join with --join ${addresses[0]}`);
}

/** Events that people want a line for; programs get all of them. */
function tell(notice: RingNotice, console: Console): void {
  const { kind, ...fields } = notice;
  console.emit(kind, fields);
  const line = lineOf(notice);
  if (line !== null) console.say(line);
}

function lineOf(notice: RingNotice): string | null {
  const { kind, identity, successor, peer, reason, message } = notice;
  switch (kind) {
    case 'joined':
      return `${identity} is a member.`;
    case 'join-failed':
      return `${identity} could not join: ${reason}; trying again.`;
    case 'left':
      return `${identity} has left.`;
    case 'successor':
      return `${identity} is followed by ${successor ?? 'nobody'}.`;
    case 'lost':
      return `${peer} is gone.`;
    case 'rejected':
      return `${peer} was refused: ${reason}.`;
    case 'clock':
      return clockLine(notice.aheadMs ?? 0);
    case 'store-error':
      return `The store failed: ${message}`;
    default:
      return null;
  }
}

function clockLine(aheadMs: number): string {
  if (aheadMs === 0) return 'The clock of this host is right again.';
  const seconds = counted(Math.round(Math.abs(aheadMs) / 1000), 'second');
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return `The clock of this host is ${seconds} ${side} those of the other members; going by theirs.`;
}

function report(ring: Ring, console: Console): void {
  const info = ring.info();
  const { records, bytes, effectiveK, k, connections } = info;
  const states = info.identities.map(({ state }) => state);
  console.emit('status', { records, bytes, effectiveK, k, connections, states });
  console.progress(
    `${counted(records, 'record')} (${counted(bytes, 'byte')})  K ${effectiveK} of ${k}  ` +
      `${counted(connections, 'connection')}  next ${info.identities[0]?.successors[0]?.address ?? 'nobody'}`,
  );
}
