/**
 * What the tests of hand-overs have in common: values written and found again, and a look at the frames
 * that pass.
 */
import { expect } from 'vitest';
import type { Process } from '../small-ring.ts';

/** Frames of the types, requests and replies, in what is carried. */
export function seesFrame(bytes: Uint8Array, types: readonly number[]): boolean {
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
    if (length > bytes.length) return false;
    if (types.includes(bytes[at + 4] & 127)) return true;
    at += 4 + length;
  }
  return false;
}

export function write(nodes: readonly Process[], count: number): void {
  const calls = Array.from({ length: count }, (_, i) => {
    const node = nodes[i % nodes.length];
    return { node, call: node.insert(`key ${i}`, `value ${i}`, 'all') };
  });
  for (const { node, call } of calls) expect(node.done(call)).toMatchObject({ code: 'ok' });
}

export function expectAll(nodes: readonly Process[], count: number): void {
  for (let i = 0; i < count; i++) {
    expect(nodes[i % nodes.length].value(`key ${i}`), `key ${i}`).toBe(`value ${i}`);
  }
}
