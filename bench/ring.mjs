/**
 * The ring beside redis-server and beside the least that TCP on Node.js costs, all in one run: what a
 * node serves over kept and over one-command connections, what seven nodes serve through one of them,
 * and how fast records move when somebody joins or leaves.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressOf } from '../dist/core/address.js';
import { FrameType, FrameWriter } from '../dist/ring/frames.js';
import { Handshake } from '../dist/ring/greeting/handshake.js';
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
/** @typedef {{ rate: number, p50Us: number, p99Us: number }} Sample */

const SERVE = new URL('./ring-serve.mjs', import.meta.url);
const LOOPBACK = 0x7f000001;
/** Connections, each with one request under way: what 64 independent clients do. */
const CONNECTIONS = 64;
const KEYS = 10_000;
/** So few that warming up inserts all of them over connections of their own, too. */
const KEYS_ONCE = 200;
const SIZES = [100, 10_000];
/** What is measured of a server, by the bytes of a value; the rest is among the calls of the library. */
const COMMANDS = new Map([
  [100, ['insert', 'get', 'exists']],
  [10_000, ['insert', 'get']],
]);
const WARMING_S = 0.4;
/** A pause after which a server is taken to have said all it has to say. */
const QUIET_MS = 150;
/** Half of it moves: so much that beginning and end of a join do not rule. */
const HELD_BYTES = 160_000_000;
const MOVED_VALUE_BYTES = 10_000;

