/**
 * Forgetting: whoever was told by an operator that members will not come back goes around the ring. All are
 * asked first whether any of them lives; then all are told, again and again, until no title names them any more
 * and the arcs meet.
 *
 *     look    ── who lives? ──▶ all that anybody names      one lives: refused, nothing was done
 *     forget  ── part from it ──▶ all that were heard       "a title of mine still names it": again
 *     done                                                  the arcs meet, and nobody names it
 *
 * One at a time, so that each change is agreed on by a majority that the one before it has left. Those who are
 * said to be lost are taken out together: there may be no majority without them.
 */
import { type Address, formatAddress } from '../../core/address.ts';
import { compareIds, equalIds } from '../../core/id.ts';
import type { Member } from '../circle/member.ts';
import { type Frame, FrameType, Status } from '../frames.ts';
import { failure, type OutcomeCode, type RingOutcome } from '../outcome.ts';
import type { RingState } from '../state.ts';
import { putEpoch } from '../tenure/wording.ts';
import { ForgetStep, LOST } from './forgotten.ts';

const AGAIN_MS = 300;
/** Members that a walk goes to at most. */
const WALK_LIMIT = 20_000;

/** What became of it. Addresses are `IP:port`. */
export interface Forgotten {
  /** First addresses of the processes that were taken out. */
  forgotten: string[];
  /** Those who were told. */
  members: number;
  /** Copies that the least kept arc has, and those that an act at `all` waits for. */
  copies: number;
  copiesWanted: number;
  /** Arcs that begin without a record: all who had a copy are lost. */
  emptyArcs: number;
  /** Members that others name and that did not answer. */
  unheard: string[];
}

interface Arc {
  readonly from: Uint8Array;
  readonly end: Uint8Array;
  readonly copies: number;
  readonly wanted: number;
}

/** What one member said. */
interface Report {
  readonly member: Member;
  readonly status: number;
  readonly homes: readonly Address[];
  readonly floor: number;
  readonly emptyArcs: number;
  readonly arcs: readonly Arc[];
}

export class Forgetting {
  readonly #node: RingState;
  readonly #isLost: boolean;
  readonly #limitMs: number;
  readonly #done: (outcome: RingOutcome) => void;
  /** Who is left to be forgotten: one after the other, or all at once. */
  readonly #left: (readonly Address[])[];
  #targets: readonly Address[] = [];
  readonly #forgotten: Address[] = [];
  #members: Member[] = [];
  #floor = 0;
  readonly #unheard: Set<Address> = new Set();

  constructor(
    node: RingState,
    addresses: readonly Address[],
    isLost: boolean,
    limitMs: number,
    done: (outcome: RingOutcome) => void,
  ) {
    this.#node = node;
    this.#isLost = isLost;
    this.#limitMs = limitMs;
    this.#done = done;
    this.#left = isLost ? [addresses] : addresses.map((address) => [address]);
  }

  start(now: number): void {
    this.#targets = this.#left.shift()!;
    this.#members = [];
    this.#unheard.clear();
    const untilMs = now + this.#limitMs;
    this.#look(now, untilMs);
  }

