/**
 * Which run this is. The same config, seed and source give the same run, so three hashes and a commit
 * are all that it takes to name it, to find it again in a sweep, and to run it once more:
 *
 *     config_hash = hash(experiment, options without the seed)
 *     run_id      = hash(config_hash, seed, version, commit)
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ExperimentResult, type Row, SCHEMA_VERSION } from '../lab.ts';

/** What was run: the options by name, plain data. */
export type RunConfig = Readonly<Record<string, unknown>>;

/** Where the code came from. */
export interface Source {
  version: string;
  /** Empty for an installed package; ends in `-dirty` when files were changed since the commit. */
  commit: string;
}

/** Hexadecimal digits of a hash in names: 64 bits. */
const HASH_DIGITS = 16;
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

export function sourceOfThisPackage(): Source {
  const { version } = JSON.parse(readFileSync(`${PACKAGE}package.json`, 'utf8'));
  return { version, commit: commitOf(PACKAGE) };
}

/** The commit of a checkout; a package that lies in somebody else's repository has none. */
function commitOf(folder: string): string {
  if (!existsSync(`${folder}.git`)) return '';
  const describe = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  try {
    return execFileSync('git', describe, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return '';
  }
}

export function configHashOf(experiment: string, config: RunConfig): string {
  const { seed: _, ...others } = config;
  return hashOf({ experiment, ...others });
}

export function runIdOf(configHash: string, seed: number, source: Source): string {
  return hashOf({ configHash, seed, ...source });
}

/** The row of a run in the table `runs`. */
export function runRowOf(result: ExperimentResult, config: RunConfig, source: Source): Row<'runs'> {
  return {
    experiment: result.experiment,
    seed: result.seed,
    version: source.version,
    commit: source.commit,
    schema_version: SCHEMA_VERSION,
    config_hash: configHashOf(result.experiment, config),
    config: orderedJson(config),
    nodes: result.nodes,
    pass: result.pass,
    trace_hash: result.traceHash,
    messages: result.messages,
    duration_ms: result.virtualMs,
  };
}

/** JSON whose keys stand in alphabetical order at every level: equal data are equal text. */
export function orderedJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, (_, part: unknown) => inOrder(part), indent);
}

function inOrder(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(orderedJson(value)).digest('hex').slice(0, HASH_DIGITS);
}
