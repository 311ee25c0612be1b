/**
 * The client's end, byte for byte, in every dialect; then the foreign programs it meets, each acted
 * out by what it was seen to send (research §4); then client and server against each other over a
 * pipe that cuts as it likes.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Closed, STREAM_QUEUE_BYTES } from '../../../src/core/host.ts';
import { formatId } from '../../../src/core/id.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { Allowance } from '../../../src/ring/dialects/allowance.ts';
import type { Outcome, Request } from '../../../src/ring/dialects/request.ts';
import {
  ANSWER_MS,
  BULK_IDLE_MS,
  CONNECT_MS,
  DETECT_MS,
  INFO_BYTES_MAX,
  LINGER_MS,
  PROBE_MS,
  REPLY_MS,
  TEXT_REPLY_MS,
  WIRES,
  type Wire,
} from '../../../src/ring/dialects/wire.ts';
import { mutate } from '../../mainline/mutate.ts';
import {
  asking,
  at,
  bytesOf,
  decimal,
  feed,
  hashOf,
  hex,
  int,
  joined,
  keyOf,
  ListedItems,
  Listener,
  meet,
  SmallService,
  shown,
  spell,
  termsOf,
} from './wire-scenes.ts';

const ME = '10.0.0.1:5000';
const NEXT = '10.0.0.3:5000';
const PREVIOUS = '10.0.0.2:5000';
/** Stands between ME and NEXT: ac22… */
const JOINER = '10.0.0.9:5009';

const hello = keyOf('hello');
const KEY = (wire: Wire) => spell.key(wire, hello);
const items = (...names: string[]) =>
  names.map((name) => [keyOf(name), bytesOf(name.toUpperCase())] as const);

const joining: Request = {
  command: 'join',
  address: at(JOINER),
  hash: hashOf(at(JOINER)),
  peerHash: hashOf(at(ME)),
  hashOf,
};
const leaving = (): Request => ({
  command: 'leave',
  address: at(NEXT),
  s1: at(PREVIOUS),
  s2: at(ME),
  count: 1,
  items: new ListedItems(items('b')),
});

interface Play {
  request: () => Request;
  /** What we say, what we hear, in turns; we begin. */
  turns: readonly (Uint8Array | string)[];
  outcome: Outcome;
}

const word = (wire: Wire, binary: string, text: string) => (wire === 'text' ? `${text}\n` : binary);

