/** The commands below `ringlight ring`, their options and help. */
import { type Command, InvalidArgumentError } from 'commander';
import { clientKey, RING_DEFAULTS } from '../../ring.ts';
import { duration, endpoints, lifetime, oneOf, port, wholeNumberIn } from '../arguments.ts';
import { type Console, openConsole } from '../console.ts';
import { addStudioOptions } from '../studio-options.ts';
import { archiveCommands } from './ring-archive.ts';
import {
  exists,
  type GetOptions,
  get,
  type InsertOptions,
  insert,
  owns,
  type RemoveOptions,
  remove,
} from './ring-data.ts';
import { doctor, info } from './ring-doctor.ts';
import { entryCommands } from './ring-entries.ts';
import { type ForgetCommandOptions, forget } from './ring-forget.ts';
import {
  type AskOptions,
  addAdmissionOptions,
  addAskOptions,
  addDataOptions,
  addKeyOptions,
  type KeyOptions,
  keyText,
  readSecret,
  secretFile,
  size,
  wire,
} from './ring-options.ts';
import { type RingServeOptions, serveRing } from './ring-serve.ts';

interface KeyForOptions {
  secretFile: string;
  rights: 'read' | 'write';
  json: boolean;
}

/** A key for clients on stdout, and nothing else: for a file. */
function key({ secretFile: file, rights }: KeyForOptions, console: Console): void {
  const made = clientKey(readSecret(file), rights);
  console.emit('key', { rights, key: made });
  console.text(made);
}

const KEY = 'a name, or with --hash 40 hexadecimal digits';

export function ringCommands(group: Command): void {
  serveCommand(group);

  dataCommands(group);
  entryCommands(group);
  archiveCommands(group);

  addAskOptions(group.command('info').description('what one member says of itself')).action(
    (options: AskOptions) => info(options, openConsole(options.json)),
  );

  addAskOptions(
    group
      .command('forget')
      .description(
        'take members out that will not come back, by agreement of a majority of the rest',
      ),
  )
    .argument('<members...>', 'HOST:PORT of each; one that lives is not forgotten', endpoints)
    .option(
      '--lost',
      'where no majority is left those who are left decide: what only the lost had is gone',
      false,
    )
    .action((members: string[], options: ForgetCommandOptions) =>
      forget(members, options, openConsole(options.json)),
    );

  group
    .command('key')
    .description('print a key for clients, made from the secret of the ring')
    .addOption(secretFile().makeOptionMandatory())
    .option('--rights <rights>', 'read or write', oneOf('read', 'write'), 'read')
    .option('--json', 'one JSON object per line', false)
    .action((options: KeyForOptions) => key(options, openConsole(options.json)));

  addAskOptions(
    group
      .command('doctor')
      .description('walk the ring and check it; exit status 1 when there is any fault'),
  ).action((options: AskOptions) => doctor(options, openConsole(options.json)));
}

/** The version of a record. */
function versionText(text: string): string {
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected 32 hexadecimal digits, as "ring stat" tells them.');
}

function dataCommands(group: Command): void {
  addDataOptions(
    group.command('insert').description('add or replace a value'),
    'copies to wait for',
  )
    .argument('<key>', KEY, keyText)
    .argument('[value]', 'the value; without it and without --file it is read from stdin')
    .option('--file <file>', 'take the value from a file')
    .option('--ttl <duration>', 'it expires after this long', lifetime)
    .option('--if-absent', 'only if there is no such key; exit status 1 else')
    .option('--if-present', 'only if there is one')
    .option('--if-version <version>', 'only if it has this version', versionText)
    .option('--listed', 'keep the name beside it, so that it is listed and watched', false)
    .action((key: string, value: string | undefined, options: InsertOptions) =>
      insert(key, value, options, openConsole(options.json)),
    );

  addDataOptions(
    group
      .command('get')
      .description('print a value, byte for byte; exit status 1 when there is none'),
    'copies to compare',
  )
    .argument('<key>', KEY, keyText)
    .option(
      '--from <byte>',
      'a part of it: from this byte on, counted from 0',
      wholeNumberIn(0, 2 ** 40),
    )
    .option('--to <byte>', 'up to before this byte', wholeNumberIn(0, 2 ** 40))
    .action((key: string, options: GetOptions) => get(key, options, openConsole(options.json)));

  addDataOptions(
    group.command('exists').description('is there a value? exit status 1 when there is none'),
    'copies to compare',
  )
    .argument('<key>', KEY, keyText)
    .action((key: string, options: KeyOptions) => exists(key, options, openConsole(options.json)));

  addDataOptions(
    group.command('remove').description('remove a value; exit status 1 when there is none'),
    'copies to wait for',
  )
    .argument('<key>', KEY, keyText)
    .option(
      '--if-version <version>',
      'only if it has this version; exit status 1 else',
      versionText,
    )
    .action((key: string, options: RemoveOptions) =>
      remove(key, options, openConsole(options.json)),
    );

  addKeyOptions(group.command('owns').description('which member owns a key'))
    .argument('<key>', KEY, keyText)
    .action((key: string, options: KeyOptions) => owns(key, options, openConsole(options.json)));
}

function serveCommand(group: Command): void {
  const serving = group
    .command('serve')
    .description('run one member until SIGINT or SIGTERM, which lets it leave in good order')
    .option('--host <address>', 'address that others reach us by', '127.0.0.1')
    .option('--port <port>', 'TCP port; 0 is any free one', port, 7000)
    .option(
      '--join <host:port>',
      'join through this member; may be given again (default: a ring of its own)',
      endpoints,
    )
    .option(
      '--wire <dialect>',
      'seed, string or text (default: that of the ring joined, else seed)',
      wire,
    );
  addAdmissionOptions(serving)
    .option(
      '--open',
      'listen beyond loopback without a secret: whoever reaches it may do all',
      false,
    )
    .option('--k <count>', 'backups of each record', wholeNumberIn(0, 16), RING_DEFAULTS.k)
    .option('--data <folder>', 'keep the records there (default: in memory)')
    .option('--identities <count>', 'places on the ring, a port each', wholeNumberIn(1, 256), 1)
    .option(
      '--policy <name>',
      'repair by correct, chord-2001 or class-2019',
      oneOf('correct', 'chord-2001', 'class-2019'),
      RING_DEFAULTS.policy,
    )
    .option('--host-label <text>', 'members with the same label never back each other up first')
    .option(
      '--value-limit <bytes>',
      'largest value, such as 64M',
      size,
      RING_DEFAULTS.valueBytesMax,
    )
    .option('--resp <port>', 'also serve all keys to Redis clients at this port', port)
    .option('--http <port>', 'also serve them over HTTP at this port', port)
    .option(
      '--service-host <address>',
      'address at which clients are served (default: nobody but this machine)',
      '127.0.0.1',
    )
    .option('--leave-timeout <duration>', 'how long leaving may take', duration, 60_000);
  addStudioOptions(serving)
    .option('--for <duration>', 'stop after this long, such as 10s', duration)
    .option('--metrics <port>', 'serve Prometheus metrics on this port of 127.0.0.1', port)
    .option('--json', 'one JSON object per line', false)
    .action((options: RingServeOptions) => serveRing(options, openConsole(options.json)));
}
