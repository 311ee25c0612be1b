/** Queries served per second, and what each costs the server, side by side with other servers. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isInstalled, startEcho, startRtorrent } from './natives.mjs';
import {
  chooseCores,
  decimals,
  idSharing,
  openContacts,
  output,
  shownSpread,
  spreadOf,
  startChild,
  whole,
} from './setup.mjs';

/** @typedef {import('./setup.mjs').Run} Run */
/** @typedef {import('./setup.mjs').Section} Section */

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {'ringlight' | 'bittorrent-dht' | 'echo' | 'C echo' | 'rtorrent'} kind
 * @property {number} contacts at most so many of those that there are
 * @property {Record<string, string>} [env]
 * @property {string} [door] the module of a node of ours
 * @property {number} [workNs] what an echo in C spends on each datagram
 */
const OURS = 'ringlight';
const OURS_DGRAM = 'ringlight, dgram';
const BEFORE_DGRAM = 'ringlight before, dgram';
const C_ECHO = 'C echo in batches';
/** Between what a ping and a find_node take us (answers.mjs). */
const WORK_NS = 1000;
const C_WORKER = 'C echo, 1 µs of work';
const DGRAM_ECHO = 'bare dgram echo';
const FEW_CONTACTS = 20;
const DGRAM = { RINGLIGHT_UDP: 'dgram' };
const METHODS = ['ping', 'find_node', 'get_peers'];
const OUTSTANDING = 64;
/** 8 contacts in each: 160, of which each half of the id space knows its eight. */
const TABLE_DEPTHS = 20;

/**
 * bittorrent-dht answers with its whole table, so it is faster with few contacts. It stands here
 * with both: the goal is about equal tables, the other row is what it does at its best.
 * @param {Run} run @returns {Promise<Server[]>}
 */
async function serversOf({ beside }) {
  const door = '../dist/mainline.js';
  /** @type {Server[]} */
  const servers = [
    { name: OURS, kind: 'ringlight', contacts: Infinity, door },
    { name: C_ECHO, kind: 'C echo', contacts: 0 },
    { name: C_WORKER, kind: 'C echo', contacts: 0, workNs: WORK_NS },
    { name: OURS_DGRAM, kind: 'ringlight', contacts: Infinity, door, env: DGRAM },
    { name: DGRAM_ECHO, kind: 'echo', contacts: 0 },
    { name: 'bittorrent-dht', kind: 'bittorrent-dht', contacts: Infinity },
    {
      name: `bittorrent-dht, ${FEW_CONTACTS} contacts`,
      kind: 'bittorrent-dht',
      contacts: FEW_CONTACTS,
    },
  ];
  if (await isInstalled('rtorrent')) {
    servers.splice(3, 0, { name: 'rtorrent', kind: 'rtorrent', contacts: Infinity });
  }
  if (beside !== undefined) {
    const other = pathToFileURL(join(resolve(beside), 'dist/mainline.js')).href;
    const before = { name: BEFORE_DGRAM, door: other, env: DGRAM };
    servers.push({ kind: 'ringlight', contacts: Infinity, ...before });
  }
  return servers;
}

/** A missing tool: nothing to do with what is measured. */
export class MissingTool extends Error {}

/**
 * @param {Run} run
 * @returns {Promise<Section>}
 */
