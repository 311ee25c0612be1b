import { expect, test } from 'vitest';
import { eventText } from '../../src/service/events.ts';
import { withHttp } from './http-ring.ts';

/** Reads events until there are so many. */
async function read(response: Response, count: number): Promise<Record<string, string>[]> {
  const events: Record<string, string>[] = [];
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body!) {
    text += decoder.decode(piece, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => /^(\w+): (.*)$/.exec(line)!.slice(1, 3));
      events.push(Object.fromEntries(fields) as Record<string, string>);
    }
    if (events.length >= count) break;
  }
  return events;
}

test('changes are told as they happen, and from where one was', async () => {
  await withHttp(async (url, ring) => {
    const response = await fetch(`${url}/changes?prefix=room:`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const told = read(response, 4);
    // The first event says that nothing is missed from here on; writes before it would be.
    const waiting = await fetch(`${url}/changes?prefix=room:`);
    const [following] = await read(waiting, 1);
    expect(following['event']).toBe('following');
    await ring.store('room:1', 'a');
    await ring.store('hall', 'b');
    await ring.store('room:2', 'c', { ttlMs: 60_000 });
    await ring.remove('room:1');
    const events = await told;
    expect(events.map(({ event }) => event)).toEqual(['following', 'set', 'set', 'removed']);
    const data = events
      .slice(1)
      .map(({ data: text }) => JSON.parse(text) as Record<string, unknown>);
    expect(data.map(({ name }) => name)).toEqual(['room:1', 'room:2', 'room:1']);
    expect(data[0]['value']).toBe(Buffer.from('a').toString('base64'));
    expect(data[1]['storedUntilMs']).toBeGreaterThan(Date.now());
    const later = await fetch(`${url}/changes?prefix=room:`, {
      headers: { 'last-event-id': events[1]['id'] },
    });
    expect((await read(later, 2)).map(({ event }) => event)).toEqual(['set', 'removed']);
    expect((await fetch(`${url}/changes`)).status).toBe(400);
    expect((await fetch(`${url}/changes?key=a&after=x`)).status).toBe(400);
  });
});

test('a value that is too large to be told is null', () => {
  const change = {
    kind: 'set',
    key: 'k',
    name: 'n',
    value: null,
    version: 'v',
    storedUntilMs: null,
  } as const;
  expect(eventText({ ...change, resume: 'r' })).toMatch(/^id: r\nevent: set\ndata: .*"value":null/);
  expect(eventText({ ...change, kind: 'removed', resume: '' })).toMatch(
    /^event: removed\ndata: (?!.*value)/,
  );
});
