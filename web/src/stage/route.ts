/**
 * A lookup as a way through the world. Whoever asked sends requests; each step says who had told of
 * the node that it asks. Following that back from the best answer gives the path; all other steps are
 * what was tried besides.
 *
 *     asker ──▶ step 0 ──▶ step 3 ──▶ step 7        "told by" is a tree, the path one branch of it
 *       └─────▶ step 1 ──▶ step 2 (no answer)
 *
 * Played step by step a lookup is shown as it was when the chosen step had ended, and nothing of what
 * came later.
 */
import type { LookupStepView, LookupView } from 'ringlight/scene';

/** A step as it stood at a moment. */
export type Standing = 'unsent' | LookupStepView['verdict'];

/** Up to when a lookup is shown, in the scene's ms; `step` -1 for all that is known. */
export function momentOf(lookup: LookupView, step: number): number {
  if (step < 0 || step >= lookup.steps.length) return Number.POSITIVE_INFINITY;
  const chosen = lookup.steps[step];
  return chosen.endedMs ?? chosen.sentMs;
}

export function standingAt(step: LookupStepView, momentMs: number): Standing {
  if (step.sentMs > momentMs) return 'unsent';
  if (step.endedMs === null || step.endedMs > momentMs) return 'waiting';
  return step.verdict;
}

/** A hop of a route, between node numbers; -1 for somebody who is not of this world. */
export interface RouteLeg {
  step: number;
  from: number;
  to: number;
  standing: Standing;
  /** Is it part of the way to the best answer? */
  onPath: boolean;
}

/** The answered step nearest to the target; of equals the first. -1 when nobody has answered. */
export function bestStep(lookup: LookupView, momentMs: number): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, step] of lookup.steps.entries()) {
    const standing = standingAt(step, momentMs);
    if (standing !== 'answered' && standing !== 'late') continue;
    const bits = step.distanceBits ?? 1000;
    if (bits < least) {
      least = bits;
      best = index;
    }
  }
  return best;
}

/** From the asker to a step: the indices of those who told of the next. */
export function pathTo(lookup: LookupView, step: number): number[] {
  const path: number[] = [];
  // A trace that goes in circles is not believed.
  for (let at = step; at >= 0 && path.length <= lookup.steps.length; ) {
    path.push(at);
    at = lookup.steps[at]?.toldBy ?? -1;
  }
  return path.reverse();
}

/** All legs to be drawn, those of the path last, so that they lie on top. */
export function routeOf(lookup: LookupView, step: number): RouteLeg[] {
  const momentMs = momentOf(lookup, step);
  const path = new Set(pathTo(lookup, bestStep(lookup, momentMs)));
  const legs: RouteLeg[] = [];
  for (const [index, each] of lookup.steps.entries()) {
    const standing = standingAt(each, momentMs);
    if (standing === 'unsent') continue;
    const teller = each.toldBy >= 0 ? lookup.steps[each.toldBy].node : lookup.from;
    legs.push({ step: index, from: teller, to: each.node, standing, onPath: path.has(index) });
  }
  return legs.sort((a, b) => Number(a.onPath) - Number(b.onPath));
}

/** One line of a shortlist: a node that was heard of, and how it stood. */
export interface Candidate {
  step: number;
  node: number;
  id: string | null;
  distanceBits: number | null;
  standing: Standing;
}

/**
 * The shortlist as it was at a moment, nearest first. A node is on it from when it was heard of: the
 * answer of whoever told of it, or the beginning for the asker's own table. What nobody ever asked
 * leaves no step, and so is not on it.
 */
export function shortlistAt(lookup: LookupView, momentMs: number): Candidate[] {
  const list: Candidate[] = [];
  for (const [index, step] of lookup.steps.entries()) {
    const teller = step.toldBy >= 0 ? lookup.steps[step.toldBy] : undefined;
    const heardMs = teller ? (teller.endedMs ?? step.sentMs) : lookup.startedMs;
    if (Math.min(heardMs, step.sentMs) > momentMs) continue;
    list.push({
      step: index,
      node: step.node,
      id: step.id,
      distanceBits: step.distanceBits,
      standing: standingAt(step, momentMs),
    });
  }
  return list.sort(
    (a, b) => (a.distanceBits ?? 1000) - (b.distanceBits ?? 1000) || a.step - b.step,
  );
}