/** @param {Run} run @returns {Promise<Section[]>} */
export async function measureRing(run) {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-bench-'));
  try {
    const load = compileLoad(folder);
    return [
      await measureServing(run, load, folder),
      await measureMany(run, folder),
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
 * @property {boolean} hasBare is it compared with a bare responder?
 * @property {(folder: string) => Promise<{ port: number, stop: () => Promise<void> }>} start
 */

/** @param {string} name @param {object} options @param {Language} language */
function ringServer(name, options, language, connections = 'kept') {
  return {
    name,
    language,
    connections: /** @type {'kept' | 'once'} */ (connections),
    sizes: connections === 'kept' ? SIZES : SIZES.slice(0, 1),
    hasBare: !('data' in options),
    /** @param {string} folder */
    start: async (folder) => {
      const { core } = await serverCore();
      const child = startChild(SERVE, { core });
      const data = 'data' in options ? mkdtempSync(join(folder, 'data-')) : undefined;
      const { port } = await child.ask({ start: 'ring', options: { ...options, data } });
      return { port, stop: () => child.stop() };
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
    hasBare: false,
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
      return { port, stop };
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
  ringServer('ringlight, on disk', { data: '' }, FRAMES),
  redisServer('redis, no persistence', ['--appendonly', 'no']),
  redisServer('redis, appendfsync always', ['--appendonly', 'yes', '--appendfsync', 'always']),
  ringServer('ringlight, memory, one command each', {}, CLASS, 'once'),
];

/** @param {Run} run @param {string} load @param {string} folder @returns {Promise<Section>} */
async function measureServing(run, load, folder) {
  const rounds = run.quick ? 1 : 3;
  const seconds = run.quick ? 0.7 : 1;
  const { load: core } = await chooseCores();
  /** @type {Map<string, Sample[]>} */
  const samples = new Map();
  const keep = (/** @type {string} */ key, /** @type {Sample} */ sample) => {
    samples.set(key, [...(samples.get(key) ?? []), sample]);
  };
  for (let round = 0; round < rounds; round++) {
    for (const server of SERVERS) {
      for (const valueBytes of server.sizes) {
        run.progress(`ring: round ${round + 1} of ${rounds}, ${server.name}, ${valueBytes} B`);
        const { port, stop } = await server.start(folder);
        try {
          for (const command of COMMANDS.get(valueBytes) ?? []) {
            const what = `${server.name} ${command} ${valueBytes}`;
            const asked = await prepare(folder, server, port, command, valueBytes);
            const load1 = (/** @type {number} */ forSeconds) =>
              loaded(load, core, [port, forSeconds, CONNECTIONS, 1, server.connections], asked);
            let warmingS = WARMING_S;
            // Every key has to be there, however slow the server is: the requests go round in turn.
            for (let missing = Infinity; missing > 0; warmingS *= 2) {
              const { rate } = await load1(warmingS);
              missing = command === 'insert' ? asked.keys - rate * warmingS : 0;
            }
            keep(what, await load1(seconds));
            if (!server.hasBare) continue;
            const bare = await bareRate(load, core, seconds, server.connections, folder, asked);
            keep(`bare ${server.connections} ${what}`, bare);
          }
        } finally {
          await stop();
        }
      }
    }
  }
  return servingSection(samples, { rounds, seconds });
}

/**
 * Runs the load generator once. A server that fails fast must not win.
 * @param {string} load @param {number | null} core @param {(string | number)[]} how
 * @param {{ words: (string | number)[] }} asked @returns {Promise<Sample>}
 */
async function loaded(load, core, how, { words }) {
  const result = JSON.parse(await output([load, ...how, ...words].map(String), core));
  const { received, errors, broken, seconds, p50Us, p99Us } = result;
  if (received === 0 || errors > 0 || broken > 0) {
    throw new Error(`port ${how[0]} did not serve: ${JSON.stringify(result)}`);
  }
  return { rate: received / seconds, p50Us, p99Us };
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
  const requestFile = join(folder, 'requests');
  const preambleFile = join(folder, 'preamble');
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
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
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

/** What a server serves that does nothing: requests and replies of the same lengths. */
async function bareRate(
  /** @type {string} */ load,
  /** @type {number | null} */ core,
  /** @type {number} */ seconds,
  /** @type {string} */ connections,
  /** @type {string} */ folder,
  /** @type {{ requestFile: string, requestBytes: number, replyBytes: number }} */ asked,
) {
  const { core: serverOn } = await serverCore();
  const child = startChild(SERVE, { core: serverOn });
  const { requestFile, requestBytes, replyBytes } = asked;
  const nothing = join(folder, 'nothing');
  writeFileSync(nothing, '');
  try {
    const { port } = await child.ask({ start: 'responder', requestBytes, replyBytes });
    const words = [requestFile, requestBytes, replyBytes, nothing, 0, 0, 1];
    const bare = (/** @type {number} */ forSeconds) =>
      loaded(load, core, [port, forSeconds, CONNECTIONS, 1, connections], { words });
    await bare(WARMING_S);
    return await bare(seconds);
  } finally {
    await child.stop();
  }
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
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** @param {Map<string, Sample[]>} samples @param {{ rounds: number, seconds: number }} how */
function servingSection(samples, how) {
  const of = (/** @type {string} */ key) => /** @type {Sample[]} */ (samples.get(key));
  const median = (/** @type {Sample[]} */ list, /** @type {keyof Sample} */ field) =>
    spreadOf(list.map((sample) => sample[field])).median;
  /** Rounds are compared each with itself: what slows the machine down slows both. */
  const ratio = (/** @type {string} */ one, /** @type {string} */ other) => {
    const others = of(other);
    return spreadOf(of(one).map(({ rate }, i) => rate / others[i].rate));
  };
  const rows = SERVERS.flatMap((server) =>
    server.sizes.flatMap((valueBytes) =>
      (COMMANDS.get(valueBytes) ?? []).map((command) => {
        const key = `${server.name} ${command} ${valueBytes}`;
        const list = of(key);
        const bare = `bare ${server.connections} ${key}`;
        return [
          server.name,
          `${command}, ${whole(valueBytes)} B`,
          shownSpread(spreadOf(list.map(({ rate }) => rate))),
          whole(median(list, 'p50Us')),
          whole(median(list, 'p99Us')),
          samples.has(bare) ? decimals(2)(ratio(key, bare).median) : '',
        ];
      }),
    ),
  );
  const mine = 'ringlight, memory get 100';
  const toBare = ratio(mine, `bare kept ${mine}`);
  const toRedis = ratio(mine, 'redis, no persistence get 100');
  const durable = ratio('ringlight, on disk insert 100', 'redis, appendfsync always insert 100');
  return {
    title: 'The ring: one node',
    method:
      `${CONNECTIONS} connections, each with one request under way (tcp-load.c, on a core of its own); the server is a ` +
      `process on the other core. ${how.rounds} rounds; ${WARMING_S} s of warming up, then ${how.seconds} s measured. ` +
      'The bare responder is a Node.js TCP server that answers requests of the same length with replies of the same ' +
      'length and looks at neither; it is measured right after each row. "One command each" opens a connection for ' +
      'every request, as programs of the class do. Writes are acknowledged by the owner alone (K = 0); on disk and ' +
      'with appendfsync always, when they are on disk. Medians (min–max).',
    table: [['server', 'command', 'per second', 'p50 µs', 'p99 µs', '× bare responder'], ...rows],
    goals: [
      {
        what: 'get of 100 B over kept connections, rate over a bare responder’s',
        wanted: '≥ 0.5',
        figure: shownSpread(toBare, decimals(2)),
        reached: toBare.median >= 0.5,
      },
      {
        what: 'get of 100 B over kept connections, rate over redis’',
        wanted: '≥ 0.5',
        figure: shownSpread(toRedis, decimals(2)),
        reached: toRedis.median >= 0.5,
      },
      {
        what: 'durable insert of 100 B at K = 0, rate over redis’ with appendfsync always',
        wanted: '≥ 0.75',
        figure: shownSpread(durable, decimals(2)),
        reached: durable.median >= 0.75,
      },
    ],
  };
}

/** Seven members in seven processes, asked through one of them. */
async function measureMany(/** @type {Run} */ run, /** @type {string} */ folder) {
  const seconds = run.quick ? 0.7 : 1.2;
  const rows = [];
  for (const nodes of [1, 7]) {
    for (const k of nodes === 1 ? [0] : [0, 2]) {
      for (const isDurable of [false, true]) {
        run.progress(`ring: ${nodes} nodes, K = ${k}, ${isDurable ? 'disk' : 'memory'}`);
        const members = await startMembers(nodes, k, isDurable ? folder : null);
        try {
          for (const valueBytes of SIZES) {
            const keys = Math.min(5000, 20_000_000 / valueBytes);
            const ask = (/** @type {string} */ command, /** @type {number} */ forSeconds) =>
              members[0].ask({
                run: {
                  command,
                  seconds: forSeconds,
                  inFlight: CONNECTIONS,
                  keys,
                  valueBytes,
                  level: 'quorum',
                },
              });
            await members[0].ask({ fill: { keys, valueBytes } });
            for (const command of ['insert', 'get', 'exists']) {
              await ask(command, WARMING_S);
              const { rate, p50Us, p99Us } = await ask(command, seconds);
              rows.push([
                `${nodes}`,
                `${k}`,
                isDurable ? 'disk' : 'memory',
                `${command}, ${whole(valueBytes)} B`,
                whole(rate),
                whole(p50Us),
                whole(p99Us),
              ]);
            }
          }
        } finally {
          await Promise.all(members.map((member) => member.stop()));
        }
      }
    }
  }
  return {
    title: 'The ring: through one entry',
    method:
      `Each member is a process; all share the machine’s cores. ${CONNECTIONS} calls under way through the library of ` +
      `one member, keys spread over all; level quorum for reads and writes (with K = 2 two of three copies). ` +
      `${WARMING_S} s of warming up, then ${seconds} s measured, one round.`,
    table: [['nodes', 'K', 'store', 'command', 'per second', 'p50 µs', 'p99 µs'], ...rows],
    goals: [],
  };
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
  const rounds = run.quick ? 1 : 3;
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
