import { describe, expect, test } from 'vitest';
import { objects, ringlight } from '../command.ts';

describe('the ring of ringlight up', () => {
  test('inserts, loses a member and still has everything', async () => {
    const args = ['up', '--no-studio', '--nodes', '1', '--ring', '5', '--for', '10ms'];
    const outcome = await ringlight([...args, '--json']);
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    const lines = objects(outcome);
    expect(lines.map(({ event }) => event)).toEqual([
      'ready',
      'ring-ready',
      'ring-inserted',
      'ring-crashed',
      'stopped',
    ]);
    expect(lines[1]).toMatchObject({
      nodes: 5,
      k: 2,
      entry: expect.stringMatching(/^127\.0\.0\.1:/),
    });
    expect(lines[2]).toMatchObject({ records: 100, found: 100 });
    expect(lines[3]).toMatchObject({ found: 100, of: 100 });
    expect(lines[3]['address']).not.toBe(lines[1]['entry']);
  }, 60_000);

  test('tells people how to reach it', async () => {
    const { stdout } = await ringlight([
      'up',
      '--no-studio',
      '--nodes',
      '1',
      '--ring',
      '3',
      '--for',
      '10ms',
    ]);
    expect(stdout).toMatch(/A ring of 3 nodes, K = 2, in /);
    expect(stdout).toMatch(
      /Crashed 127\.0\.0\.1:\d+, which owned "(?:key \d+|[0-9a-f]{40})": 100 of 100 are still there/,
    );
    expect(stdout).toMatch(/npx ringlight ring get "key 1" --at 127\.0\.0\.1:\d+/);
  }, 60_000);

  test('may be left out, or have one member only', async () => {
    const events = async (count: string) =>
      objects(
        await ringlight([
          'up',
          '--no-studio',
          '--nodes',
          '1',
          '--ring',
          count,
          '--for',
          '10ms',
          '--json',
        ]),
      ).map(({ event }) => event);
    expect(await events('0')).toEqual(['ready', 'stopped']);
    expect(await events('1')).toEqual(['ready', 'ring-ready', 'stopped']);
  }, 60_000);
});
