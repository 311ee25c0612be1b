/**
 * Policies: how a node keeps its neighbours, ours and the two older ones that it is compared with. What
 * all have in common is in lists.ts and life.ts; here is what they do differently.
 *
 *     correct      lists taken whole, two others asked before anybody is given up, an arc claimed only
 *                  on the word of the new s1, and a look at oneself through somebody else now and then
 *     chord-2001   none of these: the list is refreshed entry by entry (Stoica et al. 2001, fig. 7)
 *     class-2019   two successors, the second only asked for (ABD) when the first has died
 */
import type { Identity } from '../circle/identity.ts';
import type { Policy } from '../settings.ts';
import type { NeighbourPolicy, RingState } from '../state.ts';
import { probe } from './life.ts';
import { askLists, askNeighbours, setSuccessors, showLists } from './lists.ts';

/** A predecessor is asked itself after so many pulses without a word from it. */
const QUIET_PULSES = 3;

const CORRECT: NeighbourPolicy = {
  showsLists: true,
  usesPredecessors: true,
  claimsAtOnce: false,
  passesOn: true,
  asksOthers: true,
  testsItself: true,
  greet: showLists,
  round(node, now, identity) {
    askQuietPredecessor(node, now, identity);
    checkNext(node, now, identity);
    for (const write of identity.writes ?? []) write.spread(now);
  },
  following: (_identity, _from, theirs) => theirs,
  kept: (successors) => successors,
  // The farthest predecessor is the nearest successor that we still know.
  heirs: (successors, predecessors) =>
    successors.length === 0 ? predecessors.slice(-1) : successors,
  lostFirst() {},
};

const CHORD_2001: NeighbourPolicy = {
  ...CORRECT,
  usesPredecessors: false,
  claimsAtOnce: true,
  passesOn: false,
  asksOthers: false,
  testsItself: false,
  round(node, now, identity) {
    askQuietPredecessor(node, now, identity);
    refreshEntry(node, now, identity);
  },
  /** One entry from the first successor; the rest is refreshed one by one. */
  following({ successor, successors }, from, theirs) {
    const next = theirs[0];
    return from === successor && next ? [next, ...successors.slice(2)] : successors;
  },
  heirs: (successors) => successors,
};

const CLASS_2019: NeighbourPolicy = {
  ...CORRECT,
  showsLists: false,
  claimsAtOnce: true,
  passesOn: false,
  asksOthers: false,
  testsItself: false,
  greet(node, now, identity, to) {
    if (to === identity.successor) probe(node, now, to);
  },
  round() {},
  kept: (successors) => successors.slice(0, 2),
  heirs: (successors) => successors,
  lostFirst: askForSecond,
};

export const NEIGHBOUR_POLICIES: { readonly [policy in Policy]: NeighbourPolicy } = {
  correct: CORRECT,
  'chord-2001': CHORD_2001,
  'class-2019': CLASS_2019,
};

function askQuietPredecessor(node: RingState, now: number, identity: Identity): void {
  const { predecessor, heardAtMs } = identity;
  const isQuiet = heardAtMs + QUIET_PULSES * node.settings.pulseMs < now;
  if (predecessor && isQuiet) askNeighbours(node, now, identity, predecessor);
}

/** One more of the lists is asked whether it lives, in turn. */
function checkNext(node: RingState, now: number, identity: Identity): void {
  const { successors, predecessors } = identity;
  const at = identity.nextChecked++ % (successors.length + predecessors.length || 1);
  const member = at < successors.length ? successors[at] : predecessors[at - successors.length];
  if (member && member !== identity.successor) probe(node, now, member);
}

/**
 * Entry i + 1 of the list is the successor of entry i, asked one at a time; s1 says its own
 * with each stabilise.
 */
function refreshEntry(node: RingState, now: number, identity: Identity): void {
  const at = 1 + (identity.nextChecked++ % (identity.successors.length - 1 || 1));
  const entry = identity.successors[at];
  if (!entry || at + 1 >= node.listProcesses) return;
  askLists(node, now, identity, entry, (then, _predecessors, successors) => {
    const next = successors[0];
    if (!next || identity.successors[at] !== entry || next === identity.member) return;
    const list = [...identity.successors];
    list[at + 1] = next;
    setSuccessors(node, then, identity, list);
  });
}

/** The new s1 is asked for its successor, which becomes our second. */
function askForSecond(node: RingState, now: number, identity: Identity): void {
  const { successor } = identity;
  if (!successor) return;
  askLists(node, now, identity, successor, (at, _predecessors, successors) => {
    const second = successors[0];
    if (identity.successor !== successor || !second) return;
    setSuccessors(
      node,
      at,
      identity,
      second === identity.member ? [successor] : [successor, second],
    );
  });
}
