import { describe, expect, test } from 'vitest';
import {
  type ChatLine,
  ChatRoom,
  chatRooms,
  linesOf,
  PAGE_LINES,
} from '../../../src/api/ring/chat-room.ts';
import { openRing } from '../../../src/ring.ts';

const line = (number: number): ChatLine => ({
  id: `id ${number}`,
  from: 'Ann',
  text: `line ${number}`,
  atMs: number,
});

describe('a room', () => {
  test('has pages, and tells new lines once', async () => {
    const ring = await openRing();
    await ring.ready();
    const [ann, bob] = [new ChatRoom(ring, 'lobby'), new ChatRoom(ring, 'lobby')];
    expect(await bob.lastPage()).toBe(-1);
    const stop = new AbortController();
    const heard: string[] = [];
    let isReady = () => {};
    const ready = new Promise<void>((resolve) => {
      isReady = resolve;
    });
    const listening = (async () => {
      for await (const lines of bob.news(stop.signal)) {
        isReady();
        heard.push(...lines.map(({ text }) => text));
        if (heard.length === PAGE_LINES + 2) stop.abort();
      }
    })();
    await ready;
    for (let i = 0; i < PAGE_LINES + 1; i++) await ann.say(line(i));
    await ann.say(line(3)); // what was said twice is one
    await ann.say(line(99));
    await listening;
    const expected = [...Array.from({ length: PAGE_LINES + 1 }, (_, i) => `line ${i}`), 'line 99'];
    expect(heard).toEqual(expected);
    const reader = new ChatRoom(ring, 'lobby');
    expect(await reader.lastPage()).toBe(1);
    expect((await reader.read(1)).map(({ text }) => text)).toEqual([
      'line 32',
      'line 3',
      'line 99',
    ]);
    expect(await reader.read(0)).toHaveLength(PAGE_LINES - 1);
    expect(await reader.read(7)).toEqual([]);
    await new ChatRoom(ring, 'kitchen').say(line(1));
    await ring.store('chat/', 'no room');
    expect(await chatRooms(ring)).toEqual(['kitchen', 'lobby']);
    await ring.close();
  });

  test('shows nothing that is no line', () => {
    const good = JSON.stringify(line(1));
    const long = JSON.stringify({ ...line(2), text: 'x'.repeat(5000), from: 'y'.repeat(500) });
    const value = new TextEncoder().encode(`${good}\nnot json\n{"id":1}\nnull\n${long}\n{"id":`);
    const lines = linesOf(value);
    expect(lines.map(({ id }) => id)).toEqual(['id 1', 'id 2']);
    expect(lines[1].text).toHaveLength(500);
    expect(lines[1].from).toHaveLength(32);
  });

  test('has a name that one can type', async () => {
    const ring = await openRing();
    for (const name of ['', 'a/b', 'a b', 'x'.repeat(65)]) {
      expect(() => new ChatRoom(ring, name)).toThrow('"room" expected');
    }
    await ring.close();
  });
});
