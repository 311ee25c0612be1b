/** The commands, their options and help; and how any failure ends: one clear line, one exit status. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { DhtError, FOLLOW_EVERY_MS, SAMPLE_LIMIT, SAMPLE_WALKS } from '../mainline.ts';
import {
  addresses,
  duration,
  endpoint,
  endpoints,
  id,
  infoHash,
  itemName,
  oneOf,
  peerPort,
  port,
  version,
  wholeNumberIn,
} from './arguments.ts';
import { COMPLETION_HELP, completionFor, SHELLS, type Shell } from './completion.ts';
import { CommandError, openConsole } from './console.ts';
import { tellUnknown } from './did-you-mean.ts';
import { type ConformanceCommandOptions, conformance } from './mainline/conformance.ts';
import { type DoctorOptions, doctor } from './mainline/doctor.ts';
import { type FollowCommandOptions, follow } from './mainline/follow.ts';
import { type GetItemOptions, getItem, type PutItemOptions, putItem } from './mainline/items.ts';
import {
  type AnnounceCommandOptions,
  announce,
  findNode,
  getPeers,
  type LookupOptions,
  scrape,
} from './mainline/lookup.ts';
import { addNodeOptions, addTimeout, type NodeOptions } from './mainline/node-options.ts';
import { type PingOptions, ping } from './mainline/ping.ts';
import { prompt } from './mainline/prompt.ts';
import { researchCommands } from './mainline/research.ts';
import { type SampleCommandOptions, sample } from './mainline/sample.ts';
import { type ServeOptions, serve } from './mainline/serve.ts';
import { serveWithWorkers } from './mainline/serve-workers.ts';
import { commonHelp } from './manual.ts';
import { each, type Reference, referenceOf } from './reference.ts';
import { applySettings, readSettings } from './settings-file.ts';
import type { StudioCommandOptions } from './studio.ts';
import { addStudioAccess, addStudioOptions, STUDIO_PORT } from './studio-options.ts';
import { complaint, USUAL_WIDTH, widthOf } from './terminal.ts';
import type { UpOptions } from './up.ts';

/** Errors that mean the command could not begin. */
const CANNOT_BEGIN = new Set([
  'ADDRESS_IN_USE',
  'ADDRESS_UNAVAILABLE',
  'NOT_PERMITTED',
  'OUT_OF_DESCRIPTORS',
  'SOCKET_FAILED',
  'UNKNOWN_HOST',
  'STATE_UNUSABLE',
  'UNREACHABLE',
  'DATA_IN_USE',
  'DATA_DAMAGED',
  'DATA_VERSION',
  'DATA_UNUSABLE',
  'NOT_INSTALLED',
]);

/** Runs the command line. Resolves with the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  // A variable that is empty is one that is not set.
  if (process.env['RINGLIGHT_AT'] === '') delete process.env['RINGLIGHT_AT'];
  const program = await commands(args);
  try {
    await program.parseAsync(args, { from: 'user' });
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    if (!(error instanceof CommanderError)) return explain(error, args.includes('--json'));
    if (error.exitCode === 0) return 0;
    // Commander has told people already.
    const message = complaint(error.message);
    openConsole(args.includes('--json')).emit('error', { code: 'USAGE', message });
    return 2;
  }
}

/** Every command there is, and every experiment: for completions, man pages and docs. */
export async function wholeReference(): Promise<Reference> {
  const reference = referenceOf(await commands(['ring', 'lab', 'chat']));
  const { experimentCommands } = await import('./lab/lab-program.ts');
  for (const one of each(reference)) {
    if (one.path !== 'ringlight lab run') continue;
    one.commands.push(...experimentCommands().map((command) => referenceOf(command)));
  }
  return reference;
}

