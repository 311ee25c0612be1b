/**
 * `npm run proof:rolling`: a ring of the previous minor version becomes one of this version, member by member, while
 * it is written to and read; then one member goes back, and comes again.
 *
 *     0.2  0.2  0.2  0.2  0.2      SIGTERM, the same address, the same folder, the other program
 *     0.3  0.2  0.2  0.2  0.2      … as soon as all copies are there again, the next one
 *     0.3  0.3  0.3  0.3  0.3
 *     0.2  0.3  0.3  0.3  0.3      one step back, and forward again
 *
 * Clients of both versions write at `all` and `quorum`, each key by one of them, and try again what was not
 * acknowledged. It holds when nothing acknowledged is lost, no read is older than what was acknowledged before it
 * began, and no call failed for longer than its retries.
 *
 *     npm run proof:rolling -- --nodes 5 --k 2 --busy 0 [--previous FOLDER]
 *
 * The previous version is built from this repository's own history. A clone that does not go back so far says so in
 * one line, and nothing is proven.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { connectRing } from '../../dist/ring.js';
import { Member, pause, wholeRing } from './ring-member.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The last commit of the previous minor version, 0.2. */
const PREVIOUS = '389ba5b622746606e232230a45a5a881bcefbfff';
const PREVIOUS_MINOR = '0.2.';

const WRITERS = 8;
const READERS = 4;
const KEYS_PER_WRITER = 20;
const VALUE_BYTES = 200;
/** A call is tried again until then: members that hand over and begin take some seconds on a busy machine. */
const RETRIES_MS = 20_000;
const CALL_MS = 5000;
const AGAIN_MS = 50;
const WHOLE_WITHIN_MS = 60_000;
const SETTLED_MS = 500;
/** Codes of calls that may be made again; all others are failures at once. */
const PASSING = [
  'UNREACHABLE',
  'UNAVAILABLE',
  'TIMEOUT',
  'TOO_FEW_COPIES',
  'OUTCOME_UNKNOWN',
  'BUSY',
  'NOT_A_MEMBER',
  'TOO_MANY_HOPS',
];

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '5' },
    k: { type: 'string', default: '2' },
    busy: { type: 'string', default: '0' },
    previous: { type: 'string' },
  },
});
const K = Number(values.k);
const NODES = Number(values.nodes);

/** Builds the previous version in `folder`; null: this clone does not have it. @param {string} folder */
function buildPrevious(folder) {
  const git = (/** @type {string[]} */ ...words) => spawnSync('git', ['-C', ROOT, ...words]);
  if (git('cat-file', '-e', `${PREVIOUS}^{commit}`).status !== 0) return null;
  mkdirSync(folder);
  const archive = execFileSync('git', ['-C', ROOT, 'archive', PREVIOUS], {
    maxBuffer: 1 << 30,
  });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  execFileSync('npm', ['run', '--silent', 'build:code'], { cwd: folder, stdio: 'inherit' });
  return folder;
}

/** @param {string} folder */
function programOf(folder) {
  const command = join(folder, 'dist', 'cli.js');
  const version = execFileSync(process.execPath, [command, '--version']).toString().trim();
  return { command, version };
}

/** What is known of one key: the last number acknowledged, and the last that was begun. */
class Ledger {
  /** @type {Map<string, { acknowledged: number, begun: number }>} */
  keys = new Map();
  /** @type {string[]} */
  wrong = [];
  writes = 0;
  reads = 0;
  retries = 0;
  longestMs = 0;

  constructor() {
    for (let writer = 0; writer < WRITERS; writer++) {
      for (let key = 0; key < KEYS_PER_WRITER; key++) {
        this.keys.set(keyOf(writer, key), { acknowledged: 0, begun: 0 });
      }
    }
  }

  /**
   * Makes a call until it succeeds, or its retries are over.
   * @template T @param {string} what @param {() => Promise<T>} call @returns {Promise<T | undefined>}
   */
  async insist(what, call) {
    const beganMs = performance.now();
    for (;;) {
      try {
        const made = await call();
        this.longestMs = Math.max(this.longestMs, performance.now() - beganMs);
        return made;
      } catch (error) {
        const { code = '', message } = /** @type {Error & { code?: string }} */ (error);
        if (!PASSING.includes(code) || performance.now() - beganMs > RETRIES_MS) {
          this.wrong.push(`${what} failed: ${code} ${message}`);
          return undefined;
        }
        this.retries++;
        await pause(AGAIN_MS);
      }
    }
  }

  /** @param {string} key @param {number} least @param {Uint8Array | null | undefined} bytes */
  judge(key, least, bytes) {
    if (bytes === undefined) return;
    const found = bytes === null ? 0 : Number(new TextDecoder().decode(bytes).split(' ')[0]);
    const most = /** @type {{ begun: number }} */ (this.keys.get(key)).begun;
    if (found >= least && found <= most) return;
    this.wrong.push(`${key}: found ${found}, acknowledged ${least}, begun ${most}`);
  }
}

function keyOf(/** @type {number} */ writer, /** @type {number} */ key) {
  return `writer ${writer} key ${key}`;
}

/**
 * @typedef {import('../../dist/ring.js').RingConnection} Client
 * @typedef {() => boolean} IsOver
 */

