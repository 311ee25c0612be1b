/** Dual stack (BEP 32): two nodes of one host, which answer for each other and ask for each other. */
import { describe, expect, test } from 'vitest';
import { type Address, writeAddress6 } from '../../../src/core/address.ts';
import { asksForSibling } from '../../../src/mainline/asking/siblings.ts';
import { Method } from '../../../src/mainline/krpc/fields.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { INFO_HASH, TARGET } from '../scenes.ts';
import {
  type Dictionary,
  idOf,
  inPublic,
  inPublic6,
  type Resident,
  SmallWorld,
  text,
} from '../small-world.ts';

const keys = (message: Dictionary | null) => Object.keys((message as Dictionary)['r'] as object);

function hosts() {
  const settings = { secureIds: false, onePerNetwork: false };
  const world4 = new SmallWorld({ address: inPublic, settings });
  const world6 = new SmallWorld({ address: inPublic6, settings });
  const [us4, us6] = [world4.open({}, idOf('80')), world6.open({}, idOf('81'))];
  us4.node.sibling = us6.node;
  us6.node.sibling = us4.node;
  return { world4, world6, us4, us6 };
}

function befriend(world: SmallWorld, us: Resident, count: number, at: (n: number) => Address) {
  for (let n = 0; n < count; n++) {
    us.ask(world.stranger(at(100 + n)).polite().address, Method.ping, TARGET);
  }
  world.run(1000);
}

describe('answers', () => {
  const { world4, world6, us4, us6 } = hosts();
  befriend(world4, us4, 8, inPublic);
  befriend(world6, us6, 8, inPublic6);
  world4.now = world6.now;
  const asker4 = world4.stranger(inPublic(50));
  const asker6 = world6.stranger(inPublic6(50));

  test.each([
    [undefined, ['nodes'], ['nodes6']],
    [['n4'], ['nodes'], ['nodes']],
    [['n6'], ['nodes6'], ['nodes6']],
    [
      ['n6', 'n4'],
      ['nodes', 'nodes6'],
      ['nodes', 'nodes6'],
    ],
    [['n8'], ['nodes'], ['nodes6']],
  ])('want %j', (want, over4, over6) => {
    const a = { target: TARGET, ...(want && { want }) };
    expect(keys(asker4.ask(us4.address, 'find_node', a))).toEqual(['id', ...over4]);
    expect(keys(asker6.ask(us6.address, 'find_node', a))).toEqual(['id', ...over6]);
  });

  test('eight of each, and 49 or 18 values beside them, within 1024 bytes', () => {
    for (const [world, us, asker, at, expected] of [
      [world4, us4, asker4, inPublic, 49],
      [world6, us6, asker6, inPublic6, 18],
    ] as const) {
      for (let n = 0; n < 60; n++) {
        us.node.peerStore().announce(world.now, INFO_HASH, 0, at(200 + n * 3), 1, false);
      }
      const a = { info_hash: INFO_HASH, want: ['n4', 'n6'] };
      const r = (asker.ask(us.address, 'get_peers', a) as Dictionary)['r'] as Dictionary;
      expect((r['nodes'] as Uint8Array).length).toBe(8 * 26);
      expect((r['nodes6'] as Uint8Array).length).toBe(8 * 38);
      expect((r['values'] as unknown[]).length).toBe(expected);
      expect(asker.inbox.at(-1)!.bytes.length).toBeLessThanOrEqual(1024);
      asker.ask(us.address, 'get_peers', { ...a, scrape: 1 });
      expect(asker.inbox.at(-1)!.bytes.length).toBeLessThanOrEqual(1024);
    }
  });
});

describe('queries', () => {
  function asked(fill: (world6: SmallWorld, us6: Resident) => void) {
    const { world4, world6, us4, us6 } = hosts();
    fill(world6, us6);
    const heard: (readonly Address[])[] = [];
    us4.onForeign = (contacts) => void heard.push(contacts);
    const nodes6 = new Uint8Array(38 * 20 + 5);
    for (let n = 0; n < 20; n++) writeAddress6(nodes6, n * 38 + 20, inPublic6(300 + n));
    const teller = world4.stranger(inPublic(9));
    teller.onQuery = () => ({ nodes6, nodes: new Uint8Array(0) });
    us4.node.bootstrap = [teller.address];
    for (const kind of [LookupKind.findNode, LookupKind.getPeers]) us4.lookup(kind, TARGET);
    world4.run(1000);
    const wants = teller.queries
      .map((query) => (query['a'] as Dictionary)['want'] as Uint8Array[] | undefined)
      .map((want) => want?.map(text).join(' '));
    return { heard, wants, us4, us6 };
  }

  test('want both families while the sibling knows few, and what comes is handed on', () => {
    const { heard, wants } = asked(() => {});
    expect(wants).toEqual(['n4 n6', 'n4 n6']);
    expect(heard[0]).toEqual(Array.from({ length: 16 }, (_, n) => inPublic6(300 + n)));
  });

  test('are of their own family when the sibling has contacts', () => {
    const { heard, wants } = asked((world6, us6) => befriend(world6, us6, 8, inPublic6));
    expect(wants).toEqual([undefined, undefined]);
    expect(heard).toEqual([]);
  });

  test('ask again when the sibling has heard nobody for a quarter of an hour', () => {
    const { us4, us6, world4, world6 } = hosts();
    befriend(world6, us6, 8, inPublic6);
    befriend(world4, us4, 1, inPublic);
    const wanted = (minutes: number) => {
      us4.node.heardAtMs = us6.node.heardAtMs + minutes * 60_000;
      return asksForSibling(us4.node);
    };
    expect([14, 16].map(wanted)).toEqual([false, true]);
  });
});

test('loopback and private contacts of the other family mean nothing to a public node', () => {
  const { world4, us4 } = hosts();
  const heard: (readonly Address[])[] = [];
  us4.onForeign = (contacts) => void heard.push(contacts);
  const nodes6 = new Uint8Array(38);
  nodes6[35] = 1; // ::1
  nodes6[37] = 9;
  const teller = world4.stranger(inPublic(9));
  teller.onQuery = () => ({ nodes6, nodes: new Uint8Array(26).fill(1) });
  us4.node.bootstrap = [teller.address];
  us4.findNode(TARGET);
  world4.run(1000);
  expect(heard).toEqual([]);
});