/** The ring and the lab load a good part of the package, so only what is asked for is loaded. */
async function commands(args: readonly string[]): Promise<Command> {
  const program = new Command('ringlight')
    .description('A distributed hash table you can hold in your hand.')
    .version(versionOf(), '-v, --version', 'print the version')
    .addOption(new Option('-V').hideHelp())
    .on('option:V', () => {
      process.stdout.write(`${versionOf()}\n`);
      throw new CommanderError(0, 'commander.version', versionOf());
    })
    .hook('preAction', (_, action) => applySettings(action, readSettings()))
    .configureOutput({
      outputError: (text, write) => write(`ringlight: ${complaint(text)}\n`),
      getOutHelpWidth: helpWidth,
    })
    .configureHelp({ minWidthToWrap: 20 })
    .addHelpText('after', () => commonHelp(helpWidth()))
    .exitOverride();
  const up = program
    .command('up')
    .description('run a whole Mainline DHT and a ring on this machine, and show both at work')
    .option('--nodes <count>', 'how many Mainline nodes', wholeNumberIn(1, 10_000), 64)
    .option('--ring <count>', 'how many nodes of the ring; 0 for none', wholeNumberIn(0, 1000), 16)
    .option('--host <address>', 'address of all nodes', '127.0.0.1')
    .option('--port <port>', 'port of the first Mainline node; 0 is any free one', port, 0)
    .option('--studio <port>', `port of the page (default: ${STUDIO_PORT}, or any free one)`, port)
    .option('--no-studio', 'no page');
  addStudioAccess(up)
    .option('--for <duration>', 'stop after this long, such as 10s', duration)
    .option('--json', 'one JSON object per line', false)
    .action(async (options: UpOptions & Json) => {
      const { up } = await import('./up.ts');
      await up(options, openConsole(options.json));
    });
  mainlineCommands(
    program.command('mainline').description('work with BitTorrent Mainline DHT nodes'),
  );
  studioCommand(program);
  completionCommand(program);
  const ring = program.command('ring').description('work with a replicated key-value ring');
  const lab = program.command('lab').description('experiments on many nodes under virtual time');
  const chat = program.command('chat').description('talk in a room that a ring keeps');
  if (args.includes('chat')) (await import('./ring/chat.ts')).chatCommand(chat);
  if (args.includes('ring')) (await import('./ring/ring-program.ts')).ringCommands(ring);
  if (args.includes('lab')) (await import('./lab/lab-program.ts')).labCommands(lab, versionOf());
  for (const one of program.commands) if (one.commands.length > 0) tellUnknown(one);
  tellUnknown(program);
  return program;
}

interface Json {
  json: boolean;
}

function studioCommand(program: Command): void {
  const studio = program
    .command('studio')
    .description(
      'serve the page alone: the lab in the tab, a recording, or a ring seen from outside',
    )
    .option('--port <port>', 'port of the page; 0 is any free one', port, STUDIO_PORT)
    .option(
      '--studio <port>',
      'the same, as the commands that have a port of their own call it',
      port,
    )
    .option('--recording <file>', 'play a recording of "ringlight lab record"')
    .option('--attach <host:port>', 'watch the ring of this member; may be given again', endpoints);
  addStudioAccess(studio)
    .option('--for <duration>', 'stop after this long, such as 10s', duration)
    .option('--json', 'one JSON object per line', false)
    .action(async (options: StudioCommandOptions & Json) => {
      const { studio: serveStudio } = await import('./studio.ts');
      await serveStudio(options, openConsole(options.json));
    });
}

function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('print what a shell needs to complete these commands on Tab')
    .argument('<shell>', 'bash, zsh or fish', oneOf(...SHELLS))
    .addHelpText('after', COMPLETION_HELP)
    .action(async (shell: Shell) => {
      process.stdout.write(completionFor(shell, await wholeReference()));
    });
}

