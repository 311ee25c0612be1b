/**
 * The trie: its branches as far as they can be told apart, crowds as wedges, and for a selected node
 * its path with the subtrees beside it, each of which is what one bucket is about.
 */
import type { ContactRow } from 'ringlight/scene';
import { screenX, screenY, worldX } from './camera.ts';
import { type DrawContext, label, placeX, placeY } from './draw-context.ts';
import { faded } from './palette.ts';
import { sharedBits, siblingRange, trieX, trieY, turnAtTrieX, walkTrie } from './trie-geometry.ts';

/** A subtree narrower than this is a crowd, in pixels. */
const NARROWEST = 5;
const LABELLED = 46;

/** All branches in sight. Part of what is drawn once. */
export function drawTrie(draw: DrawContext): void {
  const { context, projection, palette, layout } = draw;
  const { trie } = layout;
  const from = turnAtTrieX(worldX(projection, 0));
  const to = turnAtTrieX(worldX(projection, projection.width));
  const narrowest = NARROWEST / (2 * projection.scaleX);
  const x = (turn: number) => screenX(projection, trieX(turn));
  const y = (depth: number) =>
    screenY(projection, trieY(Math.min(depth, trie.deepest), trie.deepest));
  const most = Math.max(1, trie.order.length * narrowest * 4);
  const crowds: number[] = [];
  context.beginPath();
  walkTrie(trie, from, to, narrowest, {
    branch(fromTurn, depth, toTurn, toDepth) {
      context.moveTo(x(fromTurn), y(depth));
      context.lineTo(x(toTurn), y(toDepth));
    },
    crowd(left, right, depth, toDepth, count) {
      crowds.push(x(left), x(right), y(depth), y(toDepth), count);
    },
  });
  context.lineWidth = 1;
  context.strokeStyle = palette.dark ? faded(palette.node, 0.5) : faded(palette.node, 0.42);
  context.stroke();
  context.fillStyle = palette.node;
  for (let i = 0; i < crowds.length; i += 5) {
    const bottom = crowds[i + 3];
    context.globalAlpha = 0.12 + 0.3 * Math.min(1, crowds[i + 4] / most);
    context.beginPath();
    context.moveTo((crowds[i] + crowds[i + 1]) / 2, crowds[i + 2]);
    context.lineTo(crowds[i + 1], bottom);
    context.lineTo(crowds[i], bottom);
    context.fill();
  }
  context.globalAlpha = 1;
  drawBits(draw);
}

