/**
 * Worlds put aside: `lab run … --at '2 h' --save FOLDER`, and `lab run --from FOLDER` goes on, as often as
 * one likes. What comes out is what the run would have come to without a rest, to the last bit.
 *
 *     FOLDER/world.json   which run it is, where it stands, and who can go on with it
 *     FOLDER/heap.blob    all of its process: worlds, machines, whoever waits for a reply
 *
 * A ring's nodes wait for replies with functions, and no program can write those down; Node.js can, with
 * the whole heap around them (checkpoint-child.ts). Only the same Node.js reads it again.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import { fileReason, makeDirectory } from '../../files.ts';
import { partialOf } from '../../results/partial.ts';
import { type Source, sourceOfThisPackage } from '../../results/run.ts';
import { CommandError } from '../console.ts';
import type { Cell, CellOutcome, CellProgress, Keep } from './cell.ts';
import type { SaveOrder } from './checkpoint-child.ts';
import { experimentNamed } from './experiments.ts';
import { checkMemory, heapMbFor } from './memory.ts';
import { SAVABLE } from './savable.ts';

/** Node.js keeps the length of a blob in 31 bits; 1.8 GB were tried. */
const BLOB_BYTES_MAX = 1.8e9;
/** The doors as scripts. */
const SCRIPTS = fileURLToPath(new URL('../../cjs', import.meta.url));
const CELL = new URL('./cell.js', import.meta.url).href;
/** Where a process without a loader begins: it takes scripts from their folder as `require` would. */
const BEGIN = (folder: string): string => `
  const { readFileSync } = require('node:fs');
  const { compileFunction } = require('node:vm');
  const taken = new Map();
  const take = (name) => {
    if (!name.startsWith('.')) return require(name);
    const file = ${JSON.stringify(folder)} + name.slice(1);
    const known = taken.get(file) ?? { exports: {} };
    if (taken.has(file)) return known.exports;
    taken.set(file, known);
    const names = ['exports', 'require', 'module'];
    compileFunction(readFileSync(file, 'utf8'), names)(known.exports, take, known);
    return known.exports;
  };
  take('./checkpoint-child.cjs').build();
`;
/** Of what such a process says of its own end, the first so many characters are kept. */
const COMPLAINT_LENGTH = 4000;
/** Node.js ends so when it cannot read a blob. */
const UNREADABLE_STATUS = 14;

const WORLD = z.object({
  format: z.literal(1),
  experiment: z.string(),
  options: z.record(z.string(), z.unknown()),
  /** Virtual time at which it rests. */
  atMs: z.number(),
  messages: z.number(),
  node: z.string(),
  machine: z.string(),
  heapMb: z.number().nullable(),
  version: z.string(),
  commit: z.string(),
});

/** What is known of a saved world without waking it. */
export type SavedWorld = z.output<typeof WORLD>;

interface Hearing {
  report(progress: CellProgress): void;
  signal?: AbortSignal;
}

type Message =
  | { progress: CellProgress }
  | { saved: { atMs: number; messages: number } }
  | { outcome: CellOutcome }
  | { failure: { message: string; code: string; status: number } };

/**
 * Runs an experiment up to a moment, and puts it aside. The folder appears when all is in it.
 * @throws CommandError when it cannot be, before the work where that is known before.
 */
