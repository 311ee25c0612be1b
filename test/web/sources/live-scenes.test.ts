import { afterEach, expect, test, vi } from 'vitest';
import { findLiveScenes } from '../../../web/src/sources/live-scenes.ts';

afterEach(() => void vi.unstubAllGlobals());

const scene = { name: 'ring', overlay: 'ring', title: 'A ring', nodes: 8, control: true };

function answering(answer: () => Response | Promise<Response>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(String(url));
    return answer();
  });
  return asked;
}

test('live scenes are found beside the page', async () => {
  const asked = answering(() => Response.json({ scenes: [scene, { strange: true }, null] }));
  expect(await findLiveScenes('http://127.0.0.1:1/studio/')).toEqual([scene]);
  expect(asked).toEqual(['http://127.0.0.1:1/studio/api/scenes']);
});

test('a static host has none, whatever it answers', async () => {
  const base = 'http://127.0.0.1/';
  answering(() => new Response('not found', { status: 404 }));
  expect(await findLiveScenes(base)).toEqual([]);
  answering(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
  expect(await findLiveScenes(base)).toEqual([]);
  answering(() => new Response('{', { headers: { 'content-type': 'application/json' } }));
  expect(await findLiveScenes(base)).toEqual([]);
  answering(() => Response.json({ scenes: 'many' }));
  expect(await findLiveScenes(base)).toEqual([]);
  answering(() => Promise.reject(new TypeError('failed to fetch')));
  expect(await findLiveScenes(base)).toEqual([]);
});

test('a page from a file asks nobody', async () => {
  const asked = answering(() => Response.json({ scenes: [scene] }));
  expect(await findLiveScenes('file:///site/index.html')).toEqual([]);
  expect(asked).toEqual([]);
});