/** The topmost forks say which way is which. */
function drawBits(draw: DrawContext): void {
  const { context, projection, palette, layout } = draw;
  const { deepest } = layout.trie;
  context.font = `11px ${palette.mono}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = palette.inkSoft;
  for (let depth = 0; depth < Math.min(2, deepest); depth++) {
    const cells = 2 ** depth;
    const top = trieY(depth, deepest);
    const y = screenY(projection, top + (trieY(depth + 1, deepest) - top) * 0.42);
    for (let cell = 0; cell < cells; cell++) {
      const quarter = 0.25 / cells;
      const middle = (cell + 0.5) / cells;
      context.fillText('0', screenX(projection, trieX(middle - quarter * 0.42)) - 10, y);
      context.fillText('1', screenX(projection, trieX(middle + quarter * 0.42)) + 10, y);
    }
  }
}

/** The subtrees beside a node's path, its path, and whom of each it knows. */
export function drawBuckets(draw: DrawContext, node: number): void {
  const place = draw.layout.homeOf(node);
  if (place < 0 || Number.isNaN(draw.layout.positions[2 * place])) return;
  const { context, projection, palette, layout, model } = draw;
  const { trie } = layout;
  const turn = model.turns[place];
  const y = (depth: number) =>
    screenY(projection, trieY(Math.min(depth, trie.deepest), trie.deepest));
  const bottom = screenY(projection, 0.84);
  const rows = new Map<number, ContactRow>();
  if (model.node?.node === node) {
    for (const row of rowsAt(draw, place)) if (row.prefixBits >= 0) rows.set(row.prefixBits, row);
  }
  const leafDepth = ownDepth(draw, turn);
  for (let depth = 0; depth < leafDepth; depth++) {
    const { left, right } = siblingRange(turn, depth);
    const x0 = screenX(projection, trieX(left));
    const x1 = screenX(projection, trieX(right));
    if (x1 < 0 || x0 > projection.width || x1 - x0 < 1) continue;
    const top = y(depth + 1);
    context.fillStyle = faded(palette.accent, depth % 2 === 0 ? 0.1 : 0.055);
    context.beginPath();
    context.moveTo((x0 + x1) / 2, top - 6);
    context.lineTo(x1, Math.min(bottom, top + 18));
    context.lineTo(x1, bottom);
    context.lineTo(x0, bottom);
    context.lineTo(x0, Math.min(bottom, top + 18));
    context.fill();
    if (x1 - x0 < LABELLED) continue;
    const row = rows.get(depth);
    const filled = row ? ` · ${row.contacts.length}/${row.capacity}` : '';
    const at = Math.max(x0, 0) / 2 + Math.min(x1, projection.width) / 2;
    const text = x1 - x0 > 110 ? `bucket ${depth}${filled}` : String(depth);
    label(draw, text, at, bottom - 10, palette.accent, 'center', 500, 11);
  }
  drawPath(draw, turn, leafDepth, palette.accent, false);
  if (model.node?.node === node) drawContacts(draw, place);
}

/** The paths of two nodes, lit, and the fork at which they part: the first bit that differs. */
export function drawFork(draw: DrawContext, one: number, other: number): void {
  const { context, projection, palette, layout, model } = draw;
  const [a, b] = [layout.homeOf(one), layout.homeOf(other)];
  if (a < 0 || b < 0) return;
  const [turnA, turnB] = [model.turns[a], model.turns[b]];
  drawPath(draw, turnA, ownDepth(draw, turnA), palette.accent, false);
  drawPath(draw, turnB, ownDepth(draw, turnB), palette.route, false);
  const depth = sharedBits(turnA, turnB);
  const cells = 2 ** depth;
  const x = screenX(projection, trieX((Math.floor(turnA * cells) + 0.5) / cells));
  const y = screenY(projection, trieY(Math.min(depth, layout.trie.deepest), layout.trie.deepest));
  context.beginPath();
  context.arc(x, y, 6, 0, 2 * Math.PI);
  context.fillStyle = palette.key;
  context.fill();
  label(draw, `bit ${depth + 1} differs`, x + 12, y - 10, palette.key, 'left', 650, 13);
}

/** From the root down the prefix of a turn. */
export function drawPath(
  draw: DrawContext,
  turn: number,
  toDepth: number,
  colour: string,
  dashed: boolean,
): void {
  const { context, projection, layout } = draw;
  const { deepest } = layout.trie;
  context.beginPath();
  for (let depth = 0; depth <= toDepth; depth++) {
    const cells = 2 ** depth;
    const x = depth === toDepth ? turn : (Math.floor(turn * cells) + 0.5) / cells;
    const sx = screenX(projection, trieX(x));
    const sy = screenY(projection, trieY(Math.min(depth, deepest), deepest));
    if (depth === 0) context.moveTo(sx, sy);
    else context.lineTo(sx, sy);
  }
  context.lineWidth = dashed ? 1.5 : 2.5;
  context.strokeStyle = colour;
  if (dashed) context.setLineDash([4, 4]);
  context.stroke();
  context.setLineDash([]);
}

/** Endpoints of IPv6 have numbers from here on (ringlight's core/address.ts). */
const FIRST_ADDRESS6 = 2 ** 48;

/** The table of the inspected node in the network that this place of it is in: a node may be in two. */
function rowsAt({ model }: DrawContext, place: number): readonly ContactRow[] {
  const family = model.addresses[place] >= FIRST_ADDRESS6 ? 6 : 4;
  const rows = model.node?.rows ?? [];
  return rows.filter((row) => row.family === undefined || row.family === family);
}

/** Whom the inspected node knows, by how sure it is of them. */
function drawContacts(draw: DrawContext, own: number): void {
  const { context, palette } = draw;
  const colours = { good: palette.copy, questionable: palette.warn, bad: palette.danger };
  for (const state of ['good', 'questionable', 'bad'] as const) {
    context.beginPath();
    for (const row of rowsAt(draw, own)) {
      for (const contact of row.contacts) {
        if (contact.state !== state || contact.node < 0) continue;
        const place = draw.layout.homeOf(contact.node);
        if (place < 0) continue;
        const x = placeX(draw, place);
        const y = placeY(draw, place);
        const radius = Math.max(4, draw.markRadius + 3);
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 2 * Math.PI);
      }
    }
    context.lineWidth = 2;
    context.strokeStyle = colours[state];
    context.stroke();
  }
}

/** How long the prefix is that a turn shares with no other leaf: where it hangs, or would. */
export function ownDepth(draw: DrawContext, turn: number): number {
  const { sorted } = draw.layout.trie;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < turn) low = middle + 1;
    else high = middle;
  }
  let depth = 0;
  for (let i = low - 1; i <= low + 1; i++) {
    if (i < 0 || i >= sorted.length || sorted[i] === turn) continue;
    depth = Math.max(depth, sharedBits(sorted[i], turn) + 1);
  }
  return Math.min(depth, draw.layout.trie.deepest);
}
