/** Nodes that come and go all the time, and what has to be done all the time because of it. */
import type { TimedAct } from 'ringlight/scene';
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { FRUIT } from './opening.ts';
import { capital, inWords, several } from './told.ts';

const MINUTE_MS = 60_000;

/** Each key is announced again by some node, one after the other. */
const ANNOUNCED_AGAIN: readonly TimedAct[] = FRUIT.map((name, i) => ({
  atMs: 10 * MINUTE_MS + 1000 + i * 1000,
  act: { kind: 'put', name, value: '' },
}));

export const churn: Lesson = {
  ...HEADS.churn,
  steps: [
    {
      text: 'Two rings of 24 nodes. Half of the nodes go away within two minutes, without a word, and come back later. A has no backups, B has two.',
      notice: (a, b) =>
        `After one minute A misses ${inWords(a.keysThatAre('lost').length)} of ${a.keyCount} keys, B ${b.keysThatAre('lost').length === 0 ? 'none' : inWords(b.keysThatAre('lost').length)}.`,
      config: { seed: TOLD_SEED, nodes: 24, keys: 24, k: 0, churn: 2 },
      beside: { k: 2 },
      toMs: MINUTE_MS,
      pace: 5000,
      select: { tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Four minutes more. Whenever a node is gone, its neighbours in B make the copies that are missing; in A there is nothing to copy from.',
      notice: (a, b) =>
        `A misses ${a.keysThatAre('lost').length} keys, B ${b.keysThatAre('lost').length === 0 ? 'none' : b.keysThatAre('lost').length}, with ${inWords(b.figures.nodesNow)} of 24 nodes there.`,
      toMs: 5 * MINUTE_MS,
      pace: 20_000,
      select: { tab: 'figures' },
    },
    {
      text: 'Mainline makes no such repairs: whoever announces a key puts it on the eight closest nodes, and leaves it there. 200 nodes, of which half go away within five minutes.',
      notice: (w) =>
        `After ten minutes ${inWords(w.keysThatAre('lost').length)} of ${inWords(w.keyCount)} keys have no living holder.`,
      config: {
        ...{ seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
        ...{ churn: 5, lookupsPerSecond: 2 },
      },
      toMs: 10 * MINUTE_MS,
      pace: 30_000,
      select: { tab: 'keys', view: 'trie' },
    },
    {
      text: 'That is why peers announce themselves again and again. All twelve keys are announced once more.',
      ask: {
        text: 'Some keys have no living holder. How many are lost when all have been announced once more?',
        of: ['none', 'one', 'two or more'],
        answer: (w) => [['none', 'one'][w.keysThatAre('lost').length] ?? 'two or more'],
      },
      notice: (w) =>
        `${capital(several(w.keysThatAre('lost').length, 'key is', 'keys are'))} lost any more: each is on the nodes that are closest to it now.`,
      acts: ANNOUNCED_AGAIN,
      toMs: 10 * MINUTE_MS + 20_000,
      pace: 2000,
      select: { tab: 'keys' },
    },
  ],
};
