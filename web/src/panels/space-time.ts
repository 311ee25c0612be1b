/**
 * Messages as a space-time diagram, as Lamport drew them: a line for each node, time downwards, an arrow
 * for each message from where it was sent to where it arrived.
 *
 *     node 3     node 7      "Time, Clocks, and the Ordering of Events in a Distributed System",
 *       ●──get──▶  │          Communications of the ACM 21(7), 1978
 *       │    ╲     │
 *       │  ◀╌╌╲reply●        a reply is dashed; one that was lost ends in a cross
 *
 * Time is stretched where messages crowd and short where nothing happens: each sending has a row of its
 * own, in which its word stands, so that no word lies on another. What is before what stays so.
 */
import type { Flight } from 'ringlight/scene';
import type { PairedFlight } from '../model/message-filter.ts';
import { isReply } from '../model/message-filter.ts';

/** Messages in one diagram: as many as are read through. */
export const ARROWS_MAX = 150;
/** Nodes in one diagram; the messages of those that have fewest are left out. */
export const LANES_MAX = 24;

/** Between two sendings: a word's height. */
export const ROW_HEIGHT = 17;
/** From a sending to its arrival at least, so that an arrow falls. */
const FALL_HEIGHT = 7;
/** Between other things that happen. */
const STEP_HEIGHT = 3;
/** What is long after the thing before is so far below it. */
const PAUSE_HEIGHT = 30;
const HEIGHT_PER_MS = 0.35;

/** For the times. */
export const LEFT = 84;
const TOP = 20;
const BOTTOM = 16;
export const LETTER_WIDTH = 6.6;
const LANE_WIDTH_MIN = 72;
const LANE_WIDTH_MAX = 132;
/** From a line to the word beside it, and from its end to the next line. */
const WORD_GAP = 8;
/** Where one that was lost ends, as a part of its way. */
const LOST_AT = 0.6;

export interface Lane {
  node: number;
  x: number;
}

export interface Arrow {
  flight: Flight;
  other: Flight | null;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  isReply: boolean;
  /** How it ends: at its node, in a cross, or still on its way. */
  end: 'arrived' | 'crossed' | 'flying';
  word: { text: string; x: number; y: number; anchor: 'start' | 'end' };
}

export interface SpaceTime {
  lanes: Lane[];
  /** In the order of sending. */
  arrows: Arrow[];
  /** Moments at the left, in ms. */
  ticks: { y: number; atMs: number }[];
  width: number;
  height: number;
  /** Messages that were to be drawn and have no room. */
  omitted: number;
}

/** Something that happens at a node: a message leaves, or comes. */
interface Happening {
  flight: Flight;
  atMs: number;
  isSending: boolean;
}

/** @param nowMs what arrives later is still on its way. */
export function drawSpaceTime(messages: readonly PairedFlight[], nowMs: number): SpaceTime {
  const chosen = [...messages].sort((a, b) => a.flight.id - b.flight.id).slice(-ARROWS_MAX);
  const nodes = nodesOf(chosen);
  const drawn = chosen.filter(({ flight }) => nodes.has(flight.from) && nodes.has(flight.to));
  const laneWidth = laneWidthOf(drawn);
  const lanes = [...nodes].map((node, i) => ({ node, x: LEFT + WORD_GAP + laneWidth * i }));
  const xOf = new Map(lanes.map(({ node, x }) => [node, x]));
  const rows = rowsOf(happeningsOf(drawn, nowMs));
  const letters = Math.floor((laneWidth - 2 * WORD_GAP) / LETTER_WIDTH);
  const arrows = drawn.map((paired) => {
    const { flight } = paired;
    return arrowOf(paired, xOf.get(flight.from)!, xOf.get(flight.to)!, rows, nowMs, letters);
  });
  return {
    lanes,
    arrows,
    ticks: rows.ticks,
    // A word fits to the right of the last line, too: a node may write to itself.
    width: LEFT + laneWidth * lanes.length,
    height: rows.endY + BOTTOM,
    omitted: messages.length - drawn.length,
  };
}

