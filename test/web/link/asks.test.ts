/** A teacher's questions in a link: as they were written, and nothing else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedLesson, withAsks } from '../../../web/src/lessons/asked.ts';
import { LESSONS } from '../../../web/src/lessons/index.ts';
import { FIRST_CONFIG, stagingOf } from '../../../web/src/lessons/lesson.ts';
import { ASKS_MAX, type Asked, readAsks, writeAsks } from '../../../web/src/link/asks.ts';
import { fromBase64Url, toBase64Url } from '../../../web/src/link/base64url.ts';
import { readLink, writeLessonLink, writeSceneLink } from '../../../web/src/link/link.ts';

const words = (most: number) =>
  fc.string({ minLength: 1, maxLength: most, unit: 'grapheme-ascii' });
const asked: fc.Arbitrary<Asked> = fc.record({
  text: words(100),
  of: fc.oneof(
    fc.constantFrom('node' as const, 'key' as const),
    fc.array(words(20), { minLength: 2, maxLength: 8 }),
  ),
  right: fc.oneof(fc.constant(null), fc.nat(1000), words(30)),
  untilMs: fc.oneof(fc.constant(null), fc.nat(1e6)),
  step: fc.nat(9),
});

const SCENE = {
  moment: { config: FIRST_CONFIG, acts: [], atMs: 2000 },
  ...({ view: 'ring', tab: 'keys', node: -1, key: null, lookup: 0 } as const),
};

describe('questions in a link', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(asked, { maxLength: ASKS_MAX }), (asks) => {
        const param = new URLSearchParams(writeAsks(asks).slice(1)).get('ask');
        expect(readAsks(param)).toEqual(asks);
      }),
    );
    expect(fromBase64Url(toBase64Url('Größe ≥ ½ 🙂'))).toBe('Größe ≥ ½ 🙂');
  });

  test('that are damaged, too many or not questions are refused in one line', () => {
    const broken = (value: unknown) => () => readAsks(toBase64Url(JSON.stringify(value)));
    expect(() => readAsks('%%%')).toThrow('damaged');
    expect(broken({})).toThrow('at most');
    expect(broken(Array(ASKS_MAX + 1).fill({ q: 'x', of: 'node' }))).toThrow('at most 12');
    const sound = { q: 'Who?', of: 'node' };
    expect(broken([sound])()).toHaveLength(1);
    for (const part of [
      ...[{ q: '' }, { q: 7 }, { q: 'x'.repeat(401) }],
      ...[{ of: 'edge' }, { of: ['one'] }, { of: Array(9).fill('x') }, { of: ['', 'x'] }],
      ...[{ a: -1 }, { a: {} }, { a: 'x'.repeat(81) }, { t: -1 }, { t: 0.5 }, { s: 100 }],
    ]) {
      expect(broken([{ ...sound, ...part }]), JSON.stringify(part)).toThrow('cannot be read');
    }
    expect(broken([null])).toThrow('cannot be read');
  });

  test('come with a world or with a lesson', () => {
    const asks: Asked[] = [{ text: 'Who?', of: 'node', right: 3, untilMs: 9000, step: 0 }];
    expect(readLink(writeSceneLink(SCENE) + writeAsks(asks))).toMatchObject({ asks });
    expect(readLink(writeLessonLink('repair', 1) + writeAsks(asks))).toMatchObject({ asks });
    expect(readLink('#lesson=repair/2')).toMatchObject({ asks: [] });
  });
});

describe('what becomes of them', () => {
  test('a world goes on from question to question', () => {
    const ask = { text: 'Who?', of: 'node', right: 3, untilMs: 9000, step: 0 } as const;
    const lesson = askedLesson(SCENE, [ask, { ...ask, right: null, untilMs: null }]);
    expect(lesson.steps).toHaveLength(2);
    expect(stagingOf(lesson, 0)).toMatchObject({ config: FIRST_CONFIG, atMs: 2000, toMs: 9000 });
    expect(stagingOf(lesson, 1)).toMatchObject({ config: FIRST_CONFIG, atMs: 9000, toMs: 14_000 });
    const answers = lesson.steps.map((step) => step.ask!.answer(null!, null!));
    expect(answers).toEqual([[3], []]);
  });

  test('in a lesson they take the place of what its steps ask', () => {
    const [lesson] = LESSONS;
    const asks: Asked[] = [
      { text: 'Mine?', of: ['yes', 'no'], right: 'yes', untilMs: null, step: 1 },
    ];
    const asking = withAsks(lesson!, asks);
    expect(asking.steps[1]!.ask!.text).toBe('Mine?');
    expect(asking.steps[2]).toBe(lesson!.steps[2]);
    expect(withAsks(lesson!, [])).toBe(lesson);
  });
});
