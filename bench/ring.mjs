/**
 * The ring beside redis-server and beside the least that TCP on Node.js costs, all in one run: what a
 * node serves over kept and over one-command connections and its Redis port, what seven nodes serve through one of them,
 * and how fast records move when somebody joins or leaves.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf } from '../dist/core/address.js';
import { FrameType, FrameWriter } from '../dist/ring/frames.js';
import { Handshake } from '../dist/ring/greeting/handshake.js';
import { measureReplicated } from './replicated.mjs';
import { MissingTool } from './served.mjs';
import {
  chooseCores,
  decimals,
  HOST,
  output,
  shownSpread,
  spreadOf,
  startChild,
  whole,
} from './setup.mjs';

/** @typedef {import('./setup.mjs').Run} Run */
/** @typedef {import('./setup.mjs').Section} Section */
/** @typedef {{ rate: number, cpuUs: number, p50Us: number, p99Us: number }} Sample */

const SERVE = new URL('./ring-serve.mjs', import.meta.url);
const LOOPBACK = 0x7f000001;
/** Connections, each with one request under way: what 64 independent clients do. */
const CONNECTIONS = 64;
const KEYS = 10_000;
/** So few that warming up inserts all of them over connections of their own, too. */
const KEYS_ONCE = 200;
const SIZES = [100, 10_000];
/** What is measured of a server, by the bytes of a value; the rest is among the calls of the library. */
const COMMANDS = ['insert', 'get'];
/** Requests before the measurement: V8 has compiled what they need, and every key is there. */
const WARMING_REQUESTS = 40_000;
const WARMING_S = 4;
/** Of a turn, which is over after whichever comes first. */
const MEASURED_REQUESTS = 60_000;
const MEASURED_S = 1;
/** Turns of each server; large values vary less. */
const ROUNDS = 9;
const ROUNDS_LARGE = 3;
/** Calls through a library, and before them: seven processes have to be warm. */
const CALLED_S = 2;
const CALLS_WARMING_S = 6;
/** A pause after which a server is taken to have said and done all it has to. */
const QUIET_MS = 150;
/** Half of it moves: so much that beginning and end of a join do not rule. */
const HELD_BYTES = 80_000_000;
/** Linux counts the time of a process in hundredths of a second. */
const TICK_US = 10_000;
const MOVED_VALUE_BYTES = 10_000;

