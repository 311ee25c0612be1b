/** How a results file is written: tables that can be read as they are, and what they were measured on. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** A Markdown table that can be read as it is. @param {string[][]} rows */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)];
}

/** The machine, Node.js, the commit and the day, in one line. */
export function machine() {
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
