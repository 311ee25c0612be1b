/** Time against messages, with alpha as the knob. */
import type { SceneConfig, TimedAct } from 'ringlight/scene';
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { several } from './told.ts';

const WORLD: Partial<SceneConfig> = { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 };

/** Two nodes of five, but not those that are asked or looked for. */
export const DEAD: readonly number[] = Array.from({ length: 80 }, (_, i) => 20 + 2 * i);

const ask = (atMs: number): TimedAct => ({
  atMs,
  act: { kind: 'lookup', name: 'apple', from: 3 },
});

export const alpha: Lesson = {
  ...HEADS.alpha,
  steps: [
    {
      text: 'The same look-up in the same network, where each message takes 60 ms. A asks one node at a time (alpha = 1), B ten (alpha = 10).',
      notice: (a, b) =>
        `B is done ${b.tookMs} ms after it began, when A has had ${several(a.answers, 'answer')}.`,
      exhibit: 'lookup',
      config: { ...WORLD, alpha: 1 },
      beside: { alpha: 10 },
      acts: [ask(300)],
      fromMs: 280,
      toMs: 540,
      pace: 50,
      select: { lookup: true, tab: 'lookup', view: 'trie', node: -1 },
    },
    {
      text: 'A goes on, one question after the other.',
      ask: {
        text: 'Which of the two asks fewer questions in all?',
        of: ['A, one at a time', 'B, ten at a time'],
        answer: (a, b) => [a.questions < b.questions ? 'A, one at a time' : 'B, ten at a time'],
      },
      notice: (a, b) =>
        `A took ${a.tookMs} ms and ${several(a.questions, 'question')}, B ${b.tookMs} ms and ${b.questions}: some were to nodes that no longer mattered.`,
      exhibit: 'lookup',
      toMs: 1500,
      pace: 100,
      select: { lookup: true },
    },
    {
      text: 'Kademlia’s own choice is alpha = 3.',
      notice: (w) =>
        `${w.tookMs} ms and ${several(w.questions, 'question')}: half the time of one at a time, for two questions more.`,
      exhibit: 'lookup',
      config: WORLD,
      acts: [ask(300)],
      fromMs: 280,
      toMs: 900,
      pace: 100,
      select: { lookup: true, tab: 'lookup', view: 'trie' },
    },
    {
      text: 'Two nodes of five have just crashed, and nobody knows yet. Whoever asks a dead one waits for an answer that never comes.',
      notice: (a, b) =>
        `A takes ${((a.tookMs ?? 0) / 1000).toFixed(1)} seconds, B ${((b.tookMs ?? 0) / 1000).toFixed(1)}: it does not wait for one node alone.`,
      exhibit: 'lookup',
      config: { ...WORLD, alpha: 1 },
      beside: { alpha: 10 },
      acts: [{ atMs: 1000, act: { kind: 'crash', nodes: DEAD } }, ask(1100)],
      fromMs: 1080,
      toMs: 6500,
      pace: 500,
      select: { lookup: true, tab: 'lookup', view: 'trie' },
    },
  ],
};
