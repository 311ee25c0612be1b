/** Every node lives in one part, and mail goes there. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../src/core/assert.ts';
import { Inbox } from '../../../src/lab/parts/mail.ts';
import { PARTS_MAX, Part } from '../../../src/lab/parts/part.ts';

describe('parts', () => {
  test('have each node once, as many as the others or one more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: PARTS_MAX }), fc.nat(500), (count, more) => {
        const nodes = count + more;
        const parts = Array.from({ length: count }, (_, number) => new Part(number, count, nodes));
        for (let node = 0; node < nodes; node++) {
          expect(parts.filter((part) => part.has(node))).toHaveLength(1);
        }
        expect(parts.reduce((sum, { size }) => sum + size, 0)).toBe(nodes);
        const sizes = parts.map(({ size }) => size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('send mail to where its node lives, and know when the first arrives', () => {
    const part = new Part(1, 3, 10);
    const bytes = new Uint8Array(8);
    expect(part.firstMailMs).toBe(Infinity);
    for (const node of [0, 2, 6, 9]) part.send(100 - node, node, 4, bytes, 8);
    part.tell(95, 8, 2, 77);
    expect(part.firstMailMs).toBe(91);
    const found = part.outboxes.map((outbox) => {
      const nodes: number[] = [];
      const take = (_atMs: number, to: number): void => void nodes.push(to);
      const tell = (node: number): void => void nodes.push(node);
      new Inbox(outbox.bytes).read(outbox.length, { take, tell });
      return nodes;
    });
    expect(found).toEqual([[0, 2], [], [6, 9, 8]]);
  });

  test('are numbered from 0', () => {
    expect(() => new Part(3, 3, 10)).toThrow(InvariantError);
  });
});
