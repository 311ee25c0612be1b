/**
 * Asking electors, and answering as one. What an elector says is durable before it leaves, ours included;
 * an answer counts only when it comes from the process of that incarnation.
 */
import { type Frame, FrameType, type FrameWriter, REPLY } from '../frames.ts';
import type { Link } from '../link.ts';
import type { Seat } from '../seat.ts';
import type { RingState } from '../state.ts';
import type { Answer, Proposal } from '../titles/elector.ts';
import { type Epoch, NO_EPOCH } from '../titles/epoch.ts';
import { type Peer, samePeer } from '../titles/title.ts';
import {
  putAnswer,
  putEpoch,
  putProposal,
  takeAnswer,
  takeEpoch,
  takeProposal,
} from './wording.ts';

/** Hears an elector; null when it was silent, or is another process by now. */
export type Heard = (now: number, answer: Answer | null) => void;

/** Asks for a promise. With the epoch 0: only what is known of the arc. */
export function askPromise(
  node: RingState,
  now: number,
  peer: Peer,
  [from, end]: readonly [from: Uint8Array, end: Uint8Array],
  epoch: Epoch,
  heard: Heard,
): void {
  if (samePeer(peer, node.seat!.peer)) {
    const { elector } = node.seat!;
    const answer = epoch.number === 0 ? elector.look(from, end) : elector.promise(from, end, epoch);
    return sayDurably(node, now, answer, heard);
  }
  ask(node, now, peer, FrameType.promise, heard, (out) => {
    out.raw(from);
    out.raw(end);
    putEpoch(out, epoch);
  });
}

/** Proposes titles, or tells that they are in force. */
export function askAccept(
  node: RingState,
  now: number,
  peer: Peer,
  proposal: Proposal,
  heard: Heard,
): void {
  if (samePeer(peer, node.seat!.peer)) {
    return sayDurably(node, now, node.seat!.elector.accept(proposal), heard);
  }
  ask(node, now, peer, FrameType.accept, heard, (out) => putProposal(out, proposal));
}

/** Our own vote; never within the call that asks for it. */
function sayDurably(node: RingState, now: number, answer: Answer, heard: Heard): void {
  node.seat!.whenDurable(now, (at, error) => {
    node.after(at, (then) => heard(then, error === null ? answer : null));
  });
}

function ask(
  node: RingState,
  now: number,
  peer: Peer,
  type: number,
  heard: Heard,
  put: (out: FrameWriter) => void,
): void {
  const member = node.shared.members.of(peer.home);
  const link = node.linkTo(now, member);
  const out = link.ask(now, type, node.lines.pulses, (at, reply) => {
    if (reply === null) {
      node.suspect(at, member);
      return heard(at, null);
    }
    const answer = takeAnswer(reply);
    if (answer === null) reply.isBroken = true;
    heard(at, link.incarnation === peer.incarnation ? answer : null);
  });
  put(out);
  link.send();
}

export function answerPromise(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const from = frame.id();
  const end = frame.id();
  const epoch = takeEpoch(frame);
  if (!frame.isWhole) return false;
  const isLook = epoch.number === 0;
  say(node, now, link, frame, (seat) =>
    isLook ? seat.elector.look(from, end) : seat.elector.promise(from, end, epoch),
  );
  return true;
}

export function answerAccept(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const proposal = takeProposal(frame);
  if (proposal === null) return false;
  say(node, now, link, frame, (seat) => seat.elector.accept(proposal));
  return true;
}

const NOTHING: Answer = { isGranted: false, promised: NO_EPOCH, known: [] };

function say(
  node: RingState,
  now: number,
  link: Link,
  { type, request }: Frame,
  vote: (seat: Seat) => Answer,
): void {
  const { seat } = node;
  const put = (answer: Answer) => {
    if (link.isOver) return;
    putAnswer(link.begin(type | REPLY, request), answer);
    link.send();
  };
  if (seat === null) return put(NOTHING);
  const answer = vote(seat);
  seat.whenDurable(now, (_at, error) => put(error === null ? answer : NOTHING));
}