function mainlineCommands(group: Command): void {
  const serving = nodeCommand(group, 'serve', 'run one node until SIGINT or SIGTERM', true)
    .option('--for <duration>', 'stop after this long, such as 10s', duration)
    .option(
      '--also <address>',
      'a node on this address, too, of either family; may be given again (BEP 32, 45)',
      addresses,
    )
    .option('--read-only', 'ask, but answer nobody (BEP 43)')
    .option('--register <file>', 'on stopping, write every node ever seen there as JSON lines')
    .option('--metrics <port>', 'serve Prometheus metrics on this port of 127.0.0.1', port)
    .option('--state <file>', 'keep id, contacts and announcements there from one run to the next')
    .option(
      '--workers <count>',
      'as many nodes that share the port, one per core',
      wholeNumberIn(1, 256),
    );
  addStudioOptions(serving).action((options: ServeOptions) =>
    (options.workers === undefined ? serve : serveWithWorkers)(options, openConsole(options.json)),
  );

  addTimeout(nodeCommand(group, 'ping', 'ask one node whether it is there', false))
    .argument('<host:port>', 'whom to ask', endpoint)
    .action((address: string, options: PingOptions) =>
      ping(address, options, openConsole(options.json)),
    );

  conformanceCommand(group);
  researchCommands(group);
  healthAndLookups(group);
  walksAndWatches(group);
}

function healthAndLookups(group: Command): void {
  addTimeout(
    nodeCommand(group, 'doctor', 'say whether the DHT works here, and what is wrong if not', false),
  )
    .option('--state <file>', 'begin with the contacts that a node keeps there')
    .action((options: DoctorOptions) => doctor(options, openConsole(options.json)));

  lookupCommand(group, 'find-node', 'find the nodes closest to an id')
    .argument('<id>', '40 hexadecimal digits', id)
    .action((target: string, options: LookupOptions) =>
      findNode(target, options, openConsole(options.json)),
    );

  lookupCommand(group, 'get-peers', 'find the peers of an info-hash')
    .argument('<info-hash>', '40 hexadecimal digits or a magnet link', infoHash)
    .action((hash: string, options: LookupOptions) =>
      getPeers(hash, options, openConsole(options.json)),
    );

  lookupCommand(group, 'announce', 'tell the DHT that somebody here has an info-hash')
    .argument('<info-hash>', '40 hexadecimal digits or a magnet link', infoHash)
    .option(
      '--peer-port <port>',
      "port of the BitTorrent client (default: the node's own)",
      peerPort,
    )
    .option('--seed', 'the client has all of it (BEP 33)')
    .option('--keep', 'stay, and announce it again every 15 minutes')
    .option('--state <file>', 'with --keep: keep it in this file for the next run')
    .option('--for <duration>', 'with --keep: stop after this long', duration)
    .action((hash: string, options: AnnounceCommandOptions) =>
      announce(hash, options, openConsole(options.json)),
    );

  lookupCommand(group, 'get', 'print an item that somebody put into the DHT (BEP 44)')
    .argument('<target>', 'its target, or the public key of a mutable item', itemName)
    .option('--salt <text>', 'which of the items of this key')
    .action((name: string, options: GetItemOptions) =>
      getItem(name, options, openConsole(options.json)),
    );

  lookupCommand(group, 'put', 'store a value of at most 1000 bytes for two hours (BEP 44)')
    .argument('[value]', 'text; its target is printed')
    .option('--file <file>', 'the value is in this file')
    .option(
      '--torrent <info-hash>',
      'put this info-hash as what "follow" tells of (BEP 46); needs --key',
      infoHash,
    )
    .option(
      '--key <file>',
      'put a value that can be changed, signed with the key in this file (made when missing)',
    )
    .option('--salt <text>', 'which of the items of this key')
    .option('--seq <number>', 'version of the value (default: one more than the newest)', version)
    .option('--cas <number>', 'store only if this is the version that is there', version)
    .option('--keep', 'stay, and put it again every hour where it is needed')
    .option('--state <file>', 'with --keep: keep it in this file for the next run')
    .option('--for <duration>', 'with --keep: stop after this long', duration)
    .action((value: string | undefined, options: PutItemOptions) =>
      putItem(value, options, openConsole(options.json)),
    );

  lookupCommand(group, 'scrape', 'estimate how many seeds and peers an info-hash has (BEP 33)')
    .argument('<info-hash>', '40 hexadecimal digits or a magnet link', infoHash)
    .action((hash: string, options: LookupOptions) =>
      scrape(hash, options, openConsole(options.json)),
    );
}

