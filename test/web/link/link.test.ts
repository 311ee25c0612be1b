import fc from 'fast-check';
import type { Act, SceneConfig } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import {
  LINK_LENGTH_MAX,
  readLink,
  type SceneLink,
  writeLessonLink,
  writeLiveLink,
  writeRecordingLink,
  writeSceneLink,
} from '../../../web/src/link/link.ts';

const link: SceneLink = {
  moment: { config: FIRST_CONFIG, acts: [], atMs: 250 },
  view: 'ring',
  tab: 'keys',
  node: -1,
  key: null,
  lookup: 0,
};

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const acts: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('crash', 'pause', 'leave'),
    nodes: fc.array(fc.nat(99), { maxLength: 5 }),
  }) as fc.Arbitrary<Act>,
  fc.record({ kind: fc.constant('put' as const), name, value: name }),
  fc.record({ kind: fc.constant('network' as const), loss: fc.constantFrom(0, 0.05, 1) }),
  fc.record({ kind: fc.constant('sybils' as const), name, count: fc.integer({ min: 1, max: 9 }) }),
);

describe('links', () => {
  test('say everything that was to be seen, again and again', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          k: fc.integer({ min: 0, max: 8 }),
          nodes: fc.integer({ min: 1, max: 100 }),
          latencyMs: fc.constantFrom(null, 20),
          churn: fc.constantFrom(null, 5),
        }),
        fc.array(fc.record({ atMs: fc.nat(1e6), act: acts }), { maxLength: 8 }),
        fc.nat(1e7),
        fc.constantFrom('ring', 'trie'),
        fc.integer({ min: -1, max: 50 }),
        (part, timed, atMs, view, node) => {
          const sorted = timed.sort((a, b) => a.atMs - b.atMs);
          const config: SceneConfig = { ...FIRST_CONFIG, ...part };
          const key = node < 0 ? null : 'ab'.repeat(20);
          const shown: SceneLink = {
            moment: { config, acts: sorted, atMs },
            view: view as 'ring',
            tab: 'node',
            node,
            key,
            lookup: 3,
          };
          expect(readLink(writeSceneLink(shown))).toEqual({ kind: 'scene', link: shown, asks: [] });
        },
      ),
    );
  });

  test('of the opening scene are short', () => {
    expect(writeSceneLink(link).length).toBeLessThan(60);
  });

  test('lessons, live scenes and recordings have links of their own', () => {
    expect(readLink(writeLessonLink('ownership', 1))).toEqual({
      kind: 'lesson',
      asks: [],
      id: 'ownership',
      step: 1,
    });
    expect(readLink('#lesson=ownership')).toEqual({
      ...{ kind: 'lesson', id: 'ownership', step: 0, asks: [] },
    });
    expect(readLink(writeLiveLink('a & b'))).toEqual({ kind: 'live', name: 'a & b' });
    expect(readLink('#live=ring&token=t')).toEqual({ kind: 'live', name: 'ring', token: 't' });
    const path = 'api/recordings/a b';
    expect(readLink(writeRecordingLink(path))).toEqual({ kind: 'recording', path });
    expect(readLink('')).toEqual({ kind: 'none' });
    expect(readLink('#')).toEqual({ kind: 'none' });
  });
});

describe('broken links', () => {
  const with_ = (contents: unknown) =>
    `#v=1&s=${Buffer.from(JSON.stringify(contents)).toString('base64url')}`;

  test.each([
    ['another version', '#v=2&s=e30', 'another version'],
    ['no contents', '#v=1', 'damaged'],
    ['no base64', '#v=1&s=%%%', 'damaged'],
    ['no JSON', `#v=1&s=${Buffer.from('{').toString('base64url')}`, 'damaged'],
    ['no object', with_(null), 'damaged'],
    ['no moment', with_({ c: {}, a: [] }), 'moment'],
    ['a moment before all', with_({ c: {}, a: [], t: -1 }), 'moment'],
    ['acts that are none', with_({ c: {}, a: [[1]], t: 0 }), 'acts'],
    ['an act of no kind', with_({ c: {}, a: [[1, { kind: 'explode' }]], t: 0 }), 'explode'],
    ['too many nodes', with_({ c: { nodes: 1e9 }, a: [], t: 0 }), 'nodes'],
    ['a field that nobody knows', with_({ c: { colour: 1 }, a: [], t: 0 }), 'colour'],
    ['a key that is none', with_({ c: {}, a: [], t: 0, k: '<b>' }), 'selects'],
    ['a node that is none', with_({ c: {}, a: [], t: 0, n: 1.5 }), 'selects'],
    ['a view that is none', with_({ c: {}, a: [], t: 0, v: 'cube' }), 'selects'],
    ['a lesson that is none', '#lesson=../../x', 'no lesson'],
    ['far too long', `#v=1&s=${'A'.repeat(LINK_LENGTH_MAX)}`, 'too long'],
  ])('%s is told in a sentence', (_, hash, words) => {
    expect(() => readLink(hash)).toThrow(words);
  });

  test('whatever stands there, it is a link or an Error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .json()
            .map(JSON.parse as never)
            .map(with_),
        ),
        (hash) => {
          try {
            readLink(`${hash}`);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
            expect((error as Error).message.length).toBeGreaterThan(5);
          }
        },
      ),
    );
  });
});
