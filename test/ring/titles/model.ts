/**
 * A world of titles without a network: processes with electors, whose messages are delivered in any
 * order, twice or never, which crash and come back with what they had written down, and which take
 * over, split, grow and shrink arcs and replace electors while their owners write. After every step it
 * is checked that no two titles are in force for one point and one epoch, that each follows the one in
 * force before, and that all copies of the last one hold all that was acknowledged.
 *
 * `Broken` turns single rules off, to show that the checks bite.
 */
import { isInArc } from '../../../src/core/arc.ts';
import { equalIds } from '../../../src/core/id.ts';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { Claim, following } from '../../../src/ring/titles/claim.ts';
import {
  type Answer,
  Elector,
  type Known,
  nextOf,
  type Proposal,
} from '../../../src/ring/titles/elector.ts';
import {
  claimantOf,
  compareEpochs,
  type Epoch,
  epochAbove,
  laterOf,
  NO_EPOCH,
} from '../../../src/ring/titles/epoch.ts';
import { Passage } from '../../../src/ring/titles/passage.ts';
import {
  electoratesOf,
  hasPeer,
  NOTHING_FORGOTTEN,
  type Peer,
  samePeer,
  type Title,
} from '../../../src/ring/titles/title.ts';
import { majorityOf } from '../../../src/ring/titles/votes.ts';

export interface Broken {
  /** Copies take writes of any epoch. */
  noFence?: boolean;
  /** One elector is a majority. */
  noMajority?: boolean;
  /** The old electors have no say in what follows them. */
  noPrevious?: boolean;
  /** Writes are acknowledged with the owner's copy alone. */
  ackAlone?: boolean;
  /** Who takes over does not care whether it has the data. */
  noFetch?: boolean;
  /** Electors lose what they promised when they crash. */
  amnesia?: boolean;
  /** An owner goes up from its title with an epoch that nobody has promised. */
  noReserve?: boolean;
}

/** Something was lost or is twice. */
export class Broke extends Error {}
/** Nothing goes on. */
export class Stuck extends Error {}

const PROCESSES = 7;
const K = 2;

const keyOf = (place: number): Uint8Array => {
  const key = new Uint8Array(20);
  key[0] = (place % 8) * 32 + 1;
  return key;
};
const POINTS = Array.from({ length: 8 }, (_, i) => keyOf(i));
const pointsIn = (from: Uint8Array, end: Uint8Array) =>
  POINTS.map((_, i) => i).filter((i) => isInArc(POINTS[i], 0, from, 0, end, 0));

interface Proposed {
  readonly title: Title;
  /** Of the point. */
  readonly i: number;
  readonly parents: readonly Epoch[];
  readonly accepted: Set<number>;
}

interface Held {
  title: Title;
  /** Our acceptance carries the promise for the next epoch. */
  hasReserve: boolean;
  isChanging: boolean;
  writes: number;
}

class Process {
  readonly peer: Peer;
  readonly hash: Uint8Array;
  elector = new Elector();
  isUp = true;
  life = 0;
  held: Held | null = null;
  /** By point: the writes that it holds. */
  readonly store: Set<number>[] = POINTS.map(() => new Set());

  readonly number: number;

  constructor(number: number) {
    this.number = number;
    this.peer = { home: number + 1, incarnation: number + 100 };
    this.hash = keyOf(number);
  }
}

export class TitleModel {
  readonly random: SeededRandom;
  readonly processes = Array.from({ length: PROCESSES }, (_, i) => new Process(i));
  readonly counts = { won: 0, writes: 0, claims: 0, splits: 0, fetched: 0 };
  readonly #broken: Broken;
  #messages: { run: () => void; to: Process; life: number }[] = [];
  #loss = 6;
  #lastWrite = 0;
  /** By point and epoch: what was proposed, what it was made from, and who has accepted it. */
  readonly #proposed = new Map<string, Proposed>();
  /** Those that have not come into force. */
  readonly #open = new Set<Proposed>();
  readonly #chosen: Title[][] = POINTS.map(() => []);
  readonly #acked: Set<number>[] = POINTS.map(() => new Set());

