import { expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/random.ts';
import { Ground } from '../../src/mainline/rows/ground.ts';
import { NODES_PER_REPLY } from '../../src/mainline/walks.ts';
import { Workbench } from '../../src/mainline/workbench.ts';

const workbench = new Workbench(new Ground(new SeededRandom(1)));

test('a query sent while a reply is being written does not write over it', () => {
  const id = new Uint8Array(20).fill(0x61);
  workbench.reply.beginReply(0x7f0000010001, id, 0);
  const before = workbench.reply.bytes.slice(0, workbench.reply.length);
  workbench.query.ping(id, 0);
  expect(workbench.reply.bytes.slice(0, workbench.reply.length)).toEqual(before);
});

test('the nearest contacts of a whole reply fit', () => {
  expect(workbench.nearest.handles.length).toBe(NODES_PER_REPLY);
});
