// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { findLiveScenes, type ServedPage } from '../../../web/src/sources/live-scenes.ts';

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

const SOURCE = readFileSync('web/index.html', 'utf8');

/** The page from its sources, as a static host or as the studio's server serves it. */
function pageAt(baseURI: string, host: 'files' | 'studio' = 'studio'): ServedPage {
  const text = SOURCE.replace('content="files"', `content="${host}"`);
  const page = new DOMParser().parseFromString(text, 'text/html');
  return { baseURI, querySelector: page.querySelector.bind(page) };
}

test('live scenes are found beside the page', async () => {
  const asked = answering(() => Response.json({ scenes: [scene, { strange: true }, null] }));
  expect(await findLiveScenes(pageAt('http://127.0.0.1:1/studio/'))).toEqual([scene]);
  expect(asked).toEqual(['http://127.0.0.1:1/studio/api/scenes']);
});

test('there are none, whatever a server answers that has none', async () => {
  const page = pageAt('http://127.0.0.1/');
  answering(() => new Response('not found', { status: 404 }));
  expect(await findLiveScenes(page)).toEqual([]);
  answering(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
  expect(await findLiveScenes(page)).toEqual([]);
  answering(() => new Response('{', { headers: { 'content-type': 'application/json' } }));
  expect(await findLiveScenes(page)).toEqual([]);
  answering(() => Response.json({ scenes: 'many' }));
  expect(await findLiveScenes(page)).toEqual([]);
  answering(() => Promise.reject(new TypeError('failed to fetch')));
  expect(await findLiveScenes(page)).toEqual([]);
});

test('a page from a static host, or from a file, asks nobody', async () => {
  const asked = answering(() => Response.json({ scenes: [scene] }));
  expect(await findLiveScenes(pageAt('http://127.0.0.1/', 'files'))).toEqual([]);
  expect(await findLiveScenes(pageAt('file:///site/index.html', 'files'))).toEqual([]);
  const bare = new DOMParser().parseFromString('<p>', 'text/html');
  expect(await findLiveScenes(bare)).toEqual([]);
  expect(asked).toEqual([]);
});
