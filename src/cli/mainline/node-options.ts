/** Options that every command has which opens a node, and what they mean to `openMainline`. */
import type { Command } from 'commander';
import {
  type Mainline,
  type MainlineOptions,
  type Multihomed,
  openMainline,
  openMultihomed,
  PUBLIC_ROUTERS,
} from '../../mainline.ts';
import { duration, endpoints, id, oneOf, port } from '../arguments.ts';
import { CommandError } from '../console.ts';
import { addNodeChoices, type NodeChoiceOptions, nodeChoices } from './node-choices.ts';

export interface NodeOptions extends NodeChoiceOptions {
  host: string;
  port: number;
  /** Given addresses; absent is the public routers, false nobody. */
  bootstrap?: string[] | false;
  id?: string;
  table: 'kbuckets' | 'flat' | 'prefix';
  json: boolean;
}

/**
 * @param listens the command is there for others too: it wants a well-known port and all interfaces
 * @param newEndpoints about the option of that name, where it is not what it is of other commands
 */
export function addNodeOptions(command: Command, listens: boolean, newEndpoints?: string): Command {
  command
    .option('--host <address>', 'local address to bind', '0.0.0.0')
    .option('--port <port>', 'local UDP port; 0 is any free one', port, listens ? 6881 : 0)
    .option(
      '--bootstrap <host:port>',
      `join through this node; may be given again (default: ${PUBLIC_ROUTERS.length} public routers)`,
      endpoints,
    )
    .option('--no-bootstrap', 'join through nobody: wait to be asked')
    .option('--id <id>', 'our id, 40 hexadecimal digits (default: random)', id)
    .option(
      '--table <kind>',
      'routing table: kbuckets, flat or prefix',
      oneOf('kbuckets', 'flat', 'prefix'),
      'kbuckets',
    );
  return addNodeChoices(command, listens, newEndpoints);
}

export function addTimeout(command: Command): Command {
  return command.option('--timeout <duration>', 'give up after this long', duration, 30_000);
}

/** The bootstrap list of commands that ask somebody and leave: they cannot do without one. */
export function requireBootstrap(options: NodeOptions): void {
  if (options.bootstrap !== false) return;
  throw new CommandError('this command needs somebody to ask: --bootstrap HOST:PORT', 2, 'USAGE');
}

/** Host and port as they are read again: an IPv6 address in brackets. */
export function endpointText(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function openNode(options: NodeOptions, more: MainlineOptions = {}): Promise<Mainline> {
  const { host, id: ownId } = options;
  return openMainline({ host, ...common(options), ...(ownId && { id: ownId }), ...more });
}

/** A node on each of several addresses of this host (BEP 32, 45). */
export function openHomes(
  options: NodeOptions,
  also: readonly string[],
  { readOnly, state, onError, register, outbound }: MainlineOptions,
): Promise<Multihomed> {
  return openMultihomed({
    ...{ hosts: [options.host, ...also], ...common(options) },
    ...(readOnly !== undefined && { readOnly }),
    ...(register !== undefined && { register }),
    ...(outbound !== undefined && { outbound }),
    // One that is given is the first address's.
    ...(options.id !== undefined && { ids: [options.id] }),
    ...(typeof state === 'string' && { state }),
    ...(onError !== undefined && { onError }),
  });
}

/** What all nodes of a command have in common. */
export function common(
  options: NodeOptions,
): Pick<MainlineOptions, 'port' | 'table' | 'bootstrap'> {
  const { port, table, bootstrap } = options;
  const named = bootstrap === undefined ? {} : { bootstrap };
  return { port, table, ...nodeChoices(options), ...named };
}
