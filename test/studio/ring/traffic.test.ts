/** Frames on streams become messages and lookups, whatever pieces they come in. */
import { describe, expect, test } from 'vitest';
import { HELLO_LIST_AT, type LookupView } from '../../../src/scene.ts';
import { addressNumber } from '../../../src/studio/live/picture.ts';
import { type RingMessage, RingTraffic } from '../../../src/studio/ring/traffic.ts';

const KEY = 'ab'.repeat(20);
const [A, B, C] = ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3'] as const;
const EPHEMERAL = addressNumber('127.0.0.1:60000');
const STRANGER = addressNumber('127.0.0.1:60001');
const NODES = new Map<string, number>([
  [A, 0],
  [B, 1],
  [C, 2],
]);

/** A and B are ours, C is outside. */
function setup() {
  const messages: (RingMessage & { lookup: number })[] = [];
  const arrivals: number[][] = [];
  const lookups = new Map<number, LookupView>();
  let told = 0;
  const traffic = new RingTraffic({
    nodeAt: (address) => NODES.get(address) ?? -1,
    isOwn: (node) => node === 0 || node === 1,
    idOf: (node) => String(node).repeat(40),
    nextLookup: () => lookups.size + 1,
    tellLookup: (view) => {
      told++;
      lookups.set(view.id, view);
    },
    tellMessage: (message, lookup) =>
      messages.push({ ...message, bytes: message.bytes.slice(), lookup }),
    tellArrival: (...arrival) => void arrivals.push(arrival),
  });
  return { traffic, messages, arrivals, lookups, told: () => told };
}

function frame(type: number, request: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUInt32BE(5 + payload.length, 0);
  bytes[4] = type;
  bytes.writeUInt32BE(request, 5);
  bytes.set(payload, 9);
  return new Uint8Array(bytes);
}
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const get = (request: number) => frame(3, request, new Uint8Array(Buffer.from(`${KEY}01`, 'hex')));
const reply = (type: number, request: number, status: number) =>
  frame(type | 0x80, request, Uint8Array.of(status));
const greeting = new Uint8Array(Buffer.from('VER'));
const hello = (address: string) => {
  const payload = Buffer.alloc(HELLO_LIST_AT + 18);
  payload[HELLO_LIST_AT] = 1;
  payload.writeUIntBE(addressNumber(address), HELLO_LIST_AT + 1, 6);
  return frame(1, 0, new Uint8Array(payload));
};

