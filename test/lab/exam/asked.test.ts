/** Who has a key, by three rules, against a search through all ids as whole numbers. */
import { expect, test } from 'vitest';
import { idOf, OWNERS, Truth } from '../../../src/lab/exam/asked.ts';

const NODES = 20;
const known = new Map<string, bigint>();
const numberOf = (name: string) => {
  if (!known.has(name)) known.set(name, hashed(name));
  return known.get(name)!;
};
const hashed = (name: string) => idOf(name).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
const CIRCLE = 2n ** 160n;
const names = Array.from({ length: NODES }, (_, node) => `n${node}`);

function ownerOf(rule: (typeof OWNERS)[number], key: string, living: string[]): string {
  const at = numberOf(key);
  const far = (name: string) => {
    const id = numberOf(name);
    if (rule === 'xor') return id ^ at;
    const way = rule === 'successor' ? id - at : at - id;
    return (way + CIRCLE) % CIRCLE;
  };
  return living.reduce((a, b) => (far(b) < far(a) ? b : a));
}

test.each(OWNERS)('the owner by %s', (rule) => {
  const truth = new Truth(NODES, rule);
  for (let i = 0; i < 100; i++) {
    const isUp = (node: number) => (node * 7 + i) % 3 !== 0;
    const living = names.filter((_, node) => isUp(node));
    const { owner } = truth.of({ op: 'lookup', key: `key ${i}` }, 0, isUp);
    expect(owner).toBe(ownerOf(rule, `key ${i}`, living));
  }
});

test('neighbours stand beside each other on the circle of the living', () => {
  const truth = new Truth(NODES, 'successor');
  const isUp = (node: number) => node % 4 !== 1;
  const sorted = names
    .filter((_, node) => isUp(node))
    .sort((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1));
  for (const [at, name] of sorted.entries()) {
    const { successor, predecessor } = truth.of({ op: 'neighbours' }, Number(name.slice(1)), isUp);
    expect(successor).toBe(sorted[(at + 1) % sorted.length]);
    expect(predecessor).toBe(sorted.at(at - 1));
  }
  expect(truth.of({ op: 'neighbours' }, 3, (node) => node === 3)).toMatchObject({
    successor: 'n3',
    predecessor: 'n3',
  });
});
