import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestnet, type Testnet } from '../../../src/testnet.ts';
import { objects, ringlight } from '../command.ts';

const HASH = 'ab'.repeat(20);
let testnet: Testnet;
let common: string[];

beforeAll(async () => {
  testnet = await createTestnet({ nodes: 20 });
  common = ['--host', '127.0.0.1', '--bootstrap', testnet.bootstrap[0]];
});
afterAll(() => testnet.close());

describe('ringlight mainline announce, get-peers, find-node', () => {
  test('what one process announces another finds', async () => {
    const announced = await ringlight([
      'mainline',
      'announce',
      HASH,
      '--peer-port',
      '7000',
      ...common,
    ]);
    expect(announced).toMatchObject({
      status: 0,
      stdout: `Announced ${HASH} for port 7000: stored by 8 nodes.\n`,
    });
    const found = await ringlight(['mainline', 'get-peers', HASH, ...common, '--trace']);
    expect(found).toMatchObject({ status: 0, stdout: '127.0.0.1:7000\n' });
    expect(found.stderr).toMatch(/queries, \d+ answered/);
    expect(found.stderr).toMatch(/told by/);
  });

  test('--json gives peers as they come and the whole lookup at the end', async () => {
    const outcome = await ringlight(['mainline', 'get-peers', HASH, ...common, '--json']);
    const lines = objects(outcome);
    expect(lines[0]).toEqual({ event: 'peer', host: '127.0.0.1', port: 7000 });
    expect(lines.at(-1)).toMatchObject({
      event: 'result',
      infoHash: HASH,
      peers: [{ host: '127.0.0.1', port: 7000 }],
      lookup: { kind: 'get_peers', target: HASH },
    });
  });

  test('no peers is exit status 1', async () => {
    const unknown = 'cd'.repeat(20);
    const outcome = await ringlight(['mainline', 'get-peers', unknown, ...common]);
    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(outcome.stderr).toMatch(`ringlight: no peers are known for ${unknown}\n`);
  });

  test('find-node prints the closest nodes, closest first', async () => {
    const { stdout } = await ringlight(['mainline', 'find-node', HASH, ...common]);
    const distance = (id: string): bigint => BigInt(`0x${id}`) ^ BigInt(`0x${HASH}`);
    const expected = testnet.nodes
      .map((node) => node.id)
      .sort((a, b) => (distance(a) < distance(b) ? -1 : 1))
      .slice(0, 8);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(expected);
  });

  test('asking nobody is exit status 2', async () => {
    const outcome = await ringlight(['mainline', 'get-peers', HASH, '--no-bootstrap']);
    expect(outcome).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'ringlight: this command needs somebody to ask: --bootstrap HOST:PORT\n',
    });
  });

  test('a bootstrap node that is silent ends in one line', async () => {
    const silent = ['--host', '127.0.0.1', '--bootstrap', '127.0.0.1:1', '--timeout', '300ms'];
    const outcome = await ringlight(['mainline', 'find-node', HASH, ...silent]);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr.trimEnd().split('\n').at(-1)).toMatch(/^ringlight: no/);
  });
});
