/**
 * What the measurements share: statistics that say how far rounds lie apart, child processes, and
 * contacts that answer.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { openMainline } from '../dist/mainline.js';

export const HOST = '127.0.0.1';

/**
 * @typedef {object} Run what one invocation was asked for
 * @property {boolean} quick short runs: numbers to look at, not to keep
 * @property {string | undefined} beside the folder of another checkout, built, to be measured too
 * @property {(line: string) => void} progress
 *
 * @typedef {object} Goal
 * @property {string} what
 * @property {string} wanted
 * @property {string} figure
 * @property {boolean} reached
 *
 * @typedef {object} Section
 * @property {string} title
 * @property {string} method one paragraph: how it was measured
 * @property {string[][]} table rows, the first one is the head
 * @property {Goal[]} goals
 *
 * @typedef {{ median: number, min: number, max: number }} Spread
 */

/**
 * @param {number[]} values
 * @returns {Spread}
 */
export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/**
 * `median (min–max)`.
 * @param {Spread} spread
 * @param {(value: number) => string} format
 */
export function shownSpread({ median, min, max }, format = whole) {
  return `${format(median)} (${format(min)}–${format(max)})`;
}

/** @param {number} value */
export function whole(value) {
  return Math.round(value).toLocaleString('en-US');
}

/** @param {number} digits @returns {(value: number) => string} */
export function decimals(digits) {
  return (value) => value.toFixed(digits);
}

/** Keeps a value alive that nobody reads, so that the work that made it is not optimised away. */
let kept = 0;
/** @param {number} value */
export function keep(value) {
  kept = (kept + value) % 1e9;
  return kept;
}

/**
 * Node.js running `script`, spoken to by messages.
 * @param {URL} script
 * @param {{ flags?: string[], args?: string[], core?: number | null, env?: Record<string, string> }} [options]
 */
export function startChild(script, { flags = [], args = [], core = null, env = {} } = {}) {
  const command = pinned([process.execPath, ...flags, script.pathname, ...args], core);
  const child = spawn(command[0], command.slice(1), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => child.once('exit', () => resolve()));
  return {
    pid: /** @type {number} */ (child.pid),
    /** @param {unknown} message @returns {Promise<any>} */
    ask(message) {
      return new Promise((resolve, reject) => {
        const failed = (/** @type {number | null} */ code) =>
          reject(new Error(`${script.pathname} ended with status ${code}`));
        child.once('exit', failed);
        child.once('message', (answer) => {
          child.off('exit', failed);
          resolve(answer);
        });
        child.send(/** @type {any} */ (message));
      });
    },
    /** Waits until it is gone, so that nothing of it runs beside the next measurement. */
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/**
 * Runs a program to its end and returns what it printed.
 * @param {string[]} words
 * @param {number | null} [core]
 * @returns {Promise<string>}
 */
export function output(words, core = null) {
  const [program, ...args] = pinned(words, core);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (complaint += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${program} ended with status ${code}: ${complaint.trim()}`));
    });
  });
}

/** @param {string[]} words @param {number | null} core */
export function pinned(words, core) {
  return core === null ? words : ['taskset', '--cpu-list', String(core), ...words];
}

/**
 * The cores for a server and for whoever loads it; null where they cannot be chosen.
 * @returns {Promise<{ server: number | null, load: number | null }>}
 */
export async function chooseCores() {
  const nowhere = { server: null, load: null };
  if (availableParallelism() < 2) return nowhere;
  try {
    // "pid 7's current affinity list: 0-3,8"
    const [, list] = (await output(['taskset', '-cp', String(process.pid)])).trim().split(': ');
    const cores = list.split(',').flatMap((range) => {
      const [first, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
    return { server: cores[0], load: cores[1] };
  } catch {
    return nowhere;
  }
}

/**
 * Nodes that answer, eight in each of the first `depths` buckets of whoever has the id.
 * @param {Buffer} id
 * @param {number} depths
 */
export async function openContacts(id, depths) {
  /** @type {import('../dist/mainline.js').Mainline[]} */
  const nodes = [];
  for (let i = 0; i < depths * 8; i++) {
    const own = idSharing(id, Math.floor(i / 8));
    const shared = nodes.length > 0 ? { shareWith: nodes[0] } : {};
    nodes.push(await openMainline({ host: HOST, id: own, bootstrap: false, ...shared }));
  }
  return nodes;
}

/**
 * A random id that shares exactly `bits` leading bits with another.
 * @param {Buffer} id
 * @param {number} bits
 */
export function idSharing(id, bits) {
  const other = randomBytes(id.length);
  for (let bit = 0; bit <= bits; bit++) {
    const mask = 0x80 >> (bit % 8);
    const at = bit >> 3;
    const wanted = bit === bits ? ~id[at] & mask : id[at] & mask;
    other[at] = (other[at] & ~mask) | wanted;
  }
  return other;
}