export async function measureServed(run) {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-bench-'));
  try {
    return await measure(run, compile(folder, 'load'), compile(folder, 'echo'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} folder @param {string} name */
function compile(folder, name) {
  const program = join(folder, name);
  const source = new URL(`./${name}.c`, import.meta.url).pathname;
  try {
    execFileSync('cc', ['-O2', '-o', program, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    throw new MissingTool('bench: no C compiler: "cc" is needed to build the load generator');
  }
  return program;
}

/**
 * A server in a process of its own.
 * @param {Server} server @param {string} id @param {any[]} contacts @param {string} echo
 * @param {number | null} core
 */
async function startServer({ kind, env, door, workNs }, id, contacts, echo, core) {
  if (kind === 'C echo') return startEcho(echo, core, workNs);
  if (kind === 'rtorrent') return startRtorrent(id, contacts, core);
  const child = startChild(new URL('./serve.mjs', import.meta.url), { core, ...(env && { env }) });
  const started = await child.ask({ kind, id, contacts, door });
  const cpuUs = async () => (await child.ask('cpu')).cpuUs;
  return { started, cpuUs, stop: () => child.stop() };
}

/**
 * @param {Run} run
 * @param {string} load
 * @param {string} echo
 * @returns {Promise<Section>}
 */
async function measure(run, load, echo) {
  const servers = await serversOf(run);
  const rounds = run.quick ? 2 : 5;
  const seconds = run.quick ? 1 : 2.5;
  const warmSeconds = run.quick ? 0.7 : 1;
  const cores = await chooseCores();
  const id = randomBytes(20);
  const asker = idSharing(id, TABLE_DEPTHS).toString('hex');
  const contacts = await openContacts(id, TABLE_DEPTHS);
  const known = contacts.map(({ id, host, port }) => ({ id, host, port }));
  /** @type {Map<string, Sample[]>} */
  const samples = new Map();
  /** @type {Map<string, number>} */
  const tables = new Map();

  for (let round = 0; round < rounds; round++) {
    for (const server of inTurn(servers, round)) {
      const { name, kind } = server;
      run.progress(`served: round ${round + 1} of ${rounds}, ${name}`);
      const some = known.slice(0, server.contacts);
      const running = await startServer(server, id.toString('hex'), some, echo, cores.server);
      try {
        const { started } = running;
        tables.set(name, started.contacts);
        for (const method of METHODS) {
          const ask = (/** @type {number} */ s) =>
            output([load, `${started.port}`, method, `${s}`, `${OUTSTANDING}`, asker], cores.load);
          await ask(warmSeconds);
          const before = await running.cpuUs();
          const result = JSON.parse(await ask(seconds));
          const after = await running.cpuUs();
          check(result, kind, method);
          const sample = {
            rate: result.received / result.seconds,
            cpuUs: (after - before) / result.received,
            lost: result.lost,
            replyBytes: result.replyBytes,
            p99Us: result.p99Us,
          };
          const key = `${name} ${method}`;
          samples.set(key, [...(samples.get(key) ?? []), sample]);
        }
      } finally {
        await running.stop();
      }
    }
  }
  await Promise.all(contacts.map((node) => node.close()));
  const pinned = cores.server !== null;
  return section(servers, samples, tables, { rounds, seconds, warmSeconds, pinned });
}

/** @typedef {{ rate: number, cpuUs: number, lost: number, replyBytes: number, p99Us: number }} Sample */

/**
 * Nobody is always first.
 * @template T
 * @param {T[]} list
 * @param {number} round
 */
function inTurn(list, round) {
  const first = round % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** A server that answers with errors, or with few nodes, must not win. */
function check(
  /** @type {any} */ result,
  /** @type {string} */ kind,
  /** @type {string} */ method,
) {
  const expectsNodes = !kind.endsWith('echo') && method !== 'ping';
  if (result.received === 0 || result.errors > 0 || (expectsNodes && result.replyBytes < 8 * 26)) {
    throw new Error(`${kind} did not serve ${method}: ${JSON.stringify(result)}`);
  }
}

/**
 * @param {Server[]} servers
 * @param {Map<string, Sample[]>} samples
 * @param {Map<string, number>} tables
 * @param {{ rounds: number, seconds: number, warmSeconds: number, pinned: boolean }} how
 * @returns {Section}
 */
function section(servers, samples, tables, how) {
  const of = (/** @type {string} */ name, /** @type {string} */ method) =>
    /** @type {Sample[]} */ (samples.get(`${name} ${method}`));
  /** Rounds are compared each with itself: what slows the machine down slows both. */
  const perCpuSecond = (
    /** @type {string} */ one,
    /** @type {string} */ other,
    /** @type {string} */ method,
  ) => {
    const others = of(other, method);
    return spreadOf(of(one, method).map(({ cpuUs }, i) => others[i].cpuUs / cpuUs));
  };
  const rows = METHODS.flatMap((method) =>
    servers.map(({ name }) => {
      const list = of(name, method);
      return [
        method,
        name,
        shownSpread(spreadOf(list.map(({ rate }) => rate))),
        shownSpread(spreadOf(list.map(({ cpuUs }) => cpuUs)), decimals(1)),
        whole(spreadOf(list.map(({ p99Us }) => p99Us)).median),
        whole(list[0].replyBytes),
        whole(list.reduce((sum, { lost }) => sum + lost, 0)),
        name === OURS ? '' : shownSpread(perCpuSecond(OURS, name, method), decimals(2)),
      ];
    }),
  );
  return {
    title: 'Queries served',
    method:
      `Each server is a process of its own${how.pinned ? ' on one core, the generator on another' : ''}; ` +
      `its table holds ${tables.get(OURS)} contacts (ringlight) and ${tables.get('bittorrent-dht')} ` +
      `(bittorrent-dht), 8 in each of ${TABLE_DEPTHS} buckets, that really answer; rtorrent begins with the ` +
      `same id and contacts. “dgram” is RINGLIGHT_UDP=dgram; ringlight without it moves datagrams in batches, ` +
      `as the echo in C does (echo.c); “1 µs of work” is the same echo, busy so long with each datagram, which is what ` +
      `a server costs that answers in that time and wastes nothing. The generator (load.c) keeps ${OUTSTANDING} queries outstanding over ` +
      `loopback, targets are random. ${how.rounds} rounds, the servers in turn, a new process each time; per ` +
      `method ${how.warmSeconds} s of warming up, then ${how.seconds} s measured. bittorrent-dht answers with ` +
      'its whole table, whatever its size. CPU is user + system time of the server process. Medians (min–max) ' +
      'over rounds; the last column is how many times as much ringlight serves per CPU-second, round by round.',
    table: [
      [
        'query',
        'server',
        'queries/s',
        'CPU µs/query',
        'p99 µs',
        'reply bytes',
        'lost',
        'ringlight per CPU-s is ×',
      ],
      ...rows,
    ],
    goals: goalsOf(servers, samples, perCpuSecond),
  };
}

/**
 * @param {Server[]} servers @param {Map<string, Sample[]>} samples
 * @param {(one: string, other: string, method: string) => import('./setup.mjs').Spread} perCpuSecond
 */
function goalsOf(servers, samples, perCpuSecond) {
  const goal = (
    /** @type {string} */ one,
    /** @type {string} */ other,
    /** @type {string} */ method,
    /** @type {number} */ least,
  ) => {
    const spread = perCpuSecond(one, other, method);
    return {
      what: `${method} per CPU-second, ${one} over ${other}`,
      wanted: `≥ ${least.toFixed(2)}`,
      figure: shownSpread(spread, decimals(2)),
      reached: spread.median >= least,
    };
  };
  const has = (/** @type {string} */ name) => servers.some((server) => server.name === name);
  const lost = servers
    .filter(({ kind }) => kind === 'ringlight')
    .flatMap(({ name }) => METHODS.flatMap((method) => samples.get(`${name} ${method}`) ?? []))
    .reduce((sum, sample) => sum + sample.lost, 0);
  return [
    goal(OURS, C_ECHO, 'ping', 0.75),
    goal(OURS, C_ECHO, 'find_node', 0.7),
    goal(OURS, C_ECHO, 'get_peers', 0.6),
    ...(has('rtorrent') ? [goal(OURS, 'rtorrent', 'find_node', 1)] : []),
    ...(has(BEFORE_DGRAM)
      ? METHODS.map((method) => goal(OURS_DGRAM, BEFORE_DGRAM, method, 1))
      : []),
    goal(OURS_DGRAM, DGRAM_ECHO, 'find_node', 0.8),
    goal(OURS, 'bittorrent-dht', 'find_node', 3.5),
    { what: 'queries lost by ringlight', wanted: '0', figure: whole(lost), reached: lost === 0 },
  ];
}
