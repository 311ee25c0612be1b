/**
 * The server's end, byte for byte: hand-made transcripts of every command in every dialect, what
 * foreign programs do to it, and every way in which a stream may go wrong. No fault may cost more than
 * a counted close.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Closed, STREAM_QUEUE_BYTES } from '../../../src/core/host.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { Allowance } from '../../../src/ring/dialects/allowance.ts';
import {
  ANSWER_MS,
  BULK_IDLE_MS,
  COMMAND_MS,
  LINGER_MS,
  WIRES,
  type Wire,
} from '../../../src/ring/dialects/wire.ts';
import { ENDINGS, type WireCounters } from '../../../src/ring/dialects/wire-counters.ts';
import { mutate } from '../../mainline/mutate.ts';
import {
  at as addressAt,
  asked,
  bytesOf,
  decimal,
  feed,
  hashOf,
  hex,
  int,
  joined,
  keyOf,
  ListedItems,
  SmallService,
  shown,
  spell,
  termsOf,
} from './wire-scenes.ts';

// The ring of the vectors: hello → .1, key and a → .2, b → .3 (research §9).
const ME = '10.0.0.1:5000';
const NEXT = '10.0.0.3:5000';
const PREVIOUS = '10.0.0.2:5000';

/** A service at .1 that holds `hello`. */
function atOne(): SmallService {
  const service = new SmallService(ME, NEXT, PREVIOUS);
  service.put('hello', 'world');
  return service;
}

/** How the conversations of these terms have ended. */
const endings = (counters: WireCounters): string[] =>
  ENDINGS.flatMap((name, i) => Array<string>(counters.endings[i]).fill(name));

const key = (wire: Wire, name: string) => spell.key(wire, keyOf(name));
const WORDS = {
  owner: ['OWN', 'LOCATE\n'],
  get: ['GET', 'GET\n'],
  exists: ['EXI', 'CONTAINS\n'],
  insert: ['INS', 'INSERT\n'],
  remove: ['REM', 'REMOVE\n'],
  join: ['CON', 'CONNECT\n'],
  leave: ['DIS', 'DISCONNECT\n'],
} as const;
const word = (wire: Wire, command: keyof typeof WORDS): string =>
  WORDS[command][wire === 'text' ? 1 : 0];

type Line = readonly [says: Uint8Array | string, hears: Uint8Array | string];

/** Plays a transcript: what the client says, and exactly what it hears then. */
function play(
  wire: Wire,
  service: SmallService,
  lines: readonly Line[],
  size: number,
): { endings: string[]; ends: number; destroyed: number } {
  const { conversation, host, terms } = asked(wire, service);
  for (const [says, hears] of lines) {
    feed(conversation, 1, says, size);
    while (service.settle(2));
    expect(host.said()).toBe(shown(joined(hears)));
  }
  conversation.tick(1e9); // lingering, or stalled
  expect(conversation.isOver).toBe(true);
  expect(conversation.deadline).toBe(Infinity);
  expect(terms.memory.usedBytes).toBe(0);
  return { endings: endings(terms.counters), ends: host.ends, destroyed: host.destroyed };
}