export async function saveRun(
  { experiment: name, options }: Cell,
  { folder, atMs, sample = 10 }: { folder: string; atMs: number; sample?: number },
  hearing: Hearing,
): Promise<SavedWorld & { bytes: number }> {
  const experiment = experimentNamed(name);
  const footprint = experiment.footprint(options);
  checkSavable(name, footprint.bytes);
  checkMemory(footprint, Number(options['nodes']));
  if (existsSync(folder)) throw new CommandError(`cannot write ${folder}: it exists`, 2, 'WRITE');
  const partial = partialOf(folder, process.pid);
  const heapMb = heapMbFor(footprint);
  try {
    orSay(folder, () => makeDirectory(partial));
    const order = join(partial, 'order');
    const blob = join(partial, 'heap.blob');
    const begin = join(partial, 'begin.js');
    writeFileSync(
      order,
      serialize({ experiment: name, options, sample, atMs } satisfies SaveOrder),
    );
    writeFileSync(begin, BEGIN(SCRIPTS));
    const words = ['--snapshot-blob', blob, '--build-snapshot', begin, order];
    const { saved } = await heard(words, heapMb, hearing);
    for (const file of [order, begin]) rmSync(file);
    const world: SavedWorld = {
      ...{ format: 1, experiment: name, options, ...saved! },
      ...{ node: process.version, machine: MACHINE, heapMb, ...sourceOfThisPackage() },
    };
    writeFileSync(join(partial, 'world.json'), `${JSON.stringify(world, null, 2)}\n`);
    const bytes = statSync(blob).size;
    orSay(folder, () => renameSync(partial, folder));
    return { ...world, bytes };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

const MACHINE = `${process.platform}-${process.arch}`;

function checkSavable(name: string, bytes: number): void {
  const { bun, deno } = process.versions;
  if (bun ?? deno) throw new CommandError('saving a world needs Node.js', 2, 'UNSUPPORTED');
  if (!Object.hasOwn(SAVABLE, name)) {
    throw new CommandError(
      `"${name}" cannot be saved; ${Object.keys(SAVABLE).join(' and ')} can: others are many short worlds`,
      2,
      'USAGE',
    );
  }
  if (bytes > BLOB_BYTES_MAX) {
    const gigabytes = (bytes / 1e9).toFixed(1);
    throw new CommandError(
      `a saved world may take ${BLOB_BYTES_MAX / 1e9} GB, and this one takes about ${gigabytes} GB`,
      2,
      'MEMORY',
    );
  }
}

/**
 * What is said of a saved world.
 * @throws CommandError when there is none, or it is none for this Node.js.
 */
export function savedWorldIn(folder: string): SavedWorld {
  let text: string;
  try {
    text = readFileSync(join(folder, 'world.json'), 'utf8');
  } catch {
    throw new CommandError(`expected the folder of a saved world, got "${folder}"`, 2, 'USAGE');
  }
  const read = WORLD.safeParse(jsonIn(text));
  if (!read.success) {
    throw new CommandError(`${join(folder, 'world.json')} is of no saved world`, 2, 'USAGE');
  }
  const world = read.data;
  const here = { node: process.version, machine: MACHINE, version: sourceOfThisPackage().version };
  for (const [what, mine] of Object.entries(here)) {
    const its = world[what as keyof typeof here];
    if (its === mine) continue;
    const names = { node: 'Node.js', machine: 'a machine', version: 'Ringlight' };
    const name = names[what as keyof typeof here];
    throw new CommandError(
      `${folder} was saved by ${name} ${its}, and this is ${mine}: only the same can go on with it`,
      2,
      'VERSION',
    );
  }
  return world;
}

/** Goes on where a saved world rests, to its end; the folder stays as it is. */
export async function goOn(
  folder: string,
  keep: Keep | null,
  hearing: Hearing,
): Promise<CellOutcome> {
  const { experiment, options, heapMb, version, commit } = savedWorldIn(folder);
  checkMemory(experimentNamed(experiment).footprint(options), Number(options['nodes']));
  const source: Source = { version, commit };
  const order = serialize({ experiment, options, keep, source }).toString('base64');
  const words = ['--snapshot-blob', join(folder, 'heap.blob'), CELL, order];
  const { outcome } = await heard(words, heapMb, hearing);
  return outcome!;
}

/** Begins such a process, and hears it to its end. */
function heard(
  words: readonly string[],
  heapMb: number | null,
  { report, signal }: Hearing,
): Promise<{ saved?: { atMs: number; messages: number }; outcome?: CellOutcome }> {
  return new Promise((fulfil, reject) => {
    const heap = heapMb === null ? [] : [`--max-old-space-size=${heapMb}`];
    // Flags of somebody's environment would make it another Node.js than the one that saved it.
    const env = { ...process.env, NODE_OPTIONS: '' };
    const child = spawn(process.execPath, [...heap, ...words], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, COMPLAINT_LENGTH);
    });
    const end = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', end, { once: true });
    const told: { saved?: { atMs: number; messages: number }; outcome?: CellOutcome } = {};
    let failure: CommandError | null = null;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = deserialize(Buffer.from(line, 'base64')) as Message;
      if ('progress' in message) report(message.progress);
      else if ('failure' in message) {
        const { message: text, status, code } = message.failure;
        failure = new CommandError(text, status, code);
      } else Object.assign(told, message);
    });
    child.on('error', reject);
    child.on('close', (status, killer) => {
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(new CommandError('interrupted', 130, 'INTERRUPTED'));
      else if (failure) reject(failure);
      else if (status === 0) fulfil(told);
      else if (status === UNREADABLE_STATUS) {
        reject(new CommandError('this Node.js cannot read what was saved', 2, 'VERSION'));
      } else if (killer === 'SIGABRT' || killer === 'SIGKILL' || status === 134) {
        reject(new CommandError('out of memory', 1, 'MEMORY'));
      } else {
        const said = /^\w*Error: .*/m.exec(complaint)?.[0] ?? '';
        const how = `its process ended with ${killer ?? `status ${status}`}`;
        reject(new CommandError(said === '' ? how : `${how}: ${said}`, 1, 'CELL'));
      }
    });
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function orSay<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new CommandError(`cannot write ${folder}: ${fileReason(error)}`, 2, 'WRITE');
  }
}
