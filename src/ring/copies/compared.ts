/**
 * The answering side of a comparison: what do I hold of an arc, give me these records, do you hold
 * those safely. It keeps no state between two requests: whoever compares keeps it all.
 *
 *     digest    from · to · count · high · low
 *       ◀──     0                                   the same as mine
 *       ◀──     1 · n · n × (key · version)         few: here is the list of mine
 *       ◀──     2 · 16 × (count · high · low)       many: compare part by part
 */
import type { Address } from '../../core/address.ts';
import { equalIds, ID_BYTES } from '../../core/id.ts';
import type { Identity } from '../circle/identity.ts';
import { type Frame, FrameType, REPLY, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import { cutArc, Digest, PARTS, visitHeads } from '../records/digests.ts';
import type { RingState } from '../state.ts';
import { putRecord } from './keeping.ts';

export const Compared = { same: 0, list: 1, parts: 2 } as const;
/** What an owner says of a record of somebody else's: see `answerConfirm`. */
export const Confirmed = { wanted: 0, safe: 1, notYet: 2, notMine: 3 } as const;

/** Records that are listed rather than cut further: 36 bytes each. */
export const LISTED_RECORDS = 256;
/** Bytes of records in one answer, the last one apart. */
const FETCH_BYTES = 1 << 19;
export const LISTED_BYTES: number = ID_BYTES + VERSION_BYTES;

const mine = new Digest();

export function answerDigest(node: RingState, link: Link, frame: Frame): boolean {
  const from = frame.id();
  const to = frame.id();
  const count = frame.u32();
  const high = frame.u32();
  const low = frame.u32();
  if (!frame.isWhole) return false;
  node.digests.of(from, to, mine);
  const out = link.begin(FrameType.digest | REPLY, frame.request);
  if (mine.count === count && mine.high === high && mine.low === low) {
    out.u8(Compared.same);
  } else if (mine.count <= LISTED_RECORDS) {
    out.u8(Compared.list);
    out.u32(mine.count);
    visitHeads(node.store, from, to, (key, record) => {
      out.raw(key);
      out.raw(record, 0, VERSION_BYTES);
      return true;
    });
  } else {
    out.u8(Compared.parts);
    const bounds = cutArc(from, to);
    for (let part = 0; part < PARTS; part++) {
      digestOfPart(node, bounds, part, mine);
      out.u32(mine.count);
      out.u32(mine.high);
      out.u32(mine.low);
    }
  }
  link.send();
  return true;
}

/** The digest of one part of an arc that was cut; an arc too short to be cut has empty parts. */
export function digestOfPart(
  node: RingState,
  bounds: readonly Uint8Array[],
  part: number,
  out: Digest,
): void {
  const from = bounds[part];
  const to = bounds[part + 1];
  if (equalIds(from, 0, to, 0)) out.clear();
  else node.digests.of(from, to, out);
}

/** Keys come, as many of their records go back as fit; the first number says for how many keys. */
export function answerFetch(node: RingState, link: Link, frame: Frame): boolean {
  if (frame.left === 0 || frame.left % ID_BYTES !== 0) return false;
  const out = link.begin(FrameType.fetch | REPLY, frame.request);
  const countAt = out.length;
  out.u32(0);
  let served = 0;
  while (frame.left > 0 && out.length - countAt < FETCH_BYTES) {
    const key = frame.skip(ID_BYTES);
    const record = node.lookUp(frame.bytes, key);
    if (record) putRecord(out, frame.bytes.subarray(key, key + ID_BYTES), record);
    served++;
  }
  const end = out.length;
  out.length = countAt;
  out.u32(served);
  out.length = end;
  link.send();
  return true;
}

/**
 * May the asker drop its copies? One byte for each: I lack it or have an older one; it is durable
 * here and on all my backups; it is here, but not yet everywhere; it is not mine.
 */
export function answerConfirm(node: RingState, link: Link, frame: Frame): boolean {
  const isLeaver = frame.u8() === 1;
  if (frame.left === 0 || frame.left % LISTED_BYTES !== 0) return false;
  if (isLeaver) node.resigned.add(link.home);
  const { request } = frame;
  const verdicts = new Uint8Array(frame.left / LISTED_BYTES);
  for (let i = 0; i < verdicts.length; i++) {
    const key = frame.skip(ID_BYTES);
    const version = frame.skip(VERSION_BYTES);
    verdicts[i] = verdictOn(node, link, frame.bytes, key, version, isLeaver);
  }
  node.flushes.wait((_now, error) => {
    const out = link.begin(FrameType.confirm | REPLY, request);
    out.u8(error === null ? Status.ok : Status.storeFailed);
    if (error === null) out.raw(verdicts);
    link.send();
  });
  return true;
}

function verdictOn(
  node: RingState,
  link: Link,
  bytes: Uint8Array,
  key: number,
  version: number,
  isLeaver: boolean,
): number {
  const identity = node.ownerOf(bytes, key);
  if (identity === null) return Confirmed.notMine;
  const record = node.store.head(bytes, key);
  if (record === null && isForgotten(identity, bytes, version)) return Confirmed.safe;
  if (record === null || compareVersions(record, 0, bytes, version) < 0) return Confirmed.wanted;
  // Whoever asks may be the one to whom we are handing it over.
  if (identity.handover !== null) return Confirmed.notYet;
  if (!isArcSafe(identity, isLeaver ? 0 : node.settings.k)) return Confirmed.notYet;
  if (identity.copies.some((copy) => copy.member.home === link.home)) return Confirmed.notYet;
  if (isNamed(identity, link.home, isLeaver)) return Confirmed.notYet;
  for (const write of identity.writes ?? []) {
    if (write.key.every((byte, i) => byte === bytes[key + i])) return Confirmed.notYet;
  }
  return Confirmed.safe;
}

/** It was removed, and everybody with a copy has forgotten it. */
function isForgotten({ holding }: Identity, bytes: Uint8Array, version: number): boolean {
  return holding !== null && compareVersions(bytes, version, holding.title.forgottenBelow, 0) <= 0;
}

/** Does the title still count on it? A leaver has to be replaced as an elector, too. */
function isNamed({ holding }: Identity, home: Address, isLeaver: boolean): boolean {
  if (holding === null) return false;
  const { copies, electors } = holding.title;
  return [...copies, ...(isLeaver ? electors : [])].some((peer) => peer.home === home);
}

/**
 * All our copies are in step, and there are `least` of them. Who is a member and thinks a record
 * foreign sees more than K other processes; if we see fewer, one of us is mistaken.
 */
function isArcSafe(identity: Identity, least: number): boolean {
  if (!identity.isSettled || identity.copies.length < least) return false;
  return identity.copies.every((copy) => copy.isInStep);
}
