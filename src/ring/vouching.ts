/**
 * Vouching: is a link that somebody dialed to us the link of the member that it says it is? Its address is
 * asked, on a link that we dialed ourselves:
 *
 *     stranger? ── hello: I am A, nonce n ─▶ us
 *                                            us ── vouch: did you dial me, and say n? ─▶ A
 *     its requests among members wait         ◀────────────────────────── yes ──────────
 *
 * Who is not at home at A cannot make A say so, and A looks whether it was us whom it dialed, so that
 * nobody in between can pass its hello on as his own. Of a process with several identities each is
 * asked, unless it has greeted us as one of that home already. Nobody is dialed but at the IP from which
 * the stranger came.
 */
import type { Address } from '../core/address.ts';
import type { Member } from './circle/member.ts';
import { type Frame, FrameType, REPLY, Status } from './frames.ts';
import { NONCE_BYTES } from './greeting/nonce.ts';
import type { Link } from './link.ts';
import type { RingState } from './state.ts';

/** Links that are being looked into at a time; further ones are closed. */
export const VOUCHING_LIMIT = 256;

/**
 * A link of our own to a member on which nothing has been asked yet: what was asked before might wait
 * there for the answer to the same question the other way round.
 */
export type Dial = (now: number, member: Member) => Link;

/** Asks all addresses that the link claims; `done` hears whether each has said yes. */
export function vouch(
  node: RingState,
  now: number,
  link: Link,
  dial: Dial,
  done: (now: number, isSo: boolean) => void,
): void {
  const { addresses, incarnation } = link.handshake!.theirs!;
  const [home] = addresses;
  const unknown = addresses.filter((address) => {
    const member = node.shared.members.of(address);
    const isKnown = member.isProven && member.home === home && member.incarnation === incarnation;
    return address === home || !isKnown;
  });
  let left = unknown.length;
  let isOver = false;
  for (const address of unknown) {
    askHome(node, now, link, address, dial, (at, isSo) => {
      left--;
      if (isOver || (isSo && left > 0)) return;
      isOver = true;
      done(at, isSo);
    });
  }
}

function askHome(
  node: RingState,
  now: number,
  link: Link,
  address: Address,
  dial: Dial,
  done: (now: number, isSo: boolean) => void,
): void {
  const member = node.shared.members.of(address);
  const { nonce, incarnation } = link.handshake!.theirs!;
  const home = dial(now, member);
  const out = home.ask(now, FrameType.vouch, node.lines.replies, (then, reply) => {
    const isSo = reply !== null && reply.u8() === Status.ok;
    done(then, isSo && home.incarnation === incarnation);
  });
  nonce.put(out);
  out.address(link.at);
  home.send();
}

/** Is one of `links`, which we dialed, the one in question? */
export function answerVouch(links: Iterable<Link>, link: Link, frame: Frame): boolean {
  const { bytes, request } = frame;
  const nonce = frame.skip(NONCE_BYTES);
  const address = frame.address();
  if (!frame.isWhole) return false;
  let isOurs = false;
  for (const { dialed, handshake } of links) {
    if (dialed !== address || handshake === null) continue;
    isOurs ||= handshake.nonce.isAt(bytes, nonce);
  }
  link.begin(FrameType.vouch | REPLY, request).u8(isOurs ? Status.ok : Status.refused);
  link.send();
  return true;
}