/** What every command says and hears, by dialect. */
function plays(wire: Wire): Record<string, Play> {
  const isText = wire === 'text';
  const yes = spell.yes(wire);
  const twice = (verdict: string) => (isText ? `1\n${verdict}` : verdict);
  const keyed = (binary: string, text: string) => joined(word(wire, binary, text), KEY(wire));
  const ack = (isTrue: boolean): Outcome => ({ kind: 'ack', isTrue });
  const refused: Outcome = { kind: 'refused' };
  const owner = () => ({ command: 'owner', key: hello }) as const;
  const get = () => ({ command: 'get', key: hello }) as const;
  const exists = () => ({ command: 'exists', key: hello }) as const;
  const remove = () => ({ command: 'remove', key: hello }) as const;
  const insert = () => ({ command: 'insert', key: hello, value: bytesOf('world') }) as const;
  const say = {
    owner: keyed('OWN', 'LOCATE'),
    get: keyed('GET', 'GET'),
    exists: keyed('EXI', 'CONTAINS'),
    remove: keyed('REM', 'REMOVE'),
    insert: keyed('INS', 'INSERT'),
  };
  const value = (text: string): Outcome => ({ kind: 'value', value: bytesOf(text) });
  const own = '{"ringlight":1}';
  const all: Record<string, Play> = {
    owner: {
      request: owner,
      turns: [say.owner, spell.address(wire, NEXT)],
      outcome: { kind: 'address', address: at(NEXT) },
    },
    get: {
      request: get,
      turns: [say.get, joined(yes, spell.value(wire, 'world'))],
      outcome: value('world'),
    },
    'get, no such key': {
      request: get,
      turns: [say.get, isText ? '1\n0\n' : 'F'],
      outcome: { kind: 'value', value: null },
    },
    'get, refused': { request: get, turns: [say.get, spell.not(wire)], outcome: refused },
    exists: { request: exists, turns: [say.exists, twice(yes)], outcome: ack(true) },
    'exists, no': {
      request: exists,
      turns: [say.exists, twice(spell.no(wire))],
      outcome: ack(false),
    },
    'exists, refused': { request: exists, turns: [say.exists, spell.not(wire)], outcome: refused },
    remove: { request: remove, turns: [say.remove, twice(yes)], outcome: ack(true) },
    'remove, refused': { request: remove, turns: [say.remove, spell.not(wire)], outcome: refused },
    insert: {
      request: insert,
      turns: [say.insert, yes, spell.value(wire, 'world'), yes],
      outcome: ack(true),
    },
    'insert, not stored': {
      request: insert,
      turns: [say.insert, yes, spell.value(wire, 'world'), spell.no(wire)],
      outcome: ack(false),
    },
    'insert, refused': { request: insert, turns: [say.insert, spell.not(wire)], outcome: refused },
    probe: {
      request: () => ({ command: 'probe' }),
      turns: [word(wire, 'VER', 'VER'), spell.value(wire, own)],
      outcome: { kind: 'upgraded', capabilities: own },
    },
    detect: {
      request: () => ({ command: 'detect', key: hello, isText }),
      turns: [say.owner, spell.address(wire, NEXT)],
      outcome: { kind: 'detected', wire, address: at(NEXT) },
    },
  };
  if (isText) {
    all['update prev'] = {
      request: () => ({ command: 'updatePrevious', address: at(PREVIOUS) }),
      turns: [`UPDATE_PREV\n${PREVIOUS}\n`, '1\n'],
      outcome: ack(true),
    };
    all['join'] = {
      request: () => joining,
      turns: [
        `CONNECT\n${decimal(hashOf(at(JOINER)))}\n`,
        joined('1\n1\n', KEY(wire), spell.value(wire, 'world'), `${NEXT}\n`),
        `${JOINER}\n`,
      ],
      outcome: { kind: 'joined', s1: at(NEXT), s2: 0 },
    };
    all['join, refused'] = {
      request: () => joining,
      turns: [`CONNECT\n${decimal(hashOf(at(JOINER)))}\n`, '0\n'],
      outcome: refused,
    };
    all['leave'] = {
      request: leaving,
      turns: [
        joined(`DISCONNECT\n${PREVIOUS}\n1\n`, spell.key(wire, keyOf('b')), spell.value(wire, 'B')),
        '1\n',
      ],
      outcome: ack(true),
    };
  } else {
    all['remove, no such key'] = { request: remove, turns: [say.remove, 'F'], outcome: ack(false) };
    all['pulse'] = {
      request: () => ({ command: 'pulse' }),
      turns: ['PUL', 'T'],
      outcome: ack(true),
    };
    all['info'] = {
      request: () => ({ command: 'info' }),
      turns: ['INF', spell.value(wire, bytesOf('fingers: ✓'))],
      outcome: { kind: 'text', text: 'fingers: ✓' },
    };
    all['abandoned'] = {
      request: () => ({ command: 'abandoned' }),
      turns: ['ABD', spell.address(wire, NEXT)],
      outcome: { kind: 'address', address: at(NEXT) },
    };
    const con = joined('CON', spell.address(wire, JOINER));
    all['join'] = {
      request: () => joining,
      turns: [
        con,
        joined(
          'T',
          spell.address(wire, NEXT),
          spell.address(wire, PREVIOUS),
          int(1),
          KEY(wire),
          spell.value(wire, 'world'),
        ),
        'T',
      ],
      outcome: { kind: 'joined', s1: at(NEXT), s2: at(PREVIOUS) },
    };
    // §4 #4: the refusal goes on as if it were none.
    all['join, refused with data behind it'] = {
      request: () => joining,
      turns: [con, joined('NT', spell.address(wire, NEXT), int(3))],
      outcome: refused,
    };
    all['leave'] = {
      request: leaving,
      turns: [
        joined('DIS', spell.address(wire, NEXT)),
        'T',
        joined(
          spell.address(wire, PREVIOUS),
          spell.address(wire, ME),
          int(1),
          keyOf('b'),
          spell.value(wire, 'B'),
        ),
        'T',
      ],
      outcome: ack(true),
    };
    all['leave, refused'] = {
      request: leaving,
      turns: [joined('DIS', spell.address(wire, NEXT)), 'N'],
      outcome: refused,
    };
  }
  return all;
}