/** Commands that go on until there is enough. */
function walksAndWatches(group: Command): void {
  lookupCommand(group, 'sample', 'list info-hashes that are stored in the DHT (BEP 51)')
    .option('--target <id>', 'walk to this id only (default: evenly around the keyspace)', id)
    .option(
      '--walks <number>',
      `points to walk to, each past some 20 nodes (default: ${SAMPLE_WALKS})`,
      wholeNumberIn(1, 100_000),
    )
    .option(
      '--limit <number>',
      `stop at so many info-hashes (default: ${SAMPLE_LIMIT})`,
      wholeNumberIn(1, 10_000_000),
    )
    .action((options: SampleCommandOptions) => sample(options, openConsole(options.json)));

  nodeCommand(group, 'follow', 'tell each newer version of a mutable torrent (BEP 46)', false)
    .argument('<link>', 'magnet:?xs=urn:btpk:KEY&s=SALT, or urn:btpk:KEY')
    .option('--every <duration>', 'how often to ask', duration, FOLLOW_EVERY_MS)
    .option('--count <number>', 'stop after so many versions', wholeNumberIn(1, 1_000_000))
    .option('--for <duration>', 'stop after this long, such as 10s', duration)
    .action((link: string, options: FollowCommandOptions) =>
      follow(link, options, openConsole(options.json)),
    );

  nodeCommand(group, 'repl', 'a prompt with a running node in it', false).action(
    (options: NodeOptions) => prompt(options, openConsole(options.json)),
  );
}

function conformanceCommand(group: Command): void {
  group
    .command('conformance')
    .description('test a node from outside against the rules of the BEPs')
    .argument('<host:port>', 'the node', endpoint)
    .option('--timeout <duration>', 'how long it may take to answer', duration, 2000)
    .option('--host <address>', 'local address to ask from')
    .option('--all', 'also show the rules that hold and those that were not tested')
    .option('--json', 'one JSON object per line, and nothing else')
    .action((address: string, options: ConformanceCommandOptions) =>
      conformance(address, options, openConsole(options.json ?? false)),
    );
}

function nodeCommand(group: Command, name: string, about: string, listens: boolean): Command {
  const command = addNodeOptions(group.command(name).description(about), listens);
  return command.option('--json', 'one JSON object per line', false);
}

function lookupCommand(group: Command, name: string, about: string): Command {
  const command = addTimeout(nodeCommand(group, name, about, false));
  return command.option('--trace', 'show every query of the lookup');
}

/** Of a line of help, in a pipe too. */
function helpWidth(): number {
  const width = widthOf(process.stdout);
  return Number.isFinite(width) ? width : USUAL_WIDTH;
}

/** One line on stderr, and with `--json` the same as an object on stdout. */
function explain(error: unknown, json: boolean): number {
  const { message, code, status } = failureOf(error);
  openConsole(json).fail(code, message);
  return status;
}

function failureOf(error: unknown): { message: string; code: string; status: number } {
  if (error instanceof CommandError) return error;
  if (error instanceof DhtError) {
    return {
      message: error.message,
      code: error.code,
      status: CANNOT_BEGIN.has(error.code) ? 2 : 1,
    };
  }
  if (error instanceof TypeError || error instanceof RangeError) {
    return { message: error.message, code: 'ARGUMENT', status: 2 };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message: `internal error: ${message}`, code: 'INTERNAL', status: 70 };
}

function versionOf(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
