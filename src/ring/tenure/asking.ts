/**
 * Asking electors, and answering as one. What an elector says is durable before it leaves, ours included;
 * an answer counts only when it comes from the process of that incarnation.
 */
import { equalIds } from '../../core/id.ts';
import { type Frame, FrameType, type FrameWriter, REPLY } from '../frames.ts';
import type { Link } from '../link.ts';
import type { Seat } from '../seat.ts';
import type { RingState } from '../state.ts';
import type { Answer, Proposal } from '../titles/elector.ts';
import { compareEpochs, type Epoch, NO_EPOCH } from '../titles/epoch.ts';
import { hasForgotten, type Peer, samePeer, type Title } from '../titles/title.ts';
import {
  type Mention,
  putAnswer,
  putEpoch,
  putMention,
  putProposal,
  putUnknown,
  takeAnswer,
  takeEpoch,
  takeMention,
  takeProposal,
  takeUnknown,
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

/** Asks whether a title in force is still the last one: by its name, and in full who does not know it. */
export function askConfirm(
  node: RingState,
  now: number,
  peer: Peer,
  title: Title,
  heard: Heard,
): void {
  const inFull = (at: number) =>
    askAccept(node, at, peer, { titles: [title], isInForce: true }, heard);
  if (samePeer(peer, node.seat!.peer)) {
    const answer = node.seat!.elector.confirm(title);
    return answer === null ? inFull(now) : sayDurably(node, now, answer, heard);
  }
  const taken = (at: number, reply: Frame): boolean => {
    if (!takeUnknown(reply)) return false;
    inFull(at);
    return true;
  };
  ask(node, now, peer, FrameType.accept, heard, (out) => putMention(out, title), taken);
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
  taken: (now: number, reply: Frame) => boolean = () => false,
): void {
  const member = node.shared.members.of(peer.home);
  const link = node.linkTo(now, member);
  const out = link.ask(now, type, node.lines.pulses, (at, reply) => {
    if (reply === null) {
      node.suspect(at, member);
      return heard(at, null);
    }
    if (taken(at, reply)) return;
    const answer = takeAnswer(reply);
    if (answer === null) reply.isBroken = true;
    const isIt = link.incarnation === peer.incarnation;
    heard(at, isIt && answer !== null && !isNothing(answer) ? answer : null);
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
  const mention = takeMention(frame);
  if (mention !== null) return answerMention(node, now, link, frame, mention);
  const proposal = takeProposal(frame);
  if (proposal === null) return false;
  say(node, now, link, frame, (seat) => {
    const answer = seat.elector.accept(proposal);
    // All copies may forget by now what was removed.
    const isNews = seat.elector.isChanged && proposal.isInForce;
    if (isNews && proposal.titles.some(hasForgotten)) node.agenda.forgetBy(now);
    return answer;
  });
  return true;
}

function answerMention(
  node: RingState,
  now: number,
  link: Link,
  frame: Frame,
  { fromAt, endAt, epoch }: Mention,
): boolean {
  if (!frame.isWhole) return false;
  const { bytes } = frame;
  const title = node.seat?.elector.at(bytes, fromAt)?.accepted;
  const isKnown =
    title != null &&
    compareEpochs(title.epoch, epoch) === 0 &&
    equalIds(title.from, 0, bytes, fromAt) &&
    equalIds(title.end, 0, bytes, endAt);
  if (!isKnown) {
    putUnknown(link.begin(frame.type | REPLY, frame.request));
    link.send();
    return true;
  }
  say(node, now, link, frame, (seat) => {
    const confirmed = seat.elector.confirm(title);
    if (confirmed !== null) return confirmed;
    const answer = seat.elector.accept({ titles: [title], isInForce: true });
    // Who asks knows what it has asked about.
    return answer.isGranted ? { ...answer, known: [] } : answer;
  });
  return true;
}

/** Of one whose store is broken, or that has no say: it is as good as silent. */
const NOTHING: Answer = { isGranted: false, promised: NO_EPOCH, known: [] };

function isNothing({ isGranted, promised }: Answer): boolean {
  return !isGranted && promised.number === NO_EPOCH.number;
}

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
  // A disk that fails keeps no promise; what it kept before is no vote of now, either.
  if (seat === null || node.flushes.error !== null) return put(NOTHING);
  const answer = vote(seat);
  seat.whenDurable(now, (_at, error) => put(error === null ? answer : NOTHING));
}
