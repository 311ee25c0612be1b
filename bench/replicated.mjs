/**
 * What others do who keep several copies on disk: redis with two replicas that are waited for, and etcd. Each is three
 * processes on this machine, loaded beside our seven; what is not installed is told in one line and left out.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createHistogram } from 'node:perf_hooks';
import { decimals, HOST, output, shownSpread, spreadOf, whole } from './setup.mjs';

/** @typedef {import('./setup.mjs').Run} Run */
/** @typedef {import('./setup.mjs').Section} Section */
/** @typedef {{ rate: number, cpuUs: number, p50Us: number, p99Us: number }} Sample */
/** @typedef {{ pids: number[], stop: () => Promise<void> }} Trio */

const CONNECTIONS = 64;
const KEYS = 5000;
const VALUE_BYTES = 100;
const THREE = [0, 1, 2];
const READY_WITHIN_MS = 20_000;
/** Linux counts the time of a process in hundredths of a second. */
const TICK_US = 10_000;

/**
 * @param {Run} run @param {string} load the load generator @param {string} folder
 * @param {(seconds: number, warmingS: number) => Promise<Sample>} ours seven members with K = 2 on disk
 * @returns {Promise<Section>}
 */
export async function measureReplicated(run, load, folder, ours) {
  const rounds = run.quick ? 1 : 2;
  const seconds = run.quick ? 1 : 3;
  const warmingS = run.quick ? 1 : 6;
  /** @type {[name: string, program: string, measure: () => Promise<Sample>][]} */
  const all = [
    ['ringlight, 7 members, K = 2, quorum', process.execPath, () => ours(seconds, warmingS)],
    [
      'redis and 2 replicas, appendfsync always, WAIT 1',
      'redis-server',
      () => redisSample(load, folder, seconds, warmingS),
    ],
    ['etcd, 3 members', 'etcd', () => etcdSample(folder, seconds, warmingS)],
  ];
  const there = all.filter(([name, program]) => {
    if (isInstalled(program)) return true;
    run.progress(`ring: ${name}: left out, for ${program} is not installed`);
    return false;
  });
  /** @type {Map<string, Sample[]>} */
  const samples = new Map(there.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, , measure] of round % 2 === 0 ? there : [...there].reverse()) {
      run.progress(`ring: copies on disk, round ${round + 1} of ${rounds}, ${name}`);
      /** @type {Sample[]} */ (samples.get(name)).push(await measure());
    }
  }
  return {
    title: 'The ring: beside others who keep copies on disk',
    method:
      `Durable inserts of ${VALUE_BYTES} B, ${CONNECTIONS} under way, all processes on the cores of this machine, ${warmingS} s of ` +
      `warming up. A redis of three is sent SET and WAIT 1 together by tcp-load, and each of its processes writes with ` +
      `appendfsync always; etcd is asked by Put over one connection (gRPC, by Node.js). Those who ask are not in the CPU of redis ` +
      `and etcd, and in ours they are, for a member’s own program asks. ${rounds} rounds of ${seconds} s; medians (min–max).`,
    table: [
      ['store', 'inserts per second', 'CPU µs each', 'p50 µs', 'p99 µs'],
      ...[...samples].map(([name, list]) => [
        name,
        shownSpread(spreadOf(list.map(({ rate }) => rate))),
        shownSpread(spreadOf(list.map(({ cpuUs }) => cpuUs)), decimals(0)),
        whole(spreadOf(list.map(({ p50Us }) => p50Us)).median),
        whole(spreadOf(list.map(({ p99Us }) => p99Us)).median),
      ]),
    ],
    goals: [],
  };
}

/** @param {string} program */
function isInstalled(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** User and system time of some processes so far. @param {readonly number[]} pids */
function cpuUsOf(pids) {
  const each = pids.map((pid) => {
    // "PID (name) S …": 13 fields on from the name, and one more.
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
    const fields = rest.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  });
  return each.reduce((sum, one) => sum + one, 0);
}

/** Three processes, ended together. @param {readonly string[][]} commands @returns {Trio} */
function trio(commands) {
  const children = commands.map(([program = '', ...words]) =>
    spawn(program, words, { stdio: 'ignore' }),
  );
  const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  return {
    pids: children.map(({ pid }) => /** @type {number} */ (pid)),
    stop: async () => {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(ended);
    },
  };
}

function somePort() {
  return 20_000 + Math.floor(Math.random() * 10_000);
}

/** @param {() => Promise<boolean>} isSo @param {string} what */
async function ready(isSo, what) {
  for (const endMs = performance.now() + READY_WITHIN_MS; performance.now() < endMs; ) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`bench: ${what} did not begin within ${READY_WITHIN_MS / 1000} s`);
}

function keyOf(/** @type {number} */ i) {
  return createHash('sha1').update(`key ${i}`).digest();
}

// Redis.

/** @param {string[]} words */
function resp(...words) {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

/** What a redis answers first. @param {number} port @param {string} request @returns {Promise<string>} */
function asked(port, request) {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    const over = (/** @type {string} */ text) => {
      socket.destroy();
      resolve(text);
    };
    socket.once('error', () => over(''));
    socket.once('data', (bytes) => over(bytes.toString()));
    socket.write(request);
  });
}

