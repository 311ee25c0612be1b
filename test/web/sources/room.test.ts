/** A room at the page's side, with a server that a test plays. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Web } from '../../../web/src/sources/live-source.ts';
import { CATCH_UP_PAGES, LINES_MAX, Room, roomsOf } from '../../../web/src/sources/room.ts';

class FakeEvents extends EventTarget {
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
  tell(event: string, data: unknown = {}): void {
    this.dispatchEvent(Object.assign(new Event(event), { data: JSON.stringify(data) }));
  }
}

/** Lines of each page, as the ring has them. */
let pages: string[][];
let streams: FakeEvents[];
let waits: (() => void)[];
let posted: { url: string; init: RequestInit }[];
let answer: (() => Response) | null;
let tokens: Map<string, string>;
let web: Web;

const line = (text: string) => ({ id: text, from: 'Ann', text, atMs: 1 });

beforeEach(() => {
  pages = [];
  streams = [];
  waits = [];
  posted = [];
  answer = null;
  tokens = new Map();
  web = {
    base: 'http://127.0.0.1:8080/',
    connect: () => {
      throw new Error('no socket is needed');
    },
    events: () => {
      streams.push(new FakeEvents());
      return streams.at(-1) as unknown as EventSource;
    },
    fetch: async (url, init) => {
      if (init?.method === 'POST') posted.push({ url: String(url), init });
      if (answer) return answer();
      if (String(url).endsWith('/rooms')) return Response.json({ rooms: ['lobby'] });
      const asked = new URL(String(url)).searchParams.get('page');
      const page = asked === null ? pages.length - 1 : Number(asked);
      const lines = (pages[page] ?? []).map(line);
      const limits = { textLengthMax: 500, nameLengthMax: 32 };
      return Response.json({ page, last: pages.length - 1, lines, ...limits });
    },
    now: () => 0,
    after: (_ms, then) => {
      waits.push(then);
      return () => {};
    },
    tokens: {
      getItem: (name) => tokens.get(name) ?? null,
      setItem: (name, token) => void tokens.set(name, token),
      removeItem: (name) => void tokens.delete(name),
    },
  };
});

const told = (room: Room): string[] => room.lines.value.map(({ text }) => text);
const enter = async (): Promise<Room> => {
  const room = new Room('ring', 'lobby', web);
  streams[0]!.tell('ready');
  await expect.poll(() => room.state.value).toBe('open');
  return room;
};

describe('a room', () => {
  test('begins with its last lines, goes back by pages, and shows each line once', async () => {
    pages = [['a', 'b'], ['c', 'd'], ['e']];
    const room = await enter();
    // The last page has few lines, so one more comes with it.
    await expect.poll(() => told(room)).toEqual(['c', 'd', 'e']);
    streams[0]!.tell('line', line('e'));
    streams[0]!.tell('line', line('f'));
    expect(told(room)).toEqual(['c', 'd', 'e', 'f']);
    expect(room.hasOlder.value).toBe(true);
    await room.older();
    expect(told(room)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect([room.hasOlder.value, room.limits.value]).toEqual([false, { text: 500, name: 32 }]);
    await room.older();
    expect(told(room)).toHaveLength(6);
  });

  test('reads what was said while its stream was broken', async () => {
    pages = [['a']];
    const room = await enter();
    streams[0]!.tell('error');
    expect([room.state.value, streams[0]!.isClosed]).toEqual(['away', true]);
    pages = [['a', 'b'], ['c'], ['d']];
    waits.shift()!();
    streams[1]!.tell('ready');
    await expect.poll(() => told(room)).toEqual(['a', 'b', 'c', 'd']);
    expect(room.state.value).toBe('open');
    // Too long away: it begins with the last page again.
    streams[1]!.tell('error');
    for (let i = 0; i <= CATCH_UP_PAGES; i++) {
      pages.push(Array.from({ length: 20 }, (_, j) => `${i}.${j}`));
    }
    waits.shift()!();
    streams[2]!.tell('ready');
    await expect.poll(() => told(room)).toEqual(pages.at(-1));
  });

  test('a page that does not come is asked for again', async () => {
    answer = () => Response.json({ error: { message: 'the ring is away' } }, { status: 503 });
    const room = new Room('ring', 'lobby', web);
    streams[0]!.tell('ready');
    await expect.poll(() => room.state.value).toBe('away');
    answer = null;
    pages = [['a']];
    waits.shift()!();
    streams[1]!.tell('ready');
    await expect.poll(() => told(room)).toEqual(['a']);
    room.close();
    streams[1]!.tell('error');
    expect(waits).toHaveLength(0);
  });

  test('says a line, with the token that there is, and what became of it', async () => {
    const room = await enter();
    answer = () => Response.json({ line: line('hello') });
    tokens.set('ringlight-token-ring', 'secret-token');
    expect(await room.say('Ann', 'hello')).toEqual({ is: 'said' });
    expect(told(room)).toEqual(['hello']);
    expect(posted[0]!.url).toBe('http://127.0.0.1:8080/api/scenes/ring/rooms/lobby');
    expect(posted[0]!.init.headers).toMatchObject({ authorization: 'Bearer secret-token' });
    answer = () => Response.json({}, { status: 401 });
    expect(await room.say('Ann', 'x')).toEqual({ is: 'locked', wasGiven: true });
    expect(await room.say('Ann', 'x')).toEqual({ is: 'locked', wasGiven: false });
    answer = () => Response.json({ error: { message: 'no majority' } }, { status: 503 });
    expect(await room.say('Ann', 'x')).toEqual({ is: 'not', why: 'no majority' });
    answer = () => {
      throw new TypeError('gone');
    };
    expect(await room.say('Ann', 'x')).toMatchObject({ is: 'not' });
  });

  test('keeps no more lines than a page bears', async () => {
    pages = [['a']];
    const room = await enter();
    for (let i = 0; i < LINES_MAX; i++) streams[0]!.tell('line', line(`${i}`));
    await expect.poll(() => told(room)).toEqual(['a']);
  });

  test('is one of those that the server names; of none when it is away', async () => {
    expect(await roomsOf('ring', web)).toEqual(['lobby']);
    answer = () => Response.json({}, { status: 503 });
    expect(await roomsOf('ring', web)).toEqual([]);
    answer = () => {
      throw new TypeError('gone');
    };
    expect(await roomsOf('ring', web)).toEqual([]);
  });
});
