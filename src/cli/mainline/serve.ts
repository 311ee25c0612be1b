/**
 * `ringlight mainline serve`: one node until it is told to stop. With `--state` it is the same node
 * next time: its id and the contacts it knew are written when it stops and read when it starts.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { fileReason } from '../../files.ts';
import type { Mainline, MainlineOptions, Multihomed } from '../../mainline.ts';
import type { Studio } from '../../studio.ts';
import { bold, CommandError, type Console, counted } from '../console.ts';
import { type MetricsPage, openMetrics } from '../metrics.ts';
import { every, untilStopped } from '../stopping.ts';
import { openStudioFor, type StudioChoice } from '../studio-options.ts';
import { endpointText, type NodeOptions, openHomes, openNode } from './node-options.ts';

const STATUS_EVERY_MS = 1000;

export interface ServeOptions extends NodeOptions, StudioChoice {
  for?: number;
  readOnly?: boolean;
  register?: string;
  state?: string;
  metrics?: number;
  /** Further addresses of this host, a node on each. */
  also?: string[];
  /** So many nodes on one port, one per core. */
  workers?: number;
}

export async function serve(options: ServeOptions, console: Console): Promise<void> {
  const stopped = untilStopped(options.for);
  const more: MainlineOptions = {
    readOnly: options.readOnly ?? 'auto',
    register: options.register !== undefined,
    ...(options.state !== undefined && { state: options.state }),
    onError: (error) => complain(error, console),
  };
  const opened = await openNodes(options, more);
  const nodes: readonly Mainline[] = 'nodes' in opened ? opened.nodes : [opened];
  let studio: Studio | null = null;
  let metrics: MetricsPage | null = null;
  try {
    metrics = await openMetrics(options.metrics, () => opened.metricsText(), console);
    studio = await show(nodes, options, console);
    await stay(nodes, options, stopped, console);
    for (const one of nodes) await saveState(one);
    if (options.register !== undefined) writeRegisters(options.register, nodes, console);
  } finally {
    metrics?.close();
    await Promise.all([studio?.close(), ...nodes.map((one) => one.close())]);
  }
  console.say('Closed.');
  console.emit('stopped');
}

/** One, or with `--also` one for each address. */
function openNodes(options: ServeOptions, more: MainlineOptions): Promise<Mainline | Multihomed> {
  const { also = [] } = options;
  return also.length === 0 ? openNode(options, more) : openHomes(options, also, more);
}

/** The nodes, and around them those in their tables. */
async function show(
  nodes: readonly Mainline[],
  options: ServeOptions,
  console: Console,
): Promise<Studio | null> {
  if (options.studio === undefined || options.studio === false) return null;
  const { LiveMainline } = await import('../../studio.ts');
  const places = nodes.map(({ host, port }) => endpointText(host, port));
  const title = `Mainline, seen by ${places.join(' and ')}`;
  const scene = new LiveMainline({ name: 'mainline', title, nodes: () => nodes });
  return openStudioFor({ scenes: [scene], opens: 'live=mainline' }, options, console);
}

async function stay(
  nodes: readonly Mainline[],
  options: ServeOptions,
  stopped: Promise<string>,
  console: Console,
): Promise<void> {
  const ends = nodes.map((node) => attend(node, nodes.length === 1, options, console));
  await stopped;
  for (const end of ends) end();
  console.progress('');
}

/** Tells of one node until the returned function is called; several share no line of progress. */
function attend(
  node: Mainline,
  isAlone: boolean,
  options: ServeOptions,
  console: Console,
): () => void {
  const { id, host, port } = node;
  console.say(`Listening on ${bold(endpointText(host, port))} as ${id}.`);
  console.emit('listening', { host, port, id });
  void node.ready().then(({ answered }) => {
    if (options.bootstrap === false) return;
    console.emit('joined', { answered, table: node.table.size });
    if (answered > 0) console.say(`Joined: ${counted(answered, 'node')} answered.`);
    else console.say('Nobody answered yet; trying again by and by.');
  });
  let refusal: string | null = null;
  return every(STATUS_EVERY_MS, () => {
    refusal = reportRefusal(node, refusal, console);
    report(node, isAlone, console);
  });
}

/** Says once that the system does not let us send, and once that it is over. */
function reportRefusal(node: Mainline, before: string | null, console: Console): string | null {
  const { refusal } = node.stats.out;
  if (refusal === before) return before;
  if (refusal !== null) console.say(`The system refuses to send: ${refusal}.`);
  else console.say('Datagrams come in again.');
  console.emit('refused', { reason: refusal });
  return refusal;
}

function report(node: Mainline, isAlone: boolean, console: Console): void {
  const { stats } = node;
  console.emit('status', stats);
  if (!isAlone) return;
  console.progress(
    `table ${stats.table.size}  in ${counted(stats.in.datagrams, 'message')}  ` +
      `out ${counted(stats.out.datagrams, 'message')}  ` +
      `stored ${counted(stats.store.peers, 'peer')}  time-outs ${stats.out.timeouts}`,
  );
}

/** What went wrong while nobody waited for it: a disk that is full, a state file that is damaged. */
function complain(error: unknown, console: Console): void {
  const { message, code = 'INTERNAL' } = error as Error & { code?: string };
  console.emit('warning', { code, message });
  console.aside.say(`ringlight: ${message}`);
}

async function saveState(node: Mainline): Promise<void> {
  await node.saveState().catch((error: Error) => {
    throw new CommandError(error.message, 1, 'WRITE');
  });
}

/** Of several nodes each has a file of its own, which ends in its address, as its state does. */
function writeRegisters(file: string, nodes: readonly Mainline[], console: Console): void {
  for (const node of nodes) {
    const own = nodes.length === 1 ? file : `${file}.${node.host.replaceAll(':', '-')}`;
    writeRegister(own, node, console);
  }
}

function writeRegister(file: string, node: Mainline, console: Console): void {
  const { register } = node;
  if (!register) return;
  writeWhole(file, [...register.toJsonLines()].join(''));
  console.say(`Wrote ${counted(register.size, 'node')} to ${file}.`);
  console.emit('register', { file, nodes: register.size });
}

function writeWhole(file: string, text: string): void {
  try {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new CommandError(`cannot write ${file}: ${fileReason(error)}`, 1, 'WRITE');
  }
}
