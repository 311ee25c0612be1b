/** What a member says of itself, and the walk around sound and broken rings. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRingTestnet, type RingTestnet } from '../../../src/testnet.ts';
import { objects, ringlight } from '../command.ts';

let ring: RingTestnet;
let entry: string;

beforeAll(async () => {
  ring = await createRingTestnet({ nodes: 5, k: 2 });
  entry = ring.nodes[2].addresses[0];
});
afterAll(() => ring.close());

describe('ringlight ring info', () => {
  test('prints what the member knows of itself', async () => {
    const { status, stdout } = await ringlight(['ring', 'info', '--at', entry]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^0 records \(0 bytes\), K 2 of 2, wire seed, policy correct, /);
    expect(stdout).toContain(`${entry}  member\n`);
    const [info] = objects(await ringlight(['ring', 'info', '--at', entry, '--json']));
    expect(info).toMatchObject({ event: 'info', address: entry, isPlain: false, k: 2 });
  });
});

describe('ringlight ring doctor', () => {
  test('finds every member of a sound ring and no fault', async () => {
    const outcome = await ringlight(['ring', 'doctor', '--at', entry, '--json']);
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    const lines = objects(outcome);
    const members = lines.filter(({ event }) => event === 'member');
    expect(members.map(({ address }) => address).sort()).toEqual(
      ring.nodes.map(({ addresses }) => addresses[0]).sort(),
    );
    for (const node of ring.nodes) {
      const { incarnation, identities } = node.info();
      const told = members.find(({ address }) => address === node.addresses[0])!;
      const { epoch } = identities[0].title!;
      expect(told).toMatchObject({ incarnation, epoch, copiesMissing: 0 });
      expect(Math.abs(told.clockOffsetMs as number)).toBeLessThan(5000); // All have one clock.
    }
    const shares = members.map(({ share }) => share as number);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(lines.at(-1)).toMatchObject({
      event: 'verdict',
      isSound: true,
      members: 5,
      plain: 0,
      dead: [],
      effectiveK: 2,
      k: 2,
      principals: 5,
      principalsNeeded: 5,
    });
    const { stdout } = await ringlight(['ring', 'doctor', '--at', entry]);
    expect(stdout).toContain('ok  coverage: 5 members, no gap, no key with two owners\n');
    expect(stdout).not.toContain('BAD');
    expect(stdout.split('\n')[0]).toMatch(/missing +epoch +clock +incarnation +backups/);
    for (const node of ring.nodes) expect(stdout).toContain(node.info().incarnation);
  });

  test('a ring of one is a ring', async () => {
    await using alone = await createRingTestnet({ nodes: 1, k: 2 });
    const { status, stdout } = await ringlight([
      'ring',
      'doctor',
      '--at',
      alone.nodes[0].addresses[0],
    ]);
    expect({ status, isBad: stdout.includes('BAD') }).toEqual({ status: 0, isBad: false });
  });

  test('something that is no ring is one line and status 2', async () => {
    const server = await startServer('hello\r\n');
    const { port } = server.address() as { port: number };
    const { status, stdout, stderr } = await ringlight([
      'ring',
      'doctor',
      '--at',
      `127.0.0.1:${port}`,
    ]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`ringlight: no member of a ring answers at 127.0.0.1:${port}\n`);
    server.close();
  }, 20_000);
});

/** Says this to everybody and hangs up. */
async function startServer(words: string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end(words));
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return server;
}
