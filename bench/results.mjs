/** How a results file is written: tables that can be read as they are, and what they were measured on. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** @typedef {{ what: string, wanted: string, figure: string, reached: boolean }} Goal */

/**
 * The head of a results file: title, machine, and which goals were reached.
 * @param {string} title @param {boolean} quick @param {Goal[]} goals
 */
export function opening(title, quick, goals) {
  const lines = [`# ${title}`, '', machine(), ''];
  if (quick) lines.push('A quick run: figures to look at, not to keep.', '');
  if (goals.length === 0) return lines;
  const rows = goals.map(({ what, wanted, figure, reached }) => [
    what,
    wanted,
    figure,
    reached ? 'reached' : 'not reached',
  ]);
  return [...lines, '## Goals', '', ...table([['goal', 'wanted', 'measured', ''], ...rows]), ''];
}

/** A Markdown table that can be read as it is. @param {string[][]} rows */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)];
}

/** The machine, Node.js, the commit and the day, in one line. */
function machine() {
  const [{ model }] = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  const date = new Date().toISOString().slice(0, 10);
  return (
    `${model.trim()}, ${cpus().length} cores, ${memoryGb} GB; ${process.platform} ${process.arch}; ` +
    `Node.js ${process.version}; commit ${commit()}; ${date}.`
  );
}

function commit() {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, {
      cwd: new URL('.', import.meta.url),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .toString()
      .trim();
  try {
    const dirty = git('status', '--porcelain') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${dirty ? ' + uncommitted' : ''}`;
  } catch {
    return 'unknown';
  }
}
