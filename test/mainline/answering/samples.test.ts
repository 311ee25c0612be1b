/** Answers to sample_infohashes. */
import { expect, test } from 'vitest';
import { sampleInfohashes } from '../../../src/mainline/answering/samples.ts';
import {
  type Bencoded,
  decode,
  type Encodable,
  encode,
} from '../../../src/mainline/krpc/bencode.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { idOf, inPublic, SmallWorld } from '../small-world.ts';

test('a sample, how many there are, and nodes, in 1024 bytes; an empty store says so', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const doors = Array.from({ length: 8 }, (_, n) => world.stranger(inPublic(200 + n)).polite());
  us.join(...doors.map(({ address }) => address));
  world.run(1000);
  const out = new Writer();
  const ask = (a: { [key: string]: Encodable }) => {
    const query = new Message();
    const source = encode({ t: 'aa', y: 'q', q: 'sample_infohashes', a });
    query.read(source, 0, source.length);
    sampleInfohashes(us.node, world.now, inPublic(90), query, out);
    const bytes = out.bytes.slice(0, out.length);
    expect(encode(decode(bytes) as Encodable)).toEqual(bytes); // keys in order
    expect(bytes.length).toBeLessThanOrEqual(1024);
    return decode(bytes) as { r: { [key: string]: Bencoded }; e: [number] };
  };
  const query = { id: idOf('11'), target: idOf('5c') };
  expect(ask(query).r).toMatchObject({ interval: 300, num: 0, samples: new Uint8Array(0) });
  for (let n = 0; n < 50; n++) {
    us.node
      .peerStore()
      .announce(world.now, idOf(n.toString(16).padStart(4, '0')), 0, inPublic(n), 7, false);
  }
  world.run(300_000);
  const { r } = ask(query);
  expect(Object.keys(r)).toEqual(['id', 'interval', 'nodes', 'num', 'samples']);
  expect(r['num']).toBe(50);
  expect((r['samples'] as Uint8Array).length).toBe(400);
  expect((r['nodes'] as Uint8Array).length / 26).toBe(8);
  expect(ask({ id: idOf('11') }).e[0]).toBe(203);
});
