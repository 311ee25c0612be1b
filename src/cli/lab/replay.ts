/**
 * `ringlight lab replay`: the same again. A run is named by its folder, its `summary.json`, what
 * `--json` printed, or by the line that a failed check prints:
 *
 *     ringlight lab replay 'kad-hops {"nodes":500,"seed":7} trace 06e350c50c748d79 of 0.1.0 d68b3a8…'
 *
 * The line says what differs from the defaults, the trace hash that has to come out, and the version
 * and commit that it came from. Another version may well do something else: that is said, too.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Source, sourceOfThisPackage } from '../../results/run.ts';
import { CommandError } from '../console.ts';
import type { CellOutcome } from './cell.ts';
import { experimentNamed } from './experiments.ts';
import { checkedOptions, defaultOf, type Options } from './options.ts';

/** A run that has been. */
export interface Recorded {
  experiment: string;
  options: Options;
  traceHash: string;
  source: Source;
}

const LINE = /^([\w-]+) (\{.*\}) trace ([0-9a-f-]+) of (\S+) (\S+)$/s;
/** What stands for no commit: an installed package has none. */
const NO_COMMIT = '-';

/** To be pasted into a shell. */
export function replayLineOf(
  outcome: Pick<CellOutcome, 'experiment' | 'options' | 'traceHash' | 'version' | 'commit'>,
): string {
  const { experiment, options, traceHash, version, commit } = outcome;
  const { options: schema, module } = experimentNamed(experiment);
  const { shape } = schema;
  const told = Object.entries(options).filter(
    ([name, value]) => name === 'seed' || !isDeepStrictEqual(value, defaultOf(shape[name]!)),
  );
  // Inside single quotes a shell leaves all alone but the quote.
  const json = JSON.stringify(Object.fromEntries(told)).replaceAll("'", '\\u0027');
  const own = module === undefined ? '' : ` --module ${module}`;
  const code = `${version} ${commit || NO_COMMIT}`;
  return `npx ringlight lab replay '${experiment} ${json} trace ${traceHash} of ${code}'${own}`;
}

const SUMMARY = z.object({
  experiment: z.string(),
  options: z.record(z.string(), z.unknown()),
  traceHash: z.string(),
  version: z.string().optional(),
  commit: z.string().optional(),
  origin: z.object({ version: z.string(), commit: z.string() }).optional(),
});

/**
 * Reads what was recorded, and checks its options.
 * @throws CommandError in one line.
 */
export function recordedFrom(target: string): Recorded {
  const line = LINE.exec(target.trim());
  if (!line) return recordedIn(target);
  const [, experiment, json, traceHash, version, commit] = line as unknown as string[];
  const source = { version: version!, commit: commit === NO_COMMIT ? '' : commit! };
  return checked(experiment!, jsonOf(json!, 'the line'), traceHash!, source);
}

function recordedIn(path: string): Recorded {
  const file = isFolder(path) ? join(path, 'summary.json') : path;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    const message = `expected a folder of a run, its summary.json or a line, got "${path}"`;
    throw new CommandError(message, 2, 'USAGE');
  }
  const summary = SUMMARY.safeParse(jsonOf(text.trim().split('\n{').at(-1)!, file));
  if (!summary.success) {
    const field = summary.error.issues[0]!.path.join('.');
    throw new CommandError(`${file} is no summary of a run: ${field || 'no object'}`, 2, 'USAGE');
  }
  const { experiment, options, traceHash, version = '', commit = '', origin } = summary.data;
  return checked(experiment, options, traceHash, origin ?? { version, commit });
}

function checked(experiment: string, values: unknown, traceHash: string, source: Source): Recorded {
  const options = checkedOptions(experimentNamed(experiment), values as Options);
  return { experiment, options, traceHash, source };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(`${where} expected JSON, got something else`, 2, 'USAGE');
  }
}

/** What there is to say of the code being another; null: it is the same. */
export function otherCode(then: Source, now: Source = sourceOfThisPackage()): string | null {
  if (then.version !== now.version) {
    return `that run was of version ${then.version || 'unknown'}, this is ${now.version}`;
  }
  if (then.commit === now.commit && !now.commit.endsWith('-dirty')) return null;
  if (then.commit === now.commit) return `files were changed since commit ${now.commit}`;
  return `that run was of commit ${then.commit || 'unknown'}, this is ${now.commit || 'unknown'}`;
}