/** A transcript of every command, by dialect. */
function transcripts(wire: Wire): Record<string, { lines: Line[]; ending: string }> {
  const yes = spell.yes(wire);
  const not = spell.not(wire);
  const isText = wire === 'text';
  const all: Record<string, { lines: Line[]; ending: string }> = {
    'owner, itself': {
      lines: [[joined(word(wire, 'owner'), key(wire, 'hello')), spell.address(wire, ME)]],
      ending: 'answered',
    },
    'owner, another': {
      lines: [[joined(word(wire, 'owner'), key(wire, 'b')), spell.address(wire, NEXT)]],
      ending: 'answered',
    },
    get: {
      lines: [
        [joined(word(wire, 'get'), key(wire, 'hello')), joined(yes, spell.value(wire, 'world'))],
      ],
      ending: 'answered',
    },
    'get, no such key': {
      lines: [[joined(word(wire, 'get'), hashOf12(wire)), isText ? '1\n0\n' : 'F']],
      ending: 'answered',
    },
    'get, not mine': {
      lines: [[joined(word(wire, 'get'), key(wire, 'b')), not]],
      ending: 'refused',
    },
    exists: {
      lines: [[joined(word(wire, 'exists'), key(wire, 'hello')), isText ? '1\n1\n' : 'T']],
      ending: 'answered',
    },
    'exists, no such key': {
      lines: [[joined(word(wire, 'exists'), hashOf12(wire)), isText ? '1\n0\n' : 'F']],
      ending: 'answered',
    },
    'exists, not mine': {
      lines: [[joined(word(wire, 'exists'), key(wire, 'a')), not]],
      ending: 'refused',
    },
    insert: {
      lines: [
        [joined(word(wire, 'insert'), key(wire, 'hello')), yes],
        [spell.value(wire, 'there'), yes],
      ],
      ending: 'answered',
    },
    'insert, no bytes': {
      lines: [
        [joined(word(wire, 'insert'), key(wire, 'hello')), yes],
        [spell.value(wire, ''), yes],
      ],
      ending: 'answered',
    },
    // §4 #5: the client sends its value all the same; it must not be taken for commands.
    'insert, not mine, value sent all the same': {
      lines: [
        [joined(word(wire, 'insert'), key(wire, 'a')), not],
        [joined(spell.value(wire, 'x'), word(wire, 'remove'), key(wire, 'hello')), ''],
      ],
      ending: 'refused',
    },
    remove: {
      lines: [[joined(word(wire, 'remove'), key(wire, 'hello')), isText ? '1\n1\n' : 'T']],
      ending: 'answered',
    },
    'remove, no such key': {
      lines: [[joined(word(wire, 'remove'), hashOf12(wire)), isText ? '1\n1\n' : 'F']],
      ending: 'answered',
    },
    'remove, not mine': {
      lines: [[joined(word(wire, 'remove'), key(wire, 'a')), not]],
      ending: 'refused',
    },
    pulse: { lines: [isText ? ['TEST\n', ''] : ['PUL', 'T']], ending: 'answered' },
    'one command only': {
      lines: [
        [joined(word(wire, 'owner'), key(wire, 'hello')), spell.address(wire, ME)],
        [joined(word(wire, 'owner'), key(wire, 'hello')), ''],
      ],
      ending: 'answered',
    },
    version: {
      lines: [[isText ? 'VER\n' : 'VER', spell.value(wire, '{"ringlight":1}')]],
      ending: 'upgraded',
    },
  };
  if (isText) {
    all['update prev'] = { lines: [[`UPDATE_PREV\n${PREVIOUS}\n`, '1\n']], ending: 'answered' };
    all['leave'] = {
      lines: [
        [
          joined('DISCONNECT\n', `${PREVIOUS}\n`, '1\n', key(wire, 'b'), spell.value(wire, 'B')),
          '1\n',
        ],
      ],
      ending: 'answered',
    };
  } else {
    all['info'] = {
      lines: [['INF', spell.value(wire, bytesOf(`me ${ME} ✓`))]],
      ending: 'answered',
    };
    all['abandoned'] = { lines: [['ABD', spell.address(wire, NEXT)]], ending: 'answered' };
    all['leave'] = {
      lines: [
        [joined('DIS', spell.address(wire, NEXT)), 'T'],
        [
          joined(
            spell.address(wire, PREVIOUS),
            spell.address(wire, ME),
            int(1),
            key(wire, 'b'),
            spell.value(wire, 'B'),
          ),
          'T',
        ],
      ],
      ending: 'answered',
    };
    all['leave, not my successor'] = {
      lines: [[joined('DIS', spell.address(wire, PREVIOUS)), 'N']],
      ending: 'refused',
    };
  }
  return all;
}

/** A key that .1 owns and does not hold: its own position. */
const hashOf12 = (wire: Wire) => spell.key(wire, hashOf(addressAt(ME)));

