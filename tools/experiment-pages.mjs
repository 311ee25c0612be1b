/**
 * `npm run docs:experiments [names] [-- --seeds 10]`: runs experiments at their usual size over ten
 * seeds, and writes what came out into their pages in docs/experiments, so that no number there was
 * typed by hand. A page says where:
 *
 *     <!-- checks -->…<!-- /checks -->          every check: expected, allowed, measured, seeds that pass
 *     <!-- figures                              a table of figures; {timeouts50} is its mean over the seeds,
 *     | … | {timeouts50} |                      {lost%} as a percentage
 *     -->…<!-- /figures -->
 *     <!-- figures of attacks …                 the same, on a page of docs/ about more than one experiment
 *
 * Needs a build. Takes about an hour of one core for all of them.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs, promisify } from 'node:util';

/** @typedef {{ n: number, mean: number, ci95: number }} Estimate */
/**
 * @typedef {{ name: string, expected: number, allowed: number, measured: number, ci95: number,
 *   runs: number, passed: number, pass: boolean, reason: string }} Verdict
 */
/** @typedef {{ verdicts: Verdict[], estimates: Record<string, Estimate>, seeds: number }} Group */

const PAGES = new URL('../docs/experiments/', import.meta.url);
const DOCS = new URL('../docs/', import.meta.url);
const COMMAND = new URL('../dist/cli.js', import.meta.url).pathname;
const OUTPUT_BYTES_MAX = 256e6;

const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '10' } },
  allowPositionals: true,
});
const all = readdirSync(PAGES)
  .map((file) => file.replace(/\.md$/, ''))
  .filter((name) => pageOf(name).includes('<!-- checks -->'));
for (const name of positionals.length > 0 ? positionals : all) await refresh(name);

/** @param {string} name */
async function refresh(name) {
  console.log(`${name} …`);
  const args = [COMMAND, 'lab', 'run', name, '--seeds', values.seeds, '--json'];
  // A check that fails is told by the page; the exit status says no more.
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    maxBuffer: OUTPUT_BYTES_MAX,
  }).catch((error) => error);
  const sweep = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
  if (sweep.event !== 'sweep') throw new Error(`${name} did not end: ${stdout.slice(0, 500)}`);
  /** @type {Group} */
  const group = sweep.groups[0];
  const page = pageOf(name)
    .replace(/(<!-- checks -->)[\s\S]*?(<!-- \/checks -->)/g, `$1\n${checksOf(group)}\n$2`)
    .replace(
      /(<!-- figures\n([\s\S]*?)\n-->)[\s\S]*?(<!-- \/figures -->)/g,
      (_, start, template, end) => `${start}\n\n${filled(template, group)}\n\n${end}`,
    );
  writeFileSync(new URL(`${name}.md`, PAGES), page);
  for (const file of readdirSync(DOCS).filter((entry) => entry.endsWith('.md'))) {
    const text = readFileSync(new URL(file, DOCS), 'utf8');
    const table = new RegExp(
      `(<!-- figures of ${name}\n([\\s\\S]*?)\n-->)[\\s\\S]*?(<!-- /figures -->)`,
      'g',
    );
    const told = text.replace(
      table,
      (_, start, template, end) => `${start}\n\n${filled(template, group)}\n\n${end}`,
    );
    if (told !== text) writeFileSync(new URL(file, DOCS), told);
  }
}

/** @param {string} name */
function pageOf(name) {
  return readFileSync(new URL(`${name}.md`, PAGES), 'utf8');
}

/** @param {Group} group */
function checksOf({ verdicts, seeds }) {
  const rows = verdicts.map(
    ({ name, expected, allowed, measured, ci95, passed, runs, pass, reason }) => {
      const apart = allowed === 0 ? '' : ` ± ${digits(allowed, allowed)}`;
      const cells = [
        name,
        `${digits(expected, allowed || ci95)}${apart}`,
        `${digits(measured, ci95)} ± ${digits(ci95, ci95)}`,
        `${passed} of ${runs}${pass ? '' : ', **does not agree**'}`,
        reason,
      ];
      return `| ${cells.join(' | ')} |`;
    },
  );
  return [
    '',
    `Over ${seeds} seeds, 1 to ${seeds}; means ± half of the 95 % confidence interval:`,
    '',
    '| check | expected | measured | seeds that pass alone | why so much is allowed |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** @param {string} template @param {Group} group */
function filled(template, { estimates }) {
  return template.replace(/\{(\w[\w.]*)(%?)\}/g, (_, name, isShare) => {
    const estimate = estimates[name];
    if (estimate === undefined) throw new Error(`there is no figure "${name}"`);
    const scale = isShare ? 100 : 1;
    return digits(estimate.mean * scale, estimate.ci95 * scale) + (isShare ? ' %' : '');
  });
}

/**
 * As many digits as the uncertainty leaves, and at most three decimals.
 * @param {number} value @param {number} uncertainty
 */
function digits(value, uncertainty) {
  const known = Number.isFinite(uncertainty) && uncertainty > 0;
  const places = known ? Math.min(3, Math.max(0, 1 - Math.floor(Math.log10(uncertainty)))) : 3;
  return Number(value.toFixed(places)).toLocaleString('en', {
    minimumFractionDigits: known && uncertainty < 10 ? places : 0,
    maximumFractionDigits: places,
  });
}