/** @param {Ledger} ledger @param {Client} client @param {number} writer @param {IsOver} isOver */
async function write(ledger, client, writer, isOver) {
  const level = writer % 2 === 0 ? /** @type {const} */ ('all') : /** @type {const} */ ('quorum');
  for (let n = 1; !isOver(); n++) {
    const key = keyOf(writer, n % KEYS_PER_WRITER);
    const known = /** @type {{ acknowledged: number, begun: number }} */ (ledger.keys.get(key));
    known.begun = n;
    const value = `${n} ${'x'.repeat(VALUE_BYTES)}`;
    const options = { level, timeoutMs: CALL_MS };
    const made = await ledger.insist(`${key} = ${n} at ${level}`, () =>
      client.insert(key, value, options),
    );
    if (made === undefined) continue;
    known.acknowledged = n;
    ledger.writes++;
  }
}

/** @param {Ledger} ledger @param {Client} client @param {number} reader @param {IsOver} isOver */
async function read(ledger, client, reader, isOver) {
  for (let n = reader; !isOver(); n++) {
    const key = keyOf(n % WRITERS, (n * 7) % KEYS_PER_WRITER);
    const known = /** @type {{ acknowledged: number }} */ (ledger.keys.get(key));
    const least = known.acknowledged;
    const options = { level: /** @type {const} */ ('quorum'), timeoutMs: CALL_MS };
    ledger.judge(key, least, await ledger.insist(`read of ${key}`, () => client.get(key, options)));
    ledger.reads++;
  }
}

/** @param {readonly Member[]} members @param {Member} member */
async function begin(members, member) {
  const others = members.filter((other) => other.isUp && other !== member);
  member.begin(
    others.map(({ address }) => address),
    K,
  );
  await member.joined();
}

/** Another program takes the place of a member. @param {readonly Member[]} members @param {Member} member @param {string} command */
async function replace(members, member, command) {
  if (!(await member.leave())) throw new Error(`${member.address} did not leave: ${member.errors}`);
  member.command = command;
  await begin(members, member);
  await wholeRing(members, K, WHOLE_WITHIN_MS);
  await pause(SETTLED_MS);
}

/** @param {string} folder @param {string} previous */
async function roll(folder, previous) {
  const older = programOf(previous);
  const newer = programOf(ROOT);
  if (!older.version.startsWith(PREVIOUS_MINOR) || newer.version.startsWith(PREVIOUS_MINOR)) {
    throw new Error(
      `expected ${PREVIOUS_MINOR}x and a later one, got ${older.version} and ${newer.version}`,
    );
  }
  const { connectRing: connectOlder } = await import(
    pathToFileURL(join(previous, 'dist', 'ring.js')).href
  );
  const members = Array.from({ length: NODES }, (_, i) => new Member(folder, i));
  const ledger = new Ledger();
  let isOver = false;
  const over = () => isOver;
  try {
    for (const member of members) {
      member.command = older.command;
      await begin(members, member);
    }
    await wholeRing(members, K, WHOLE_WITHIN_MS);
    const entries = members.map(({ address }) => address);
    /** @type {Client[]} */
    const clients = [
      await connectRing(entries, { wire: 'seed' }),
      await connectOlder(entries, { wire: 'seed' }),
    ];
    const clientOf = (/** @type {number} */ i) => /** @type {Client} */ (clients[(i >> 1) % 2]);
    const load = Promise.all([
      ...Array.from({ length: WRITERS }, (_, i) => write(ledger, clientOf(i), i, over)),
      ...Array.from({ length: READERS }, (_, i) => read(ledger, clientOf(i), i, over)),
    ]);
    for (const member of members) await replace(members, member, newer.command);
    console.log(`${NODES} members went from ${older.version} to ${newer.version}, one by one`);
    const [first] = members;
    await replace(members, /** @type {Member} */ (first), older.command);
    await replace(members, /** @type {Member} */ (first), newer.command);
    console.log(`one went back to ${older.version}, and came again`);
    isOver = true;
    await load;
    for (const [key, { acknowledged }] of ledger.keys) {
      const options = { level: /** @type {const} */ ('all'), timeoutMs: CALL_MS };
      const call = () => /** @type {Client} */ (clients[0]).get(key, options);
      ledger.judge(key, acknowledged, await ledger.insist(`last read of ${key}`, call));
    }
    for (const client of clients) await client.close();
  } finally {
    isOver = true;
    await Promise.all(members.map((member) => member.kill()));
  }
  const { writes, reads, retries, longestMs, wrong } = ledger;
  console.log(
    `${writes} writes acknowledged, ${reads} reads, ${retries} calls made again, the longest took ` +
      `${(longestMs / 1000).toFixed(1)} s with its retries; ${wrong.length} lost, too old or failed`,
  );
  for (const line of wrong.slice(0, 10)) console.log(`  ${line}`);
  return wrong.length;
}

async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-rolling-'));
  const loops = Array.from({ length: Number(values.busy) }, () =>
    spawn('nice', [process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  try {
    const previous = values.previous ?? buildPrevious(join(folder, 'previous'));
    if (previous === null) {
      console.log(
        `rolling: left out, for this clone has no commit ${PREVIOUS.slice(0, 7)} of version ${PREVIOUS_MINOR}x`,
      );
      return 0;
    }
    return (await roll(folder, previous)) === 0 ? 0 : 1;
  } finally {
    for (const loop of loops) loop.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await run();
