/** A name that the visitor types becomes a point, letter by letter. */
import { hashText } from '../model/ids.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';

/** The share of the circle between two names, the shorter way round, in percent. */
function apartPercent(one: string, other: string): number {
  const way = Math.abs(turnOfName(one) - turnOfName(other));
  return Math.round(Math.min(way, 1 - way) * 100);
}

const turnOfName = (name: string): number =>
  Number.parseInt(hashText(name).slice(0, 12), 16) / 2 ** 48;

export const hashYourself: Lesson = {
  id: 'hash-yourself',
  group: 'The circle',
  title: 'Hash it yourself',
  about: 'Any name becomes a point of the circle, and a letter more is another point.',
  steps: [
    {
      text: 'Type a name below, letter by letter, and watch where SHA-1 puts it.',
      notice:
        'Each letter sends it somewhere else, and nobody can tell where before it is computed.',
      config: { seed: TOLD_SEED, keys: 0 },
      toMs: 100,
      pace: 100,
      exhibit: 'hash',
      select: { view: 'ring', tab: 'keys', node: -1 },
    },
    {
      text: 'Two names that differ in one letter: “apple” is there, and now “apples” is put, too.',
      ask: {
        text: 'Will “apples” land near “apple”?',
        of: ['right beside it', 'anywhere'],
        answer: () => [apartPercent('apple', 'apples') < 2 ? 'right beside it' : 'anywhere'],
      },
      notice: () =>
        `They lie ${apartPercent('apple', 'apples')} % of the circle apart. A hash keeps nothing of what names have in common, so keys spread evenly whatever people call them.`,
      config: { seed: TOLD_SEED, keys: 1 },
      acts: [{ atMs: 300, act: { kind: 'put', name: 'apples', value: 'many' } }],
      toMs: 1500,
      pace: 300,
      notes: () => [
        { key: 'apple', text: 'apple', tone: 'key' },
        { key: 'apples', text: 'apples', tone: 'key' },
      ],
    },
    {
      text: 'The same name gives the same point for everybody, today and next year. That is all one has to know to find what was put under it.',
      ask: {
        text: 'Which node looks after “apples”? Click it.',
        of: 'node',
        answer: (w) => [w.owner('apples')],
        points: [{ key: 'apples', text: 'who looks after it?' }],
        hides: true,
      },
      notice: (w) =>
        `Node ${w.owner('apples')}: the last one at or before the point, going round clockwise.`,
      toMs: 1600,
      pace: 100,
      select: { key: 'apples' },
    },
  ],
};
