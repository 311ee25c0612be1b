/**
 * Getting acquainted: what is known of a member from its own greeting, given on a connection that we
 * dialed. Nothing that others say of it, or that it says of others, changes any of it.
 *
 * Two addresses are one process when both say so: one names its home, and at the home that address is
 * among its own, with the same incarnation. Else anybody could make his death that of another.
 */
import { type Address, ipOf, isLoopback } from '../../core/address.ts';
import type { Member, Members } from '../circle/member.ts';
import type { Hello } from './hello.ts';

/** Takes the hello of who lives at `address`; true when we had thought something else of it. */
export function acquaint(members: Members, now: number, address: Address, hello: Hello): boolean {
  const member = members.of(address);
  const { home: homeBefore, host, isPlain, isProven } = member;
  const { addresses, incarnation } = hello;
  const home = addresses[0];
  const wasOther =
    host !== hello.host || incarnation !== member.incarnation || isPlain || !isProven;
  member.isPlain = false;
  member.isMute = false;
  member.isProven = true;
  member.host = hello.host;
  member.incarnation = incarnation;
  member.clockOffsetMs = hello.clockMs - now;
  member.claimedHome = home;
  let isNews = false;
  if (address === home) {
    member.home = home;
    member.kin = addresses;
    for (const other of addresses) if (adopt(member, members.of(other))) isNews = true;
  } else {
    member.home = address;
    adopt(members.of(home), member);
  }
  return isNews || wasOther || member.home !== homeBefore;
}

/** They are one process, if both have said so. */
function adopt(home: Member, member: Member): boolean {
  const isKin =
    home.isProven &&
    member.isProven &&
    member.claimedHome === home.address &&
    member.incarnation === home.incarnation &&
    home.kin.includes(member.address);
  if (!isKin || member.home === home.address) return false;
  member.home = home.address;
  return true;
}

/** A home that may be asked whether it is one: on the same host. */
export function isNear(home: Address, address: Address): boolean {
  return ipOf(home) === ipOf(address) || (isLoopback(home) && isLoopback(address));
}
