/**
 * What this node answers to class programs: the ring's side of the conversations (service.ts). A
 * class program is asked nothing that it does not know, and gets what its dialect has a word for.
 *
 * It sees one node where we have K + 1 copies: an insert is answered `T` when as many of them are
 * durable as a quorum wants; a get is the owner's own copy.
 */
import type { Address } from '../core/address.ts';
import { isInArc } from '../core/arc.ts';
import type { Identity, Transfer } from './circle/identity.ts';
import type { Member } from './circle/member.ts';
import { chained } from './circle/neighbours.ts';
import { keepItem } from './copies/keeping.ts';
import { newest } from './copies/reads.ts';
import { write } from './copies/writes.ts';
import type { Arc, Caller, RingService } from './dialects/service.ts';
import { Status } from './frames.ts';
import { HeldWrites } from './handover/held-writes.ts';
import { inheritPlain } from './handover/plain.ts';
import { copyArc, Items } from './handover/snapshot.ts';
import { hasDied } from './membership/life.ts';
import { setPredecessors, setSuccessors } from './membership/lists.ts';
import { blankRecord, isGone, valueAt } from './records/record.ts';
import { candidatesFor } from './routing/closest.ts';
import type { RingState } from './state.ts';
import { infoOf } from './view.ts';

export class ClassService implements RingService {
  readonly #node: RingState;
  readonly #transfers = new Map<Caller, { identity: Identity; transfer: PlainTransfer }>();
  readonly #leavers = new Map<
    Caller,
    { identity: Identity; leaver: Member; s1: Address; s2: Address }
  >();

  constructor(node: RingState) {
    this.#node = node;
  }

  owner(now: number, caller: Caller): void {
    const node = this.#node;
    const owner = node.ownerOf(caller.key, 0);
    if (owner !== null) return caller.answerAddress(now, owner.member.address);
    const identity = this.#identity(caller);
    const closest = candidatesFor(node, caller.key, 0)[0] ?? identity?.successor;
    if (closest !== undefined) return caller.answerAddress(now, closest.address);
    // All others are gone, and their arcs are nobody's: whoever knocks to find out the dialect is to be let in.
    if (identity?.isTitled) caller.answerAddress(now, identity.member.address);
    else caller.fail(now);
  }