describe.each(WIRES)('%s', (wire) => {
  const all = plays(wire);

  test.each(Object.keys(all))('%s', (name) => {
    const { request, turns, outcome } = all[name];
    for (const size of [1, 2, 5, 1 << 20]) {
      const { exchange, host, listener, terms } = asking(wire, request());
      turns.forEach((turn, i) => {
        expect(listener.outcomes.length).toBe(name === 'join' && i > 1 ? 1 : 0);
        if (i % 2 === 0) expect(host.said()).toBe(shown(joined(turn)));
        else feed(exchange, 1, turn, size);
      });
      expect(listener.outcome).toEqual(outcome);
      expect(exchange.outcome).toEqual(outcome);
      const isUpgraded = outcome.kind === 'upgraded';
      expect(host.destroyed).toBe(isUpgraded || outcome.kind === 'joined' ? 0 : 1);
      // Servers that never close, and those that do: nothing more is heard of either.
      exchange.tick(1e9);
      expect(exchange.isOver).toBe(true);
      expect(exchange.deadline).toBe(Infinity);
      expect(host.destroyed).toBe(isUpgraded ? 0 : 1);
      exchange.ended(1e9);
      exchange.closed(1e9, Closed.reset);
      exchange.abort(1e9);
      expect(listener.outcomes).toHaveLength(1);
      expect(terms.memory.usedBytes).toBe(0);
    }
  });

  test.each(Object.keys(all))('%s, cut short anywhere: no zero, no empty value', (name) => {
    const { request, turns, outcome } = all[name];
    const reply = joined(...turns.filter((_, i) => i % 2 === 1));
    const needed = name === 'join, refused with data behind it' ? 1 : reply.length;
    for (let cut = 0; cut < needed; cut++) {
      for (const go of ['ended', 'closed'] as const) {
        const { exchange, listener, terms } = asking(wire, request());
        feed(exchange, 0, reply.subarray(0, cut));
        if (listener.outcomes.length > 0) {
          // Said in two words, the first of which was enough.
          expect(outcome.kind === 'refused' || wire === 'text').toBe(true);
          continue;
        }
        if (go === 'ended') exchange.ended(1);
        else exchange.closed(1, Closed.reset);
        expect(listener.outcome).toEqual(
          name === 'probe' ? { kind: 'plain' } : { kind: 'failed', why: 'cut-short' },
        );
        expect(terms.memory.usedBytes).toBe(0);
      }
    }
  });

  test('patience: 2 s to connect, then for each part of the reply', () => {
    const patience: [string, number][] = [
      ['owner', wire === 'text' ? TEXT_REPLY_MS : REPLY_MS],
      ['probe', PROBE_MS],
      ['detect', DETECT_MS],
    ];
    for (const [name, ms] of patience) {
      const failed = (why: string): Outcome => ({ kind: 'failed', why }) as Outcome;
      const closed = asking(wire, all[name].request(), { isOpen: false });
      expect(closed.exchange.deadline).toBe(CONNECT_MS);
      closed.exchange.tick(CONNECT_MS - 1);
      closed.exchange.tick(CONNECT_MS);
      expect(closed.listener.outcome).toEqual(failed('connect-timeout'));
      const silent = asking(wire, all[name].request(), { isOpen: false });
      silent.exchange.opened(1000);
      expect(silent.exchange.deadline).toBe(1000 + ms);
      feed(silent.exchange, 1001, joined(all[name].turns[1]).subarray(0, 1));
      silent.exchange.tick(999 + ms);
      expect(silent.listener.outcomes).toEqual([]);
      silent.exchange.tick(1000 + ms);
      expect(silent.listener.outcome).toEqual(
        name === 'probe' ? { kind: 'plain' } : failed('timeout'),
      );
      expect(silent.host.destroyed).toBe(1);
    }
  });

  test('nobody there', () => {
    for (const name of Object.keys(all)) {
      const { exchange, listener, host } = asking(wire, all[name].request(), { isOpen: false });
      exchange.closed(1, Closed.refused);
      expect(listener.outcome).toEqual({ kind: 'failed', why: 'connection-refused' });
      expect(host.destroyed).toBe(0);
      const slow = asking(wire, all[name].request(), { isOpen: false });
      slow.exchange.closed(1, Closed.timeout);
      expect(slow.listener.outcome).toEqual({ kind: 'failed', why: 'connect-timeout' });
    }
  });

  test('aborted', () => {
    for (const name of Object.keys(all)) {
      const { exchange, listener, host } = asking(wire, all[name].request());
      exchange.abort(1);
      expect(listener.outcome).toEqual({ kind: 'failed', why: 'aborted' });
      expect(host.destroyed).toBe(1);
    }
  });

  test('a long value goes out as the peer reads it', () => {
    const value = Uint8Array.from({ length: 500_000 }, (_, i) => (i * 11) & 255);
    const { exchange, host, listener, terms } = asking(wire, {
      command: 'insert',
      key: hello,
      value,
    });
    host.queuedBytes = STREAM_QUEUE_BYTES + 1;
    host.said();
    feed(exchange, 1, spell.yes(wire));
    let heard = host.said();
    expect(heard.length).toBeLessThan(100_000);
    // Borrowed until the outcome: nothing of it is copied.
    expect(terms.memory.usedBytes).toBe(0);
    let now = 1;
    for (let i = 0; i < 9; i++) {
      exchange.tick((now += BULK_IDLE_MS - 1));
      exchange.drained(now);
      heard += host.said();
    }
    expect(heard === shown(spell.value(wire, value))).toBe(true);
    feed(exchange, now, spell.yes(wire));
    expect(listener.outcome).toEqual({ kind: 'ack', isTrue: true });

    const stalled = asking(wire, { command: 'insert', key: hello, value });
    stalled.host.queuedBytes = STREAM_QUEUE_BYTES + 1;
    feed(stalled.exchange, 1, spell.yes(wire));
    stalled.exchange.tick(1 + BULK_IDLE_MS);
    expect(stalled.listener.outcome).toEqual({ kind: 'failed', why: 'timeout' });
  });

  test('a leaver whose items run out breaks off', () => {
    const request = { ...leaving(), count: 2 } as Request;
    const { exchange, listener } = asking(wire, request);
    if (wire !== 'text') feed(exchange, 0, 'T');
    expect(listener.outcome).toEqual({ kind: 'failed', why: 'aborted' });
  });

  test('§4 #25: a length that nobody could mean costs nothing', () => {
    const terms = termsOf(wire, { valueBytesMax: 1000, memory: new Allowance(5000) });
    for (const [length, why] of [
      ['1001', 'too-long'],
      ['18446744073709551615', 'too-long'],
    ] as const) {
      const claim = wire === 'text' ? `${length}\n` : int(BigInt(length));
      const getting = asking(wire, { command: 'get', key: hello }, { terms });
      feed(getting.exchange, 0, joined(spell.yes(wire), claim));
      expect(getting.listener.outcome).toEqual({ kind: 'failed', why });
      expect(terms.memory.usedBytes).toBe(0);
    }
    const busy = termsOf(wire, { memory: new Allowance(5000) });
    const { exchange, listener } = asking(wire, { command: 'get', key: hello }, { terms: busy });
    feed(exchange, 0, joined(spell.yes(wire), spell.number(wire, 9000), new Uint8Array(4000)));
    expect(busy.memory.usedBytes).toBe(4096);
    feed(exchange, 0, new Uint8Array(2000));
    expect(listener.outcome).toEqual({ kind: 'failed', why: 'overloaded' });
    expect(busy.memory.usedBytes).toBe(0);
  });

  test('§2 join: items as they come, held back while the store catches up', () => {
    const { exchange, host, listener, terms } = asking(wire, joining);
    listener.onItem = (now, joined) => joined.hold(now, true);
    listener.confirms = false;
    const handed = items('a', 'b', 'c', 'hello').flatMap(([key, value]) => [
      spell.key(wire, key),
      spell.value(wire, value),
    ]);
    const stream =
      wire === 'text'
        ? joined('1\n4\n', ...handed, `${NEXT}\n`)
        : joined('T', spell.address(wire, NEXT), spell.address(wire, ME), int(4), ...handed);
    feed(exchange, 0, stream);
    for (let i = 1; i <= 4; i++) {
      expect(listener.items).toHaveLength(i);
      expect(host.isPaused).toBe(true);
      exchange.tick(i * BULK_IDLE_MS);
      exchange.hold(i * BULK_IDLE_MS, false);
    }
    expect(host.isPaused).toBe(false);
    expect(listener.told.at(-1)).toBe(`ready ${NEXT}`);
    // Binary was ready with its last item, still held; text with the line behind it.
    expect(exchange.deadline).toBe((wire === 'text' ? 4 : 3) * BULK_IDLE_MS + ANSWER_MS);
    host.said();
    exchange.confirm(50_000);
    expect(host.said()).toBe(wire === 'text' ? `${JOINER}\n` : 'T');
    expect([host.ends, host.destroyed]).toEqual([1, 0]);
    expect(listener.outcome.kind).toBe('joined');
    exchange.tick(50_000 + LINGER_MS);
    expect(host.destroyed).toBe(1);
    expect(terms.memory.usedBytes).toBe(0);
  });

  test('§4 #3: items outside the arc are marked, and none is dropped', () => {
    const { exchange, listener } = asking(wire, joining);
    // At home in [ac22…, b169…); at the peer's side of it; beyond s1; the joiner's very own place.
    const home = hex(`ad${'00'.repeat(19)}`);
    const wrongHalf = hex(`ab${'00'.repeat(19)}`);
    const beyond = hex(`c0${'00'.repeat(19)}`);
    const own = hashOf(at(JOINER));
    const handed = [home, wrongHalf, beyond, own].flatMap((key) => [
      spell.key(wire, key),
      spell.value(wire, 'v'),
    ]);
    feed(
      exchange,
      0,
      wire === 'text'
        ? joined('1\n4\n', ...handed, `${NEXT}\n`)
        : joined('T', spell.address(wire, NEXT), spell.address(wire, ME), int(4), ...handed),
      9,
    );
    // Text names s1 last: beyond it is told by the listener, at ready.
    expect(listener.items).toEqual([
      [formatId(home), 'v', false],
      [formatId(wrongHalf), 'v', true],
      [formatId(beyond), 'v', wire !== 'text'],
      [formatId(own), 'v', false],
    ]);
    expect(listener.outcome.kind).toBe('joined');
  });

  test('a peer that goes before our word has handed over nothing', () => {
    for (const go of ['ended', 'closed', 'late'] as const) {
      const { exchange, listener, host } = asking(wire, joining);
      listener.confirms = false;
      feed(exchange, 0, plays(wire)['join'].turns[1]);
      host.said();
      if (go === 'ended') exchange.ended(1);
      else if (go === 'closed') exchange.closed(1, Closed.reset);
      else exchange.tick(ANSWER_MS);
      const why = go === 'late' ? 'timeout' : 'cut-short';
      expect(listener.outcome).toEqual({ kind: 'failed', why });
      exchange.confirm(2);
      expect(host.said()).toBe('');
      expect(listener.outcomes).toHaveLength(1);
    }
  });

  test('damaged replies have one outcome, in time, and give everything back', () => {
    const random = new SeededRandom(11);
    const terms = termsOf(wire, { valueBytesMax: 2000 });
    for (const { request, turns } of Object.values(all)) {
      const reply = joined(...turns.filter((_, i) => i % 2 === 1));
      for (let i = 0; i < 150; i++) {
        const { exchange, listener, host } = asking(wire, request(), { terms });
        const chaos = Uint8Array.from({ length: i }, () => random.uint32() & 255);
        feed(exchange, 0, i % 5 === 0 ? chaos : mutate(reply, random), 1 + (i % 40));
        expect(terms.memory.usedBytes).toBeLessThan(10_000);
        if (i % 3 === 0) exchange.ended(0);
        let now = 0;
        while (!exchange.isOver) {
          expect(exchange.deadline).toBeGreaterThan(now);
          exchange.tick((now = exchange.deadline));
          expect(now).toBeLessThan(2 * ANSWER_MS);
        }
        expect(listener.outcomes).toHaveLength(1);
        expect(terms.memory.usedBytes).toBe(0);
        expect(host.destroyed).toBe(listener.outcome.kind === 'upgraded' ? 0 : 1);
      }
    }
  });

  test('client and server agree, however the bytes are cut', () => {
    const requests: Record<string, () => Request> = {
      owner: () => ({ command: 'owner', key: hello }),
      'owner elsewhere': () => ({ command: 'owner', key: keyOf('b') }),
      get: () => ({ command: 'get', key: hello }),
      'get nothing': () => ({ command: 'get', key: hashOf(at(ME)) }),
      exists: () => ({ command: 'exists', key: hello }),
      insert: () => ({ command: 'insert', key: hello, value: new Uint8Array(5000).fill(7) }),
      'insert elsewhere': () => ({ command: 'insert', key: keyOf('b'), value: bytesOf('x') }),
      remove: () => ({ command: 'remove', key: hello }),
      pulse: () => ({ command: 'pulse' }),
      probe: () => ({ command: 'probe' }),
      join: () => joining,
      leave: leaving,
      ...(wire === 'text'
        ? { previous: () => ({ command: 'updatePrevious', address: at(PREVIOUS) }) as const }
        : { info: () => ({ command: 'info' }), abandoned: () => ({ command: 'abandoned' }) }),
    };
    const serve = () => {
      const service = new SmallService(ME, NEXT, PREVIOUS);
      service.put('hello', 'world');
      service.held.set(formatId(hashOf(at(JOINER))), bytesOf('the joiner’s'));
      return service;
    };
    const result = (name: string, service: SmallService, cut: () => number) => {
      const { listener, client, server, pipe } = meet(wire, requests[name](), service, cut);
      expect(client.memory.usedBytes + server.memory.usedBytes).toBe(0);
      return [
        listener.outcome,
        listener.items,
        [...service.held].map(([key, value]) => [key, value.length]),
        [service.s1, service.s2],
        Array.from(server.counters.endings),
        pipe.transcript.map((bytes) => bytes.length),
      ];
    };
    for (const name of Object.keys(requests)) {
      const whole = result(name, serve(), () => 1 << 20);
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
          fc.boolean(),
          (sizes, isLate) => {
            let i = 0;
            const service = serve();
            service.isLate = isLate;
            service.isSlow = isLate;
            expect(result(name, service, () => sizes[i++ % sizes.length])).toEqual(whole);
          },
        ),
        { numRuns: 8 },
      );
    }
  });

  test('a megabyte goes either way, and a thousand items', () => {
    const value = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 13) & 255);
    const service = new SmallService(ME);
    const inserted = meet(wire, { command: 'insert', key: hello, value }, service, () => 60_000);
    expect(inserted.listener.outcome).toEqual({ kind: 'ack', isTrue: true });
    const got = meet(wire, { command: 'get', key: hello }, service, () => 60_000).listener.outcome;
    expect(got.kind === 'value' && got.value !== null && Buffer.compare(got.value, value)).toBe(0);
    service.held.clear();
    for (let i = 0; i < 1000; i++) service.put(`${i}`, `${i}`.repeat(i));
    const { listener } = meet(wire, joining, service, () => 10_000);
    expect(listener.outcome.kind).toBe('joined');
    expect(listener.items.length).toBeGreaterThan(500);
    const back = listener.items.map(([key, text]) => [hex(key), joined(text)] as const);
    const heir = new SmallService(ME, JOINER, ME);
    const left = meet(
      wire,
      {
        ...leaving(),
        address: at(JOINER),
        s1: at(ME),
        count: back.length,
        items: new ListedItems(back),
      } as Request,
      heir,
      () => 10_000,
    );
    expect(left.listener.outcome).toEqual({ kind: 'ack', isTrue: true });
    expect(heir.names()).toBe(back.length);
  });
});