describe.each(WIRES)('%s', (wire) => {
  const all = transcripts(wire);
  test.each(Object.keys(all))('%s', (name) => {
    const { lines, ending } = all[name];
    for (const isLate of [false, true]) {
      for (const size of [1, 2, 3, 7, 1 << 20]) {
        const service = atOne();
        service.isLate = isLate;
        const { endings: ended, ends, destroyed } = play(wire, service, lines, size);
        expect(ended).toEqual([ending]);
        const isUpgraded = ending === 'upgraded';
        expect([ends, destroyed]).toEqual(isUpgraded ? [0, 0] : [1, 1]);
      }
    }
  });

  test('lower case is as good', () => {
    for (const { lines, ending } of Object.values(all)) {
      const lower = lines.map(([says, hears], i): Line => {
        if (i > 0) return [says, hears];
        const text = shown(joined(says));
        const end = wire === 'text' ? text.indexOf('\n') : 3;
        return [joined(text.slice(0, end).toLowerCase() + text.slice(end)), hears];
      });
      expect(play(wire, atOne(), lower, 5).endings).toEqual([ending]);
    }
  });

  test('insert stores what came, whole or not at all', () => {
    const service = atOne();
    play(wire, service, all['insert'].lines, 3);
    expect(shown([...service.held.values()][0])).toBe('there');
    const begun = all['insert'].lines[1][0];
    for (let cut = 0; cut < begun.length; cut++) {
      const shy = atOne();
      const { conversation, host, terms } = asked(wire, shy);
      feed(conversation, 0, all['insert'].lines[0][0]);
      feed(conversation, 0, joined(begun).subarray(0, cut));
      conversation.ended(1);
      expect([host.ends, host.destroyed]).toEqual([0, 1]);
      expect(endings(terms.counters)).toEqual(['cut-short']);
      expect(shown([...shy.held.values()][0])).toBe('world');
      expect(terms.memory.usedBytes).toBe(0);
    }
  });

  test('a value that cannot be kept is answered so', () => {
    const service = atOne();
    service.isFull = true;
    const { lines } = all['insert'];
    const [first, second] = lines as [Line, Line];
    const played = play(wire, service, [first, [second[0], spell.no(wire)]], 4);
    expect(played.endings).toEqual(['failed']);
    // A removal that failed is no "no such key": the three-letter dialects have no word for it.
    const removal = all['remove'].lines[0][0];
    const hears = wire === 'text' ? '1\n0\n' : '';
    expect(play(wire, service, [[removal, hears]], 4).endings).toEqual(['failed']);
  });

  test('join: snapshot, the byte at which ownership moves, and the successors', () => {
    const joiner = '10.0.0.9:5009';
    for (const size of [1, 1 << 20]) {
      const service = atOne();
      const inside = hashOf(addressAt(joiner));
      service.held.set(Buffer.from(inside).toString('hex'), bytesOf('its own'));
      const { conversation, host, terms } = asked(wire, service);
      const who = wire === 'text' ? spell.key(wire, inside) : spell.address(wire, joiner);
      feed(conversation, 0, joined(word(wire, 'join'), who), size);
      const item = joined(spell.key(wire, inside), spell.value(wire, 'its own'));
      const s1 = spell.address(wire, NEXT);
      expect(host.said()).toBe(
        shown(
          wire === 'text'
            ? joined('1\n1\n', item, s1)
            : joined('T', s1, spell.address(wire, PREVIOUS), int(1), item),
        ),
      );
      expect(service.s1).toBe(addressAt(NEXT));
      expect(host.ends).toBe(0);
      feed(conversation, 1, wire === 'text' ? `${joiner}\n` : 'T', size);
      expect(service.s1).toBe(addressAt(joiner));
      expect(service.told.at(-1)).toBe(`joined ${joiner}`);
      expect(host.ends).toBe(1);
      // A `T` of its own that a joiner sends is nothing (§2, join).
      feed(conversation, 1, 'T');
      conversation.ended(2);
      conversation.closed(2, Closed.ended);
      expect(endings(terms.counters)).toEqual(['answered']);
      expect(host.destroyed).toBe(0);
    }
  });

  test('join: not into my arc', () => {
    const who = wire === 'text' ? key(wire, 'a') : spell.address(wire, PREVIOUS);
    const played = play(wire, atOne(), [[joined(word(wire, 'join'), who), spell.not(wire)]], 3);
    expect(played.endings).toEqual(['refused']);
  });

  test('join: a joiner that goes, falls silent or says something else has moved nothing', () => {
    const joiner = '10.0.0.9:5009';
    const who =
      wire === 'text' ? spell.key(wire, hashOf(addressAt(joiner))) : spell.address(wire, joiner);
    const breaks: [string, (talk: ReturnType<typeof asked>) => void][] = [
      ['cut-short', ({ conversation }) => conversation.ended(1)],
      ['cut-short', ({ conversation }) => conversation.closed(1, Closed.reset)],
      ['stalled', ({ conversation }) => conversation.tick(BULK_IDLE_MS)],
      ['malformed', ({ conversation }) => feed(conversation, 1, wire === 'text' ? 'F\n' : 'F')],
    ];
    for (const [ending, go] of breaks) {
      const service = atOne();
      const scene = asked(wire, service);
      feed(scene.conversation, 0, joined(word(wire, 'join'), who));
      scene.conversation.tick(BULK_IDLE_MS - 1);
      expect(scene.conversation.isOver).toBe(false);
      go(scene);
      expect(scene.conversation.isOver).toBe(true);
      expect(endings(scene.terms.counters)).toEqual([ending]);
      expect(service.told.at(-1)).toBe('join aborted');
      expect(service.s1).toBe(addressAt(NEXT));
    }
  });

  test('join: items wait for a joiner that reads slowly, and run out for one that was lied to', () => {
    const items = Array.from(
      { length: 40 },
      (_, i) => [keyOf(`${i}`), new Uint8Array(100_000)] as const,
    );
    for (const [given, ending] of [
      [40, 'answered'],
      [39, 'broken-off'],
    ] as const) {
      const service = atOne();
      service.join = (now, caller) =>
        caller.handOver(now, service.s1, service.s2, 40, new ListedItems(items.slice(0, given)));
      const { conversation, host, terms } = asked(wire, service);
      host.queuedBytes = STREAM_QUEUE_BYTES + 1;
      const who = wire === 'text' ? hashOf12(wire) : spell.address(wire, '10.0.0.9:5009');
      feed(conversation, 0, joined(word(wire, 'join'), who));
      let now = 0;
      for (let heard = host.said(); heard !== '' && !conversation.isOver; heard = host.said()) {
        expect(heard.length).toBeLessThan(300_000);
        conversation.tick((now += BULK_IDLE_MS - 1));
        conversation.drained(now);
      }
      feed(conversation, now, wire === 'text' ? '10.0.0.9:5009\n' : 'T');
      expect(endings(terms.counters)).toEqual([ending]);
      conversation.tick(1e9);
      expect(terms.memory.usedBytes).toBe(0);
    }
  });

  test('leave: items only inside the arc, successors before the last ack', () => {
    const service = atOne();
    play(wire, service, all['leave'].lines, 2);
    expect(shown(service.held.get(Buffer.from(keyOf('b')).toString('hex'))!)).toBe('B');
    expect(service.s1).toBe(addressAt(PREVIOUS));
    expect(service.told.at(-1)).toBe('left');

    const stale = joined(key(wire, 'a'), spell.value(wire, 'old'));
    const last = all['leave'].lines.at(-1)!;
    const text = shown(joined(last[0]));
    const count = shown(spell.number(wire, 1));
    const cut = text.indexOf(count + shown(key(wire, 'b'))) + count.length;
    const longer = joined(
      text.slice(0, cut - count.length),
      spell.number(wire, 2),
      stale,
      text.slice(cut),
    );
    const other = atOne();
    const { conversation, terms } = asked(wire, other);
    for (const [says] of all['leave'].lines.slice(0, -1)) feed(conversation, 0, says);
    feed(conversation, 0, longer, 3);
    expect(endings(terms.counters)).toEqual(['answered']);
    expect(terms.counters.itemsOutsideArc).toBe(1);
    expect(other.names()).toBe(2);
  });

  test('leave: held back while the store catches up', () => {
    for (const size of [1, 10, 1 << 20]) {
      const service = atOne();
      service.isSlow = true;
      const count = 5;
      const { conversation, host, terms } = asked(wire, service);
      const items = Array.from({ length: count }, (_, i) => {
        const inside = hashOf(addressAt(NEXT));
        inside[0] = inside[0] + i;
        return joined(spell.key(wire, inside), spell.value(wire, `${i}`));
      });
      if (wire !== 'text') feed(conversation, 0, joined('DIS', spell.address(wire, NEXT)));
      else feed(conversation, 0, 'DISCONNECT\n');
      host.said();
      const s2 = wire === 'text' ? '' : spell.address(wire, ME);
      const stream = joined(spell.address(wire, PREVIOUS), s2, spell.number(wire, count), ...items);
      let now = 0;
      for (let start = 0; start < stream.length; ) {
        if (host.isPaused) {
          conversation.tick(now + BULK_IDLE_MS); // it is us who are slow
          service.settle((now += BULK_IDLE_MS));
          continue;
        }
        feed(conversation, now, stream.subarray(start, start + size));
        start += size;
      }
      while (service.settle(now));
      expect(host.said()).toBe(spell.yes(wire));
      expect(service.names()).toBe(count + 1);
      expect(endings(terms.counters)).toEqual(['answered']);
      expect(terms.memory.usedBytes).toBe(0);
    }
  });

  test('leave: a leaver that goes has moved nothing', () => {
    const lines = all['leave'].lines;
    const stream = joined(...lines.map(([says]) => says));
    for (let cut = 1; cut < stream.length; cut++) {
      const service = atOne();
      const { conversation, terms } = asked(wire, service);
      feed(conversation, 0, stream.subarray(0, cut));
      conversation.ended(1);
      expect(conversation.isOver).toBe(true);
      expect(terms.counters.endings.reduce((sum, n) => sum + n)).toBe(1);
      expect(service.s1).toBe(addressAt(NEXT));
      const begun = service.told.some((line) => line.startsWith('leave '));
      expect(service.told.at(-1) === 'leave aborted').toBe(begun);
    }
  });

  test('leave: our own node may decline', () => {
    const service = atOne();
    service.isFull = true;
    const { conversation, terms } = asked(wire, service);
    for (const [says] of all['leave'].lines) feed(conversation, 0, says);
    expect(endings(terms.counters)).toEqual(['broken-off']);
  });

  test('frames may follow VER in the same piece', () => {
    const { conversation, host } = asked(wire, atOne());
    const ask = wire === 'text' ? 'ver\n' : 'VER';
    const piece = joined('..', ask, 'frames');
    expect(conversation.take(0, piece, 2, piece.length)).toBe(2 + ask.length);
    expect(conversation.isUpgraded).toBe(true);
    expect(host.ends + host.destroyed).toBe(0);
    const shy = atOne();
    shy.capabilityText = null;
    expect(play(wire, shy, [[ask, '']], 1).endings).toEqual(['unknown-command']);
  });

  test('whoever closes at once, says nothing, or ends early is counted and gone', () => {
    const cases: [string, (scene: ReturnType<typeof asked>) => void][] = [
      ['empty', ({ conversation }) => conversation.ended(0)],
      ['empty', ({ conversation }) => conversation.closed(0, Closed.ended)],
      ['too-slow', ({ conversation }) => conversation.tick(COMMAND_MS)],
      [
        'cut-short',
        ({ conversation }) => {
          feed(conversation, 0, joined(word(wire, 'owner'), key(wire, 'a').subarray(0, 9)));
          conversation.ended(0);
        },
      ],
      [
        'too-slow',
        ({ conversation }) => {
          // A byte a second does not buy time.
          const bytes = joined(word(wire, 'owner'), key(wire, 'a'));
          for (let i = 0; i < 5; i++) {
            feed(conversation, i * 1000, bytes.subarray(i, i + 1));
            conversation.tick(i * 1000);
          }
          conversation.tick(COMMAND_MS);
        },
      ],
      ['unknown-command', ({ conversation }) => feed(conversation, 0, 'XYZ\n')],
    ];
    for (const [ending, go] of cases) {
      const scene = asked(wire);
      expect(scene.conversation.deadline).toBe(COMMAND_MS);
      scene.conversation.tick(COMMAND_MS - 1);
      go(scene);
      expect(scene.conversation.isOver).toBe(true);
      expect(endings(scene.terms.counters)).toEqual([ending]);
      expect(scene.host.said()).toBe('');
    }
  });

  test('half-closed peers get their answer', () => {
    const service = atOne();
    service.isLate = true;
    const { conversation, host } = asked(wire, service);
    feed(conversation, 0, joined(word(wire, 'exists'), key(wire, 'hello')));
    conversation.ended(1);
    service.settle(2);
    expect(host.said()).toBe(wire === 'text' ? '1\n1\n' : 'T');
    expect(host.ends).toBe(1);
  });

  test('value and command may come in one piece, before the go-ahead', () => {
    for (const isLate of [false, true]) {
      const service = atOne();
      service.isLate = isLate;
      const { conversation, host, terms } = asked(wire, service);
      const [first, second] = all['insert'].lines as [Line, Line];
      feed(conversation, 0, joined(first[0], second[0]));
      expect(host.isPaused).toBe(isLate);
      conversation.ended(1);
      while (service.settle(1));
      expect(host.isPaused).toBe(false);
      expect(host.said()).toBe(spell.yes(wire) + spell.yes(wire));
      expect(endings(terms.counters)).toEqual(['answered']);
      expect(terms.memory.usedBytes).toBe(0);
    }
  });

  test('a service that never answers costs a close, and may answer into the void', () => {
    for (const command of ['owner', 'get', 'exists', 'remove', 'insert'] as const) {
      const service = atOne();
      service.isLate = true;
      const { conversation, host, terms } = asked(wire, service);
      feed(conversation, 0, joined(word(wire, command), key(wire, 'hello')));
      conversation.tick(ANSWER_MS - 1);
      expect(conversation.isAnswered).toBe(false);
      conversation.tick(ANSWER_MS);
      expect(endings(terms.counters)).toEqual(['unanswered']);
      expect(conversation.isAnswered).toBe(true);
      service.settle(ANSWER_MS + 1);
      expect(host.said()).toBe('');
      expect(host.destroyed).toBe(1);
    }
  });

  test('the peer has 5 s to read the reply and close', () => {
    const { conversation, host } = asked(wire, atOne());
    feed(conversation, 7, joined(word(wire, 'exists'), key(wire, 'hello')));
    expect(conversation.deadline).toBe(7 + LINGER_MS);
    conversation.tick(6 + LINGER_MS);
    expect(host.destroyed).toBe(0);
    conversation.tick(7 + LINGER_MS);
    expect(host.destroyed).toBe(1);
  });

  test('a long reply leaves as the peer reads it, or stalls', () => {
    const service = atOne();
    const value = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 7) & 255);
    service.put('hello', value);
    for (const isRead of [true, false]) {
      const { conversation, host, terms } = asked(wire, service);
      host.queuedBytes = STREAM_QUEUE_BYTES + 1;
      feed(conversation, 0, joined(word(wire, 'get'), key(wire, 'hello')));
      let heard = host.said();
      expect(heard.length).toBeLessThan(STREAM_QUEUE_BYTES);
      expect(terms.memory.usedBytes).toBeGreaterThan(700_000);
      let now = 0;
      while (isRead && host.ends === 0) {
        conversation.tick((now += BULK_IDLE_MS - 1));
        conversation.drained(now);
        heard += host.said();
      }
      if (isRead) {
        expect(heard === shown(joined(spell.yes(wire), spell.value(wire, value)))).toBe(true);
      } else {
        conversation.tick(BULK_IDLE_MS);
      }
      expect(endings(terms.counters)).toEqual([isRead ? 'answered' : 'stalled']);
      expect(terms.memory.usedBytes).toBe(0);
    }
  });

  test('a length is only a claim: memory grows with the bytes that come', () => {
    const { conversation, terms } = asked(wire, atOne());
    feed(conversation, 0, joined(word(wire, 'insert'), key(wire, 'hello')));
    feed(conversation, 0, spell.number(wire, 64 << 20));
    expect(terms.memory.usedBytes).toBe(0);
    feed(conversation, 0, new Uint8Array(10_000), 100);
    expect(terms.memory.usedBytes).toBeLessThan(25_000);
    conversation.tick(BULK_IDLE_MS);
    // 10,000 bytes are progress; one byte now and then is not.
    for (let now = 1000; now < BULK_IDLE_MS; now += 1000) feed(conversation, now, 'x');
    conversation.tick(BULK_IDLE_MS);
    expect(endings(terms.counters)).toEqual(['stalled']);
    expect(terms.memory.usedBytes).toBe(0);
  });

  test('a value over the limit is refused in words, and its bytes are let go', () => {
    for (const length of ['1001', '99999999999999999999']) {
      const terms = termsOf(wire, { valueBytesMax: 1000 });
      const { conversation, host } = asked(wire, atOne(), terms);
      feed(conversation, 0, joined(word(wire, 'insert'), key(wire, 'hello')));
      host.said();
      const claim = length === '1001' ? int(1001) : hex('ffffffffffffffff');
      feed(conversation, 0, wire === 'text' ? `${length}\n` : claim);
      feed(conversation, 0, new Uint8Array(5000), 500);
      expect(host.said()).toBe(spell.no(wire));
      expect(host.ends).toBe(1);
      expect(endings(terms.counters)).toEqual(['too-long']);
      expect(terms.memory.usedBytes).toBe(0);
    }
    const terms = termsOf(wire, { valueBytesMax: 5 });
    const { conversation } = asked(wire, atOne(), terms);
    for (const [says] of all['insert'].lines) feed(conversation, 0, says);
    expect(endings(terms.counters)).toEqual(['answered']);
  });

  test('all streams together have one allowance', () => {
    const terms = termsOf(wire, { memory: new Allowance(20_000) });
    const scenes = [0, 1, 2].map(() => asked(wire, atOne(), terms));
    for (const { conversation } of scenes) {
      feed(conversation, 0, joined(word(wire, 'insert'), key(wire, 'hello')));
      feed(conversation, 0, joined(spell.number(wire, 9000), new Uint8Array(8192)));
    }
    expect(scenes.map(({ conversation }) => conversation.isOver)).toEqual([false, false, true]);
    expect(endings(terms.counters)).toEqual(['overloaded']);
    scenes[0].conversation.closed(0, Closed.reset);
    scenes[1].conversation.closed(0, Closed.reset);
    expect(terms.memory.usedBytes).toBe(0);
  });

  test('bytes that nobody asked for are kept up to a limit', () => {
    const service = atOne();
    service.isLate = true;
    const { conversation, terms } = asked(wire, service);
    feed(conversation, 0, joined(word(wire, 'insert'), key(wire, 'hello')));
    feed(conversation, 0, new Uint8Array(4 * STREAM_QUEUE_BYTES));
    expect(conversation.isOver).toBe(false);
    feed(conversation, 0, 'x');
    expect(endings(terms.counters)).toEqual(['too-long']);
    expect(terms.memory.usedBytes).toBe(0);
    service.settle(1);
  });

  test('any cutting gives the same', () => {
    const names = Object.keys(all);
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        (name, sizes, isLate) => {
          const { lines, ending } = all[name];
          const service = atOne();
          service.isLate = isLate;
          const { conversation, host, terms } = asked(wire, service);
          const stream = joined(...lines.map(([says]) => says));
          for (let start = 0, i = 0; start < stream.length; i++) {
            const end = start + sizes[i % sizes.length];
            feed(conversation, 0, stream.subarray(start, end));
            if (i % 3 === 0) service.settle(0);
            start = end;
          }
          while (service.settle(0));
          expect(host.said()).toBe(shown(joined(...lines.map(([, hears]) => hears))));
          expect(endings(terms.counters)).toEqual([ending]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('damaged conversations end, once, and give everything back', () => {
    const seeds = Object.values(all).map(({ lines }) => joined(...lines.map(([says]) => says)));
    seeds.push(
      joined(
        word(wire, 'join'),
        wire === 'text' ? hashOf12(wire) : spell.address(wire, '10.0.0.9:5009'),
      ),
    );
    const random = new SeededRandom(7);
    const terms = termsOf(wire, { valueBytesMax: 2000, memory: new Allowance(1 << 20) });
    let runs = 0;
    for (const seed of seeds) {
      for (let i = 0; i < 150; i++) {
        const service = atOne();
        service.isLate = i % 2 === 0;
        const { conversation, host } = asked(wire, service, terms);
        feed(conversation, 0, mutate(seed, random), 1 + (i % 50));
        while (service.settle(0));
        expect(terms.memory.usedBytes).toBeLessThan(10_000);
        if (i % 3 === 0) conversation.ended(0);
        let now = 0;
        while (!conversation.isOver) {
          expect(conversation.deadline).toBeGreaterThan(now);
          conversation.tick((now = conversation.deadline));
          expect(now).toBeLessThan(2 * ANSWER_MS);
        }
        runs++;
        expect(terms.counters.endings.reduce((sum, n) => sum + n)).toBe(runs);
        expect(terms.memory.usedBytes).toBe(0);
        if (!conversation.isUpgraded) expect(host.destroyed).toBe(1);
      }
    }
    const chaos = (length: number) => Uint8Array.from({ length }, () => random.uint32() & 255);
    for (let i = 0; i < 1000; i++) {
      const { conversation } = asked(wire, atOne(), terms);
      feed(conversation, 0, chaos(i % 200), 1 + (i % 7));
      conversation.tick(1e6);
      conversation.tick(2e6);
      expect(conversation.isOver).toBe(true);
    }
    expect(terms.memory.usedBytes).toBe(0);
  });
});

describe('peers of another dialect are told apart', () => {
  const said: Record<Wire, (Uint8Array | string)[]> = {
    seed: [joined('CON', spell.address('seed', NEXT)), joined('DIS', spell.address('seed', NEXT))],
    string: [
      joined('CON', spell.address('string', NEXT)),
      joined('DIS', spell.address('string', NEXT)),
    ],
    text: [
      `LOCATE\n${decimal(keyOf('a'))}\n`,
      `GET\n${decimal(keyOf('a'))}\n`,
      `INSERT\n${decimal(keyOf('a'))}\n`,
      `REMOVE\r\n${decimal(keyOf('a'))}\r\n`,
      `CONTAINS\n${decimal(keyOf('a'))}\n`,
      `CONNECT\n${decimal(keyOf('a'))}\n`,
      `DISCONNECT\n${NEXT}\n`,
      `UPDATE_PREV\n${NEXT}\n`,
      'TEST\n',
    ],
  };
  const binary = (wire: Wire) => [
    ...said[wire],
    ...['OWN', 'GET', 'EXI', 'INS', 'REM'].map((name) => joined(name, keyOf('b'))),
    'PUL',
    'INF',
    'ABD',
  ];
  test.each([
    ['seed', said.string],
    ['string', said.seed],
    ['seed', said.text],
    ['string', said.text],
    ['text', binary('seed')],
    ['text', binary('string')],
  ] as [Wire, (Uint8Array | string)[]][])('at a %s node', (wire, openings) => {
    for (const opening of openings) {
      for (const size of [1, 100]) {
        const { conversation, host, terms } = asked(wire, atOne());
        feed(conversation, 0, opening, size);
        conversation.tick(COMMAND_MS);
        expect([shown(joined(opening)), endings(terms.counters)]).toEqual([
          shown(joined(opening)),
          ['wrong-dialect'],
        ]);
        expect(host.said()).toBe('');
      }
    }
  });

  test('no key and no address of our own dialect is taken for another', () => {
    const random = new SeededRandom(3);
    for (const wire of ['seed', 'string'] as const) {
      for (let i = 0; i < 2000; i++) {
        const { conversation, terms } = asked(wire, atOne());
        const some = Uint8Array.from({ length: 20 }, () => random.uint32() & 255);
        if (i % 4 === 0) some[0] = 10;
        feed(conversation, 0, joined(['OWN', 'GET', 'INS', 'REM', 'EXI'][i % 5], some));
        expect(terms.counters.ended('wrong-dialect')).toBe(0);
      }
    }
  });
});

describe('vectors', () => {
  test('an address as seed and as string (research §9)', () => {
    const service = new SmallService('192.168.0.1:5000');
    const own = joined('OWN', hex('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d'));
    const packed = asked('seed', service);
    feed(packed.conversation, 0, own);
    expect(packed.host.said()).toBe(shown(hex('c0a800011388')));
    const string = asked('string', service);
    feed(string.conversation, 0, own);
    expect(string.host.said()).toBe(
      shown(hex('0000000000000010 3139322e3136382e302e313a35303030')),
    );
    const text = asked('text', service);
    feed(text.conversation, 0, 'LOCATE\n975987071262755080377722350727279193143145743181\n');
    expect(text.host.said()).toBe('192.168.0.1:5000\n');
    expect(text.conversation.key).toEqual(hex('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d'));
  });

  test('the insert of research §9', () => {
    const service = new SmallService(ME);
    const { conversation, host } = asked('seed', service);
    feed(conversation, 0, hex('494e53 aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d'));
    feed(conversation, 0, hex('0000000000000005 776f726c64'));
    expect(host.said()).toBe('TT');
    expect(shown(service.held.get('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d')!)).toBe('world');
  });
});

describe('bounds of single fields', () => {
  test('addresses that no node can have', () => {
    const bad = ['0.0.0.0:0', '10.0.0.1:0', '224.0.0.1:5', '255.255.255.255:65535'];
    for (const wire of WIRES) {
      for (const address of bad) {
        if (wire === 'text') continue;
        const { conversation, terms } = asked(wire, atOne());
        feed(conversation, 0, joined('CON', spell.address(wire, address)));
        const isZero = wire === 'seed' && address.startsWith('0');
        expect(endings(terms.counters)).toEqual([isZero ? 'wrong-dialect' : 'malformed']);
      }
    }
    for (const text of [
      '1.2.3.4:05',
      '01.2.3.4:5',
      '1.2.3.4:65536',
      '1.2.3:555',
      'localhost:80',
      '1.2.3.4:5 ',
    ]) {
      const { conversation, terms } = asked('string', atOne());
      feed(conversation, 0, joined('CON', int(text.length), text));
      expect([text, endings(terms.counters)]).toEqual([text, ['malformed']]);
    }
    for (const length of [8, 22]) {
      const { conversation, terms } = asked('string', atOne());
      feed(conversation, 0, joined('CON', int(length)));
      expect(endings(terms.counters)).toEqual(['malformed']);
    }
  });

  test('a count up to 2^32, and no further', () => {
    for (const [count, isFine] of [
      [2 ** 32, true],
      [2 ** 32 + 1, false],
    ] as const) {
      for (const wire of WIRES) {
        const { conversation, terms } = asked(wire, atOne());
        if (wire !== 'text') feed(conversation, 0, joined('DIS', spell.address(wire, NEXT)));
        else feed(conversation, 0, 'DISCONNECT\n');
        const s2 = wire === 'text' ? '' : spell.address(wire, ME);
        feed(conversation, 0, joined(spell.address(wire, PREVIOUS), s2, spell.number(wire, count)));
        expect(endings(terms.counters)).toEqual(isFine ? [] : ['too-long']);
        expect(terms.memory.usedBytes).toBe(0);
      }
    }
  });

  test('lines: CRLF and blanks do no harm; length, signs, other characters and 2^160 do', () => {
    const fine = [
      `LOCATE\r\n${decimal(keyOf('a'))}\r\n`,
      ' LOCATE \n 007 \n',
      `LOCATE\n${2n ** 160n - 1n}\n`,
    ];
    for (const text of fine) {
      const { conversation, terms } = asked('text', atOne());
      feed(conversation, 0, text);
      expect(endings(terms.counters)).toEqual(['answered']);
    }
    const bad = [
      '',
      '-1',
      '+1',
      '1.0',
      '1e3',
      '0x10',
      'ten',
      `${2n ** 160n}`,
      '1\0',
      '1\x80',
      '9'.repeat(65),
    ];
    for (const text of bad) {
      const { conversation, terms } = asked('text', atOne());
      feed(conversation, 0, `LOCATE\n${text}\n`);
      expect([text, endings(terms.counters)]).toEqual([text, ['malformed']]);
    }
  });
});
