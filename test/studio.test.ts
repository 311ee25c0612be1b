/** The door to the studio, as a program uses it: its own ring on a page. */
import { expect, test } from 'vitest';
import { openRing } from '../src/ring.ts';
import { LiveMainline, LiveRing, openStudio } from '../src/studio.ts';
import { createTestnet } from '../src/testnet.ts';

test('shows nodes of a program over HTTP', async () => {
  await using ring = await openRing();
  await ring.ready();
  await ring.insert('hello', 'world');
  await using testnet = await createTestnet({ nodes: 3 });
  const scenes = [
    new LiveRing({ name: 'mine', title: 'my ring', members: () => [ring] }),
    new LiveMainline({ name: 'dht', title: 'my nodes', nodes: () => testnet.nodes }),
  ];
  await using studio = await openStudio({ scenes, site: null });
  expect(studio.url).toBe(`http://127.0.0.1:${studio.port}`);
  const read = async (path: string) => (await fetch(`${studio.url}${path}`)).json();
  expect(await read('/api/scenes')).toMatchObject({
    scenes: [
      { name: 'mine', overlay: 'ring', control: false },
      { name: 'dht', overlay: 'mainline', control: false },
    ],
  });
  expect(await read('/api/scenes/mine/keys')).toMatchObject({
    keys: [{ key: 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d', owner: 0, state: 'safe' }],
  });
  expect(await read('/api/scenes/dht')).toMatchObject({ nodes: [{}, {}, {}] });
});
