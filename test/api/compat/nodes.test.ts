import { expect, test } from 'vitest';
import { bytesFrom, NAMED_LIMIT, Nodes } from '../../../src/api/compat/nodes.ts';
import { openMainline } from '../../../src/mainline.ts';

function idOf(number: number): Uint8Array {
  const id = new Uint8Array(20);
  new DataView(id.buffer).setUint32(0, number);
  return id;
}

test('named nodes are listed, closest first where asked, the oldest dropped', () => {
  const nodes = new Nodes();
  for (let i = 0; i <= NAMED_LIMIT; i++) {
    expect(nodes.name({ id: bytesFrom(idOf(i)), host: '10.0.0.1', port: i + 1 })).toBe(true);
  }
  expect(nodes.name({ id: bytesFrom(idOf(5)), host: '10.0.0.1', port: 6 })).toBe(false);
  expect(nodes.count()).toBe(NAMED_LIMIT);
  expect(nodes.get(idOf(0))).toBeNull();
  expect(nodes.isNamed(idOf(1))).toBe(true);
  expect(nodes.closest(idOf(700), 2).map(({ port }) => port)).toEqual([701, 702]);
  nodes.remove(idOf(700));
  expect(nodes.closest(idOf(700), 1)[0].port).toBe(702);
});

test('a table says whom it takes in, and forgets whom it is told to', async () => {
  const nodes = new Nodes();
  const added: number[] = [];
  const open = { host: '127.0.0.1', bootstrap: false } as const;
  const other = await openMainline(open);
  const node = await openMainline({ ...open, table: nodes.table(({ port }) => added.push(port)) });
  nodes.opened(node);
  await node.ping(`127.0.0.1:${other.port}`);
  expect(added).toEqual([other.port]);
  const id = Buffer.from(other.id, 'hex');
  expect(nodes.toArray()).toEqual([{ id, host: '127.0.0.1', port: other.port }]);
  nodes.remove(id);
  expect(nodes.count()).toBe(0);
  expect(node.table.size).toBe(0);
  await Promise.all([node.close(), other.close()]);
});
