/**
 * An elector: the side that promises and accepts. It is the acceptor of CASPaxos (Rystsov 2018) for
 * every point of the circle at once, and it is at the same time the fence: whoever holds copies asks it
 * whether the epoch of a write is still the highest that was promised there.
 *
 *     promise  arc, epoch     ── nothing above was promised: I take nothing lower any more; here is
 *                                what I have accepted there
 *     accept   titles         ── nothing above their epoch was promised: these are the titles now, and
 *                                their proposer has my promise for the next epoch of its own; another
 *                                title of the same epoch is refused
 *     confirm  a title        ── the same for one in force: nobody has been promised anything higher
 *
 * The promise within an acceptance spares an owner the first round trip of its next change. Nothing
 * less would do: one that went up from its own title with an epoch that nobody had promised could be
 * accepted by the few who have not heard of its successor, and outbid it.
 *
 * Every change must be durable before its answer leaves: `encode` is what to keep, `isChanged` tells.
 * Nothing is ever forgotten, for an elector that forgets votes twice.
 */
import { compareFrom } from '../../core/arc.ts';
import { compareIds, equalIds, ID_BYTES } from '../../core/id.ts';
import {
  compareEpochs,
  EPOCH_NUMBER_MAX,
  type Epoch,
  epochAbove,
  laterOf,
  NO_EPOCH,
} from './epoch.ts';
import { type Stretch, Stretches, spansOf } from './stretches.ts';
import {
  clipped,
  sameTerms,
  sameTitle,
  type Title,
  TitleReader,
  titleBytes,
  writeEpoch,
  writeTitle,
} from './title.ts';

/** What an elector knows of a part of an arc. */
export interface Known {
  readonly title: Title;
  readonly isInForce: boolean;
}

export interface Answer {
  readonly isGranted: boolean;
  /** The highest epoch that was promised anywhere in the arc. */
  readonly promised: Epoch;
  /** What was accepted there, cut to the arc, in the order of the arc. */
  readonly known: readonly Known[];
}

export interface Proposal {
  /** Of one epoch, one behind the other. */
  readonly titles: readonly Title[];
  /** It is in force already: this is for those who have missed it. */
  readonly isInForce: boolean;
}

const FORMAT = 1;
/** Stretches that one process keeps at most: some hundred bytes each. */
export const STRETCHES_LIMIT = 1024;
/** A promise or an acceptance cuts at two ends, and once more at zero. */
const STRETCHES_ADDED = 4;

export class Elector {
  readonly #stretches = new Stretches();
  /** Something is to be kept that was not when `encode` was last called. */
  isChanged = false;

  get stretches(): readonly Stretch[] {
    return this.#stretches.list;
  }

  /** What is known of an arc; changes nothing. */
  look(from: Uint8Array, end: Uint8Array): Answer {
    return this.#answer(from, end, true);
  }

  /** The stretch in which a point lies. */
  at(point: Uint8Array, start = 0): Stretch | null {
    return this.#stretches.at(point, start);
  }

