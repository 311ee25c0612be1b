/**
 * What nodes of a ring tell of themselves, as lines of their logs. The lab's nodes and live ones tell the
 * same; only how a member is named differs: by its number where everybody has one, else by its address.
 */
import type { RingEvent } from '../../ring/outcome.ts';

/** An event whose members stand as `Member` does: a number of 48 bits in the lab, `IP:port` live. */
export interface RingTale<Member> {
  kind: RingEvent['kind'];
  identity?: Member;
  successor?: Member;
  predecessor?: Member;
  peer?: Member;
  /** Of an arc: 40 hexadecimal digits. */
  end?: string;
  records?: number;
  aheadMs?: number;
  reason?: string;
  message?: string;
}

/** One line for people. @param placeOf says where the node itself stands, `nameOf` who others are. */
export function lineOfRingEvent<Member>(
  tale: RingTale<Member>,
  nameOf: (member: Member) => string,
  placeOf: (member: Member) => string,
): string {
  const name = (member: Member | undefined): string =>
    member === undefined ? 'nobody' : nameOf(member);
  switch (tale.kind) {
    case 'joined':
      return tale.identity === undefined
        ? 'has joined the ring'
        : `has joined the ring at ${placeOf(tale.identity)}`;
    case 'join-failed':
      return `could not join: ${tale.reason}`;
    case 'not-admitted':
      return `is no member: ${tale.reason}`;
    case 'left':
      return 'has handed its arc over';
    case 'successor':
      return `successor is now ${name(tale.successor)}`;
    case 'predecessor':
      return `predecessor is now ${name(tale.predecessor)}`;
    case 'lost':
      return `gave up ${name(tale.peer)}: it does not answer`;
    case 'rejected':
      return `refused ${name(tale.peer)}: ${tale.reason}`;
    case 'repaired': {
      const records = tale.records === 1 ? '1 record' : `${tale.records} records`;
      return `made copies equal with ${name(tale.peer)}: ${records} moved`;
    }
    case 'clock':
      return tale.aheadMs === 0
        ? 'its clock is right again'
        : `its clock is ${Math.round(Math.abs(tale.aheadMs ?? 0) / 1000)} s ${(tale.aheadMs ?? 0) > 0 ? 'ahead of' : 'behind'} the others’`;
    case 'store-error':
      return `its store failed: ${tale.message}`;
    case 'arc':
      return `owns up to ${tale.end?.slice(0, 8)}…`;
  }
}
