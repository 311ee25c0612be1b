/**
 * The one thing that must hold of every message taken apart: its leaves lie one behind the other from
 * its first byte to its last, and groups are exactly as long as what they hold.
 */
import { expect } from 'vitest';
import type { Part } from '../../src/scene/protocol/messages.ts';

export function leavesOf(part: Part): Part[] {
  return part.parts.length === 0 ? [part] : part.parts.flatMap(leavesOf);
}

/** One `expect` for all: thousands of messages are looked through. */
export function expectTiling(root: Part, length: number): void {
  const wrong: string[] = [];
  const check = (is: boolean, what: string): void => void (is || wrong.push(what));
  check(root.start === 0 && root.end === length, 'the root is the whole message');
  checkGroup(root, check);
  let at = 0;
  for (const { label, start, end } of leavesOf(root)) {
    check(start === at, `${label} begins where the leaf before it ends`);
    check(end > start || length === 0, `${label} is not empty`);
    at = end;
  }
  check(at === length, 'the last leaf ends with the message');
  expect(wrong).toEqual([]);
}

function checkGroup(
  { label, start, end, parts }: Part,
  check: (is: boolean, what: string) => void,
): void {
  check(label !== '', 'everything has a label');
  if (parts.length === 0) return;
  const isTight = parts[0].start === start && parts.at(-1)!.end === end;
  check(isTight, `${label} is as long as its parts`);
  for (const part of parts) checkGroup(part, check);
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
