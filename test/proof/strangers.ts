/**
 * Strangers at the ports of a live ring of five members, while others write and read: first all that is known
 * to be worth a try, each by one who got as far as he can, then whatever comes to mind, for so long. At the end
 * every member lives, has its backups and little memory, and all that was acknowledged is there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { randomBelow, SeededRandom } from '../../src/core/random.ts';
import { sha1 } from '../../src/io/entropy.ts';
import { FrameType, type FrameWriter, Status } from '../../src/ring/frames.ts';
import { MORTAL } from '../../src/ring/lifetime.ts';
import { actOf, putAct } from '../../src/ring/records/act.ts';
import { blankRecord } from '../../src/ring/records/record.ts';
import { clientKey, connectRing, type RingConnection } from '../../src/ring.ts';
import {
  addressAt,
  HOST,
  memberAt,
  pause,
  Stranger,
  type StrangerOptions,
  until,
} from './stranger.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
});
const COMMAND = process.env['RINGLIGHT_COMMAND']!;
const MEMBERS = 5;
const K = 2;
const SECRET = 'a secret that a stranger does not know';
/** A member at rest has some 70 MB, and may hold 128 MiB of half frames of strangers. */
const RSS_BYTES_MAX = 400 * 1024 * 1024;
const WHOLE_WITHIN_MS = 60_000;
/** Strangers at a time who say whatever comes to mind. */
const FUZZERS = 12;
const IDLE = 1000;

interface Member {
  readonly process: ChildProcess;
  port: number;
  status: { effectiveK: number } | null;
  errors: string;
}

const text = new TextEncoder();
const keyOf = (name: string) => sha1(text.encode(name));
let faults = 0;

function say(name: string, isFine: boolean, what: string): void {
  console.log(`${isFine ? 'fine ' : 'FAULT'} ${name}: ${what}`);
  if (!isFine) faults++;
}

async function member(join: number, secretFile: string | null): Promise<Member> {
  const args = [COMMAND, 'ring', 'serve', '--host', HOST, '--port', '0', '--k', `${K}`, '--json'];
  if (join !== 0) args.push('--join', `${HOST}:${join}`);
  if (secretFile !== null) args.push('--secret-file', secretFile);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const one: Member = { process: child, port: 0, status: null, errors: '' };
  let isMember = false;
  child.stderr.on('data', (bytes: Buffer) => {
    one.errors += bytes.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line);
    if (said.event === 'listening') one.port = said.port;
    if (said.event === 'joined') isMember = true;
    if (said.event === 'status') one.status = said;
  });
  if (!(await until(() => isMember, WHOLE_WITHIN_MS))) throw new Error(`no member: ${one.errors}`);
  return one;
}

async function isWhole(members: readonly Member[]): Promise<boolean> {
  for (const one of members) one.status = null;
  const all = () => members.every(({ status }) => status?.effectiveK === K);
  return until(all, WHOLE_WITHIN_MS);
}

function rssBytes({ process: { pid } }: Member): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))!;
  return Number(kilobytes) * 1024;
}

/** Writes keys of its own, one after the other, and knows what has to be there. */
class Load {
  readonly ledger = new Map<string, string>();
  readonly unsure = new Set<string>();
  failed = 0;
  readonly #client: RingConnection;

  constructor(client: RingConnection) {
    this.#client = client;
  }

  async run(isOver: () => boolean): Promise<void> {
    for (let n = 0; !isOver(); n++) {
      const key = `honest ${n % 500}`;
      try {
        const { copies } = await this.#client.insert(key, `value ${n}`, {
          level: 'all',
          timeoutMs: 20_000,
        });
        this.ledger.set(key, `value ${n}`);
        this.unsure.delete(key);
        if (copies !== K + 1) say('an insert at all', false, `acknowledged with ${copies} copies`);
      } catch {
        this.failed++;
        this.unsure.add(key);
      }
    }
  }

  async wrong(): Promise<string[]> {
    const wrong: string[] = [];
    for (const [key, value] of this.ledger) {
      if (this.unsure.has(key)) continue;
      const bytes = await this.#client.get(key, { level: 'all', timeoutMs: 20_000 });
      const found = bytes === null ? 'nothing' : new TextDecoder().decode(bytes);
      if (found !== value) wrong.push(`${key}: expected ${value}, found ${found}`);
    }
    return wrong;
  }
}