  /** What could not be taken up again by the next process is not promised. */
  get #isFull(): boolean {
    return this.#stretches.list.length + STRETCHES_ADDED > STRETCHES_LIMIT;
  }

  promise(from: Uint8Array, end: Uint8Array, epoch: Epoch): Answer {
    const overlapping = this.#stretches.overlapping(from, end);
    if (epoch.number > EPOCH_NUMBER_MAX || this.#isFull) return this.#answer(from, end, false);
    if (overlapping.some((its) => compareEpochs(its.promised, epoch) > 0)) {
      return this.#answer(from, end, false);
    }
    this.#stretches.change(from, end, (stretch) => {
      if (compareEpochs(stretch.promised, epoch) === 0) return;
      stretch.promised = epoch;
      this.isChanged = true;
    });
    return this.#answer(from, end, true);
  }

  /**
   * Is a title in force still the last one? The usual case of `accept`, for owners ask it every few seconds; null:
   * there is more to be said, so accept it.
   */
  confirm(title: Title): Answer | null {
    const { from, end, epoch } = title;
    const its = this.#stretches.at(from);
    if (its === null || !isOf(its, title) || !its.isInForce) return null;
    if (its.end === null || !equalIds(its.from, 0, from, 0) || !equalIds(its.end, 0, end, 0)) {
      return null;
    }
    const { promised } = its;
    if (compareEpochs(promised, nextOf(epoch)) !== 0 || this.#isFull) return null;
    return { isGranted: true, promised, known: [] };
  }

  accept({ titles, isInForce }: Proposal): Answer {
    const { from } = titles[0];
    const { end } = titles.at(-1)!;
    if (!titles.every((title) => this.#mayAccept(title))) return this.#answer(from, end, false);
    for (const title of titles) this.#accept(title, isInForce);
    return this.#answer(from, end, true);
  }

  #mayAccept(title: Title): boolean {
    const { from, end, epoch } = title;
    if (epoch.number > EPOCH_NUMBER_MAX || this.#isFull) return false;
    return this.#stretches.overlapping(from, end).every((its) => {
      if (compareEpochs(its.promised, epoch) <= 0) return true;
      // What was accepted already, once more.
      return isOf(its, title) && compareEpochs(its.promised, nextOf(epoch)) === 0;
    });
  }

  #accept(title: Title, isInForce: boolean): void {
    const isSaid = (its: Stretch) => isOf(its, title) && (its.isInForce || !isInForce);
    // An owner that confirms itself, which all do every few seconds, changes nothing.
    if (this.#stretches.isAll(title.from, title.end, isSaid)) return;
    this.#stretches.change(title.from, title.end, (stretch) => {
      const isKnown = isOf(stretch, title);
      if (isKnown && (stretch.isInForce || !isInForce)) return;
      if (!isKnown) stretch.accepted = title;
      stretch.promised = nextOf(title.epoch);
      stretch.isInForce = isInForce;
      this.isChanged = true;
    });
  }

  #answer(from: Uint8Array, end: Uint8Array, isGranted: boolean): Answer {
    let promised = NO_EPOCH;
    const known: { title: Title; isInForce: boolean }[] = [];
    let before: Title | null = null;
    for (const stretch of inOrder(this.#stretches.overlapping(from, end), from, end)) {
      promised = laterOf(promised, stretch.promised);
      const { accepted, isInForce } = stretch;
      if (accepted === null) continue;
      const last = known.at(-1);
      const goesOn =
        last !== undefined &&
        sameTitle(before, accepted) &&
        equalIds(last.title.end, 0, stretch.from, 0) &&
        last.isInForce === isInForce;
      if (goesOn) last.title = clipped(accepted, last.title.from, stretch.end);
      else known.push({ title: clipped(accepted, stretch.from, stretch.end), isInForce });
      before = accepted;
    }
    return { isGranted, promised, known };
  }

  // What is durable.

  encode(): Uint8Array {
    this.isChanged = false;
    const { list } = this.#stretches;
    let length = 3;
    for (const { accepted } of list) {
      length += 2 * ID_BYTES + 1 + 8 + (accepted === null ? 0 : titleBytes(accepted));
    }
    const out = new Uint8Array(length);
    out[0] = FORMAT;
    out[1] = list.length >>> 8;
    out[2] = list.length & 255;
    let at = 3;
    for (const { from, end, promised, accepted, isInForce } of list) {
      out.set(from, at);
      if (end !== null) out.set(end, at + ID_BYTES);
      at = writeEpoch(out, at + 2 * ID_BYTES, promised);
      out[at++] = (accepted === null ? 0 : 1) | (isInForce ? 2 : 0) | (end === null ? 4 : 0);
      if (accepted !== null) at = writeTitle(out, at, accepted);
    }
    return out;
  }

  /** Takes up what `encode` gave; false when these bytes are something else. */
  decode(bytes: Uint8Array): boolean {
    const reader = new TitleReader(bytes, 0, bytes.length);
    if (reader.u8() !== FORMAT) return false;
    const count = reader.u8() * 256 + reader.u8();
    if (count > STRETCHES_LIMIT) return false;
    const list: Stretch[] = [];
    for (let i = 0; i < count && !reader.isBroken; i++) {
      const from = reader.copy(ID_BYTES);
      const end = reader.copy(ID_BYTES);
      const promised = reader.epoch();
      const flags = reader.u8();
      const accepted = (flags & 1) !== 0 ? reader.title() : null;
      const isInForce = (flags & 2) !== 0;
      list.push({ from, end: (flags & 4) !== 0 ? null : end, promised, accepted, isInForce });
    }
    if (!reader.isWhole) return false;
    this.#stretches.list = list;
    return true;
  }
}

/** The epoch that whoever proposed a title has been promised with its acceptance. */
export function nextOf(epoch: Epoch): Epoch {
  return epochAbove(epoch, epoch.claimant);
}

/** Is it this title that was accepted there? */
function isOf({ accepted }: Stretch, title: Title): boolean {
  return accepted !== null && sameTerms(accepted, title);
}

interface Part {
  readonly from: Uint8Array;
  readonly end: Uint8Array;
  readonly promised: Epoch;
  readonly accepted: Title | null;
  readonly isInForce: boolean;
}

const ZERO = new Uint8Array(ID_BYTES);

/** Stretches cut to an arc, in its order; one over zero comes as two that touch. */
function inOrder(list: readonly Stretch[], from: Uint8Array, end: Uint8Array): Part[] {
  const parts: Part[] = [];
  for (const span of spansOf(from, end)) {
    for (const its of list) {
      const start = compare(its.from, span.from) > 0 ? its.from : span.from;
      const stop = earlier(its.end, span.end);
      if (stop === null || compare(start, stop) < 0) {
        parts.push({ ...its, from: start, end: stop ?? ZERO });
      }
    }
  }
  return parts.sort((a, b) => compareFrom(from, 0, a.from, 0, b.from, 0));
}

function compare(a: Uint8Array, b: Uint8Array): number {
  return compareIds(a, 0, b, 0);
}

function earlier(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) return a ?? b;
  return compare(a, b) < 0 ? a : b;
}
