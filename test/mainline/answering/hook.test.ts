/** The query handler as a program sees it: look, wrap, replace, keep silent, refuse. */
import { describe, expect, test } from 'vitest';
import {
  hookHandler,
  type IncomingQuery,
  type QueryHook,
} from '../../../src/mainline/answering/hook.ts';
import { ascii, decode, type Encodable, encode } from '../../../src/mainline/krpc/bencode.ts';
import {
  at,
  type Dictionary,
  hex,
  idOf,
  inPublic,
  onLoopback,
  SmallWorld,
  text,
} from '../small-world.ts';

const TARGET = idOf('77aa');

function scene(hook: QueryHook, settings = {}) {
  const world = new SmallWorld();
  const us = world.open({ handler: hookHandler(hook), ...settings }, idOf('80'));
  const stranger = world.stranger(onLoopback(50), idOf('11'));
  return { world, us, stranger };
}

describe('the hook', () => {
  test('sees sender, raw bytes and every field, as copies it may keep', () => {
    const seen: IncomingQuery[] = [];
    const { us, stranger } = scene((query) => {
      seen.push(query);
    });
    const token = ascii('tok');
    const a = { id: stranger.id, info_hash: TARGET, port: 77, implied_port: 1, token };
    const message = { t: 'aa', y: 'q', q: 'announce_peer', a, ro: 1 };
    stranger.exchange(us.address, message);
    stranger.ask(us.address, 'ping', {});
    expect(seen[0]).toEqual({
      from: { host: '127.0.0.1', port: 10_050 },
      method: 'announce_peer',
      id: stranger.id,
      target: TARGET,
      port: 77,
      impliedPort: true,
      token,
      readOnly: true,
      raw: encode(message),
    });
    expect(seen[1]).toMatchObject({
      method: 'ping',
      target: null,
      port: null,
      token: null,
      readOnly: false,
    });
  });

  test.each([
    ['a promise', Promise.resolve(null)],
    ['"yes"', 'yes'],
    ['5', 5],
    ['an object', { reply: null }],
    ['an object', { error: 203 }],
    ['an object', { error: ['203', 'x'] }],
    ['an object', { bytes: 'd1:re' }],
  ])('that returns %s is told what it may return, and nothing is sent', (got, answer) => {
    const { us, stranger } = scene(() => answer as never);
    expect(() => stranger.ask(us.address, 'ping', {})).toThrow(
      `"onQuery" expected to return nothing, null, what next() gave, { reply: { … } } or { error: [code, text] }, got ${got}`,
    );
    expect(stranger.messages).toEqual([]);
  });

  test('sees queries that the node itself would refuse', () => {
    const seen: [string, string][] = [];
    const { us, stranger } = scene((query, next) => {
      const own = next();
      seen.push([query.method, own.verdict]);
      return own;
    });
    stranger.ask(us.address, 'vote', {});
    stranger.ask(us.address, 'find_node', {});
    stranger.ask(us.address, 'announce_peer', { info_hash: TARGET, port: 1, token: 'no' });
    stranger.exchange(us.address, { t: 'aa', y: 'q', a: { id: stranger.id } });
    stranger.exchange(us.address, { t: 'aa', y: 'q', q: 'ping', a: { id: 'short' } });
    stranger.ask(us.address, 'ping', {});
    expect(seen).toEqual([
      ['vote', 'unknown-method'],
      ['find_node', 'invalid'],
      ['announce_peer', 'bad-token'],
      ['', 'invalid'],
      ['ping', 'invalid'],
      ['ping', 'answered'],
    ]);
    expect(us.counters.refused).toBe(5);
  });

  test('that returns nothing leaves the answer to the node', () => {
    const { us, stranger } = scene(() => undefined);
    const plain = new SmallWorld().open({}, idOf('80'));
    expect(text(stranger.ask(us.address, 'ping', {})!['y'])).toBe('r');
    expect(plain.id).toEqual(us.id);
    expect((stranger.ask(us.address, 'ping', {})!['r'] as Dictionary)['id']).toEqual(us.id);
  });

  test('asks the node for its own answer at most once, however often it calls next', () => {
    const { us, stranger } = scene((_query, next) => {
      expect(next()).toBe(next());
      return next();
    });
    const token = (
      stranger.ask(us.address, 'get_peers', { info_hash: TARGET })!['r'] as Dictionary
    )['token'];
    stranger.ask(us.address, 'announce_peer', { info_hash: TARGET, port: 5, token });
    expect(us.node.peers!.count).toBe(1);
  });

  test('that returns null keeps the node silent, and that is counted', () => {
    const { us, stranger } = scene((query, next) => (query.method === 'ping' ? null : next()));
    expect(stranger.ask(us.address, 'ping', {})).toBeNull();
    expect(stranger.ask(us.address, 'find_node', { target: TARGET })).not.toBeNull();
    expect(us.counters.silenced).toBe(1);
    expect(us.counters.datagramsOut).toBe(2); // the answer and a ping to the stranger
  });

  test('can answer with values of its own, to which id, ip, t and v are added', () => {
    const { us, stranger } = scene(() => ({ reply: { answer: 42, list: ['a'] } }));
    const [reply] = stranger.exchange(us.address, {
      t: 'tx',
      y: 'q',
      q: 'vote',
      a: { id: stranger.id },
    });
    const port = 10_050;
    expect(encode(reply as Encodable)).toEqual(
      encode({
        ip: Uint8Array.of(127, 0, 0, 1, port >>> 8, port & 255),
        r: { id: us.id, answer: 42, list: ['a'] },
        t: 'tx',
        v: ascii('RL\x00\x01'),
        y: 'r',
      }),
    );
  });

  test('can show another id', () => {
    const { us, stranger } = scene(() => ({ reply: { id: idOf('99') } }));
    expect((stranger.ask(us.address, 'ping', {})!['r'] as Dictionary)['id']).toEqual(idOf('99'));
  });

  test('can refuse with an error of its own', () => {
    const { us, stranger } = scene(() => ({ error: [201, 'not today'] }));
    const reply = stranger.ask(us.address, 'ping', {})!;
    expect(text(reply['y'])).toBe('e');
    expect(reply['e']).toEqual([201, ascii('not today')]);
    expect(text(reply['v'])).toMatch(/^RL/);
  });

  test('cannot send more than 1024 bytes: that is thrown at its owner, and nothing goes out', () => {
    const { world, us, stranger } = scene(() => ({ reply: { long: 'x'.repeat(1000) } }));
    stranger.send(us.address, { t: 'aa', y: 'q', q: 'ping', a: { id: stranger.id } });
    expect(() => world.run(20)).toThrow(RangeError);
    expect(stranger.inbox).toEqual([]);
    const fits = scene(() => ({ reply: { long: 'x'.repeat(900) } }));
    expect(fits.stranger.ask(fits.us.address, 'ping', {})).not.toBeNull();
  });

  test('is not asked about what the node drops', () => {
    let asked = 0;
    const { us, stranger } = scene(
      () => {
        asked++;
      },
      { readOnly: true },
    );
    stranger.ask(us.address, 'ping', {});
    const busy = new SmallWorld({ address: inPublic });
    const limited = busy.open({ handler: hookHandler(() => void asked++) });
    const flood = busy.stranger(at('9.9.9.9'));
    for (let n = 0; n < 80; n++)
      flood.send(limited.address, { t: 'aa', y: 'q', q: 'ping', a: { id: flood.id } });
    busy.run(20);
    expect(asked).toBe(50);
    expect(decode(flood.inbox[0].bytes)).toBeDefined();
  });
});

describe('an identity per target', () => {
  test('shows in queries and replies, each with the id for its target', () => {
    const world = new SmallWorld();
    const us = world.open({
      identity: (target) => {
        const id = target ? target.slice() : idOf('80');
        id[19] ^= 1;
        return id;
      },
    });
    const stranger = world.stranger(onLoopback(50)).polite();
    const shown = (reply: Dictionary | null) => hex((reply!['r'] as Dictionary)['id']);
    const near = TARGET.slice();
    near[19] ^= 1;
    expect(shown(stranger.ask(us.address, 'find_node', { target: TARGET }))).toBe(hex(near));
    expect(shown(stranger.ask(us.address, 'get_peers', { info_hash: TARGET }))).toBe(hex(near));
    expect(shown(stranger.ask(us.address, 'ping', {}))).toBe(
      hex(idOf('80', '0')).slice(0, 39) + '1',
    );
    us.join(stranger.address);
    us.findNode(TARGET);
    world.run(100);
    const ids = stranger.queries.map((query) => {
      const a = query['a'] as Dictionary;
      return [hex(a['id']), hex(a['target'] ?? idOf(''))];
    });
    expect(ids).toContainEqual([hex(near), hex(TARGET)]);
  });
});