/** Who speaks, and to whom. */
interface Scene {
  readonly members: readonly Member[];
  readonly client: RingConnection;
  readonly stranger: StrangerOptions;
}

/** Says something to each member that only a member may say; true when none has answered. */
async function isUnheard(
  { members, stranger }: Scene,
  type: number,
  put: (out: FrameWriter, port: number) => void,
): Promise<boolean> {
  const replies = await Promise.all(
    members.map(async ({ port }) => {
      const one = await Stranger.come(port, { ...stranger, claims: 9 });
      const reply = await one.ask(type, (out) => put(out, port));
      one.leave();
      return reply;
    }),
  );
  return replies.every((reply) => reply === null);
}

const DEEDS: { readonly [name: string]: (scene: Scene) => Promise<[boolean, string]> } = {
  'neighbours that give all members one home, or none a frame': async (scene) => {
    const [first] = scene.members;
    const isDeaf = await isUnheard(scene, FrameType.neighbours, (out, port) => {
      out.address(addressAt(port));
      out.member(memberAt(9));
      for (let i = 0; i < 2; i++) out.list([]);
      const all = scene.members.map((one) => {
        const member = { ...memberAt(one.port), home: addressAt(first!.port), isPlain: true };
        return member as ReturnType<typeof memberAt>;
      });
      out.list(all);
    });
    const isStill = await isWhole(scene.members);
    return [isDeaf && isStill, isStill ? 'every member has its backups' : 'backups are gone'];
  },

  'a copy with the largest version': async (scene) => {
    const record = blankRecord(text.encode('EVIL'));
    record.fill(0xff, 0, 16);
    const isDeaf = await isUnheard(scene, FrameType.replicate, (out) => {
      out.raw(keyOf('pinned'));
      out.u32(record.length);
      out.raw(record);
    });
    await scene.client.insert('pinned', 'good', { level: 'all' });
    const bytes = await scene.client.get('pinned', { level: 'all' });
    const found = new TextDecoder().decode(bytes ?? new Uint8Array(0));
    return [isDeaf && found === 'good', `then an insert is read as ${found}`];
  },

  'the arc of a living member, in its name': async (scene) => {
    const { members } = scene;
    const living = members[1]!;
    const isDeaf = await isUnheard(scene, FrameType.inherit, (out, port) => {
      out.address(addressAt(port));
      out.member(memberAt(living.port));
      out.raw(keyOf('anything'));
      out.list(members.map((one) => memberAt(one.port)));
    });
    const isDeafToHim = await isUnheard(
      { ...scene, stranger: { ...scene.stranger, claims: living.port } },
      FrameType.leave,
      (out) => out.member(memberAt(living.port)),
    );
    const owners = await Promise.all(
      members.map(async ({ port }) => {
        const one = await Stranger.come(port, { ...scene.stranger, claims: 0 });
        const reply = await one.ask(FrameType.owner, (out) => out.raw(keyOf('two owners?')));
        one.leave();
        return reply?.[0] === Status.ok;
      }),
    );
    const count = owners.filter(Boolean).length;
    // Whoever knows no secret is told nothing.
    const mayAsk = scene.stranger.secret !== undefined || !isSecret;
    return [isDeaf && isDeafToHim && count === (mayAsk ? 1 : 0), `${count} take a key for theirs`];
  },

  'the digest of the whole circle': async (scene) => {
    const isDeaf = await isUnheard(scene, FrameType.digest, (out) => {
      out.raw(new Uint8Array(40));
      for (let i = 0; i < 3; i++) out.u32(7);
    });
    return [isDeaf, isDeaf ? 'nobody is told anything' : 'keys and versions are told'];
  },

  'twelve half frames of 60 MB': async ({ members, client }) => {
    const [first] = members;
    const before = rssBytes(first!);
    const sockets = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const { socket } = await Stranger.come(first!.port);
        socket.write(Uint8Array.of(0x03, 0x93, 0x87, 0x00, FrameType.put, 0, 0, 0, 1));
        socket.write(new Uint8Array(1 << 20));
        return socket;
      }),
    );
    const stillHere = () => sockets.filter(({ destroyed }) => !destroyed);
    let most = 0;
    // A byte now and then is no progress.
    for (let i = 0; i < 120 && stillHere().length > 0; i++) {
      await pause(500);
      for (const socket of stillHere()) socket.write(new Uint8Array(1));
      most = Math.max(most, rssBytes(first!));
    }
    const grown = most - before;
    const isOpen = stillHere().length;
    for (const socket of sockets) socket.destroy();
    await client.insert('meanwhile', 'x', { level: 'all' });
    const megabytes = Math.round(grown / 1024 / 1024);
    return [
      isOpen === 0 && grown < 150 * 1024 * 1024,
      `${megabytes} MB more, ${isOpen} still here`,
    ];
  },

  'a thousand who say nothing': async ({ members, client }) => {
    const { port } = members[2]!;
    const idle = Array.from({ length: IDLE }, () => connect(port, HOST).on('error', () => {}));
    await pause(1500);
    const options = isSecret ? { secret: SECRET } : { wire: 'seed' as const };
    const other = await connectRing(`${HOST}:${port}`, options);
    await other.insert('newcomer', 'x', { level: 'all', timeoutMs: 10_000 });
    await other.close();
    for (const socket of idle) socket.destroy();
    await client.get('newcomer');
    return [true, 'a newcomer is served'];
  },
};

