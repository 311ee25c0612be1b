/** What a node believes of the ring, laid over the ring as it is. */
import { nodesText } from '../model/words.ts';
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { inWords, type Told } from './told.ts';

const ONE = 7;

/** Does a node take the right one for its successor? */
const isRight = (w: Told, node: number) => w.successor(node) === w.after(node);

export const belief: Lesson = {
  ...HEADS.belief,
  steps: [
    {
      text: 'You see all of the ring, node 7 does not. Drawn inside is what it believes: the few nodes that it knows, and the arc that it takes for its own.',
      notice: (w) =>
        `Node ${ONE} knows ${inWords(w.knownTo(ONE, 'successors').length)} nodes after it. It takes node ${w.successor(ONE)} for the next one, and ${isRight(w, ONE) ? 'that is so' : 'that is not so'}.`,
      config: { seed: TOLD_SEED },
      toMs: 200,
      pace: 100,
      notes: (w) => [{ node: w.successor(ONE), text: 'where it believes its arc ends' }],
      exhibit: 'node',
      select: { node: ONE, belief: true, tab: 'node', view: 'ring' },
    },
    {
      text: 'Node 2, the one after it, crashes without a word. Nobody is told.',
      ask: {
        text: 'Right after the crash, whom does node 7 take for the next one? Click that node.',
        of: 'node',
        answer: (w) => [w.successor(ONE)],
        points: [{ node: 2, text: 'about to crash', tone: 'danger' }],
      },
      notice: (w) =>
        `Still node ${w.successor(ONE)}. The truth has changed, the belief has not: whoever asks node ${ONE} now is sent to a node that is gone.`,
      acts: [{ atMs: 500, act: { kind: 'crash', nodes: [2] } }],
      toMs: 800,
      pace: 100,
      notes: (w) => [
        { node: 2, text: 'crashed', tone: 'danger' },
        {
          ...{ node: ONE, text: isRight(w, ONE) ? 'believes what is so' : 'believes what was so' },
          tone: isRight(w, ONE) ? 'copy' : 'warn',
        },
      ],
      exhibit: 'node',
      select: { node: ONE, belief: true },
    },
    {
      text: 'It notices when an answer does not come, and takes the next of its list. That is what the list is for: with one name only it would be alone now.',
      notice: (w) =>
        `Node ${ONE} takes node ${w.successor(ONE)} for the next one, and ${isRight(w, ONE) ? 'that is so' : 'that is not so'}. Its list: ${nodesText(w.knownTo(ONE, 'successors'))}.`,
      toMs: 4500,
      pace: 500,
      notes: (w) => [{ node: w.successor(ONE), text: 'the next one now', tone: 'accent' }],
      exhibit: 'node',
      select: { node: ONE, belief: true },
    },
  ],
};