/** Who takes part, in the order of appearance; of too many those with most messages. */
function nodesOf(messages: readonly PairedFlight[]): Set<number> {
  const counts = new Map<number, number>();
  for (const { flight } of messages) {
    for (const node of [flight.from, flight.to]) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  if (counts.size <= LANES_MAX) return new Set(counts.keys());
  const busiest = [...counts].sort(([, a], [, b]) => b - a).slice(0, LANES_MAX);
  const kept = new Set(busiest.map(([node]) => node));
  return new Set([...counts.keys()].filter((node) => kept.has(node)));
}

function laneWidthOf(messages: readonly PairedFlight[]): number {
  const longest = Math.max(0, ...messages.map(({ flight }) => flight.kind.length));
  const wanted = longest * LETTER_WIDTH + 2 * WORD_GAP;
  return Math.min(LANE_WIDTH_MAX, Math.max(LANE_WIDTH_MIN, Math.ceil(wanted)));
}

function arrivalOf({ arrivesMs, fate }: Flight): number | null {
  return fate === 'lost' || fate === 'unreachable' ? null : arrivesMs;
}

/** In the order of time; at one moment in the order of causes, as the numbers of flights have it. */
function happeningsOf(messages: readonly PairedFlight[], nowMs: number): Happening[] {
  const all: Happening[] = [];
  for (const { flight } of messages) {
    all.push({ flight, atMs: flight.sentMs, isSending: true });
    const arrivesMs = arrivalOf(flight);
    if (arrivesMs !== null && arrivesMs <= nowMs) {
      all.push({ flight, atMs: arrivesMs, isSending: false });
    }
  }
  const order = (one: Happening) => one.flight.id + (one.isSending ? 0 : 0.5);
  return all.sort((a, b) => a.atMs - b.atMs || order(a) - order(b));
}

interface Rows {
  sentY: Map<number, number>;
  arrivedY: Map<number, number>;
  ticks: { y: number; atMs: number }[];
  endY: number;
}

function rowsOf(happenings: readonly Happening[]): Rows {
  const sentY = new Map<number, number>();
  const arrivedY = new Map<number, number>();
  const ticks: Rows['ticks'] = [];
  let y = TOP - STEP_HEIGHT;
  let lastSentY = TOP - ROW_HEIGHT;
  let lastMs = happenings[0]?.atMs ?? 0;
  for (const { flight, atMs, isSending } of happenings) {
    y += Math.min(PAUSE_HEIGHT, Math.max(STEP_HEIGHT, (atMs - lastMs) * HEIGHT_PER_MS));
    lastMs = atMs;
    if (isSending) {
      y = Math.max(y, lastSentY + ROW_HEIGHT);
      lastSentY = y;
      sentY.set(flight.id, y);
      if (ticks.at(-1)?.atMs !== atMs) ticks.push({ y, atMs });
    } else {
      y = Math.max(y, sentY.get(flight.id)! + FALL_HEIGHT);
      arrivedY.set(flight.id, y);
    }
  }
  return { sentY, arrivedY, ticks, endY: Math.max(y, lastSentY + FALL_HEIGHT) };
}

function arrowOf(
  { flight, other }: PairedFlight,
  fromX: number,
  toX: number,
  { sentY, arrivedY, endY }: Rows,
  nowMs: number,
  letters: number,
): Arrow {
  const y1 = sentY.get(flight.id)!;
  const arrived = arrivedY.get(flight.id);
  const isGone = flight.fate === 'lost' || flight.fate === 'unreachable';
  const part = flight.fate === 'lost' ? LOST_AT : isGone ? 1 : flownPart(flight, nowMs);
  const isToRight = toX >= fromX;
  return {
    flight,
    other,
    x1: fromX,
    y1,
    x2: arrived === undefined ? fromX + (toX - fromX) * part : toX,
    y2: arrived ?? (isGone || flight.arrivesMs === null ? y1 + FALL_HEIGHT : endY),
    isReply: isReply(flight),
    end: isGone ? 'crossed' : arrived === undefined && part < 1 ? 'flying' : 'arrived',
    word: {
      text: shortened(flight.kind, letters),
      x: fromX + (isToRight ? WORD_GAP : -WORD_GAP),
      y: y1 - 4,
      anchor: isToRight ? 'start' : 'end',
    },
  };
}

/** How far it has come; all the way where nobody knows when it arrives. */
function flownPart({ arrivesMs, sentMs }: Flight, nowMs: number): number {
  if (arrivesMs === null || arrivesMs <= nowMs) return 1;
  return Math.max(0.1, (nowMs - sentMs) / (arrivesMs - sentMs));
}

function shortened(word: string, letters: number): string {
  return word.length <= letters ? word : `${word.slice(0, letters - 1)}…`;
}

/** Other messages by the numbers of their flights; those in neither were sent in ignorance of it, and it of them. */
export interface Causes {
  /** Sent before, as far as anybody can know: along the lines and the arrows. */
  before: Set<number>;
  after: Set<number>;
}

/** What of that which is drawn happened before the sending of one message, and what after it. */
export function causesOf({ arrows }: SpaceTime, chosen: number): Causes | null {
  const one = arrows.find(({ flight }) => flight.id === chosen);
  if (one === undefined) return null;
  const spots = arrows.flatMap(({ flight, y1, y2, end }) => {
    const isSeen = end === 'arrived' && flight.arrivesMs !== null;
    const sending = { flight, y: y1, isSending: true };
    return isSeen ? [sending, { flight, y: y2, isSending: false }] : [sending];
  });
  spots.sort((a, b) => a.y - b.y);
  const before = new Set<number>();
  const passedOn = new Set<number>();
  const knowing = new Set([one.flight.from]);
  for (const { flight, y, isSending } of [...spots].reverse()) {
    if (y >= one.y1) continue;
    if (!isSending && knowing.has(flight.to)) passedOn.add(flight.id);
    if (isSending && passedOn.has(flight.id)) knowing.add(flight.from);
    if (isSending && knowing.has(flight.from)) before.add(flight.id);
  }
  const after = new Set<number>();
  const told = new Set([one.flight.from]);
  for (const { flight, y, isSending } of spots) {
    if (y <= one.y1) continue;
    if (isSending && told.has(flight.from)) after.add(flight.id);
    if (!isSending && (after.has(flight.id) || flight === one.flight)) told.add(flight.to);
  }
  return { before, after };
}