  get(now: number, caller: Caller): void {
    this.#read(now, caller, (at, record) => {
      const isThere = record !== null && !isGone(record, at);
      caller.answerValue(at, isThere ? record.subarray(valueAt(record)) : null);
    });
  }

  exists(now: number, caller: Caller): void {
    this.#read(now, caller, (at, record) => {
      caller.answerAck(at, record !== null && !isGone(record, at));
    });
  }

  #read(now: number, caller: Caller, done: (now: number, record: Uint8Array | null) => void): void {
    const node = this.#node;
    const identity = node.ownerOf(caller.key, 0);
    if (identity === null) return caller.refuse(now);
    node.counters.reads++;
    newest(node, now, identity, caller.key, 'one', (at, status, record) => {
      if (status === Status.ok) done(at, record);
      else caller.fail(at);
      node.connections.spokenTo(caller);
    });
  }

  insert(now: number, caller: Caller): void {
    if (this.#node.ownerOf(caller.key, 0) === null) caller.refuse(now);
    else caller.goOn(now);
  }

  store(now: number, caller: Caller, value: Uint8Array): void {
    this.#write(now, caller, blankRecord(value), () => true);
  }

  remove(now: number, caller: Caller): void {
    this.#write(now, caller, blankRecord(null), (found) => found);
  }

  #write(
    now: number,
    caller: Caller,
    record: Uint8Array,
    verdict: (found: boolean) => boolean,
  ): void {
    const node = this.#node;
    const writing = { isConditional: false, change: () => record };
    write(node, now, new Uint8Array(caller.key), writing, 'quorum', (at, status, found) => {
      if (status === Status.ok) caller.answerAck(at, verdict(found));
      else if (status === Status.notOwner) caller.refuse(at);
      else caller.fail(at);
      node.connections.spokenTo(caller);
    });
  }

  info(now: number, caller: Caller): void {
    caller.answerText(now, JSON.stringify(infoOf(this.#node)));
  }

  abandoned(now: number, caller: Caller): void {
    const identity = this.#identity(caller);
    if (identity === null || !identity.isMember) return caller.fail(now);
    caller.answerAddress(now, (identity.successor ?? identity.member).address);
  }

  /** The text dialect: who has joined before us says so. */
  updatePrevious(now: number, caller: Caller, previous: Address): void {
    const identity = this.#identity(caller);
    if (identity === null || !identity.isMember) return caller.fail(now);
    const member = this.#node.shared.members.of(previous);
    if (member !== identity.member) {
      const others = identity.predecessors.filter((other) => other !== member);
      setPredecessors(this.#node, now, identity, [member, ...others]);
    }
    caller.answerAck(now, true);
  }

  // A class program joins before us: all that its arc holds goes out, and its `T` is the byte.

  join(now: number, caller: Caller, joiner: Address): void {
    const node = this.#node;
    const identity = this.#identity(caller);
    const hash = joiner === 0 ? caller.key : node.shared.members.of(joiner).hash;
    if (identity?.state !== 'member' || identity.handover !== null) return caller.refuse(now);
    // It could hold no title.
    if (identity.isTitled) return caller.refuse(now);
    if (joiner === identity.member.address) return caller.refuse(now);
    // Whoever lived there has died; until that is settled its place is not ours to give.
    if (joiner !== 0) hasDied(node, now, node.shared.members.of(joiner));
    if (!identity.owns(hash, 0)) return caller.refuse(now);
    const to = joiner === 0 ? null : node.shared.members.of(joiner);
    const transfer = new PlainTransfer(to, new Uint8Array(hash), identity.end);
    identity.handover = transfer;
    this.#transfers.set(caller, { identity, transfer });
    const items = new Items(copyArc(node.store, now, hash, identity.end));
    const s1 = identity.successor ?? identity.member;
    const s2 =
      identity.successors[1] ?? (identity.successor ? identity.member : (to ?? identity.member));
    caller.handOver(now, s1.address, s2.address, items.count, items);
  }

  joined(now: number, caller: Caller, joiner: Address): void {
    const node = this.#node;
    const found = this.#endTransfer(caller);
    if (found === undefined) return;
    const { identity, transfer } = found;
    const { members } = node.shared;
    const member = members.of(joiner);
    member.isPlain = true; // ours join by frames
    if (identity.isMember) {
      const { successors } = identity;
      const list = chained(identity.member, member, successors, node.listProcesses, () => false);
      setSuccessors(node, now, identity, list);
      if (identity.predecessor === undefined) setPredecessors(node, now, identity, [member]);
      identity.admitted = member;
      identity.admittedAtMs = now;
    }
    transfer.release(now);
  }

  joinAborted(now: number, caller: Caller): void {
    this.#endTransfer(caller)?.transfer.release(now);
  }

  #endTransfer(caller: Caller): { identity: Identity; transfer: PlainTransfer } | undefined {
    const found = this.#transfers.get(caller);
    this.#transfers.delete(caller);
    if (found && found.identity.handover === found.transfer) found.identity.handover = null;
    return found;
  }

  // Our successor leaves: its items and its successors become ours.

  leave(now: number, caller: Caller, leaver: Address): void {
    const identity = this.#identity(caller);
    const { successor } = identity ?? {};
    const isIt = successor !== undefined && (leaver === 0 || leaver === successor.address);
    if (!isIt || !identity!.isMember || identity!.handover !== null) return caller.refuse(now);
    this.#leavers.set(caller, { identity: identity!, leaver: successor, s1: 0, s2: 0 });
    caller.goOn(now);
  }

  leaving(_now: number, caller: Caller, s1: Address, s2: Address, _count: number): Arc | null {
    const leave = this.#leavers.get(caller);
    if (leave === undefined || leave.identity.successor !== leave.leaver) return null;
    leave.s1 = s1;
    leave.s2 = s2;
    return { from: leave.leaver.hash, to: this.#node.shared.members.of(s1).hash };
  }

  leaveItem(now: number, caller: Caller, key: Uint8Array, value: Uint8Array): void {
    const leave = this.#leavers.get(caller);
    if (leave) keepItem(this.#node, now, leave.identity, key, value);
  }

  left(now: number, caller: Caller): void {
    const node = this.#node;
    const leave = this.#leavers.get(caller);
    this.#leavers.delete(caller);
    if (leave === undefined) return caller.fail(now);
    node.flushes.wait((at, error) => {
      const { identity, leaver, s1, s2 } = leave;
      const isFine = error === null && identity.successor === leaver;
      if (isFine) inheritPlain(node, at, identity, leaver, s1, s2);
      caller.answerAck(at, isFine);
      node.connections.spokenTo(caller);
    });
  }

  leaveAborted(_now: number, caller: Caller): void {
    this.#leavers.delete(caller);
  }

  capabilities(): string | null {
    if (!this.#node.settings.frames) return null;
    const { settings, identities } = this.#node;
    const { wire, k } = settings;
    return JSON.stringify({ ringlight: 1, wire, k, identities: identities.length });
  }

  #identity(caller: Caller): Identity | null {
    return this.#node.identityAt(caller.identity);
  }
}

/** An arc on its way to a class program: it hears of no write meanwhile, so all of them wait. */
class PlainTransfer implements Transfer {
  readonly to: Member | null;
  readonly #from: Uint8Array;
  readonly #end: Uint8Array;
  readonly #held = new HeldWrites();

  constructor(to: Member | null, from: Uint8Array, end: Uint8Array) {
    this.to = to;
    this.#from = from;
    this.#end = end;
  }

  holds(key: Uint8Array): boolean {
    return isInArc(key, 0, this.#from, 0, this.#end, 0);
  }

  hold(again: (now: number) => void): boolean {
    return this.#held.hold(again);
  }

  mirror(): void {}

  release(now: number): void {
    this.#held.release(now);
  }
}
