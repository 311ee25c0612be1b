// A protocol of your own in the lab: everybody knows everybody. Each node keeps a table of all others and
// tells one of them, now and then, what it has heard lately; whoever is not heard of any more is dead. A
// key belongs to the living node whose id is the nearest, and is found in one hop, if the table is right.
//
//     ringlight lab run examples/gossip.mjs --nodes 300 --churn kad --out results/gossip
//     node examples/gossip.mjs
import {
  Colony,
  check,
  churnFrom,
  compareDistance,
  EXACT,
  fillRandom,
  hashOf,
  RecordedColony,
  randomBelow,
  readAddress,
  SeededRandom,
  writeAddress,
} from 'ringlight/world';

export const about =
  'everybody knows everybody by gossip: what does it cost, and how often is it right?';
export const options = {
  seed: 1,
  nodes: 200,
  everyMs: 1000, // between two words of gossip
  forgetMs: 30_000, // who was not heard of for so long is dead
  churn: 'bt-flatout',
  forMs: 600_000,
};

// A datagram: its kind, then entries of 6 bytes of address and 4 of the latest time at which somebody heard
// from that node itself, or for a question its number.
const Kind = { gossip: 1, ask: 2, answer: 3 };
const ENTRY_BYTES = 10;
const ENTRIES = 40;
const ANSWER_MS = 2000;

/** It has no clock, timer or socket: the world hands it the time, and tells it what came. */
class GossipNode {
  deadline;
  heard = new Map(); // address → when it was last heard of
  #birth;
  #everyMs;
  #forgetMs;
  #out = new Uint8Array(1 + ENTRIES * ENTRY_BYTES);
  #view = new DataView(this.#out.buffer);
  #asked = new Map(); // number of a question → who waits, and until when
  #lastQuestion = 0;

  constructor(birth, { everyMs, forgetMs }) {
    this.#birth = birth;
    this.#everyMs = everyMs;
    this.#forgetMs = forgetMs;
    for (const door of birth.doors) this.heard.set(door, birth.now);
    this.deadline = birth.now + randomBelow(birth.random, everyMs);
  }

