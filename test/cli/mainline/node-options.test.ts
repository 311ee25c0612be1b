import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import {
  addNodeOptions,
  addTimeout,
  type NodeOptions,
  openNode,
  requireBootstrap,
} from '../../../src/cli/mainline/node-options.ts';

function parsed(listens: boolean, ...args: string[]): NodeOptions {
  const command = addTimeout(addNodeOptions(new Command(), listens));
  return command.parse(args, { from: 'user' }).opts();
}

describe('options of commands that open a node', () => {
  test('a serving node has the well-known port, an asking one any', () => {
    expect(parsed(true).port).toBe(6881);
    expect(parsed(false).port).toBe(0);
  });

  test('bootstrap is the public routers, a list, or nobody', () => {
    expect(parsed(false).bootstrap).toBeUndefined();
    expect(parsed(false, '--bootstrap', 'a:1', '--bootstrap', 'b:2').bootstrap).toEqual([
      'a:1',
      'b:2',
    ]);
    expect(parsed(false, '--no-bootstrap').bootstrap).toBe(false);
  });

  test('a command that only asks needs somebody to ask', () => {
    expect(() => requireBootstrap(parsed(false, '--no-bootstrap'))).toThrow(
      /--bootstrap HOST:PORT/,
    );
    expect(() => requireBootstrap(parsed(false, '--bootstrap', 'a:1'))).not.toThrow();
  });

  test('the node is opened as the options say', async () => {
    const id = 'ab'.repeat(20);
    const args = ['--host', '127.0.0.1', '--no-bootstrap', '--id', id, '--table', 'flat'];
    const node = await openNode(parsed(false, ...args));
    expect(node).toMatchObject({ id, host: '127.0.0.1' });
    expect(node.table.kind).toBe('flat');
    await node.close();
  });
});
