/** The members of a ring as a cluster: who is there, which slots each is asked for, and clients that use it. */
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SLOTS } from '../../../src/ring/resp/slot.ts';
import { openResp, openRing, type RespServer, type Ring } from '../../../src/ring.ts';
import { RespClient } from './resp-client.ts';

const rings: Ring[] = [];
const servers: RespServer[] = [];

beforeAll(async () => {
  for (let i = 0; i < 3; i++) {
    const ring = await openRing({ k: 2, ...(i > 0 && { join: rings[0]!.addresses[0] }) });
    await ring.ready();
    rings.push(ring);
    servers.push(await openResp(ring));
  }
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await Promise.all(rings.map((ring) => ring.close()));
});

test('all slots are told once, by every member alike, with what serves them', async () => {
  const told = new Set<string>();
  for (const { port } of servers) {
    const client = new RespClient(port);
    const slots = await client.say('CLUSTER SLOTS');
    told.add(slots);
    expect(await client.say('CLUSTER INFO')).toContain('cluster_known_nodes:3');
    const nodes = await client.say('CLUSTER NODES');
    expect(nodes).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}@${port} myself,master `));
    expect(nodes.match(/ master /g)?.length).toBe(2);
    expect(nodes).toContain((await client.say('CLUSTER MYID')).slice(-40));
    client.end();
  }
  expect(told.size).toBe(1);
  const [text] = told;
  const spans = [...text!.matchAll(/\*3\|:(\d+)\|:(\d+)\|/g)].map(([, from, to]) => [+from!, +to!]);
  expect(spans[0]![0]).toBe(0);
  expect(spans.at(-1)![1]).toBe(SLOTS - 1);
  for (let i = 1; i < spans.length; i++) expect(spans[i]![0]).toBe(spans[i - 1]![1]! + 1);
  for (const { port } of servers) expect(text).toContain(`|:${port}|`);
});

test('clients of clusters spread over them, and every key is found through each', async () => {
  const entry = { host: '127.0.0.1', port: servers[0]!.port };
  const before = servers.map((server) => server.stats.connectionsAccepted);
  const io = new Cluster([entry]);
  const node = createCluster({ rootNodes: [{ socket: entry }] });
  node.on('error', () => {});
  await node.connect();
  try {
    const keys = Array.from({ length: 60 }, (_, i) => `cluster:${i}`);
    await Promise.all(keys.map((key) => io.set(key, key)));
    expect(await Promise.all(keys.map((key) => node.get(key)))).toEqual(keys);
    await Promise.all(keys.map((key) => node.incr(`${key}:n`)));
    expect(await Promise.all(keys.map((key) => io.get(`${key}:n`)))).toEqual(keys.map(() => '1'));
    for (const [i, server] of servers.entries()) {
      expect(server.stats.connectionsAccepted).toBeGreaterThan(before[i]! + 1);
    }
  } finally {
    io.disconnect();
    await node.close();
  }
});

test('who serves no more is told no more', async () => {
  const [first, , third] = servers;
  await third!.close();
  const again = await openResp(rings[0]!);
  const client = new RespClient(again.port);
  const slots = await client.say('CLUSTER SLOTS');
  expect(slots).not.toContain(`|:${third!.port}|`);
  expect(slots).toContain(`|:${servers[1]!.port}|`);
  client.end();
  await again.close();
  expect(first!.port).toBeGreaterThan(0);
});