/** What each kind of frame has in it, more or less. */
function samplesOf(port: number): [number, (out: FrameWriter) => void][] {
  const key = keyOf('fuzz');
  const life = (out: FrameWriter) => {
    out.f64(Date.now());
    for (const word of [1000, 0]) out.u32(word);
    out.raw(new Uint8Array(8).fill(7));
    for (const word of [1, 1]) out.u32(word);
  };
  const level = (out: FrameWriter) => out.u8(1 | MORTAL);
  const written =
    (...parts: ((out: FrameWriter) => void)[]) =>
    (out: FrameWriter) => {
      out.raw(key);
      for (const part of parts) part(out);
    };
  return [
    [FrameType.owner, written()],
    [FrameType.get, written((out) => out.u8(1))],
    [FrameType.put, written(level, life, (out) => out.raw(text.encode('of a stranger')))],
    [FrameType.remove, written(level, life)],
    [FrameType.act, written(level, life, (out) => putAct(out, actOf({ verb: 'add', delta: 1n })))],
    [
      FrameType.query,
      written(
        (out) => out.u8(1),
        (out) => out.u8(0),
        (out) => out.f64(0),
        (out) => out.f64(9),
      ),
    ],
    [FrameType.info, () => {}],
    [FrameType.pulse, () => {}],
    [FrameType.peek, written()],
    [FrameType.vouch, (out) => out.raw(new Uint8Array(16))],
    [FrameType.join, (out) => out.member(memberAt(9))],
    [
      FrameType.neighbours,
      (out) => {
        out.address(addressAt(port));
        out.member(memberAt(9));
      },
    ],
    [
      FrameType.replicate,
      (out) => {
        out.raw(key);
        out.u32(23);
        out.raw(new Uint8Array(23));
      },
    ],
    [
      FrameType.promise,
      written(
        (out) => out.raw(key),
        (out) => out.u32(9),
      ),
    ],
  ];
}

const WORDS = [
  'GET',
  'INS',
  'REM',
  'EXI',
  'OWN',
  'PUL',
  'CON',
  'DIS',
  'VER',
  'INFO\n',
  'LOCATE\n',
  'TEST\n',
  'PUT ',
];

