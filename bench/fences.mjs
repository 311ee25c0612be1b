/**
 * What fences cost: frames between members and round trips, in a ring whose owners act under titles and in the same
 * ring without. They are counted under virtual time, so they are the same on every machine, however busy:
 *
 *     npm run bench:fences -- [--seeds N] [--seed N] [--members 3,7,30]
 *
 *     acts     nothing else goes on (pulses, fingers and repair are put off) ── act ── act ── act ──▶ frames, round trips
 *     idle     nobody asks anything ── a minute ──▶ frames of a member a second
 *     events   somebody dies, joins or leaves ──── the ring is whole again ──▶ frames beyond the idle ones, s
 *
 * Whose frames they are is not told: those of the asker and of the way to the owner are counted, too. Each figure is
 * the median over worlds of different seeds, with the least and the most.
 */
import { parseArgs } from 'node:util';
import { ringWorld } from '../dist/lab/ring/ring-overlay.js';
import { RingWhole } from '../dist/lab/ring/ring-whole.js';
import { sha1 } from '../dist/lab/sha1.js';
import { ringSettings } from '../dist/ring/settings.js';
import { decimals, shownSpread, spreadOf } from './setup.mjs';

const WAY_MS = 10;
const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
/** Records in the ring when something befalls it, so that their copies have to be made again. */
const KEYS = 32;
/** Of each kind, for each member: every eighth read of an owner asks all of its electors (tenure/confirming.ts). */
const ACTS_PER_MEMBER = 16;
/** An act at `one` goes on to the other copies after it has been acknowledged. */
const AFTER_ACT_MS = 200;
const LOOK_MS = 100;
const WHOLE_WITHIN_MS = 120_000;
const LEVELS = ['one', 'quorum', 'all'];
const KINDS = [
  ...LEVELS.map((level) => ({ kind: 'insert', level })),
  ...LEVELS.slice(0, 2).map((level) => ({ kind: 'get', level })),
];
const EVENTS = ['a takeover', 'a join', 'a leave'];
/** Fences are for rings with backups; without any there are none to be had. */
const RINGS = [
  { k: 0, titles: false },
  { k: 2, titles: false },
  { k: 2, titles: true },
];
const STILL = { pulseMs: DAY_MS, repairMs: DAY_MS, selfTestMs: 0, fingerMs: 0, idleMs: DAY_MS };

/** A ring in a world of its own, with what its programs have been told. */
class Bench {
  #calls = 0;
  #outcomes = new Map();

