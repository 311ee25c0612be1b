/**
 * Options for what the library can choose about a node: whom its table and lookups take, how much it asks
 * and answers, how much it keeps for others. What is not given is what `openMainline` does by itself.
 */
import type { Command } from 'commander';
import type { MainlineOptions } from '../../mainline.ts';
import { duration, wholeNumberIn } from '../arguments.ts';
import { CommandError } from '../console.ts';

export interface NodeChoiceOptions {
  onePerIp?: boolean;
  secureIds?: boolean;
  k?: number;
  alpha?: number;
  newEndpoints?: number;
  queriesPerIp?: number;
  queries?: number;
  infoHashes?: number;
  peersPerInfoHash?: number;
  peers?: number;
  peerAge?: number;
  items?: number;
  itemAge?: number;
  signedPeers?: boolean;
}

const count = wholeNumberIn(1, 0x7fffffff);
/** 0 stands for no limit. */
const rate = wholeNumberIn(0, 1_000_000);

/** What `--new-endpoints` is of nodes that do nothing beside. */
const NEW_ENDPOINTS = 'nodes asked for the first time, per second; 0 any (default: 50)';

/**
 * @param listens the command is there for others too: it may choose what it answers and keeps
 * @param newEndpoints about the option of that name
 */
export function addNodeChoices(
  command: Command,
  listens: boolean,
  newEndpoints: string = NEW_ENDPOINTS,
): Command {
  command
    .option('--no-one-per-ip', 'allow several contacts of one IP: for networks of a few machines')
    .option('--no-secure-ids', 'take ids that do not follow from addresses (BEP 42) for as good')
    .option(
      '--k <number>',
      'nodes that a lookup must hear, and contacts per bucket (default: 8)',
      small,
    )
    .option('--alpha <number>', 'requests of one lookup under way (default: 4)', small)
    .option('--new-endpoints <number>', newEndpoints, rate);
  if (!listens) return command;
  return command
    .option(
      '--queries-per-ip <number>',
      'queries answered per second and IP; 0 any (default: 10)',
      rate,
    )
    .option('--queries <number>', 'queries answered per second in all (default: 1000)', count)
    .option('--info-hashes <number>', 'info-hashes kept for others (default: 4000)', count)
    .option('--peers-per-info-hash <number>', 'peers kept for each (default: 500)', count)
    .option('--peers <number>', 'peers kept in all (default: 100000)', count)
    .option('--peer-age <duration>', 'peers are forgotten after this (default: 45m)', duration)
    .option('--items <number>', 'items kept for others (BEP 44; default: 4000)', count)
    .option('--item-age <duration>', 'items are forgotten after this (default: 2h)', duration)
    .option('--signed-peers', 'keep keys of peers that sign what they announce (a draft)');
}

const small = wholeNumberIn(1, 64);

/** What they mean to `openMainline`. @throws CommandError for choices that do not go together. */
export function nodeChoices(options: NodeChoiceOptions): MainlineOptions {
  const { onePerIp, secureIds, k, alpha, newEndpoints, queriesPerIp, queries } = options;
  if (queriesPerIp === 0 && queries !== undefined) {
    throw new CommandError(
      '--queries-per-ip 0 answers all: it leaves no room for --queries',
      2,
      'USAGE',
    );
  }
  return {
    ...(onePerIp === false && { onePerIp }),
    ...(secureIds === false && { secureIds }),
    ...(k !== undefined && { k }),
    ...(alpha !== undefined && { alpha }),
    ...(newEndpoints !== undefined && {
      outbound: newEndpoints === 0 ? false : { newEndpoints, newEndpointsBurst: 4 * newEndpoints },
    }),
    ...(options.signedPeers && { signedPeers: true }),
    ...inbound(queriesPerIp, queries),
    ...stores(options),
  };
}

/** A burst is five seconds' worth per IP and two in all, as by default. */
function inbound(perSource?: number, total?: number): MainlineOptions {
  if (perSource === undefined && total === undefined) return {};
  if (perSource === 0) return { inbound: false };
  return {
    inbound: {
      ...(perSource !== undefined && { perSource, perSourceBurst: 5 * perSource }),
      ...(total !== undefined && { total, totalBurst: 2 * total }),
    },
  };
}

function stores(options: NodeChoiceOptions): MainlineOptions {
  const { infoHashes, peersPerInfoHash, peers, peerAge, items, itemAge } = options;
  const ofPeers = given({ infoHashes, peersPerInfoHash, peers, ttlMs: peerAge });
  const ofItems = given({ items, ttlMs: itemAge });
  return { ...(ofPeers && { peers: ofPeers }), ...(ofItems && { items: ofItems }) };
}

/** The limits that were given; null for none. */
function given(limits: Record<string, number | undefined>): Record<string, number> | null {
  const entries = Object.entries(limits).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? null : (Object.fromEntries(entries) as Record<string, number>);
}
