/**
 * Joining, the owner's side: whoever stands in our arc is let in, one at a time. What the two say to
 * each other is drawn in handover.ts.
 */
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { chained } from '../circle/neighbours.ts';
import { settleIn } from '../copies/tending.ts';
import { type Frame, FrameType, REPLY, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import { hasDied } from '../membership/life.ts';
import { setSuccessors } from '../membership/lists.ts';
import type { RingState } from '../state.ts';
import { putTitle } from '../tenure/wording.ts';
import type { Title } from '../titles/title.ts';
import { Handover } from './handover.ts';
import { split } from './splitting.ts';

export function answerJoin(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const target = frame.address();
  const joiner = frame.member(node.shared.members);
  const { request } = frame;
  if (!frame.isWhole || !link.speaksFor(joiner)) return false;
  const identity = node.identityAt(target);
  const answer = (status: Status) => link.answerStatus(FrameType.join, request, status);
  const accept = () => {
    const out = link.begin(FrameType.join | REPLY, request);
    out.u8(Status.ok);
    out.f64(node.memory.sinceMs);
    link.send();
  };
  if (!identity?.isMember || identity.state === 'leaving') answer(Status.refused);
  else if (joiner.address === identity.member.address) answer(Status.refused);
  else if (identity.handover?.to === joiner || isSwitching(identity, joiner)) accept();
  else if (identity.handover !== null) answer(Status.busy);
  else {
    // It says itself that it is no member: whoever lived there has died.
    hasDied(node, now, joiner);
    if (identity.owns(joiner.hash, 0)) {
      accept();
      handOver(node, identity, joiner).start(now);
    } else {
      answer(Status.notOwner);
    }
  }
  return true;
}

function handOver(node: RingState, identity: Identity, joiner: Member): Handover {
  if (identity.isTitled) return handTitleOver(node, identity, joiner);
  return new Handover(node, {
    identity,
    to: joiner,
    from: joiner.hash,
    moved: (now) => sendSwitch(node, now, identity, joiner, null),
    failed: () => {},
  });
}

/** It is the joiner's once its title is in force. */
function handTitleOver(node: RingState, identity: Identity, joiner: Member): Handover {
  let title: Title | null = null;
  return new Handover(node, {
    identity,
    to: joiner,
    from: joiner.hash,
    settle: (now, done) =>
      split(node, now, identity, joiner, (at, theirs) => {
        title = theirs;
        done(at, theirs !== null);
      }),
    moved: (now) => {
      sendSwitch(node, now, identity, joiner, title);
      settleIn(node, now, identity);
    },
    failed: () => {},
  });
}

/** The word that makes it a member is on its way. */
function isSwitching({ admitted, admittedAtMs }: Identity, joiner: Member): boolean {
  return admitted === joiner && admittedAtMs === Infinity;
}

function sendSwitch(
  node: RingState,
  now: number,
  identity: Identity,
  joiner: Member,
  title: Title | null,
): void {
  offer(node, now, identity, joiner, title, (at, isTaken) => {
    if (!isTaken) node.suspect(at, joiner);
    if (identity.admitted !== joiner) return;
    if (isTaken) identity.admittedAtMs = at;
    else identity.admitted = null;
  });
  if (title !== null) {
    identity.end = joiner.hash;
    identity.reach = joiner.hash;
  }
  node.gone.delete(joiner.address);
  identity.admitted = joiner;
  identity.admittedAtMs = Infinity;
  const { successors } = identity;
  const list = chained(identity.member, joiner, successors, node.listProcesses, () => false);
  setSuccessors(node, now, identity, list);
}

/** Tells somebody who wants to join that an arc is its own; `done` hears whether it takes it. */
export function offer(
  node: RingState,
  now: number,
  identity: Identity,
  joiner: Member,
  title: Title | null,
  done: (now: number, isTaken: boolean) => void,
): void {
  const { successors, predecessors, end } = identity;
  const link = node.linkTo(now, joiner);
  const out = link.ask(now, FrameType.switch, node.lines.replies, (at, reply) => {
    done(at, reply !== null && reply.u8() === Status.ok);
  });
  out.address(joiner.address);
  out.member(identity.member);
  out.raw(end);
  out.list(predecessors);
  out.list(successors);
  if (title !== null) putTitle(out, title);
  link.send();
}
