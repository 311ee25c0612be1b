/**
 * `npm run bench`: how fast and how small, beside what people use today, both sides in one run.
 *
 *     npm run bench                    all of it, about ten minutes; writes bench/results.md
 *     npm run bench -- --quick         short runs, nothing is written
 *     npm run bench -- --only codec    served, answers, lookups, codec, memory or ring; nothing is written
 *     npm run bench:ring               the ring alone, in five minutes; what it finds is kept apart
 *     npm run bench -- --beside DIR    another checkout, built, is measured in the same run
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureAnswers } from './answers.mjs';
import { measureCodec } from './codec.mjs';
import { measureLookups } from './lookups.mjs';
import { measureMemory } from './memory.mjs';
import { opening, table } from './results.mjs';
import { measureRing } from './ring.mjs';
import { MissingTool, measureServed } from './served.mjs';

/** @typedef {import('./setup.mjs').Run} Run */
/** @typedef {import('./setup.mjs').Section} Section */

/** @type {Record<string, (run: Run) => Promise<Section | Section[]>>} */
const MEASUREMENTS = {
  served: measureServed,
  answers: measureAnswers,
  lookups: measureLookups,
  codec: measureCodec,
  memory: measureMemory,
};
/** Measured and written by itself. */
const ALONE = { ring: measureRing };

const options = readOptions();
const run = { quick: options.quick, beside: options.beside, progress };
/** @type {Section[]} */
const sections = [];
try {
  for (const name of options.names)
    sections.push(...[await { ...MEASUREMENTS, ...ALONE }[name](run)].flat());
} catch (error) {
  if (!(error instanceof MissingTool)) throw error;
  fail(error.message);
}
clearProgress();
const text = report(sections);
process.stdout.write(text);
if (options.file !== null) writeFileSync(new URL(options.file, import.meta.url), text);
process.exitCode = 0;

function readOptions() {
  const names = [...Object.keys(MEASUREMENTS), ...Object.keys(ALONE)];
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        beside: { type: 'string' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(
        `usage: npm run bench -- [--quick] [--only ${names.join('|')}] [--keep] [--beside DIR]\n`,
      );
      process.exit(0);
    }
    const { quick, only, beside, keep } = values;
    if (only !== undefined && !names.includes(only)) {
      fail(`bench: --only expected one of ${names.join(', ')}, got "${only}"`);
    }
    if (only === undefined) {
      return {
        quick,
        beside,
        names: Object.keys(MEASUREMENTS),
        file: quick ? null : './results.md',
      };
    }
    const isKept = keep && only in ALONE && !quick;
    return { quick, beside, names: [only], file: isKept ? `./${only}-results.md` : null };
  } catch (error) {
    return fail(`bench: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} line @returns {never} */
function fail(line) {
  clearProgress();
  process.stderr.write(`${line}\n`);
  process.exit(2);
}

/** One line that changes on a terminal, one line each elsewhere. @param {string} line */
function progress(line) {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
}

function clearProgress() {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

/** @param {Section[]} sections */
function report(sections) {
  const goals = sections.flatMap((section) => section.goals);
  const lines = opening('Benchmarks', options.quick, goals);
  for (const section of sections) {
    lines.push(`## ${section.title}`, '', section.method, '', ...table(section.table), '');
  }
  return lines.join('\n');
}
