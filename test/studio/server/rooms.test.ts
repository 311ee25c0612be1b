/** Rooms over the studio's API, of a member of this process and of a ring that is attached to. */
import { afterEach, describe, expect, test } from 'vitest';
import { ChatRoom, openRing, type Ring } from '../../../src/ring.ts';
import { LISTENERS_MAX } from '../../../src/studio/server/rooms.ts';
import { LiveRing, openStudio, type Studio } from '../../../src/studio.ts';
import { createRingTestnet } from '../../../src/testnet.ts';
import { FakeScene } from '../fake-scene.ts';

const TOKEN = 'open-sesame';
const opened: { close(): Promise<unknown> }[] = [];
const keep = <T extends { close(): Promise<unknown> }>(one: T): T => {
  opened.push(one);
  return one;
};
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function open(controlToken?: string): Promise<{ ring: Ring; studio: Studio; rooms: string }> {
  const ring = keep(await openRing());
  await ring.ready();
  const scene = new LiveRing({ name: 'ring', title: 'a ring', members: () => [ring] });
  const scenes = [scene, new FakeScene('fake')];
  const studio = keep(
    await openStudio({ scenes, site: null, ...(controlToken && { controlToken }) }),
  );
  return { ring, studio, rooms: `${studio.url}/api/scenes/ring/rooms` };
}

const say = (url: string, body: unknown, token = TOKEN): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
const codeOf = async (asked: Promise<Response>): Promise<[number, string]> => {
  const response = await asked;
  const { error } = (await response.json()) as { error: { code: string } };
  return [response.status, error.code];
};

/** Events of a stream as they come. */
async function* eventsOf(url: string, signal: AbortSignal): AsyncGenerator<[string, string]> {
  const response = await fetch(url, { signal });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = /^event: (.*)$/m.exec(text.slice(0, end))?.[1];
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (event !== undefined) yield [event, data ?? ''];
    }
  }
}

describe('rooms of a ring', () => {
  test('are listed, read page by page and heard as they are spoken in', async () => {
    const { ring, rooms } = await open(TOKEN);
    const room = new ChatRoom(ring, 'kitchen');
    for (let i = 0; i < 33; i++) await room.say({ id: `${i}`, from: 'Ann', text: `${i}`, atMs: i });
    expect(await (await fetch(rooms)).json()).toEqual({ rooms: ['kitchen'] });
    const last = await (await fetch(`${rooms}/kitchen`)).json();
    expect(last).toMatchObject({ page: 1, last: 1, lines: [{ text: '32' }], textLengthMax: 500 });
    const first = (await (await fetch(`${rooms}/kitchen?page=0`)).json()) as { lines: unknown[] };
    expect(first.lines).toHaveLength(32);
    const beyond = await (await fetch(`${rooms}/kitchen?page=7`)).json();
    expect(beyond).toMatchObject({ page: 7, last: 1, lines: [] });
    expect(await (await fetch(`${rooms}/attic`)).json()).toMatchObject({ page: -1, lines: [] });

    const stop = new AbortController();
    const events = eventsOf(`${rooms}/kitchen/lines`, stop.signal);
    expect((await events.next()).value).toEqual(['ready', '{}']);
    const said = await say(`${rooms}/kitchen`, { from: ' Bob ', text: 'hello' });
    expect(await said.json()).toMatchObject({ line: { from: 'Bob', text: 'hello' } });
    const heard: string[] = [];
    for await (const [event, data] of events) {
      expect(event).toBe('line');
      heard.push((JSON.parse(data) as { text: string }).text);
      if (heard.at(-1) === 'hello') break;
    }
    stop.abort();
    // The page that has changed is told whole to who has heard nothing of it.
    expect(heard).toEqual(['32', 'hello']);
  });

  test('what is wrong is said in one line, and nothing is written', async () => {
    const { ring, studio, rooms } = await open(TOKEN);
    const good = { from: 'Ann', text: 'hello' };
    for (const body of [{}, { ...good, from: ' ' }, { ...good, text: 'x'.repeat(501) }, 7]) {
      expect(await codeOf(say(`${rooms}/lobby`, body))).toEqual([400, 'BAD_LINE']);
    }
    expect(await codeOf(say(`${rooms}/a%20b`, good))).toEqual([400, 'BAD_ROOM']);
    expect(await codeOf(fetch(`${rooms}/lobby?page=x`))).toEqual([400, 'BAD_PAGE']);
    expect(await codeOf(say(`${rooms}/lobby`, good, 'wrong-token'))).toEqual([401, 'WRONG_TOKEN']);
    const form = { method: 'POST', body: 'x', headers: { authorization: `Bearer ${TOKEN}` } };
    expect(await codeOf(fetch(`${rooms}/lobby`, form))).toEqual([415, 'NO_JSON']);
    const fake = `${studio.url}/api/scenes/fake/rooms`;
    expect(await codeOf(fetch(fake))).toEqual([404, 'NO_ROOMS']);
    expect(ring.info().records).toBe(0);
    const readOnly = await open();
    expect(await codeOf(say(`${readOnly.rooms}/lobby`, good))).toEqual([403, 'READ_ONLY']);
  });

  test('so many may listen at a time, and their places are free again', async () => {
    const { rooms } = await open();
    const stop = new AbortController();
    const listen = (signal: AbortSignal): Promise<Response> =>
      fetch(`${rooms}/lobby/lines`, { signal });
    for (let i = 0; i < LISTENERS_MAX; i++) expect((await listen(stop.signal)).status).toBe(200);
    expect(await codeOf(listen(new AbortController().signal))).toEqual([503, 'TOO_MANY_LISTENERS']);
    stop.abort();
    const later = new AbortController();
    await expect
      .poll(async () => (await listen(later.signal)).status, { timeout: 10_000 })
      .toBe(200);
    later.abort();
  });

  test('a ring that is attached to is talked to though the member of its entry dies', async () => {
    const ring = keep(await createRingTestnet({ nodes: 4, k: 2 }));
    const [first, second] = ring.nodes.map((node) => node.addresses[0]!);
    const scene = new LiveRing({ name: 'ring', title: 'a ring', entries: [first!, second!] });
    const studio = keep(await openStudio({ scenes: [scene], site: null, controlToken: TOKEN }));
    const lobby = `${studio.url}/api/scenes/ring/rooms/lobby`;
    expect((await say(lobby, { from: 'Ann', text: 'one' })).status).toBe(200);
    await ring.crash(0);
    await expect
      .poll(async () => (await say(lobby, { from: 'Ann', text: 'two' })).status, {
        timeout: 20_000,
      })
      .toBe(200);
    const { lines } = (await (await fetch(lobby)).json()) as { lines: { text: string }[] };
    expect(lines.map(({ text }) => text)).toContain('one');
    expect(lines.map(({ text }) => text)).toContain('two');
  });
});