  constructor(seed: number, broken: Broken = {}) {
    this.random = new SeededRandom(seed, 7);
    this.#broken = broken;
    const first = this.processes[0];
    const peers = this.processes.slice(0, 5).map(({ peer }) => peer);
    const title: Title = {
      from: first.hash,
      end: first.hash,
      epoch: { number: 1, claimant: claimantOf(1, 100) },
      owner: { ...first.peer, address: 1 },
      copies: peers.slice(0, K + 1),
      electors: peers,
      previous: [],
      wanted: K + 1,
      forgottenBelow: NOTHING_FORGOTTEN,
    };
    this.#propose(title, [NO_EPOCH]);
    for (const process of this.processes.slice(0, 5)) {
      process.elector.accept({ titles: [title], isInForce: true });
    }
    first.held = { title, hasReserve: true, isChanging: false, writes: 0 };
    this.noteAccepted();
  }

  #below(limit: number): number {
    return randomBelow(this.random, limit);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }

  #of(peer: Peer): Process {
    return this.processes.find((its) => samePeer(its.peer, peer))!;
  }

  // Steps.

  run(steps: number): void {
    for (let i = 0; i < steps; i++) {
      const chance = this.#below(100);
      if (chance < 70 && this.#messages.length > 0) this.#deliver();
      else this.#act();
      this.#check();
    }
  }

  /** Everybody is up and everything arrives: every arc must get an owner that can write. */
  heal(): void {
    this.#loss = 0;
    for (const process of this.processes) process.isUp = true;
    this.#drain();
    this.#findOwners();
    for (const i of POINTS.keys()) this.#writeAgain(i);
  }

  #findOwners(): void {
    for (let round = 0; round < 60; round++) {
      const owners = POINTS.map((point) => this.#ownerOf(point));
      const free = owners.indexOf(undefined);
      if (free < 0) break;
      // Who owns nothing finds out, and nobody waits for answers that were lost.
      for (const process of this.processes) {
        if (!owners.includes(process)) process.held = null;
        else process.held!.isChanging = false;
      }
      const claimants = this.processes.filter(
        ({ held }) => held === null || equalIds(held.title.end, 0, POINTS[free], 0),
      );
      this.#takeOver(claimants[round % claimants.length], POINTS[free]);
      this.#drain();
    }
  }

  /** A copy may have promised something that came to nothing; then the owner goes above it. */
  #writeAgain(i: number): void {
    const before = this.#acked[i].size;
    for (let round = 0; round < 10; round++) {
      this.#findOwners();
      for (const { held } of this.processes) if (held) held.isChanging = false;
      const owner = this.#ownerOf(POINTS[i]);
      if (!owner) throw new Stuck(`point ${i} has no owner after all have come back`);
      this.#write(owner, i);
      this.#drain();
      if (this.#acked[i].size > before) return;
      if (owner.held) this.#claim(owner, [{ title: owner.held.title, isInForce: true }]);
      this.#drain();
    }
    throw new Stuck(`point ${i} takes no writes`);
  }

  #ownerOf(point: Uint8Array): Process | undefined {
    return this.processes.find((its) => {
      if (!its.isUp || !its.held) return false;
      const { from, end, epoch } = its.held.title;
      if (!isInArc(point, 0, from, 0, end, 0)) return false;
      const last = this.#chosen[POINTS.indexOf(point)].at(-1)!;
      return compareEpochs(last.epoch, epoch) === 0;
    });
  }

  #drain(): void {
    for (let i = 0; i < 20_000 && this.#messages.length > 0; i++) {
      this.#deliver();
      this.#check();
    }
  }

  #deliver(): void {
    const at = this.#below(this.#messages.length);
    const isTwice = this.#loss > 0 && this.#below(100) < 5;
    const message = isTwice ? this.#messages[at] : this.#messages.splice(at, 1)[0];
    if (this.#below(100) < this.#loss) return;
    if (message.to.isUp && message.to.life === message.life) message.run();
  }

  #send(to: Process, run: () => void, life = to.life): void {
    this.#messages.push({ run, to, life });
  }

  #act(): void {
    const process = this.#pick(this.processes);
    const chance = this.#below(100);
    if (!process.isUp) {
      if (chance < 40) process.isUp = true;
    } else if (chance < 2) this.#crash(process);
    else if (process.held === null) {
      if (chance < 20) this.#takeOver(process, this.#pick(POINTS));
    } else if (chance < 8) this.#takeOver(process, process.held.title.end);
    else if (chance < 60) {
      const { from, end } = process.held.title;
      const points = pointsIn(from, end);
      if (points.length > 0) this.#write(process, this.#pick(points));
    } else if (chance < 75) this.#changeElectors(process);
    else if (chance < 90) this.#changeCopies(process);
    else this.#split(process);
  }

  #crash(process: Process): void {
    process.isUp = false;
    process.life++;
    process.held = null;
    const kept = process.elector.encode();
    process.elector = new Elector();
    if (this.#broken.amnesia !== true && !process.elector.decode(kept)) throw new Broke('decode');
  }

  // Claims.

  #takeOver(process: Process, point: Uint8Array): void {
    if (process.held?.isChanging) return;
    const bases = this.#basesFor(process, point);
    if (bases !== null) this.#claim(process, bases);
  }

  #claim(process: Process, bases: readonly Known[]): void {
    let seen = NO_EPOCH;
    for (const { title } of bases) seen = laterOf(seen, title.epoch);
    for (const { title } of bases) {
      seen = laterOf(seen, process.elector.look(title.from, title.end).promised);
    }
    const epoch = epochAbove(seen, claimantOf(process.peer.home, process.peer.incarnation));
    if (process.held) process.held.isChanging = true;
    this.counts.claims++;
    new Attempt(this, process, new Claim(epoch, bases)).start();
  }

  /** Our own title and what follows it, or just what somebody knows of the point. */
  #basesFor(process: Process, point: Uint8Array): Known[] | null {
    const { held } = process;
    if (held) {
      const { from, end } = held.title;
      if (equalIds(from, 0, end, 0)) return [{ title: held.title, isInForce: true }];
      const next = this.#knownAt(process, end, from);
      return next ? [{ title: held.title, isInForce: true }, next] : null;
    }
    return this.#knownAt(process, point, point);
  }

  #knownAt(process: Process, from: Uint8Array, end: Uint8Array): Known & Known[] {
    const sources = [process, ...this.processes.filter(({ isUp }) => isUp)];
    for (const { elector } of sources) {
      const first = elector
        .look(from, end)
        .known.find(({ title }) => equalIds(title.from, 0, from, 0));
      if (first) return Object.assign([first], first);
    }
    return null as never;
  }

  ask(
    from: Process,
    to: Process,
    act: (elector: Elector) => Answer,
    heard: (answer: Answer) => void,
  ): void {
    const { life } = from;
    this.#send(to, () => {
      const answer = act(to.elector);
      if (to.elector.isChanged) this.noteAccepted();
      to.elector.encode();
      this.#send(from, () => heard(answer), life);
    });
  }

  peerProcess(peer: Peer): Process {
    return this.#of(peer);
  }

  get broken(): Broken {
    return this.#broken;
  }

  /** The claim was granted: what is proposed, when we have the data. */
  decide(process: Process, claim: Claim, attempt: Attempt): void {
    const holders = claim.parts.map(({ title }) =>
      title.copies.filter((peer) => claim.hasPromised(peer)),
    );
    const missing = claim.parts.filter(({ title }) => !hasPeer(title.copies, process.peer));
    if (missing.length > 0 && this.#broken.noFetch !== true) {
      const part = missing[0];
      const source = holders[claim.parts.indexOf(part)][0];
      if (source === undefined) return attempt.end();
      const from = this.#of(source);
      const { life } = process;
      this.#send(from, () => {
        const copied = pointsIn(part.from, part.end).map((i) => [i, [...from.store[i]]] as const);
        this.#send(
          process,
          () => {
            for (const [i, writes] of copied)
              for (const write of writes) process.store[i].add(write);
            this.counts.fetched++;
            this.#settle(
              process,
              claim,
              holders,
              attempt,
              claim.parts.filter((its) => its === part),
            );
          },
          life,
        );
      });
      return;
    }
    this.#settle(process, claim, holders, attempt, []);
  }

  #settle(
    process: Process,
    claim: Claim,
    holders: Peer[][],
    attempt: Attempt,
    fetched: readonly unknown[],
  ): void {
    const lacks = claim.parts.filter(
      (part) => !fetched.includes(part) && !hasPeer(part.title.copies, process.peer),
    );
    if (lacks.length > 0 && this.#broken.noFetch !== true) return attempt.end();
    const others = holders[0].filter(
      (peer) => !samePeer(peer, process.peer) && holders.every((list) => hasPeer(list, peer)),
    );
    const title = following(
      {
        from: claim.from,
        end: claim.end,
        epoch: claim.epoch,
        owner: { ...process.peer, address: process.peer.home },
        copies: [process.peer, ...others].slice(0, K + 1),
        electors: this.#electorsFor(process),
        wanted: K + 1,
        forgottenBelow: NOTHING_FORGOTTEN,
      },
      this.#broken.noPrevious === true ? [] : claim.before,
    );
    if (title === null) return attempt.end();
    const before = this.#broken.noPrevious === true ? [] : claim.before;
    attempt.propose(
      [title],
      before,
      claim.parts.map((part) => part.title.epoch),
    );
  }

  #electorsFor(process: Process): Peer[] {
    const others = this.processes.filter((other) => other !== process && this.#below(4) > 0);
    const list = [process, ...others].slice(0, 2 * K + 1).map(({ peer }) => peer);
    return list.length % 2 === 1 ? list : list.slice(0, -1);
  }

  // Changes of one who holds a title.

  #changeElectors(process: Process): void {
    const held = process.held!;
    if (held.isChanging || !held.hasReserve) return;
    const { title } = held;
    this.#goUp(process, [{ ...title, electors: this.#electorsFor(process) }]);
  }

  #changeCopies(process: Process): void {
    const held = process.held!;
    if (held.isChanging || !held.hasReserve || held.writes > 0) return;
    const { title } = held;
    const others = title.copies.filter((peer) => !samePeer(peer, process.peer));
    if (others.length > 0 && this.#below(2) === 0) {
      const gone = this.#pick(others);
      const copies = title.copies.filter((peer) => !samePeer(peer, gone));
      return this.#goUp(process, [{ ...title, copies }]);
    }
    const candidates = this.processes.filter(({ peer }) => !hasPeer(title.copies, peer));
    if (title.copies.length > K || candidates.length === 0) return;
    const added = this.#pick(candidates);
    held.isChanging = true;
    this.#copyTo(process, added, title.from, title.end, () => {
      held.isChanging = false;
      this.#goUp(process, [{ ...title, copies: [...title.copies, added.peer] }]);
    });
  }

  #split(process: Process): void {
    const held = process.held!;
    const { title } = held;
    if (held.isChanging || !held.hasReserve || held.writes > 0) return;
    const joiners = this.processes.filter(
      (other) =>
        other !== process &&
        other.isUp &&
        other.held === null &&
        !equalIds(other.hash, 0, title.from, 0) &&
        isInArc(other.hash, 0, title.from, 0, title.end, 0),
    );
    if (joiners.length === 0) return;
    const joiner = this.#pick(joiners);
    held.isChanging = true;
    this.#copyTo(process, joiner, joiner.hash, title.end, () => {
      held.isChanging = false;
      this.counts.splits++;
      const copies = [joiner.peer, ...title.copies.filter((peer) => !samePeer(peer, joiner.peer))];
      this.#goUp(process, [
        { ...title, end: joiner.hash },
        {
          ...title,
          from: joiner.hash,
          owner: { ...joiner.peer, address: joiner.peer.home },
          copies: copies.slice(0, K + 1),
          electors: this.#electorsFor(joiner),
        },
      ]);
    });
  }

  /** Writes stand still meanwhile. */
  #copyTo(
    process: Process,
    to: Process,
    from: Uint8Array,
    end: Uint8Array,
    done: () => void,
  ): void {
    const { held, life } = process;
    const copied = pointsIn(from, end).map((i) => [i, [...process.store[i]]] as const);
    let isOver = false;
    this.#send(to, () => {
      for (const [i, writes] of copied) for (const write of writes) to.store[i].add(write);
      this.#send(
        process,
        () => {
          if (isOver || process.held !== held) return;
          isOver = true;
          done();
        },
        life,
      );
    });
    // The copy may be lost; then the owner goes on without.
    this.#send(process, () => {
      if (!held || isOver || this.#below(3) > 0) return;
      isOver = true;
      held.isChanging = false;
    });
  }

  #goUp(process: Process, titles: readonly Title[]): void {
    const held = process.held!;
    const base = held.title;
    let epoch = nextOf(base.epoch);
    if (this.#broken.noReserve === true) epoch = { ...epoch, number: epoch.number + 1 };
    const before = this.#broken.noPrevious === true ? [] : electoratesOf(base, true);
    held.isChanging = true;
    held.hasReserve = false;
    const next = titles.map((title) => following({ ...title, epoch }, before));
    if (next.some((title) => title === null)) throw new Broke('too many electorates');
    new Attempt(this, process, null).propose(
      next as Title[],
      before,
      next.map(() => base.epoch),
    );
  }

  // Writes.

  #write(process: Process, point: number): void {
    const held = process.held!;
    if (held.isChanging && this.#loss > 0) return;
    const { title } = held;
    const write = ++this.#lastWrite;
    const others = title.copies.filter((peer) => !samePeer(peer, process.peer));
    if (!this.#mayKeep(process, point, title)) {
      process.held = null;
      return;
    }
    process.store[point].add(write);
    let waiting = others.length;
    held.writes++;
    const acked = () => {
      this.#acked[point].add(write);
      this.counts.writes++;
      held.writes--;
    };
    if (waiting === 0 || this.#broken.ackAlone === true) acked();
    const { life } = process;
    const heard = new Set<Process>();
    for (const peer of others) {
      const to = this.#of(peer);
      this.#send(to, () => {
        if (!this.#mayKeep(to, point, title)) return;
        to.store[point].add(write);
        this.#send(
          process,
          () => {
            if (heard.has(to)) return;
            heard.add(to);
            if (--waiting === 0 && this.#broken.ackAlone !== true) acked();
          },
          life,
        );
      });
    }
  }

  #mayKeep(process: Process, point: number, title: Title): boolean {
    if (this.#broken.noFence === true) return true;
    const stretch = process.elector.at(POINTS[point]);
    if (!stretch?.accepted) return false;
    if (compareEpochs(stretch.promised, nextOf(title.epoch)) > 0) return false;
    return compareEpochs(stretch.accepted.epoch, title.epoch) === 0;
  }

  // What must hold.

  #propose(title: Title, parents: readonly Epoch[]): void {
    for (const i of pointsIn(title.from, title.end)) {
      const name = `${i} ${title.epoch.number} ${title.epoch.claimant}`;
      const before = this.#proposed.get(name);
      if (before && before.title !== title) throw new Broke(`two titles of one epoch: ${name}`);
      if (before) continue;
      const entry = { title, i, parents: [...parents], accepted: new Set<number>() };
      this.#proposed.set(name, entry);
      this.#open.add(entry);
    }
  }

  proposed(titles: readonly Title[], parents: readonly Epoch[]): void {
    for (const title of titles) this.#propose(title, parents);
  }

  /** Which titles have come into force, whoever knows it. */
  noteAccepted(): void {
    for (const entry of this.#open) {
      const { i } = entry;
      if (!this.#isAccepted(entry)) continue;
      this.#open.delete(entry);
      this.#chosen[i].push(entry.title);
      this.#chosen[i].sort((a, b) => compareEpochs(a.epoch, b.epoch));
      this.#checkChain(i);
    }
  }

  #isAccepted({ title, i, accepted }: Proposed): boolean {
    for (const { elector, number } of this.processes) {
      const its = elector.at(POINTS[i])?.accepted;
      if (its && compareEpochs(its.epoch, title.epoch) === 0) accepted.add(number);
    }
    const needed = (list: readonly Peer[]) =>
      this.#broken.noMajority === true ? 1 : majorityOf(list.length);
    return electoratesOf(title, false).every(
      (list) => list.filter((peer) => accepted.has(this.#of(peer).number)).length >= needed(list),
    );
  }

  /** Each title in force was made from the one before it, over whatever came to nothing. */
  #checkChain(point: number): void {
    const chain = this.#chosen[point];
    for (let i = 1; i < chain.length; i++) {
      if (!this.#descends(point, chain[i].epoch, chain[i - 1].epoch)) {
        throw new Broke(
          `point ${point}: epoch ${chain[i].epoch.number} does not know the one before`,
        );
      }
    }
  }

  #descends(point: number, from: Epoch, to: Epoch): boolean {
    if (compareEpochs(from, to) === 0) return true;
    if (compareEpochs(from, to) < 0) return false;
    const entry = this.#proposed.get(`${point} ${from.number} ${from.claimant}`);
    return entry?.parents.some((parent) => this.#descends(point, parent, to)) ?? false;
  }

  #check(): void {
    for (const [i, acked] of this.#acked.entries()) {
      const title = this.#chosen[i].at(-1);
      if (!title) continue;
      for (const peer of title.copies) {
        const { store } = this.#of(peer);
        for (const write of acked) {
          if (!store[i].has(write)) throw new Broke(`write ${write} at point ${i} is lost`);
        }
      }
    }
  }
}