/** @param {string} load @param {string} folder @param {number} seconds @param {number} warmingS */
async function redisSample(load, folder, seconds, warmingS) {
  const first = somePort();
  const { pids, stop } = trio(
    THREE.map((i) => {
      const words = ['redis-server', '--port', `${first + i}`, '--bind', HOST, '--save', ''];
      words.push('--appendonly', 'yes', '--appendfsync', 'always');
      words.push('--dir', mkdtempSync(join(folder, 'redis-')));
      return i === 0 ? words : [...words, '--replicaof', HOST, `${first}`];
    }),
  );
  try {
    const isWhole = async () => {
      const told = await asked(first, resp('INFO', 'replication'));
      return (told.match(/state=online/g) ?? []).length === 2;
    };
    await ready(isWhole, 'a redis with two replicas');
    const value = '.'.repeat(VALUE_BYTES);
    const requests = Array.from({ length: KEYS }, (_, i) => {
      const key = keyOf(i).toString('hex').slice(0, 20);
      return resp('SET', key, value) + resp('WAIT', '1', '1000');
    });
    const file = join(folder, 'set-and-wait');
    const nothing = join(folder, 'no-preamble');
    writeFileSync(file, requests.join(''));
    writeFileSync(nothing, '');
    const lengths = [/** @type {string} */ (requests[0]).length, '+OK\r\n:2\r\n'.length];
    const words = [CONNECTIONS, 1, 'kept', file, ...lengths, nothing, 0, 0, '+'.charCodeAt(0)];
    const once = async (/** @type {number} */ forS) => {
      const result = JSON.parse(await output([load, first, forS, ...words].map(String)));
      if (result.errors === 0 && result.broken === 0) return result;
      throw new Error(`redis with replicas did not serve: ${JSON.stringify(result)}`);
    };
    await once(warmingS);
    const beforeUs = cpuUsOf(pids);
    const { received, seconds: tookS, p50Us, p99Us } = await once(seconds);
    return { rate: received / tookS, cpuUs: (cpuUsOf(pids) - beforeUs) / received, p50Us, p99Us };
  } finally {
    await stop();
  }
}

// etcd.

/** @param {string} folder @param {number} seconds @param {number} warmingS */
async function etcdSample(folder, seconds, warmingS) {
  const first = somePort();
  const clientAt = (/** @type {number} */ i) => `http://${HOST}:${first + 2 * i}`;
  const peerAt = (/** @type {number} */ i) => `http://${HOST}:${first + 2 * i + 1}`;
  const cluster = THREE.map((i) => `m${i}=${peerAt(i)}`).join(',');
  const { pids, stop } = trio(
    THREE.map((i) => [
      ...['etcd', '--name', `m${i}`, '--data-dir', mkdtempSync(join(folder, 'etcd-'))],
      ...['--listen-client-urls', clientAt(i), '--advertise-client-urls', clientAt(i)],
      ...['--listen-peer-urls', peerAt(i), '--initial-advertise-peer-urls', peerAt(i)],
      ...['--initial-cluster', cluster, '--initial-cluster-state', 'new'],
    ]),
  );
  try {
    const isHealthy = async () => {
      const told = await fetch(`${clientAt(0)}/health`).catch(() => null);
      return told?.ok === true && (await told.text()).includes('true');
    };
    await ready(isHealthy, 'an etcd of three');
    const session = http2.connect(clientAt(0));
    try {
      await putFor(session, warmingS);
      const beforeUs = cpuUsOf(pids);
      const { done, tookS, p50Us, p99Us } = await putFor(session, seconds);
      return { rate: done / tookS, cpuUs: (cpuUsOf(pids) - beforeUs) / done, p50Us, p99Us };
    } finally {
      session.close();
    }
  } finally {
    await stop();
  }
}

const PUT = {
  ':method': 'POST',
  ':path': '/etcdserverpb.KV/Put',
  'content-type': 'application/grpc',
  te: 'trailers',
};

/** A PutRequest as gRPC frames it: no compression, its length, field 1 the key, field 2 the value. */
function putRequest(/** @type {Buffer} */ key) {
  const value = Buffer.alloc(VALUE_BYTES, 0x2e);
  const fields = [Buffer.of(0x0a, key.length), key, Buffer.of(0x12, value.length), value];
  const message = Buffer.concat(fields);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** One Put. @param {import('node:http2').ClientHttp2Session} session @param {Buffer} request @returns {Promise<void>} */
function put(session, request) {
  return new Promise((resolve, reject) => {
    const stream = session.request(PUT);
    /** @type {unknown} */
    let status;
    const note = (/** @type {any} */ headers) => {
      status = headers['grpc-status'] ?? status;
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('error', reject);
    stream.on('close', () => {
      if (status === '0') resolve();
      else reject(new Error(`etcd did not serve: grpc-status ${status}`));
    });
    stream.resume();
    stream.end(request);
  });
}

/** @param {import('node:http2').ClientHttp2Session} session @param {number} seconds */
async function putFor(session, seconds) {
  const requests = Array.from({ length: KEYS }, (_, i) => putRequest(keyOf(i)));
  const histogram = createHistogram();
  const begunMs = performance.now();
  const endMs = begunMs + seconds * 1000;
  let done = 0;
  let next = 0;
  const worker = async () => {
    for (let nowMs = performance.now(); nowMs < endMs; ) {
      await put(session, /** @type {Buffer} */ (requests[next++ % KEYS]));
      const afterMs = performance.now();
      histogram.record(Math.max(1, Math.round((afterMs - nowMs) * 1000)));
      nowMs = afterMs;
      done++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const tookS = (performance.now() - begunMs) / 1000;
  return { done, tookS, p50Us: histogram.percentile(50), p99Us: histogram.percentile(99) };
}
