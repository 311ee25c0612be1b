/** Lesson 1: names and nodes become points of one circle. */
import type { Lesson } from './lesson.ts';
import { FRUIT, putsOf } from './opening.ts';
import { inWords, type Told } from './told.ts';

/** The beginning of a node's id, as much as one reads. */
function hashOf({ model }: Told, node: number): string {
  const place = model.placesOf(node)[0];
  return place === undefined ? '' : `${model.idText(place).slice(0, 6)}…`;
}

export const hashRing: Lesson = {
  id: 'hash-ring',
  group: 'The circle',
  title: 'What a hash ring is',
  about: 'How names and machines find a place on one circle, with nobody in charge of it.',
  steps: [
    {
      text: 'Eight computers share a store. Each one has an address, such as 10.0.0.4:5000. SHA-1 turns the address into a number of 160 bits, and that number is a point on this circle.',
      notice: 'The nodes stand at uneven distances: a hash scatters them, nobody has placed them.',
      notes: (w) => [
        { node: 4, text: `node 4: hash ${hashOf(w, 4)}` },
        { node: 1, text: `node 1: hash ${hashOf(w, 1)}` },
      ],
      config: { nodes: 8, keys: 0 },
      toMs: 50,
      pace: 50,
      select: { view: 'ring', tab: 'keys', node: -1 },
    },
    {
      text: 'The same hash turns every name into a point of the same circle. Watch twelve names being put: each lands where its hash says, wherever it was typed.',
      notice: (w) =>
        `All ${inWords(w.keyCount)} are there. Similar names land far apart, so the keys spread over the whole circle.`,
      acts: putsOf(FRUIT, 100, 100),
      toMs: 2200,
      pace: 250,
    },
    {
      text: 'Nobody keeps a list of where things are. Whoever knows a name can compute its point, and then only has to find the node that looks after that part of the circle.',
      ask: {
        text: 'Node 0 asks for “lemon”. Which node will say: it is mine? Click it.',
        of: 'node',
        answer: (w) => [w.owner('lemon')],
        points: [
          { key: 'lemon', text: 'this is asked for' },
          { node: 0, text: 'it asks' },
        ],
      },
      notice: (w) =>
        `The line is the question on its way: ${w.path.length === 1 ? 'one hop' : `${inWords(w.path.length)} hops`}, and node ${w.owner('lemon')} says that “lemon” is its own.`,
      notes: (w) => [
        { node: w.owner('lemon'), text: 'it looks after this part', tone: 'accent' },
        { node: 0, text: 'it asks', tone: 'route' },
      ],
      acts: [{ atMs: 2300, act: { kind: 'lookup', name: 'lemon', from: 0 } }],
      toMs: 3100,
      pace: 100,
      select: { key: 'lemon', lookup: true },
    },
    {
      text: 'Now with 64 nodes. The circle is the same, and so are the points of the names; only the parts that each node looks after are smaller.',
      notice:
        'No key has moved on the circle: the point of a name depends on nothing but the name.',
      notes: () => [{ key: 'lemon', text: 'where it was before', tone: 'key' }],
      config: { nodes: 64 },
      toMs: 200,
      pace: 100,
      select: { key: 'lemon' },
    },
  ],
};
