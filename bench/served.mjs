/** Queries served per second, and what each costs the server, side by side with other servers. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const FEW_CONTACTS = 20;
/**
 * bittorrent-dht answers with its whole table, so it is faster with few contacts. It stands here
 * with both: the goal is about equal tables, the other row is what it does at its best.
 */
const SERVERS = [
  { name: 'ringlight', kind: 'ringlight', contacts: Infinity },
  { name: 'bittorrent-dht', kind: 'bittorrent-dht', contacts: Infinity },
  {
    name: `bittorrent-dht, ${FEW_CONTACTS} contacts`,
    kind: 'bittorrent-dht',
    contacts: FEW_CONTACTS,
  },
  { name: 'bare dgram echo', kind: 'echo', contacts: 0 },
];
const METHODS = ['ping', 'find_node', 'get_peers'];
const OUTSTANDING = 64;
/** 8 contacts in each: 160, of which each half of the id space knows its eight. */
const TABLE_DEPTHS = 20;

/** A missing tool: nothing to do with what is measured. */
export class MissingTool extends Error {}

/**
 * @param {Run} run
 * @returns {Promise<Section>}
 */
export async function measureServed(run) {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-bench-'));
  try {
    return await measure(run, compileLoad(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} folder */
function compileLoad(folder) {
  const program = join(folder, 'load');
  const source = new URL('./load.c', import.meta.url).pathname;
  try {
    execFileSync('cc', ['-O2', '-o', program, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    throw new MissingTool('bench: no C compiler: "cc" is needed to build the load generator');
  }
  return program;
}

/**
 * @param {Run} run
 * @param {string} load
 * @returns {Promise<Section>}
 */
async function measure(run, load) {
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
    for (const { name, kind, contacts: limit } of inTurn(SERVERS, round)) {
      run.progress(`served: round ${round + 1} of ${rounds}, ${name}`);
      const server = startChild(new URL('./serve.mjs', import.meta.url), { core: cores.server });
      try {
        const started = await server.ask({
          kind,
          id: id.toString('hex'),
          contacts: known.slice(0, limit),
        });
        tables.set(name, started.contacts);
        for (const method of METHODS) {
          const ask = (/** @type {number} */ s) =>
            output([load, `${started.port}`, method, `${s}`, `${OUTSTANDING}`, asker], cores.load);
          await ask(warmSeconds);
          const before = await server.ask('cpu');
          const result = JSON.parse(await ask(seconds));
          const after = await server.ask('cpu');
          check(result, kind, method);
          const sample = {
            rate: result.received / result.seconds,
            cpuUs: (after.cpuUs - before.cpuUs) / result.received,
            lost: result.lost,
            replyBytes: result.replyBytes,
            p99Us: result.p99Us,
          };
          const key = `${name} ${method}`;
          samples.set(key, [...(samples.get(key) ?? []), sample]);
        }
      } finally {
        await server.stop();
      }
    }
  }
  await Promise.all(contacts.map((node) => node.close()));
  return section(samples, tables, { rounds, seconds, warmSeconds, pinned: cores.server !== null });
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
  const expectsNodes = kind !== 'echo' && method !== 'ping';
  if (result.received === 0 || result.errors > 0 || (expectsNodes && result.replyBytes < 8 * 26)) {
    throw new Error(`${kind} did not serve ${method}: ${JSON.stringify(result)}`);
  }
}

/**
 * @param {Map<string, Sample[]>} samples
 * @param {Map<string, number>} tables
 * @param {{ rounds: number, seconds: number, warmSeconds: number, pinned: boolean }} how
 * @returns {Section}
 */
function section(samples, tables, how) {
  const of = (/** @type {string} */ name, /** @type {string} */ method) =>
    /** @type {Sample[]} */ (samples.get(`${name} ${method}`));
  /** Rounds are compared each with itself: what slows the machine down slows both. */
  const ratio = (/** @type {string} */ other, /** @type {string} */ method) => {
    const others = of(other, method);
    return spreadOf(of('ringlight', method).map(({ rate }, i) => rate / others[i].rate));
  };
  const rows = METHODS.flatMap((method) =>
    SERVERS.map(({ name }) => {
      const list = of(name, method);
      return [
        method,
        name,
        shownSpread(spreadOf(list.map(({ rate }) => rate))),
        shownSpread(spreadOf(list.map(({ cpuUs }) => cpuUs)), decimals(1)),
        whole(spreadOf(list.map(({ p99Us }) => p99Us)).median),
        whole(list[0].replyBytes),
        whole(list.reduce((sum, { lost }) => sum + lost, 0)),
        name === 'ringlight' ? '' : decimals(2)(ratio(name, method).median),
      ];
    }),
  );
  const toEcho = ratio('bare dgram echo', 'find_node');
  const toOther = ratio('bittorrent-dht', 'find_node');
  return {
    title: 'Queries served',
    method:
      `Each server is a process of its own${how.pinned ? ' on one core, the generator on another' : ''}; ` +
      `its table holds ${tables.get('ringlight')} contacts (ringlight) and ${tables.get('bittorrent-dht')} ` +
      `(bittorrent-dht), 8 in each of ${TABLE_DEPTHS} buckets, that really answer. The generator (load.c) keeps ` +
      `${OUTSTANDING} queries outstanding over loopback, targets are random. ${how.rounds} rounds, the servers ` +
      `in turn, a new process each time; per method ${how.warmSeconds} s of warming up, then ${how.seconds} s ` +
      'measured. bittorrent-dht answers with its whole table, whatever its size. CPU is user + system time of the server process. Medians (min–max) over rounds; the ' +
      'last column is the median of ringlight’s rate over theirs, round by round.',
    table: [
      [
        'query',
        'server',
        'queries/s',
        'CPU µs/query',
        'p99 µs',
        'reply bytes',
        'lost',
        'ringlight is ×',
      ],
      ...rows,
    ],
    goals: [
      {
        what: 'find_node, rate over a bare echo’s',
        wanted: '≥ 0.80',
        figure: shownSpread(toEcho, decimals(2)),
        reached: toEcho.median >= 0.8,
      },
      {
        what: 'find_node, rate over bittorrent-dht’s',
        wanted: '≥ 3.5',
        figure: shownSpread(toOther, decimals(2)),
        reached: toOther.median >= 3.5,
      },
    ],
  };
}
