/**
 * Stretches: what a process has promised and accepted, along the circle. The circle is cut at zero and
 * then read as a line; each stretch says one thing of all its points, and where there is none nothing
 * was ever asked.
 *
 *     0 ── [a ── promised 7, accepted 7: title of a ──)[c ── promised 9, accepted 4 ──)·······[f ──) 2^160
 *
 * A promise or an acceptance for an arc cuts at both of its ends; neighbours that say the same are
 * joined again, so there are about as many stretches as arcs that a process has ever had to do with.
 */
import { compareIds, equalIds, ID_BYTES } from '../../core/id.ts';
import { compareEpochs, type Epoch, NO_EPOCH } from './epoch.ts';
import { sameTitle, type Title } from './title.ts';

export interface Stretch {
  from: Uint8Array;
  /** Null: up to the end of the line. */
  end: Uint8Array | null;
  promised: Epoch;
  accepted: Title | null;
  /** The title accepted is known to have come into force. */
  isInForce: boolean;
}

/** A part of the line. */
export interface Span {
  readonly from: Uint8Array;
  readonly end: Uint8Array | null;
}

const ZERO = new Uint8Array(ID_BYTES);

/** The one or two parts of the line that an arc is, in the order in which the arc goes. */
export function spansOf(from: Uint8Array, end: Uint8Array): Span[] {
  const isToTop = equalIds(end, 0, ZERO, 0);
  if (compareIds(from, 0, end, 0) < 0 || isToTop) return [{ from, end: isToTop ? null : end }];
  return [
    { from, end: null },
    { from: ZERO, end },
  ];
}

function endsBefore(end: Uint8Array | null, point: Uint8Array): boolean {
  return end !== null && compareIds(end, 0, point, 0) <= 0;
}

function isBefore(point: Uint8Array, end: Uint8Array | null): boolean {
  return end === null || compareIds(point, 0, end, 0) < 0;
}

export class Stretches {
  /** In ascending order, none overlapping. */
  list: Stretch[] = [];

  /** Those that have a point in common with an arc, in no order. */
  overlapping(from: Uint8Array, end: Uint8Array): Stretch[] {
    const spans = spansOf(from, end);
    return this.list.filter((its) =>
      spans.some((span) => isBefore(its.from, span.end) && !endsBefore(its.end, span.from)),
    );
  }

  at(point: Uint8Array, start = 0): Stretch | null {
    for (const its of this.list) {
      if (compareIds(its.from, 0, point, start) > 0) return null;
      if (its.end === null || compareIds(point, start, its.end, 0) < 0) return its;
    }
    return null;
  }

  /** Lies each point of an arc in a stretch of which `says` is true? */
  isAll(from: Uint8Array, end: Uint8Array, says: (stretch: Stretch) => boolean): boolean {
    for (const span of spansOf(from, end)) if (!this.#isAllOf(span, says)) return false;
    return true;
  }

  #isAllOf({ from, end }: Span, says: (stretch: Stretch) => boolean): boolean {
    let point: Uint8Array | null = from;
    for (const its of this.list) {
      if (point === null || !isBefore(point, end)) return true;
      if (endsBefore(its.end, point)) continue;
      if (compareIds(its.from, 0, point, 0) > 0 || !says(its)) return false;
      point = its.end;
    }
    return point === null || !isBefore(point, end);
  }

  /** Cuts at both ends of an arc, fills its gaps, and lets `change` change each stretch of it. */
  change(from: Uint8Array, end: Uint8Array, change: (stretch: Stretch) => void): void {
    for (const span of spansOf(from, end)) {
      this.#cutAt(span.from);
      if (span.end !== null) this.#cutAt(span.end);
      this.#fill(span);
      for (const its of this.list) {
        if (isBefore(its.from, span.end) && !endsBefore(its.end, span.from)) change(its);
      }
    }
    this.#join();
  }

  #cutAt(point: Uint8Array): void {
    const at = this.list.findIndex(
      (its) => compareIds(its.from, 0, point, 0) < 0 && isBefore(point, its.end),
    );
    if (at < 0) return;
    const whole = this.list[at];
    this.list.splice(at, 1, { ...whole, end: point }, { ...whole, from: point });
  }

  #fill({ from, end }: Span): void {
    const filled: Stretch[] = [];
    let cursor: Uint8Array | null = from;
    for (const its of this.list) {
      const isInside = isBefore(its.from, end) && !endsBefore(its.end, from);
      if (isInside && cursor !== null && compareIds(cursor, 0, its.from, 0) < 0) {
        filled.push(blank(cursor, its.from));
      }
      if (isInside) cursor = its.end;
      filled.push(its);
    }
    const isCovered = cursor === null || (end !== null && compareIds(cursor, 0, end, 0) >= 0);
    if (!isCovered) filled.push(blank(cursor!, end));
    this.list = filled.sort((a, b) => compareIds(a.from, 0, b.from, 0));
  }

  #join(): void {
    const joined: Stretch[] = [];
    for (const its of this.list) {
      const last = joined.at(-1);
      const touches = last?.end && equalIds(last.end, 0, its.from, 0);
      if (last && touches && saysTheSame(last, its)) last.end = its.end;
      else joined.push(its);
    }
    this.list = joined;
  }
}

function blank(from: Uint8Array, end: Uint8Array | null): Stretch {
  return { from, end, promised: NO_EPOCH, accepted: null, isInForce: false };
}

function saysTheSame(a: Stretch, b: Stretch): boolean {
  return (
    compareEpochs(a.promised, b.promised) === 0 &&
    sameTitle(a.accepted, b.accepted) &&
    a.isInForce === b.isInForce
  );
}