describe('foreign programs (research §4)', () => {
  const outcomeOf = (
    wire: Wire,
    request: Request,
    go: (scene: ReturnType<typeof asking>) => void,
  ) => {
    const scene = asking(wire, request);
    go(scene);
    return scene;
  };

  test.each(['seed', 'string'] as const)(
    '#2: items without keys end a join before its T (%s)',
    (wire) => {
      for (const values of [['world'], ['a', 'bb', 'ccc'], Array(50).fill('some value')]) {
        const { host, listener } = outcomeOf(wire, joining, ({ exchange, host }) => {
          host.said();
          const sent = values.map((value) => spell.value(wire, value));
          const [s1, s2] = [spell.address(wire, NEXT), spell.address(wire, ME)];
          feed(exchange, 0, joined('T', s1, s2, int(values.length), ...sent));
          exchange.tick(BULK_IDLE_MS);
        });
        expect(listener.outcome.kind).toBe('failed');
        expect(host.said()).toBe('');
        expect(host.destroyed).toBe(1);
      }
    },
  );

  test('#9: the INF that never comes', () => {
    const { listener } = outcomeOf('string', { command: 'info' }, ({ exchange }) => {
      feed(exchange, 0, int(300));
      exchange.tick(BULK_IDLE_MS);
    });
    expect(listener.outcome).toEqual({ kind: 'failed', why: 'timeout' });
    const long = outcomeOf('string', { command: 'info' }, ({ exchange }) =>
      feed(exchange, 0, int(INFO_BYTES_MAX + 1)),
    );
    expect(long.listener.outcome).toEqual({ kind: 'failed', why: 'too-long' });
  });

  test('INF that is no UTF-8 is read none the less', () => {
    const { listener } = outcomeOf('string', { command: 'info' }, ({ exchange }) =>
      feed(exchange, 0, joined(int(3), hex('41ff42'))),
    );
    expect(listener.outcome).toEqual({ kind: 'text', text: 'A\ufffdB' });
  });

  test('VER: silence, a close, a word of its own: all plain', () => {
    const cases: ((scene: ReturnType<typeof asking>) => void)[] = [
      ({ exchange }) => exchange.tick(PROBE_MS),
      ({ exchange }) => exchange.ended(1),
      ({ exchange }) => exchange.closed(1, Closed.reset),
      ({ exchange }) => feed(exchange, 1, '0\n0\n0\n0\n'),
      ({ exchange }) => feed(exchange, 1, joined(int(5), 'hello')),
    ];
    for (const wire of WIRES) {
      for (const go of cases) {
        const { listener, host } = outcomeOf(wire, { command: 'probe' }, go);
        if (listener.outcomes.length === 0) continue; // 5\nhello in binary: more is to come
        expect(listener.outcome).toEqual({ kind: 'plain' });
        expect(host.written.length).toBe(wire === 'text' ? 4 : 3);
      }
    }
  });

  test('what follows the capabilities is the frames’', () => {
    const { exchange, listener, host } = asking('seed', { command: 'probe' });
    const bytes = joined(int(2), '{}', 'frames');
    expect(exchange.take(0, bytes, 0, bytes.length)).toBe(10);
    expect(listener.outcome).toEqual({ kind: 'upgraded', capabilities: '{}' });
    expect(exchange.isOver).toBe(true);
    expect(host.destroyed).toBe(0);
  });

  test('ABD and INSERT servers that crash close without a byte', () => {
    const abandoned = outcomeOf('string', { command: 'abandoned' }, ({ exchange }) =>
      exchange.ended(1),
    );
    expect(abandoned.listener.outcome).toEqual({ kind: 'failed', why: 'cut-short' });
    const insert = { command: 'insert', key: hello, value: hex('ff00') } as const;
    const inserted = outcomeOf('text', insert, ({ exchange }) => {
      feed(exchange, 0, '1\n');
      exchange.closed(1, Closed.reset);
    });
    expect(inserted.listener.outcome).toEqual({ kind: 'failed', why: 'cut-short' });
  });

  test('a predecessor that says T itself and closes has handed over (§2, join)', () => {
    const reply = plays('string')['join'].turns[1];
    for (const together of [true, false]) {
      for (const go of ['ended', 'closed'] as const) {
        const { exchange, listener, host } = asking('string', joining);
        listener.confirms = false;
        if (together) feed(exchange, 0, joined(reply, 'T'));
        else for (const piece of [reply, 'T']) feed(exchange, 0, piece);
        host.said();
        if (go === 'ended') exchange.ended(1);
        else exchange.closed(1, Closed.reset);
        expect(listener.outcomes).toEqual([]);
        exchange.confirm(2);
        expect(host.said()).toBe(go === 'ended' ? 'T' : '');
        expect(listener.outcome.kind).toBe('joined');
      }
    }
  });

  test('text pulse: TEST is answered by the end of the stream, if at all', () => {
    const alive: ((scene: ReturnType<typeof asking>) => void)[] = [
      ({ exchange }) => exchange.ended(1),
      ({ exchange }) => exchange.closed(1, Closed.ended),
      ({ exchange }) => {
        feed(exchange, 1, '0\n');
        exchange.ended(1);
      },
    ];
    for (const go of alive) {
      const { listener, host } = outcomeOf('text', { command: 'pulse' }, go);
      expect(listener.outcome).toEqual({ kind: 'ack', isTrue: true });
      expect(host.said()).toBe('TEST\n');
    }
    const hung = outcomeOf('text', { command: 'pulse' }, ({ exchange }) =>
      exchange.tick(TEXT_REPLY_MS),
    );
    expect(hung.listener.outcome).toEqual({ kind: 'failed', why: 'timeout' });
  });

  test('another dialect is told from its first byte', () => {
    const owner = { command: 'owner', key: hello } as const;
    for (const [wire, other] of [
      ['seed', 'string'],
      ['string', 'seed'],
    ] as const) {
      const { listener } = outcomeOf(wire, owner, ({ exchange }) =>
        feed(exchange, 0, spell.address(other, NEXT).subarray(0, 1)),
      );
      expect(listener.outcome).toEqual({ kind: 'failed', why: 'wrong-dialect' });
    }
  });

  test('a command that the dialect has not says nothing', () => {
    const cases: [Wire, Request][] = [
      ['text', { command: 'info' }],
      ['text', { command: 'abandoned' }],
      ['seed', { command: 'updatePrevious', address: at(ME) }],
    ];
    for (const [wire, request] of cases) {
      const { exchange, listener, host } = asking(wire, request);
      expect(exchange.deadline).toBe(0);
      exchange.tick(0);
      expect(listener.outcome).toEqual({ kind: 'failed', why: 'unsupported' });
      expect(host.said()).toBe('');
    }
  });
});