/** One way from a claim to a title in force; it may end anywhere on the way. */
class Attempt {
  readonly #model: TitleModel;
  readonly #process: Process;
  readonly #claim: Claim | null;
  readonly #life: number;
  #isDecided = false;

  constructor(model: TitleModel, process: Process, claim: Claim | null) {
    this.#model = model;
    this.#process = process;
    this.#claim = claim;
    this.#life = process.life;
  }

  start(): void {
    const { elector, peer } = this.#process;
    const { from, end, epoch } = this.#claim!;
    // The first promise is our own, whether it counts or not.
    const own = elector.promise(from, end, epoch);
    if (!own.isGranted) return this.end();
    this.#askAll();
    this.#claim!.heard(peer, own);
    this.#step();
  }

  #askAll(): void {
    const claim = this.#claim!;
    const { from, end, epoch } = claim;
    for (const peer of claim.toAsk()) {
      if (samePeer(peer, this.#process.peer)) continue;
      const to = this.#model.peerProcess(peer);
      this.#model.ask(
        this.#process,
        to,
        (elector) => elector.promise(from, end, epoch),
        (answer) => {
          claim.heard(peer, answer);
          this.#askAll();
          this.#step();
        },
      );
    }
  }

  #step(): void {
    const claim = this.#claim!;
    if (this.#isDecided) return;
    if (claim.state === 'news' || claim.state === 'refused') return this.end();
    const isGranted =
      claim.state === 'granted' || (this.#model.broken.noMajority && claim.state === 'asking');
    if (!isGranted) return;
    this.#isDecided = true;
    this.#model.decide(this.#process, claim, this);
  }

  end(): void {
    this.#isDecided = true;
    const { held } = this.#process;
    // What it held may have been promised away, by itself.
    if (held && this.#claim) this.#process.held = null;
    else if (held) held.isChanging = false;
  }

  propose(
    titles: readonly Title[],
    before: readonly (readonly Peer[])[],
    parents: readonly Epoch[],
  ): void {
    const process = this.#process;
    // The message that led here may have come twice.
    if (this.#isProposed) return;
    this.#isProposed = true;
    const proposal: Proposal = { titles, isInForce: false };
    const passage = new Passage(titles, before);
    const own = process.elector.accept(proposal);
    if (!own.isGranted) return this.end();
    this.#model.proposed(titles, parents);
    this.#model.noteAccepted();
    const step = () => {
      if (process.life !== this.#life) return;
      if (passage.state === 'won') this.#won(titles);
      else if (passage.state === 'refused') process.held = null;
    };
    for (const peer of passage.toAsk) {
      if (samePeer(peer, process.peer)) continue;
      const to = this.#model.peerProcess(peer);
      this.#model.ask(
        process,
        to,
        (elector) => elector.accept(proposal),
        (answer) => {
          passage.heard(peer, answer);
          step();
        },
      );
    }
    passage.heard(process.peer, own);
    step();
  }

  #isProposed = false;
  #isWon = false;

  #won(titles: readonly Title[]): void {
    if (this.#isWon) return;
    this.#isWon = true;
    this.#model.counts.won++;
    for (const title of titles) {
      const owner = this.#model.peerProcess(title.owner);
      const hasReserve = owner === this.#process;
      owner.held = { title, hasReserve, isChanging: false, writes: 0 };
      owner.elector.accept({ titles: [title], isInForce: true });
    }
  }
}