/** @param {Run} run @returns {Promise<Section[]>} */
export async function measureRing(run) {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-bench-'));
  try {
    const load = compileLoad(folder);
    return [
      await measureServing(run, load, folder),
      await measureMany(run, folder),
      await measureReplicated(run, load, folder, (seconds, warmingS) =>
        durableSample(folder, seconds, warmingS),
      ),
      await measureMoves(run, folder),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} folder */
function compileLoad(folder) {
  const program = join(folder, 'tcp-load');
  const source = new URL('./tcp-load.c', import.meta.url).pathname;
  try {
    execFileSync('cc', ['-O2', '-o', program, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    throw new MissingTool('bench: no C compiler: "cc" is needed to build the load generator');
  }
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new MissingTool(
      'bench: "redis-server" is needed, it is the other side of the comparison',
    );
  }
  return program;
}

/** @param {number} i */
function keyOf(i) {
  return createHash('sha1').update(`key ${i}`).digest();
}

/**
 * How one server is spoken to.
 * @typedef {object} Language
 * @property {(port: number) => Buffer} preamble
 * @property {(key: Buffer) => Buffer} get
 * @property {((key: Buffer) => Buffer) | null} exists
 * @property {(key: Buffer, value: Buffer) => Buffer} insert
 * @property {number} okAt where a good reply has a certain byte
 * @property {Record<string, number>} ok that byte, by command
 */

/** @type {Language} */
const FRAMES = {
  preamble: (port) => Buffer.concat([Buffer.from('VER'), greeting(port)]),
  get: (key) => frame(FrameType.get, key, 0),
  exists: (key) => frame(FrameType.get, key, 0x80),
  insert: (key, value) => frame(FrameType.put, key, 0, value),
  okAt: 9,
  ok: { get: 0, exists: 0, insert: 0 },
};
/** @type {Language} */
const CLASS = {
  preamble: () => Buffer.alloc(0),
  get: (key) => Buffer.concat([Buffer.from('GET'), key]),
  exists: (key) => Buffer.concat([Buffer.from('EXI'), key]),
  insert: (key, value) => Buffer.concat([Buffer.from('INS'), key, sized(value)]),
  okAt: 0,
  ok: { get: 0x54, exists: 0x54, insert: 0x54 },
};
/** @type {Language} */
const RESP = {
  preamble: () => Buffer.alloc(0),
  get: (key) => resp(Buffer.from('GET'), key),
  exists: (key) => resp(Buffer.from('EXISTS'), key),
  insert: (key, value) => resp(Buffer.from('SET'), key, value),
  okAt: 0,
  ok: { get: 0x24, exists: 0x3a, insert: 0x2b },
};

/** What a client says of itself to the member at `port`. @param {number} port */
function greeting(port) {
  const nobody = { secret: null, ringId: new Uint8Array(16), incarnation: 0, greeted: [] };
  const random = { uint32: () => randomInt(2 ** 32) };
  return new Handshake({ ...nobody, random }, addressOf(LOOPBACK, port)).hello(Date.now());
}

/** @param {number} type @param {Buffer} key @param {number} choice @param {Buffer} [value] */
function frame(type, key, choice, value) {
  const out = new FrameWriter();
  out.begin(type, 1);
  out.raw(key);
  out.u8(choice);
  if (value) out.raw(value);
  out.end();
  return Buffer.from(out.bytes.subarray(0, out.length));
}

/** @param {Buffer} value */
function sized(value) {
  const length = Buffer.alloc(8);
  length.writeUInt32BE(value.length, 4);
  return Buffer.concat([length, value]);
}

/** @param {Buffer[]} words */
function resp(...words) {
  const parts = words.flatMap((word) => [
    Buffer.from(`$${word.length}\r\n`),
    word,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {Language} language
 * @property {'kept' | 'once'} connections
 * @property {number[]} sizes of values
 * @property {(folder: string) => Promise<Running>} start
 *
 * @typedef {{ port: number, pid: number, stop: () => Promise<void> }} Running
 */

/** @param {string} name @param {object} options @param {Language} language */
function ringServer(name, options, language, connections = 'kept', start = 'ring') {
  return {
    name,
    language,
    connections: /** @type {'kept' | 'once'} */ (connections),
    sizes: connections === 'kept' ? SIZES : SIZES.slice(0, 1),
    /** @param {string} folder */
    start: async (folder) => {
      const { core } = await serverCore();
      const child = startChild(SERVE, { core });
      const data = 'data' in options ? mkdtempSync(join(folder, 'data-')) : undefined;
      const { port } = await child.ask({ start, options: { ...options, data } });
      return { port, pid: child.pid, stop: () => child.stop() };
    },
  };
}

/** @param {string} name @param {string[]} flags */
function redisServer(name, flags) {
  return {
    name,
    language: RESP,
    connections: /** @type {'kept'} */ ('kept'),
    sizes: SIZES,
    /** @param {string} folder */
    start: async (folder) => {
      const { core } = await serverCore();
      const port = 20_000 + Math.floor(Math.random() * 10_000);
      const words = ['redis-server', '--port', `${port}`, '--bind', HOST, '--save', '', ...flags];
      words.push('--dir', mkdtempSync(join(folder, 'redis-')));
      const command = core === null ? words : ['taskset', '--cpu-list', `${core}`, ...words];
      const child = spawn(command[0], command.slice(1), { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await reachable(port);
      const stop = async () => {
        child.kill();
        await ended;
      };
      return { port, pid: /** @type {number} */ (child.pid), stop };
    },
  };
}

async function serverCore() {
  const { server } = await chooseCores();
  return { core: server };
}

/** @type {Server[]} */
const SERVERS = [
  ringServer('ringlight, memory', {}, FRAMES),
  ringServer('its Redis port, memory', {}, RESP, 'kept', 'redis'),
  ringServer('ringlight, on disk', { data: '' }, FRAMES),
  ringServer('its Redis port, on disk', { data: '' }, RESP, 'kept', 'redis'),
  redisServer('redis, no persistence', ['--appendonly', 'no']),
  redisServer('redis, appendfsync always', ['--appendonly', 'yes', '--appendfsync', 'always']),
  // Whoever names the dialect takes its changes, too.
  ringServer('ringlight, memory, one command each', { wire: 'seed' }, CLASS, 'once'),
];

/**
 * All servers of one size of values stand at once, and are asked in turn for a second each: the machine under a virtual one
 * has fast and slow minutes, and what is compared has to lie in the same. Who waits for a turn costs nothing.
 * @param {Run} run @param {string} load @param {string} folder @returns {Promise<Section>}
 */
async function measureServing(run, load, folder) {
  /** @type {Map<string, Sample[]>} */
  const samples = new Map();
  for (const valueBytes of SIZES) {
    const servers = SERVERS.filter(({ sizes }) => sizes.includes(valueBytes));
    /** @type {Running[]} */
    const stands = [];
    try {
      for (const server of servers) stands.push(await server.start(folder));
      for (const command of COMMANDS) {
        const contenders = await contendersOf(folder, servers, stands, command, valueBytes);
        await takeTurns(run, load, contenders, samples, roundsOf(run, valueBytes));
      }
    } finally {
      for (const stand of stands) await stand.stop();
    }
  }
  return servingSection(samples, roundsOf(run, SIZES[0]), roundsOf(run, SIZES[1]));
}

function roundsOf(/** @type {Run} */ run, /** @type {number} */ valueBytes) {
  if (run.quick) return 1;
  return valueBytes === SIZES[0] ? ROUNDS : ROUNDS_LARGE;
}

/** The bare responders among them are started, and stand behind the servers in `stands`. */
async function contendersOf(
  /** @type {string} */ folder,
  /** @type {Server[]} */ servers,
  /** @type {Running[]} */ stands,
  /** @type {string} */ command,
  /** @type {number} */ valueBytes,
) {
  const contenders = [];
  for (const [i, server] of servers.entries()) {
    const contender = await contend(folder, server, stands[i], command, valueBytes);
    contenders.push(contender);
    if (!isBeside(server, valueBytes)) continue;
    const bare = await bareBeside(folder, contender);
    stands.push(bare.stand);
    contenders.push(bare);
  }
  return contenders;
}

async function takeTurns(
  /** @type {Run} */ run,
  /** @type {string} */ load,
  /** @type {Contender[]} */ contenders,
  /** @type {Map<string, Sample[]>} */ samples,
  /** @type {number} */ rounds,
) {
  for (const { key, stand, how } of contenders) {
    run.progress(`ring: warming ${key}`);
    await ask(load, stand, how, WARMING_S, WARMING_REQUESTS);
  }
  for (let round = 0; round < rounds; round++) {
    // First as often as last.
    for (const { key, stand, how } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      run.progress(`ring: round ${round + 1} of ${rounds}, ${key}`);
      samples.set(key, [...(samples.get(key) ?? []), await loaded(load, stand, how)]);
      await sleep(QUIET_MS);
    }
  }
}

/**
 * A server with a command that it is about to be asked.
 * @typedef {{ connections: string, words: (string | number)[] }} How
 * @typedef {{ key: string, stand: Running, how: How & Awaited<ReturnType<typeof prepare>> }} Contender
 */

/** @returns {Promise<Contender>} */
async function contend(
  /** @type {string} */ folder,
  /** @type {Server} */ server,
  /** @type {Running} */ stand,
  /** @type {string} */ command,
  /** @type {number} */ valueBytes,
) {
  const asked = await prepare(folder, server, stand.port, command, valueBytes);
  const how = { connections: server.connections, ...asked };
  return { key: `${server.name} ${command} ${valueBytes}`, stand, how };
}

/** What a server serves that does nothing: requests and replies of a contender’s lengths. */
async function bareBeside(/** @type {string} */ folder, /** @type {Contender} */ { key, how }) {
  const { requestFile, requestBytes, replyBytes } = how;
  const child = startChild(SERVE, { core: (await serverCore()).core });
  const { port } = await child.ask({ start: 'responder', requestBytes, replyBytes });
  const nothing = join(folder, 'nothing');
  writeFileSync(nothing, '');
  const words = [requestFile, requestBytes, replyBytes, nothing, 0, 0, 1];
  const stand = { port, pid: child.pid, stop: () => child.stop() };
  return { key: `bare ${key}`, stand, how: { ...how, words } };
}

/** Is it compared with a bare responder? */
function isBeside(/** @type {Server} */ { name }, /** @type {number} */ valueBytes) {
  return valueBytes === SIZES[0] && name.endsWith('memory');
}

/** @returns {Promise<Sample>} */
async function loaded(
  /** @type {string} */ load,
  /** @type {Running} */ stand,
  /** @type {How} */ how,
) {
  const beforeUs = cpuUsOf(stand.pid);
  const { received, seconds, p50Us, p99Us } = await ask(
    load,
    stand,
    how,
    MEASURED_S,
    MEASURED_REQUESTS,
  );
  return {
    rate: received / seconds,
    cpuUs: (cpuUsOf(stand.pid) - beforeUs) / received,
    p50Us,
    p99Us,
  };
}

/** Runs the load generator. A server that fails fast must not win. */
async function ask(
  /** @type {string} */ load,
  /** @type {Running} */ { port },
  /** @type {How} */ { connections, words },
  /** @type {number} */ forS,
  /** @type {number} */ requests,
) {
  const { load: core } = await chooseCores();
  const how = [port, forS, CONNECTIONS, 1, connections, ...words, requests];
  const result = JSON.parse(await output([load, ...how].map(String), core));
  const { received, errors, broken } = result;
  if (received > 0 && errors === 0 && broken === 0) return result;
  throw new Error(`port ${port} did not serve: ${JSON.stringify(result)}`);
}

/** User and system time of a process so far. @param {number} pid */
function cpuUsOf(pid) {
  // "PID (name) S …": 13 fields on from the name, and one more.
  const [, rest] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Writes requests to files and learns how long replies are. */
async function prepare(
  /** @type {string} */ folder,
  /** @type {Server} */ { language, connections },
  /** @type {number} */ port,
  /** @type {string} */ command,
  /** @type {number} */ valueBytes,
) {
  const value = Buffer.alloc(valueBytes, 0x2e);
  const most = connections === 'once' ? KEYS_ONCE : KEYS;
  const keys = Math.min(most, Math.floor(64_000_000 / valueBytes));
  const write = /** @type {(key: Buffer, value: Buffer) => Buffer} */ (
    /** @type {any} */ (language)[command]
  );
  const requests = Array.from({ length: keys }, (_, i) => write(keyOf(i), value));
  const own = mkdtempSync(join(folder, 'asked-'));
  const requestFile = join(own, 'requests');
  const preambleFile = join(own, 'preamble');
  writeFileSync(requestFile, Buffer.concat(requests));
  const preamble = language.preamble(port);
  writeFileSync(preambleFile, preamble);
  const [preambleReply, reply] = await askOnce(port, preamble, requests[0]);
  const requestBytes = requests[0].length;
  const replyBytes = reply;
  const ok = [language.okAt, language.ok[command]];
  return {
    keys,
    requestFile,
    requestBytes,
    replyBytes,
    words: [requestFile, requestBytes, replyBytes, preambleFile, preambleReply, ...ok],
  };
}

/** Lengths of the replies to the preamble and to a request. */
async function askOnce(
  /** @type {number} */ port,
  /** @type {Buffer} */ preamble,
  /** @type {Buffer} */ request,
) {
  const socket = connect({ host: HOST, port, noDelay: true });
  let arrived = 0;
  socket.on('data', (chunk) => (arrived += chunk.length));
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  const quiet = async () => {
    for (let before = -1; before !== arrived || arrived === 0; ) {
      before = arrived;
      await sleep(QUIET_MS);
    }
    const length = arrived;
    arrived = 0;
    return length;
  };
  let preambleReply = 0;
  if (preamble.length > 0) {
    socket.write(preamble);
    preambleReply = await quiet();
  }
  socket.write(request);
  const reply = await quiet();
  socket.destroy();
  return [preambleReply, reply];
}

/** @param {number} port */
async function reachable(port) {
  for (let i = 0; i < 100; i++) {
    const isThere = await new Promise((resolve) => {
      const socket = connect({ host: HOST, port });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isThere) return;
    await sleep(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

function servingSection(
  /** @type {Map<string, Sample[]>} */ samples,
  /** @type {number} */ rounds,
  /** @type {number} */ roundsLarge,
) {
  const of = (/** @type {string} */ key) => /** @type {Sample[]} */ (samples.get(key) ?? []);
  const median = (/** @type {Sample[]} */ list, /** @type {keyof Sample} */ field) =>
    spreadOf(list.map((sample) => sample[field])).median;
  /** Rounds are compared each with itself: what slows the machine down slows both. */
  const compare = (/** @type {string} */ one, /** @type {string} */ other) => {
    const others = of(other);
    const pairs = of(one).map((sample, i) => [sample, others[i]]);
    return {
      rate: spreadOf(pairs.map(([a, b]) => a.rate / b.rate)),
      cpu: spreadOf(pairs.map(([a, b]) => b.cpuUs / a.cpuUs)),
    };
  };
  const rows = [...samples].map(([key, list]) => {
    const [, name, command, bytes] = /** @type {string[]} */ (/^(.*) (\w+) (\d+)$/.exec(key));
    return [
      name.replace(/^bare /, 'bare responder beside '),
      `${command}, ${whole(Number(bytes))} B`,
      shownSpread(spreadOf(list.map(({ rate }) => rate))),
      shownSpread(spreadOf(list.map(({ cpuUs }) => cpuUs)), decimals(1)),
      whole(median(list, 'p50Us')),
      whole(median(list, 'p99Us')),
    ];
  });
  rows.sort(([a, x], [b, y]) => a.localeCompare(b) || x.localeCompare(y));
  const goal = (
    /** @type {string} */ what,
    /** @type {string} */ one,
    /** @type {string} */ other,
    /** @type {number} */ least,
  ) => {
    const { rate, cpu } = compare(one, other);
    const cpuText = shownSpread(cpu, decimals(2));
    const figure = `${shownSpread(rate, decimals(2))}; work per CPU-second ${cpuText}`;
    return { what, wanted: `≥ ${least}`, figure, reached: rate.median >= least };
  };
  const own = (/** @type {string} */ of100) => `ringlight, ${of100} 100`;
  return {
    title: 'The ring: one node',
    method:
      `${CONNECTIONS} connections, each with one request under way (tcp-load.c, on a core of its own); the server is a ` +
      `process on the other core. All servers stand at once and are asked in turn, ${MEASURED_S} s or ` +
      `${whole(MEASURED_REQUESTS)} requests each, in ${rounds} rounds (${roundsLarge} of 10,000 B), forwards and ` +
      `backwards, after ${whole(WARMING_REQUESTS)} requests to warm up. The ` +
      'bare responder is a Node.js TCP server that answers requests of the same length with replies of the same length ' +
      'and looks at neither. "One command each" opens a connection for every ' +
      'request, as programs of the class do. Writes are acknowledged by the owner alone (K = 0); on disk and with ' +
      'appendfsync always, when they are on disk. CPU is user + system time of the server. Medians (min–max); ratios ' +
      `are those within a round. Load of the machine when this ended, the bench included: ${decimals(1)(loadavg()[1])}.`,
    table: [['server', 'command', 'per second', 'CPU µs each', 'p50 µs', 'p99 µs'], ...rows],
    goals: [
      goal(
        'get of 100 B, rate over a bare responder’s',
        own('memory get'),
        'bare ringlight, memory get 100',
        0.9,
      ),
      goal(
        'get of 100 B, rate over redis’',
        own('memory get'),
        'redis, no persistence get 100',
        0.7,
      ),
      goal(
        'insert of 100 B in memory, rate over redis’',
        own('memory insert'),
        'redis, no persistence insert 100',
        0.6,
      ),
      goal(
        'durable insert of 100 B, rate over redis’ with appendfsync always',
        own('on disk insert'),
        'redis, appendfsync always insert 100',
        0.75,
      ),
      goal(
        'Redis GET of 100 B, rate over that of our own frames',
        'its Redis port, memory get 100',
        own('memory get'),
        0.9,
      ),
      goal(
        'Redis SET of 100 B, rate over that of our own frames',
        'its Redis port, memory insert 100',
        own('memory insert'),
        0.9,
      ),
      goal(
        'Redis SET of 100 B on disk, rate over that of our own frames',
        'its Redis port, on disk insert 100',
        own('on disk insert'),
        0.9,
      ),
    ],
  };
}

/** Nodes, K, and is it on disk? */
const RINGS = /** @type {const} */ ([
  [1, 0, false],
  [7, 0, false],
  [7, 2, false],
  [7, 2, true],
]);

/** Seven members in seven processes, asked through one of them. */
async function measureMany(/** @type {Run} */ run, /** @type {string} */ folder) {
  const seconds = run.quick ? 0.7 : CALLED_S;
  const warmingS = run.quick ? 1 : CALLS_WARMING_S;
  const valueBytes = SIZES[0];
  const keys = 5000;
  const rows = [];
  let durable = 0;
  for (const [nodes, k, isDurable] of RINGS) {
    run.progress(`ring: ${nodes} nodes, K = ${k}, ${isDurable ? 'disk' : 'memory'}`);
    const members = await startMembers(nodes, k, isDurable ? folder : null);
    const cpuUs = async () => {
      const each = await Promise.all(members.map((member) => member.ask('cpu')));
      return each.reduce((sum, one) => sum + one.cpuUs, 0);
    };
    try {
      const ask = (/** @type {string} */ command, /** @type {number} */ forSeconds) => {
        const how = { seconds: forSeconds, inFlight: CONNECTIONS, keys, valueBytes };
        return members[0].ask({ run: { command, level: 'quorum', ...how } });
      };
      await members[0].ask({ fill: { keys, valueBytes } });
      for (const command of COMMANDS) {
        await ask(command, nodes === 1 ? warmingS / 4 : warmingS);
        const beforeUs = await cpuUs();
        const { rate, p50Us, p99Us } = await ask(command, seconds);
        const eachUs = ((await cpuUs()) - beforeUs) / (rate * seconds);
        if (k === 2 && isDurable && command === 'insert') durable = rate;
        rows.push([
          `${nodes}`,
          `${k}`,
          isDurable ? 'disk' : 'memory',
          `${command}, ${whole(valueBytes)} B`,
          whole(rate),
          decimals(1)(eachUs),
          whole(p50Us),
          whole(p99Us),
        ]);
      }
    } finally {
      await Promise.all(members.map((member) => member.stop()));
    }
  }
  return {
    title: 'The ring: through one entry',
    method:
      `Each member is a process; all share the machine’s cores. ${CONNECTIONS} calls under way through the library of ` +
      `one member, keys spread over all; level quorum for reads and writes (with K = 2 two of three copies). ` +
      `${warmingS} s of warming up where there are seven, then ${seconds} s measured, one round. CPU is that of all members.`,
    table: [
      ['nodes', 'K', 'store', 'command', 'per second', 'CPU µs each', 'p50 µs', 'p99 µs'],
      ...rows,
    ],
    goals: [
      {
        what: 'durable inserts of 100 B a second, 7 members with K = 2 on this machine',
        wanted: '≥ 6,000',
        figure: whole(durable),
        reached: durable >= 6000,
      },
    ],
  };
}

/** Durable inserts through one of seven members with K = 2. @returns {Promise<Sample>} */
async function durableSample(
  /** @type {string} */ folder,
  /** @type {number} */ seconds,
  /** @type {number} */ warmingS,
) {
  const members = await startMembers(7, 2, folder);
  const cpuUs = async () => {
    const each = await Promise.all(members.map((member) => member.ask('cpu')));
    return each.reduce((sum, one) => sum + one.cpuUs, 0);
  };
  try {
    const ask = (/** @type {number} */ forS) => {
      const how = { seconds: forS, inFlight: CONNECTIONS, keys: 5000, valueBytes: SIZES[0] };
      return members[0].ask({ run: { command: 'insert', level: 'quorum', ...how } });
    };
    await ask(warmingS);
    const beforeUs = await cpuUs();
    const { rate, p50Us, p99Us } = await ask(seconds);
    return { rate, cpuUs: ((await cpuUs()) - beforeUs) / (rate * seconds), p50Us, p99Us };
  } finally {
    await Promise.all(members.map((member) => member.stop()));
  }
}

/** @param {number} nodes @param {number} k @param {string | null} folder */
async function startMembers(nodes, k, folder) {
  const members = [];
  let entry = '';
  for (let i = 0; i < nodes; i++) {
    const member = startChild(SERVE);
    members.push(member);
    const data = folder === null ? undefined : mkdtempSync(join(folder, 'data-'));
    const join_ = entry === '' ? [] : [entry];
    const { port } = await member.ask({ start: 'ring', options: { k, data, join: join_ } });
    entry ||= `${HOST}:${port}`;
  }
  return members;
}

/** How fast records move when a member joins and when it leaves. */
async function measureMoves(/** @type {Run} */ run, /** @type {string} */ folder) {
  const rounds = run.quick ? 1 : 2;
  const stores = ['memory', 'disk'];
  /** @type {Map<string, number[]>} */
  const figures = new Map();
  const keep = (/** @type {string} */ what, /** @type {number} */ figure) =>
    figures.set(what, [...(figures.get(what) ?? []), figure]);
  for (let round = 0; round < rounds; round++) {
    for (const store of stores) {
      run.progress(`ring: round ${round + 1} of ${rounds}, records that move, ${store}`);
      const { megabytes, joinS, leaveS } = await moveOnce(folder, store === 'disk');
      keep(`${store} held`, megabytes);
      keep(`${store} join`, megabytes / joinS);
      keep(`${store} leave`, megabytes / leaveS);
    }
  }
  const spread = (/** @type {string} */ what) =>
    spreadOf(/** @type {number[]} */ (figures.get(what)));
  const moves = stores.flatMap((store) => [`${store} join`, `${store} leave`]);
  const slowest = Math.min(...moves.map((what) => spread(what).median));
  return {
    title: 'The ring: records that move',
    method:
      `A lone member holds ${whole(HELD_BYTES / 1e6)} MB in values of ${whole(MOVED_VALUE_BYTES)} B; another joins, ` +
      'gets the records of its arc, about half of them, and leaves again. The time is that of the whole join and the ' +
      'whole leave, with everything that is said before and after, and with a disk until it is there. Each member is a ' +
      `process. ${rounds} rounds; medians (min–max).`,
    table: [
      ['store', 'MB moved', 'join, MB/s', 'leave, MB/s'],
      ...stores.map((store) => [
        store,
        shownSpread(spread(`${store} held`)),
        shownSpread(spread(`${store} join`), decimals(1)),
        shownSpread(spread(`${store} leave`), decimals(1)),
      ]),
    ],
    goals: [
      {
        what: 'records moved on join or leave, the slowest of the four',
        wanted: '≥ 50 MB/s',
        figure: `${decimals(1)(slowest)} MB/s`,
        reached: slowest >= 50,
      },
    ],
  };
}

/** One join and one leave. @param {string} folder @param {boolean} isDurable */
async function moveOnce(folder, isDurable) {
  const keys = HELD_BYTES / MOVED_VALUE_BYTES;
  const dataOf = () => (isDurable ? mkdtempSync(join(folder, 'data-')) : undefined);
  const first = startChild(SERVE);
  const second = startChild(SERVE);
  try {
    const { port } = await first.ask({ start: 'ring', options: { data: dataOf() } });
    await first.ask({ fill: { keys, valueBytes: MOVED_VALUE_BYTES } });
    // The process is up, with all its modules, before the clock runs.
    await second.ask('cpu');
    const options = { data: dataOf(), join: [`${HOST}:${port}`], port: await oppositeOf(port) };
    const joinAtMs = performance.now();
    await second.ask({ start: 'ring', options });
    const leaveAtMs = performance.now();
    const { bytes } = await second.ask('info');
    const askedMs = performance.now();
    await second.ask('leave');
    return {
      megabytes: bytes / 1e6,
      joinS: (leaveAtMs - joinAtMs) / 1000,
      leaveS: (performance.now() - askedMs) / 1000,
    };
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
}

/** A free port from which a member owns half of the circle, within a twentieth. */
async function oppositeOf(/** @type {number} */ port) {
  const placeOf = (/** @type {number} */ at) =>
    createHash('sha1').update(`${HOST}:${at}`).digest().readUInt32BE(0) / 2 ** 32;
  for (let other = port + 1; ; other++) {
    const candidate = 20_000 + (other % 10_000);
    const share = (1 + placeOf(port) - placeOf(candidate)) % 1;
    if (share > 0.475 && share < 0.525 && (await isFree(candidate))) return candidate;
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}