test('the frames of research §9', () => {
  const digits = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d';
  const owner = { command: 'owner', key: hex(digits) } as const;
  expect(asking('seed', owner).host.said()).toBe(shown(hex(`4f574e${digits}`)));
  expect(asking('text', owner).host.said()).toBe(
    'LOCATE\n975987071262755080377722350727279193143145743181\n',
  );
  const { exchange, host, listener } = asking('seed', {
    command: 'insert',
    key: hex(digits),
    value: bytesOf('world'),
  });
  expect(host.said()).toBe(shown(hex(`494e53${digits}`)));
  feed(exchange, 0, 'T');
  expect(host.said()).toBe(shown(hex('0000000000000005 776f726c64')));
  feed(exchange, 0, 'T');
  expect(listener.outcome).toEqual({ kind: 'ack', isTrue: true });
  const packed = asking('seed', owner);
  feed(packed.exchange, 0, hex('c0a800011388'));
  expect(packed.listener.outcome).toEqual({ kind: 'address', address: at('192.168.0.1:5000') });
  const string = asking('string', owner);
  feed(string.exchange, 0, hex('0000000000000010 3139322e3136382e302e313a35303030'));
  expect(string.listener.outcome).toEqual({ kind: 'address', address: at('192.168.0.1:5000') });
});

test('a listener is told once', () => {
  expect(() => new Listener().outcome).toThrow();
});