describe('messages', () => {
  test('written together are told one by one, a greeting before them aside', () => {
    const { traffic, messages } = setup();
    traffic.piece(0, true, false, EPHEMERAL, addressNumber(C), join(greeting, hello(A), get(1)));
    expect(messages.map(({ from, to, length }) => [from, to, length])).toEqual([
      [0, 2, 27 + HELLO_LIST_AT],
      [0, 2, 30],
    ]);
    expect(messages[1]).toMatchObject({ hasArrived: false, isReply: false });
    expect(messages[1].bytes).toEqual(get(1));
  });

  test('between two of ours are told once, when they are written', () => {
    const { traffic, messages, arrivals } = setup();
    traffic.piece(0, true, false, EPHEMERAL, addressNumber(B), get(1));
    traffic.piece(1, false, true, addressNumber(B), EPHEMERAL, get(1));
    traffic.piece(1, true, true, addressNumber(B), EPHEMERAL, reply(3, 1, 0));
    traffic.piece(0, false, false, EPHEMERAL, addressNumber(B), reply(3, 1, 0));
    expect(messages.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(messages[1].isReply).toBe(true);
    expect(arrivals).toEqual([
      [0, 1, 30],
      [1, 0, 10],
    ]);
  });

  test('of a member outside are known by its hello, of anybody else by nothing', () => {
    const { traffic, messages } = setup();
    traffic.piece(0, false, true, addressNumber(A), STRANGER, get(1));
    traffic.piece(0, false, true, addressNumber(A), STRANGER, hello(C));
    traffic.piece(0, false, true, addressNumber(A), STRANGER, get(2));
    expect(messages.map(({ from }) => from)).toEqual([-1, 2, 2]);
    expect(messages[0].hasArrived).toBe(true);
  });

  test('in any pieces are the same frames, those cut in their header aside', () => {
    const whole = join(hello(C), get(1), frame(6, 2, new Uint8Array(300)), get(3));
    for (let cut = 1; cut < whole.length; cut++) {
      const { traffic, messages } = setup();
      traffic.piece(0, false, true, addressNumber(A), STRANGER, whole.subarray(0, cut));
      traffic.piece(0, false, true, addressNumber(A), STRANGER, whole.subarray(cut));
      const isInHeader = [0, 27, 57, 366]
        .map((it) => (it > 0 ? it + HELLO_LIST_AT : 0))
        .some((at) => cut > at && cut < at + 9);
      const lengths = messages.map(({ length }) => length);
      if (!isInHeader) expect(lengths).toEqual([27 + HELLO_LIST_AT, 30, 309, 30]);
      expect(messages.length).toBeGreaterThan(1);
    }
  });

  test('that are no frames are told as they are', () => {
    const { traffic, messages } = setup();
    const text = new Uint8Array(Buffer.from('GET something of a class program'));
    traffic.piece(0, false, true, addressNumber(A), STRANGER, text);
    traffic.piece(0, false, true, addressNumber(A), STRANGER, Uint8Array.of(0xff, 0xff));
    expect(messages.map(({ length }) => length)).toEqual([text.length, 2]);
  });
});

describe('a lookup', () => {
  test('of a client outside is followed from node to node to its end', () => {
    const { traffic, messages, lookups } = setup();
    traffic.piece(0, false, true, addressNumber(A), STRANGER, get(1));
    expect(lookups.get(1)).toMatchObject({ kind: 'get', target: KEY, from: -1, state: 'running' });
    traffic.piece(0, true, true, addressNumber(A), STRANGER, reply(3, 1, 1));
    expect(lookups.get(1)!.state).toBe('running');
    traffic.piece(1, false, true, addressNumber(B), STRANGER + 1, get(7));
    traffic.piece(1, true, true, addressNumber(B), STRANGER + 1, reply(3, 7, 0));
    const view = lookups.get(1)!;
    expect(view).toMatchObject({ state: 'succeeded', result: 'answered by node 1' });
    expect(
      view.steps.map(({ node, verdict, hops, toldBy }) => [node, verdict, hops, toldBy]),
    ).toEqual([
      [0, 'answered', 1, -1],
      [1, 'answered', 2, 0],
    ]);
    expect(view.steps.map(({ request, reply: back }) => [request, back])).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(view.steps[0].distanceBits).toBe(160);
    expect(messages.every(({ lookup }) => lookup === 1)).toBe(true);
    expect(traffic.openCount).toBe(0);
  });

  test('that was expected ends when its outcome is known', () => {
    const { traffic, lookups } = setup();
    const view = traffic.expect('get', 'apple', KEY, 0, 5);
    traffic.piece(0, true, false, EPHEMERAL, addressNumber(B), get(1));
    traffic.piece(1, true, true, addressNumber(B), EPHEMERAL, reply(3, 1, 0));
    expect(lookups.get(1)).toMatchObject({ label: 'apple', state: 'running', startedMs: 5 });
    traffic.conclude(view, true, '"red"', 9);
    expect(lookups.get(1)).toMatchObject({ state: 'succeeded', result: '"red"', endedMs: 9 });
    traffic.conclude(view, false, 'again', 10);
    expect(lookups.get(1)!.result).toBe('"red"');
  });

  test('waits for nobody for ever', () => {
    const { traffic, lookups } = setup();
    traffic.piece(0, false, true, addressNumber(A), STRANGER, get(1));
    const sentMs = lookups.get(1)!.startedMs;
    traffic.tick(sentMs + 2999);
    expect(lookups.get(1)!.steps[0].verdict).toBe('waiting');
    traffic.tick(sentMs + 3001);
    expect(lookups.get(1)!.steps[0].verdict).toBe('timeout');
    traffic.tick(sentMs + 6001);
    expect(lookups.get(1)).toMatchObject({ state: 'failed', result: 'nobody answered' });
  });

  test('is none when a member only keeps its fingers right, and one when a client asks', () => {
    const { traffic, lookups } = setup();
    const owner = (request: number) => frame(2, request, new Uint8Array(Buffer.from(KEY, 'hex')));
    traffic.piece(0, true, false, EPHEMERAL, addressNumber(B), owner(1));
    expect(lookups.size).toBe(0);
    traffic.piece(0, false, true, addressNumber(A), STRANGER, owner(2));
    expect(lookups.get(1)!.kind).toBe('owns');
  });

  test('that was refused has failed', () => {
    const { traffic, lookups } = setup();
    traffic.piece(0, false, true, addressNumber(A), STRANGER, get(1));
    traffic.piece(0, true, true, addressNumber(A), STRANGER, reply(3, 1, 5));
    expect(lookups.get(1)).toMatchObject({ state: 'failed', result: 'refused by node 0' });
  });

  test('is one of a bounded number', () => {
    const { traffic, lookups } = setup();
    for (let i = 0; i < 300; i++) {
      const key = Buffer.alloc(21);
      key.writeUInt16BE(i, 0);
      traffic.piece(0, false, true, addressNumber(A), STRANGER, frame(3, i, new Uint8Array(key)));
    }
    expect(traffic.openCount).toBe(256);
    expect(lookups.get(1)).toMatchObject({ state: 'failed', result: 'not followed' });
    traffic.forget();
    expect(traffic.openCount).toBe(0);
  });
});
