/**
 * `ringlight mainline find-node`, `get-peers` and `announce`: open a node that only asks (BEP 43),
 * look the target up, print what came of it, close.
 */
import {
  type AnnounceResult,
  type FindNodeResult,
  type GetPeersResult,
  type Mainline,
  SCRAPE_MAX,
} from '../../mainline.ts';
import { CommandError, type Console, counted, dim } from '../console.ts';
import { every } from '../stopping.ts';
import { type KeepChoice, keepUp } from './keep.ts';
import { lookupSummary, tellLookup } from './lookup-text.ts';
import { endpointText, type NodeOptions, openNode, requireBootstrap } from './node-options.ts';

const PROGRESS_EVERY_MS = 100;

export interface LookupOptions extends NodeOptions {
  timeout: number;
  trace?: boolean;
}

export interface AnnounceCommandOptions extends LookupOptions, KeepChoice {
  peerPort?: number;
  seed?: boolean;
}

export async function findNode(
  target: string,
  options: LookupOptions,
  console: Console,
): Promise<void> {
  await withNode(options, console, async (node, limits) => {
    const result = await node.findNode(target, limits);
    console.emit('result', { target, ...result });
    for (const { id, host, port } of result.nodes)
      console.say(`${id}  ${endpointText(host, port)}`);
    conclude(result, options, console);
    if (result.nodes.length === 0) throw nobodyAnswered();
  });
}

export async function getPeers(
  hash: string,
  options: LookupOptions,
  console: Console,
): Promise<void> {
  await withNode(options, console, async (node, limits) => {
    const search = node.getPeers(hash, limits);
    let found = 0;
    for await (const peer of search) {
      found++;
      console.emit('peer', peer);
      console.say(endpointText(peer.host, peer.port));
    }
    const result: GetPeersResult = await search;
    console.emit('result', { infoHash: hash, ...result });
    conclude(result, options, console);
    if (result.nodes.length === 0) throw nobodyAnswered();
    if (found === 0) throw new CommandError(`no peers are known for ${hash}`, 1, 'NO_PEERS');
  });
}

export async function announce(
  hash: string,
  options: AnnounceCommandOptions,
  console: Console,
): Promise<void> {
  const { peerPort: port, seed = false } = options;
  const named = port === undefined ? {} : { port };
  if (options.keep) {
    return keepUp(options, console, (node) => node.announceEvery(hash, { ...named, seed }));
  }
  await withNode(options, console, async (node, limits) => {
    const result: AnnounceResult = await node.announce(hash, { ...limits, ...named, seed });
    console.emit('result', { infoHash: hash, ...result });
    const where = port === undefined ? `the node's own port ${node.port}` : `port ${port}`;
    console.say(`Announced ${hash} for ${where}: stored by ${counted(result.stored, 'node')}.`);
    conclude(result, options, console);
  });
}

export async function scrape(
  hash: string,
  options: LookupOptions,
  console: Console,
): Promise<void> {
  await withNode(options, console, async (node, limits) => {
    const result = await node.scrape(hash, limits);
    console.emit('result', { infoHash: hash, ...result });
    const about = (count: number): string =>
      count >= SCRAPE_MAX ? `${count} or more` : `${count}`;
    console.say(`seeds ${about(result.seeds)}  peers ${about(result.peers)}`);
    conclude(result, options, console);
    if (result.nodes.length === 0) throw nobodyAnswered();
  });
}

export async function withNode(
  options: LookupOptions,
  console: Console,
  run: (node: Mainline, limits: { timeoutMs: number }) => Promise<void>,
): Promise<void> {
  requireBootstrap(options);
  const endsAtMs = performance.now() + options.timeout;
  const limits = () => ({ timeoutMs: Math.max(1, Math.round(endsAtMs - performance.now())) });
  const node = await openNode(options, { readOnly: true });
  const end = every(PROGRESS_EVERY_MS, () => {
    const { out, in: into } = node.stats;
    console.progress(`${counted(out.queries, 'node')} asked, ${into.replies} answered …`);
  });
  try {
    // Joining asks the same bootstrap nodes; its answers make the lookup start closer.
    await node.ready(limits());
    await run(node, limits());
  } finally {
    end();
    console.progress('');
    await node.close();
  }
}

function conclude(result: FindNodeResult, options: LookupOptions, console: Console): void {
  console.progress('');
  console.aside.say(dim(lookupSummary(result.lookup)));
  if (options.trace) tellLookup(result.lookup, console.aside);
}

function nobodyAnswered(): CommandError {
  return new CommandError('nobody answered', 1, 'NO_NODES');
}
