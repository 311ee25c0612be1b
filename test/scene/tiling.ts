/**
 * The one thing that must hold of every message taken apart: its leaves lie one behind the other from
 * its first byte to its last, and groups are exactly as long as what they hold.
 */
import { expect } from 'vitest';
import type { Part } from '../../src/scene/frame.ts';

export function leavesOf(part: Part): Part[] {
  return part.parts.length === 0 ? [part] : part.parts.flatMap(leavesOf);
}

export function expectTiling(root: Part, length: number): void {
  expect(root.start).toBe(0);
  expect(root.end).toBe(length);
  checkGroup(root);
  let at = 0;
  for (const leaf of leavesOf(root)) {
    expect(leaf.start).toBe(at);
    if (length > 0) expect(leaf.end).toBeGreaterThan(leaf.start);
    at = leaf.end;
  }
  expect(at).toBe(length);
}

function checkGroup({ label, start, end, parts }: Part): void {
  expect(label).not.toBe('');
  if (parts.length === 0) return;
  expect(parts[0]!.start).toBe(start);
  expect(parts.at(-1)!.end).toBe(end);
  for (const part of parts) checkGroup(part);
}

/** The part at the end of a path of labels. */
export function partAt(root: Part, ...labels: string[]): Part {
  let part = root;
  for (const label of labels) {
    const next = part.parts.find((one) => one.label === label);
    expect(next, `${part.label} has ${label}`).toBeDefined();
    part = next!;
  }
  return part;
}
