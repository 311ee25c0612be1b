/** Samples asked for: each node as often as it says, and answers of every shape. */
import { describe, expect, test } from 'vitest';
import { SAMPLE_INTERVAL_MS_MAX, SAMPLES_PER_REPLY } from '../../../src/mainline/asking/samples.ts';
import type { NodeSample } from '../../../src/mainline/errand.ts';
import type { Encodable } from '../../../src/mainline/krpc/bencode.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { idOf, inPublic, SmallWorld, text } from '../small-world.ts';

const TARGET = idOf('5a');
const HASHES = new Uint8Array(60).fill(7);

function sampled(reply: { [key: string]: Encodable }) {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const stranger = world.stranger(inPublic(50));
  stranger.onQuery = (query) => (text(query['q']) === 'find_node' ? {} : (reply as never));
  us.join(stranger.address);
  world.run(1000);
  stranger.inbox.length = 0;
  const found: NodeSample[] = [];
  const walk = () => {
    us.lookup(LookupKind.sample, TARGET, { found: (one: NodeSample) => found.push(one) });
    world.run(1000);
  };
  const asked = () => stranger.queries.map((query) => text(query['q']));
  walk();
  return { world, us, stranger, found, walk, asked };
}

describe('a walk for samples', () => {
  test('takes what a node tells, and asks it again only when its interval is over', () => {
    const { found, walk, asked, world, stranger } = sampled({
      ...{ interval: 60, num: 400, samples: HASHES },
    });
    expect(found).toMatchObject([
      { id: stranger.id, address: stranger.address, num: 400, intervalMs: 60_000, hashes: HASHES },
    ]);
    walk();
    expect(asked().slice(0, 2)).toEqual(['sample_infohashes', 'find_node']);
    world.run(60_000);
    walk();
    expect(asked().filter((method) => method === 'sample_infohashes')).toHaveLength(2);
    expect(found).toHaveLength(2);
  });

  test.each<[string, { [key: string]: Encodable }, Partial<NodeSample> | null]>([
    ['knows no samples', { nodes: new Uint8Array(0) }, null],
    ['has none', { interval: 0, num: 0, samples: new Uint8Array(0) }, { num: 0, intervalMs: 0 }],
    ['says no interval', { num: 3, samples: HASHES }, { intervalMs: SAMPLE_INTERVAL_MS_MAX }],
    [
      'says a negative one',
      { interval: -5, num: 3, samples: HASHES },
      { intervalMs: SAMPLE_INTERVAL_MS_MAX },
    ],
    [
      'says one of days',
      { interval: 999_999, num: 3, samples: HASHES },
      { intervalMs: SAMPLE_INTERVAL_MS_MAX },
    ],
    ['has fewer than it tells', { interval: 1, num: 1, samples: HASHES }, { num: 3 }],
    ['says words where numbers belong', { interval: 'x', num: 'y', samples: HASHES }, { num: 3 }],
    [
      'tears its sample',
      { interval: 1, num: 9, samples: new Uint8Array(45) },
      { hashes: new Uint8Array(40) },
    ],
    [
      'floods',
      { interval: 1, num: 9, samples: new Uint8Array(200 * 20) },
      { hashes: new Uint8Array(SAMPLES_PER_REPLY * 20) },
    ],
    ['sends no text', { interval: 1, num: 9, samples: 5 }, null],
  ])('a node that %s', (_, reply, expected) => {
    expect(sampled(reply).found).toMatchObject(expected === null ? [] : [expected]);
  });

  test('a node that answers with an error is left alone', () => {
    const { world, stranger, walk, asked } = sampled({});
    world.run(10_000);
    stranger.inbox.length = 0;
    stranger.onQuery = (query, from) => {
      const e = [204, 'Method Unknown'];
      if (text(query['q']) !== 'sample_infohashes') return {};
      stranger.send(from, { t: query['t'], y: 'e', e });
      return null;
    };
    walk();
    world.run(60_000);
    walk();
    expect(asked().filter((method) => method === 'sample_infohashes')).toHaveLength(1);
  });

  test('two walks at once ask a node once', () => {
    const { world, us, stranger, asked } = sampled({});
    world.run(10_000);
    stranger.inbox.length = 0;
    for (let n = 0; n < 2; n++) us.lookup(LookupKind.sample, TARGET, { found: () => {} });
    world.run(1000);
    expect(asked().filter((method) => method === 'sample_infohashes')).toHaveLength(1);
  });
});