  constructor(seed, members, settings) {
    const network = { latency: { kind: 'constant', ms: WAY_MS } };
    const chosen = ringSettings(settings);
    this.members = members;
    this.ring = ringWorld(
      { seed, nodes: members + 1, members, network, disk: { flushMs: 1 }, sha1, settings: chosen },
      { onOutcome: (_node, call, outcome) => this.#outcomes.set(call, outcome), onEvent: () => {} },
    );
    this.keys = Array.from({ length: KEYS }, (_, i) =>
      sha1(new TextEncoder().encode(`${seed} ${i}`)),
    );
    this.whole = new RingWhole(this.ring, this.keys);
  }

  get frames() {
    return this.ring.counters.framesOut;
  }

  run(forMs) {
    const { world } = this.ring;
    world.run(world.now + forMs);
  }

  /** One act of a program at a member, to its end; how long it took. */
  act(node, kind, level, key) {
    const { ring } = this;
    const call = ++this.#calls;
    const beganMs = ring.world.now;
    const machine = ring.node(node);
    if (kind === 'insert') machine.insert(beganMs, call, key, new Uint8Array(100), level);
    else machine.get(beganMs, call, key, level);
    ring.world.arm(node);
    while (!this.#outcomes.has(call)) this.run(1);
    const { code } = this.#outcomes.get(call);
    if (code !== 'ok') throw new Error(`${kind} at ${level} ended with ${code}`);
    return ring.world.now - beganMs;
  }

  fill() {
    for (const [i, key] of this.keys.entries()) this.act(i % this.members, 'insert', 'quorum', key);
    this.run(1000);
  }

  /** Frames a second, of all together. */
  idle() {
    const before = this.frames;
    this.run(MINUTE_MS);
    return ((this.frames - before) * 1000) / MINUTE_MS;
  }

  untilWhole() {
    const { world } = this.ring;
    const beganMs = world.now;
    while (this.whole.fault() !== null) {
      if (world.now > beganMs + WHOLE_WITHIN_MS)
        throw new Error(`not whole: ${this.whole.fault()}`);
      this.run(LOOK_MS);
    }
    return world.now - beganMs;
  }
}

/** Frames and round trips of each kind of act, where everybody knows whose each key is and connections stand. */
function actsOf(seed, members, settings) {
  const bench = new Bench(seed, members, { ...settings, ...STILL });
  for (const key of bench.keys) {
    for (let node = 0; node < members; node++) bench.act(node, 'insert', 'quorum', key);
  }
  return Object.fromEntries(
    KINDS.map(({ kind, level }) => [`${kind} at ${level}`, actOf(bench, kind, level)]),
  );
}

function actOf(bench, kind, level) {
  const acts = ACTS_PER_MEMBER * bench.members;
  let frames = 0;
  let ms = 0;
  for (let i = 0; i < acts; i++) {
    bench.run(AFTER_ACT_MS);
    const before = bench.frames;
    ms += bench.act((7 * i) % bench.members, kind, level, bench.keys[i % KEYS]);
    bench.run(AFTER_ACT_MS);
    frames += bench.frames - before;
  }
  return { frames: frames / acts, trips: ms / acts / (2 * WAY_MS) };
}

/** What befalls a ring that has been calm; frames beyond those of the calm that follows. */
function eventOf(name, seed, members, settings) {
  const bench = new Bench(seed, members, settings);
  bench.fill();
  bench.run(MINUTE_MS);
  bench.untilWhole();
  const { ring } = bench;
  const before = bench.frames;
  if (name === 'a takeover') ring.crash(seed % members);
  else if (name === 'a leave') ring.leave(seed % members);
  else ring.join(members, [ring.addressOf(seed % members)]);
  bench.run(LOOK_MS);
  const tookMs = LOOK_MS + bench.untilWhole();
  const frames = bench.frames - before;
  return { frames: frames - (bench.idle() * tookMs) / 1000, seconds: tookMs / 1000 };
}

function idleOf(seed, members, settings) {
  const bench = new Bench(seed, members, settings);
  bench.run(MINUTE_MS);
  return bench.idle() / members;
}

/** All figures of one ring: by its row, what each seed gave. */
function measured(seeds, members, settings) {
  const rows = new Map();
  const add = (row, text, value) => {
    const name = `${row}|${text}`;
    rows.set(name, [...(rows.get(name) ?? []), value]);
  };
  for (const seed of seeds) {
    for (const [row, { frames, trips }] of Object.entries(actsOf(seed, members, settings))) {
      add(row, 'frames', frames);
      add(row, 'round trips', trips);
    }
    add('idle, a member', 'frames a second', idleOf(seed, members, settings));
    for (const name of EVENTS) {
      const { frames, seconds } = eventOf(name, seed, members, settings);
      add(name, 'frames', frames);
      add(name, 'seconds', seconds);
    }
  }
  return rows;
}

function main({ seeds, seed, members }) {
  const all = Array.from({ length: Number(seeds) }, (_, i) => Number(seed) + i);
  for (const count of members.split(',').map(Number)) {
    const columns = RINGS.map((settings) => measured(all, count, settings));
    const heads = RINGS.map(({ k, titles }) => `K = ${k}${titles ? ', titles' : ''}`);
    console.log(`\n${count} members, seeds ${all[0]} to ${all.at(-1)}\n`);
    console.log(`| | | ${heads.join(' | ')} |\n|---|---|${heads.map(() => '---|').join('')}`);
    for (const name of columns[0].keys()) {
      const cells = columns.map((rows) => shownSpread(spreadOf(rows.get(name)), decimals(1)));
      console.log(`| ${name.split('|').join(' | ')} | ${cells.join(' | ')} |`);
    }
  }
}

main(
  parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      members: { type: 'string', default: '3,7,30' },
    },
  }).values,
);
