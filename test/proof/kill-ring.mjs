/**
 * `npm run proof:kill`: seven members of a ring in seven processes, clients that write and delete all
 * the while, and kill -9 at random. What was acknowledged must be there at the end.
 *
 *     write, delete ─────────────────────────────────────────────────────────▶ then read everything
 *     kill 1…K of them ─▶ bring them back ─▶ wait until the ring is whole ─▶ kill again …
 *
 * Half of those who come back have lost their disk, so that their copies must come from the others. A
 * key is written by one writer only, one write after the other: what is read at the end is the last
 * acknowledged value, or one whose outcome was never told and that was tried after it.
 *
 *     npm run proof:kill -- --seeds 3 --seconds 60 --k 2 --nodes 7
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { connectRing } from '../../dist/ring.js';

const COMMAND = new URL('../../dist/cli.js', import.meta.url).pathname;
const HOST = '127.0.0.1';
const WRITERS = 12;
const KEYS_PER_WRITER = 40;
/** Once a ring was hurt it is left in peace for so long at least before it is looked at. */
const PAUSE_MS = 500;
const WHOLE_WITHIN_MS = 60_000;
/** After so many keys that could not be read the others would only take long. */
const WRONG_LIMIT = 3;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '60' },
    nodes: { type: 'string', default: '7' },
    k: { type: 'string', default: '2' },
  },
});
/** A small seeded generator: which process dies when can be drawn again, its timing cannot. */
function randomOf(/** @type {number} */ seed) {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return (/** @type {number} */ limit) => {
    state = (Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % limit;
  };
}

/** One member in a process of its own. */
class Member {
  /** @type {import('node:child_process').ChildProcess | null} */
  #process = null;
  #data;
  #isMember = false;
  /** @type {any} */
  status = null;
  port = 0;

  constructor(/** @type {string} */ folder) {
    this.folder = folder;
    this.#data = mkdtempSync(join(folder, 'data-'));
  }

  get isUp() {
    return this.#process !== null;
  }

  /** Starts it and waits until it is a member. */
  async start(/** @type {number[]} */ ports, /** @type {number} */ k, hasLostDisk = false) {
    if (hasLostDisk) this.#data = mkdtempSync(join(this.folder, 'data-'));
    const args = [COMMAND, 'ring', 'serve', '--host', HOST, '--port', `${this.port}`, '--json'];
    args.push('--k', `${k}`, '--data', this.#data);
    for (const port of ports) args.push('--join', `${HOST}:${port}`);
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    this.#isMember = false;
    this.status = null;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text);
      if (line.event === 'listening') this.port = line.port;
      if (line.event === 'joined') this.#isMember = true;
      if (line.event === 'status') this.status = line;
    });
    await until(() => this.#isMember || child.exitCode !== null, WHOLE_WITHIN_MS);
    if (!this.#isMember) throw new Error(`port ${this.port} did not join`);
  }

  /** The process is gone before it can do anything more. */
  async kill() {
    const child = this.#process;
    this.#process = null;
    this.status = null;
    child?.kill('SIGKILL');
    await until(() => !child || child.exitCode !== null || child.signalCode !== null, 10_000);
  }
}

/** Writes its own keys in turn, and remembers what may be there. */
class Writer {
  /** By key: the value last acknowledged, and those whose outcome is not known since; null is "none". */
  ledger = new Map();
  acknowledged = 0;
  failed = 0;

  constructor(
    /** @type {number} */ number,
    /** @type {(limit: number) => number} */ random,
    /** @type {import('../../dist/ring.js').RingConnection} */ client,
  ) {
    this.number = number;
    this.random = random;
    this.client = client;
  }

  async run(/** @type {() => boolean} */ isOver) {
    for (let write = 0; !isOver(); write++) {
      const key = `writer ${this.number} key ${this.random(KEYS_PER_WRITER)}`;
      const value = this.random(8) === 0 ? null : `${this.number}-${write}-${'x'.repeat(200)}`;
      const known = this.ledger.get(key) ?? { value: null, maybe: [] };
      this.ledger.set(key, known);
      known.maybe.push(value);
      try {
        const limits = { level: /** @type {const} */ ('all'), timeoutMs: 10_000 };
        if (value === null) await this.client.remove(key, limits);
        else await this.client.insert(key, value, limits);
        known.value = value;
        known.maybe = [];
        this.acknowledged++;
      } catch (error) {
        if (!(/** @type {any} */ (error).code)) throw error;
        this.failed++;
      }
    }
  }
}

async function proof(
  /** @type {number} */ seed,
  /** @type {number} */ nodes,
  /** @type {number} */ k,
  /** @type {number} */ seconds,
) {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-kill-'));
  const random = randomOf(seed);
  const members = Array.from({ length: nodes }, () => new Member(folder));
  try {
    const ports = () => members.filter(({ isUp }) => isUp).map(({ port }) => port);
    for (const member of members) await member.start(ports(), k);
    await wholeRing(members, k);
    const entries = members.map(({ port }) => `${HOST}:${port}`);
    const client = await connectRing(entries, { wire: 'seed' });
    const writers = Array.from(
      { length: WRITERS },
      (_, i) => new Writer(i, randomOf(seed + i), client),
    );
    const endMs = performance.now() + seconds * 1000;
    const writing = Promise.all(
      writers.map((writer) => writer.run(() => performance.now() >= endMs)),
    );
    let kills = 0;
    while (performance.now() < endMs) {
      const victims = chosen(members, 1 + random(k), random);
      await Promise.all(victims.map((victim) => victim.kill()));
      kills += victims.length;
      await pause(PAUSE_MS + random(2000));
      for (const victim of victims) await victim.start(ports(), k, random(2) === 0);
      await pause(PAUSE_MS);
      await wholeRing(members, k);
    }
    await writing;
    await wholeRing(members, k);
    const wrong = await compare(writers, client);
    await client.close();
    const acknowledged = writers.reduce((sum, writer) => sum + writer.acknowledged, 0);
    const failed = writers.reduce((sum, writer) => sum + writer.failed, 0);
    console.log(
      `seed ${seed}: ${kills} kills, ${acknowledged} writes acknowledged, ${failed} not; ` +
        `${wrong.length} lost, revived or unreadable`,
    );
    for (const line of wrong.slice(0, 10)) console.log(`  ${line}`);
    return wrong.length;
  } finally {
    await Promise.all(members.map((member) => member.kill()));
    rmSync(folder, { recursive: true });
  }
}

/** Reads every key that was ever written. */
async function compare(
  /** @type {Writer[]} */ writers,
  /** @type {import('../../dist/ring.js').RingConnection} */ client,
) {
  const wrong = [];
  for (const { ledger } of writers) {
    for (const [key, { value, maybe }] of ledger) {
      const shown = (/** @type {string | null} */ text) => text?.slice(0, 20) ?? 'nothing';
      try {
        const bytes = await client.get(key, { level: 'all', timeoutMs: 20_000 });
        const found = bytes === null ? null : new TextDecoder().decode(bytes);
        if (found === value || maybe.includes(found)) continue;
        wrong.push(`${key}: expected ${shown(value)}, found ${shown(found)}`);
      } catch (error) {
        // A whole ring serves everything: not to be read is a failure, and no reason to stop reading.
        wrong.push(`${key}: expected ${shown(value)}, but ${/** @type {Error} */ (error).message}`);
        if (wrong.length >= WRONG_LIMIT) return wrong;
      }
    }
  }
  return wrong;
}

/** Waits until every member reports all of its copies. */
async function wholeRing(/** @type {Member[]} */ members, /** @type {number} */ k) {
  for (const member of members) member.status = null;
  const isWhole = () => members.every(({ status }) => status !== null && status.effectiveK === k);
  await until(isWhole, WHOLE_WITHIN_MS);
  if (!isWhole()) {
    const states = members.map(({ port, status }) => `${port}: ${status?.effectiveK ?? 'silent'}`);
    throw new Error(`the ring did not become whole: effective K ${states.join(', ')}`);
  }
}

/**
 * @template T
 * @param {T[]} list
 * @param {number} count
 * @param {(limit: number) => number} random
 */
function chosen(list, count, random) {
  const rest = [...list];
  return Array.from({ length: count }, () => rest.splice(random(rest.length), 1)[0]);
}

function pause(/** @type {number} */ ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(/** @type {() => boolean} */ isSo, /** @type {number} */ withinMs) {
  for (const endMs = performance.now() + withinMs; !isSo() && performance.now() < endMs; ) {
    await pause(50);
  }
}

const first = Number(values.seed);
let failures = 0;
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  failures += await proof(seed, Number(values.nodes), Number(values.k), Number(values.seconds));
}
process.exitCode = failures === 0 ? 0 : 1;