  receive(now, from, bytes, start, end) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    this.heard.set(from, now);
    if (view.getUint8(0) === Kind.gossip) {
      for (let at = 1; at + ENTRY_BYTES <= end - start; at += ENTRY_BYTES) {
        const address = readAddress(bytes, start + at);
        if (address === this.#birth.address) continue;
        const heardAt = view.getUint32(at + 6);
        if (heardAt > (this.heard.get(address) ?? now - this.#forgetMs))
          this.heard.set(address, heardAt);
      }
    } else if (view.getUint8(0) === Kind.ask) {
      this.#send(from, Kind.answer, [[this.#birth.address, view.getUint32(7)]]);
    } else {
      const question = view.getUint32(7);
      this.#asked.get(question)?.done(now, true);
      this.#asked.delete(question);
    }
  }

  tick(now) {
    if (now < this.deadline) return;
    this.deadline = now + this.#everyMs;
    for (const [address, at] of this.heard)
      if (now - at > this.#forgetMs) this.heard.delete(address);
    for (const [question, { untilMs, done }] of this.#asked) {
      if (now < untilMs) continue;
      this.#asked.delete(question);
      done(now, false);
    }
    const known = [...this.heard];
    if (known.length === 0) return;
    const { random, address } = this.#birth;
    const entries = [[address, now]];
    while (entries.length < Math.min(ENTRIES, known.length))
      entries.push(known[randomBelow(random, known.length)]);
    this.#send(known[randomBelow(random, known.length)][0], Kind.gossip, entries);
  }

  /** Asks the owner of a key, as this node has it; `done(now, hasAnswered)` comes later. */
  find(now, key, done) {
    let owner = this.#birth.address;
    for (const address of this.heard.keys()) if (isNearer(key, address, owner)) owner = address;
    if (owner !== this.#birth.address) {
      this.#asked.set(++this.#lastQuestion, { untilMs: now + ANSWER_MS, done });
      this.#send(owner, Kind.ask, [[owner, this.#lastQuestion]]);
    }
    return owner;
  }

  #send(to, kind, entries) {
    this.#out[0] = kind;
    let at = 1;
    for (const [address, number] of entries) {
      writeAddress(this.#out, at, address);
      this.#view.setUint32(at + 6, number);
      at += ENTRY_BYTES;
    }
    this.#birth.host.send(this.#birth.address, to, this.#out, at);
  }
}

const ids = new Map();
const idOf = (address) => ids.get(address) ?? ids.set(address, hashOf(address)).get(address);
const isNearer = (key, a, b) => compareDistance(idOf(a), 0, idOf(b), 0, key, 0) < 0;

/** What the command line calls, and the program below. */
export function run(
  { seed, nodes, churn, forMs, everyMs, forgetMs },
  { watch = () => {}, recorder = null } = {},
) {
  const colony = new Colony(
    {
      seed,
      nodes,
      network: { latency: { kind: 'king' }, loss: 0.01 },
      churn: churnFrom(churn, nodes),
    },
    (birth) => new GossipNode(birth, { everyMs, forgetMs }),
  );
  const { world } = colony;
  let timeouts = 0;
  recorder?.begin(
    new RecordedColony(colony, { contacts: ({ heard }) => heard.keys(), timeouts: () => timeouts }),
  );
  const chance = new SeededRandom(seed, 5000);
  const grades = [];
  const living = () =>
    Array.from({ length: nodes }, (_, node) => node).filter((node) => colony.isAlive(node));
  colony.every('1 s', (now) => {
    const all = living();
    if (all.length === 0 || world.elapsedMs < forgetMs) return;
    const node = all[randomBelow(chance, all.length)];
    const key = new Uint8Array(20);
    fillRandom(chance, key, 0, 20);
    const truth = all
      .map((one) => colony.addressOf(one))
      .reduce((a, b) => (isNearer(key, b, a) ? b : a));
    const end = (at, hasAnswered) => {
      if (!hasAnswered) timeouts++;
      const exact = hasAnswered && owner === truth;
      const grade = {
        node,
        exact,
        found: exact ? 1 : 0,
        wanted: 1,
        hops: hasAnswered ? 1 : 0,
        rpcs: 1,
      };
      grades.push({
        ...grade,
        latencyMs: at - now,
        failed: !hasAnswered,
        timeouts: hasAnswered ? 0 : 1,
      });
      recorder?.endedCall('owns', key, grades.at(-1));
    };
    const owner = colony.tell(node, (machine) => machine.find(now, key, end));
    if (owner === colony.addressOf(node)) end(now, true);
  });
  while (world.elapsedMs < forMs) {
    colony.run(Math.min(10_000, forMs - world.elapsedMs));
    watch({ unit: 'second', done: world.elapsedMs / 1000, of: forMs / 1000 });
  }
  recorder?.finish();
  const known = living().map((node) => colony.machine(node).heard);
  const dead = known.flatMap((heard) =>
    [...heard.keys()].filter((one) => !colony.isAlive(colony.nodeAt(one))),
  );
  const all = known.reduce((sum, { size }) => sum + size, 0);
  const figures = {
    knownShare: (all - dead.length) / Math.max(1, known.length * (known.length - 1)),
    deadShare: dead.length / Math.max(1, all),
    bytesPerNodeSecond: colony.sentBytes / nodes / (forMs / 1000),
  };
  const strangers = known.filter((heard) =>
    [...heard.keys()].some((one) => colony.nodeAt(one) < 0),
  ).length;
  return { world, grades, figures, checks: [check('addresses of nobody', 0, EXACT, strangers)] };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { world, grades, figures } = run(options);
  const exact = grades.filter((grade) => grade.exact).length / grades.length;
  console.log(
    `${grades.length} keys, ${(exact * 100).toFixed(0)} % at their owner, each in one hop`,
  );
  console.log(`everybody knows ${(figures.knownShare * 100).toFixed(0)} % of the living`);
  console.log(
    `trace ${world.traceHash}, ${run(options).world.traceHash === world.traceHash ? 'the same again' : 'another!'}`,
  );
}