/** One visit of somebody who says whatever comes to mind. */
async function visit(random: SeededRandom, port: number, options: StrangerOptions): Promise<void> {
  const noise = (most: number) =>
    Uint8Array.from({ length: randomBelow(random, most) }, () => randomBelow(random, 256));
  if (randomBelow(random, 3) === 0) {
    const socket = connect(port, HOST).on('error', () => {});
    for (let i = 0; i < 4; i++) {
      socket.write(text.encode(WORDS[randomBelow(random, WORDS.length)]));
      socket.write(noise(200));
      await pause(randomBelow(random, 30));
    }
    socket.destroy();
    return;
  }
  const claims = randomBelow(random, 2) === 0 ? 0 : 1 + randomBelow(random, 65_535);
  const one = await Stranger.come(port, { ...options, claims });
  const samples = samplesOf(port);
  for (let i = 0; i < 20 && !one.isClosed; i++) {
    const [type, put] = samples[randomBelow(random, samples.length)]!;
    const how = randomBelow(random, 4);
    one.say(how === 3 ? randomBelow(random, 256) : type, (out) => {
      put(out);
      if (how === 1) out.length -= Math.min(4, randomBelow(random, 5));
      if (how === 2) out.raw(noise(64));
      if (how === 3 && out.length > 12) out.bytes[9 + randomBelow(random, out.length - 9)] ^= 0xff;
    });
    if (randomBelow(random, 4) === 0) await pause(randomBelow(random, 20));
  }
  if (randomBelow(random, 2) === 0) one.socket.write(noise(100));
  one.leave();
}

async function fuzz(
  members: readonly Member[],
  options: StrangerOptions,
  seconds: number,
  seed: number,
): Promise<number> {
  const endMs = performance.now() + seconds * 1000;
  let visits = 0;
  const runs = Array.from({ length: FUZZERS }, async (_, i) => {
    const random = new SeededRandom(seed, i);
    while (performance.now() < endMs) {
      await visit(random, members[randomBelow(random, members.length)]!.port, options);
      visits++;
    }
  });
  await Promise.all(runs);
  return visits;
}

let isSecret = false;

async function proof(
  secretFile: string | null,
  stranger: StrangerOptions,
  seconds: number,
  seed: number,
): Promise<void> {
  isSecret = secretFile !== null;
  const members: Member[] = [];
  try {
    for (let i = 0; i < MEMBERS; i++) members.push(await member(members[0]?.port ?? 0, secretFile));
    if (!(await isWhole(members))) throw new Error('the ring did not become whole');
    const entries = members.map(({ port }) => `${HOST}:${port}`);
    const client = await connectRing(entries, isSecret ? { secret: SECRET } : { wire: 'seed' });
    const load = new Load(client);
    let isOver = false;
    const loading = load.run(() => isOver);
    for (const [name, deed] of Object.entries(DEEDS)) {
      const [isFine, what] = await deed({ members, client, stranger });
      say(name, isFine, what);
    }
    const visits = await fuzz(members, stranger, seconds, seed);
    isOver = true;
    await loading;
    const alive = members.filter(
      ({ process: { exitCode, signalCode } }) => exitCode === null && signalCode === null,
    );
    const largest = Math.max(...alive.map(rssBytes));
    say(
      'whatever comes to mind',
      alive.length === MEMBERS,
      `${visits} visits, ${alive.length} members live`,
    );
    say('memory', largest < RSS_BYTES_MAX, `${Math.round(largest / 1024 / 1024)} MB at most`);
    const errors = members
      .map((one) => one.errors)
      .join('')
      .trim();
    say('what they said of it', errors === '', errors.slice(0, 500) || 'nothing');
    say('backups', await isWhole(members), 'as many as there should be');
    const wrong = await load.wrong();
    const kept = `${load.ledger.size} keys written meanwhile, ${load.failed} writes failed, ${wrong.length} lost`;
    say('what was acknowledged', wrong.length === 0, [kept, ...wrong.slice(0, 5)].join('\n      '));
    await client.close();
  } finally {
    for (const one of members) one.process.kill('SIGKILL');
  }
}

const seed = Number(values.seed);
const seconds = Number(values.seconds) / 3;
const secretFile = process.env['RINGLIGHT_SECRET']!;
console.log(`seed ${seed}\nAn open ring:`);
await proof(null, {}, seconds, seed);
console.log('A ring with a secret, and strangers who know nothing:');
await proof(secretFile, {}, seconds, seed + 1);
console.log('The same, and strangers with a key for clients that write:');
await proof(secretFile, { secret: clientKey(SECRET, 'write') }, seconds, seed + 2);
process.exitCode = faults === 0 ? 0 : 1;
