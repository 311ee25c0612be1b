/** What a Mainline node knows of the others, and whom it lets in. */
import { type Lesson, TOLD_SEED } from './lesson.ts';

const MINUTE_MS = 60_000;

export const kBuckets: Lesson = {
  id: 'k-buckets',
  title: 'K-buckets',
  about: 'A table that knows its own corner of the network well and all others a little.',
  steps: [
    {
      text: 'In Mainline ids are paths in a binary tree. Node 3 sorts the nodes that it knows by how many leading bits they share with its own id: one bucket for each number of bits.',
      notice: 'Six buckets with 47 contacts are enough for a network of 200 nodes.',
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      toMs: 300,
      pace: 100,
      select: { node: 3, tab: 'node', view: 'trie' },
    },
    {
      text: 'Bucket 0 is for the half of the tree that begins with the other bit. 95 nodes are there, and node 3 knows eight of them, for no bucket holds more than k = 8.',
      notice: 'The last bucket has room for all seven nodes of node 3’s own corner.',
      toMs: 600,
      pace: 100,
      select: { node: 3 },
    },
    {
      text: 'Four of the eight contacts in bucket 0 crash. Node 3 asks contacts from which it has not heard for long, and lets others take the places of the silent ones.',
      notice: 'Fifteen minutes later all eight places are taken by nodes that live.',
      acts: [{ atMs: 1000, act: { kind: 'crash', nodes: [118, 126, 156, 182] } }],
      toMs: 15 * MINUTE_MS,
      pace: MINUTE_MS,
      select: { node: 3 },
    },
    {
      text: 'Another run: a hundred nodes join. Some of them talk to node 3, but a full bucket keeps the contacts it has, because those who have stayed long are likely to stay.',
      notice:
        'Buckets 0 to 4 hold the same contacts as before. Only the last one, with node 3’s own corner, is split in two.',
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      acts: [{ atMs: 1000, act: { kind: 'add', count: 100 } }],
      toMs: 10 * MINUTE_MS,
      pace: MINUTE_MS,
      select: { node: 3, tab: 'node', view: 'trie' },
    },
  ],
};