  #look(now: number, untilMs: number): void {
    const { identities } = this.#node;
    const own = identities.slice(0, 1).map(({ member }) => member);
    const asked = new Set<Address>();
    const heard: Report[] = [];
    let waiting = 0;
    const isTarget = ({ home, address }: Member) =>
      this.#targets.includes(home) || this.#targets.includes(address);
    const visit = (at: number, member: Member): void => {
      if (asked.has(member.home) || asked.size >= WALK_LIMIT) return;
      asked.add(member.home);
      waiting++;
      this.#ask(at, member, ForgetStep.look, this.#targets, (then, report, named) => {
        waiting--;
        if (report === null) this.#unheard.add(member.address);
        else heard.push(report);
        for (const other of named) if (!isTarget(other)) visit(then, other);
        if (waiting === 0) this.#looked(then, untilMs, heard);
      });
    };
    // Where it begins may be one of them: then it says so itself.
    for (const member of own.length > 0 ? own : this.#node.waysIn()) visit(now, member);
    if (waiting === 0) this.#end('unreachable');
  }

  /** All have been asked who can be found. */
  #looked(now: number, untilMs: number, heard: readonly Report[]): void {
    const fine = heard.filter(({ status }) => status === Status.ok);
    const lives = heard.find(({ status }) => status === Status.refused);
    if (lives !== undefined) return this.#end('member-lives', lives.homes[0]);
    if (heard.some(({ status }) => status === Status.notMember)) {
      return this.#end('not-supported', 0, 'a ring without titles has no electors to be taken out');
    }
    if (fine.length === 0) return this.#end('unreachable');
    const homes = this.#targets.map(
      (_, i) => fine.map((report) => report.homes[i] ?? 0).find((home) => home !== 0) ?? 0,
    );
    const unknown = homes.indexOf(0);
    if (unknown >= 0) return this.#end('no-such-member', this.#targets[unknown]);
    this.#targets = [...new Set(homes)];
    for (const home of this.#targets) this.#unheard.delete(home);
    this.#members = fine.map(({ member }) => member);
    this.#floor = fine.reduce((highest, { floor }) => Math.max(highest, floor), 0);
    this.#tell(now, untilMs);
  }

  #tell(now: number, untilMs: number): void {
    this.#askAll(now, ForgetStep.forget, (at, reports) => {
      const isAgreed = reports.every(({ status }) => status === Status.ok);
      const arcs = reports.flatMap((report) => report.arcs);
      if (isAgreed && doMeet(arcs)) return this.#agreed(at, reports);
      if (at < untilMs) return this.#node.after(at + AGAIN_MS, (then) => this.#tell(then, untilMs));
      this.#clear(at, () => this.#end('unavailable', 0, this.#whyNot(isAgreed)));
    });
  }

  #whyNot(isAgreed: boolean): string {
    const names = [...this.#unheard].map(formatAddress).join(' ');
    const silent = names === '' ? '' : ` (no answer from ${names})`;
    const what = isAgreed ? 'parts of the circle have no owner' : 'a title still names it';
    const advice =
      'start again those that can be; the rest may be forgotten together, as lost (--lost)';
    return `too few of those who have to agree are there: ${what}${silent}; ${advice}`;
  }

  #agreed(now: number, reports: readonly Report[]): void {
    this.#forgotten.push(...this.#targets);
    this.#clear(now, (at) => {
      if (this.#left.length > 0) return this.start(at);
      const arcs = reports.flatMap((report) => report.arcs);
      const result: Forgotten = {
        forgotten: this.#forgotten.map(formatAddress),
        members: reports.length,
        copies: arcs.reduce((least, { copies }) => Math.min(least, copies), Infinity),
        copiesWanted: arcs.reduce((most, { wanted }) => Math.max(most, wanted), 0),
        emptyArcs: reports.reduce((sum, { emptyArcs }) => sum + emptyArcs, 0),
        unheard: [...this.#unheard].map(formatAddress),
      };
      const value = new TextEncoder().encode(JSON.stringify(result));
      this.#done({ ...failure('ok'), found: true, value });
    });
  }

  /** Nobody is to be lost any more, however it ended. */
  #clear(now: number, then: (now: number) => void): void {
    if (this.#isLost) this.#askAll(now, ForgetStep.done, then);
    else then(now);
  }

  #end(code: OutcomeCode, about: Address = 0, message = ''): void {
    const outcome = failure(code);
    const who = about === 0 ? '' : `${formatAddress(about)}: `;
    this.#done({ ...outcome, message: `${who}${message || outcome.message}`, owner: about });
  }

  #askAll(
    now: number,
    step: number,
    done: (now: number, reports: readonly Report[]) => void,
  ): void {
    const reports: Report[] = [];
    let waiting = this.#members.length;
    for (const member of this.#members) {
      this.#ask(now, member, step, this.#targets, (at, report) => {
        if (report === null) this.#unheard.add(member.address);
        else reports.push(report);
        if (--waiting === 0) done(at, reports);
      });
    }
  }

  #ask(
    now: number,
    member: Member,
    step: number,
    targets: readonly Address[],
    heard: (now: number, report: Report | null, named: readonly Member[]) => void,
  ): void {
    const node = this.#node;
    const link = node.linkTo(now, member);
    const out = link.ask(now, FrameType.forget, node.lines.replies, (at, reply) => {
      if (reply === null) return heard(at, null, []);
      const report = reportOf(member, reply);
      const named = report.status === Status.notMember ? [] : reply.list(node.shared.members);
      heard(at, reply.isWhole ? report : null, named);
    });
    out.u8(step);
    out.u8(this.#isLost ? LOST : 0);
    putEpoch(out, { number: this.#floor, claimant: 0 });
    out.u8(targets.length);
    for (const address of targets) out.address(address);
    link.send();
  }
}

function reportOf(member: Member, reply: Frame): Report {
  const status = reply.u8();
  if (status === Status.notMember) {
    return { member, status, homes: [], floor: 0, emptyArcs: 0, arcs: [] };
  }
  const homes = Array.from({ length: reply.u8() }, () => reply.address());
  const floor = reply.u32();
  const emptyArcs = reply.u32();
  const arcs = Array.from({ length: reply.u8() }, () => ({
    ...{ from: reply.id(), end: reply.id(), copies: reply.u8(), wanted: reply.u8() },
  }));
  return { member, status, homes, floor, emptyArcs, arcs };
}

/** Each begins where another ends, and all together they are the circle. */
function doMeet(arcs: readonly Arc[]): boolean {
  const sorted = [...arcs].sort((a, b) => compareIds(a.from, 0, b.from, 0));
  return (
    sorted.length > 0 &&
    sorted.every(({ end }, i) => equalIds(end, 0, sorted[(i + 1) % sorted.length].from, 0))
  );
}
