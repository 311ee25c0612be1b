/**
 * The same page on running nodes, and on recordings: what a program does to a ring is seen as it
 * happens, hands need a token, and whatever goes wrong is said while the page goes on.
 */
import { connectRing, type Ring } from 'ringlight/ring';
import { recordSimulation, type SceneConfig } from 'ringlight/scene';
import {
  LiveMainline,
  LiveRing,
  openStudio,
  type Studio,
  type StudioOptions,
} from 'ringlight/studio';
import { createRingTestnet, createTestnet, type RingTestnet } from 'ringlight/testnet';
import { describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { isSkipped, PATIENCE, Visit } from './browser.ts';
import { Opened } from './opened.ts';
import { StaticHost } from './site.ts';

const TOKEN = 'let-me-act-here';

describe.skipIf(isSkipped)('live nodes and recordings', () => {
  const opened = new Opened();

  const openRing = async (): Promise<RingTestnet> =>
    opened.keep(await createRingTestnet({ nodes: 5, k: 2 }));

  const show = async (ring: RingTestnet, options: StudioOptions = {}): Promise<Studio> => {
    const index = (member: Ring) => ring.nodes.indexOf(member);
    const scene = new LiveRing({
      name: 'ring',
      title: 'five members',
      members: () => ring.nodes,
      hands: {
        add: (one) => ring.add(one),
        crash: (member) => ring.crash(index(member)),
        leave: (member) => ring.leave(index(member)),
      },
    });
    return opened.keep(await openStudio({ scenes: [scene], site: opened.folder, ...options }));
  };

  const visit = async (url: string, options = {}): Promise<Visit> => opened.visit(url, options);

  test('a put by another program is seen to arrive, and a crash to happen', async () => {
    const ring = await openRing();
    const one = await visit(`${(await show(ring)).url}/#live=ring`);
    await one.untilScene(({ nodes, link }) => [link, nodes]).toEqual(['open', Array(5).fill('up')]);
    const client = opened.keep(await connectRing(ring.nodes[0]!.addresses[0]!));
    await client.insert('apple', 'red', { level: 'all' });
    await one.untilScene(({ keys }) => Object.values(keys)[0]?.holders.length).toBe(3);
    const { owner } = Object.values((await one.scene()).keys)[0]!;
    await expect.poll(async () => (await one.ink('--key')).coloured, PATIENCE).toBeGreaterThan(10);
    await ring.crash(owner);
    await one.untilScene(({ nodes }) => nodes.includes('crashed')).toBe(true);
    await one.untilScene(({ keys }) => Object.values(keys)[0]!.owner).not.toBe(owner);
    await one.leave();
  });

  test('what was there before is listed at once, though nothing happens any more', async () => {
    const ring = await openRing();
    await ring.nodes[0]!.insert('apple', 'red', { level: 'all' });
    const one = await visit(`${(await show(ring)).url}/#live=ring`);
    const row = one.page.getByRole('rowheader');
    await expect.poll(() => row.allInnerTexts(), PATIENCE).toHaveLength(1);
    await one.leave();
  });

  test('without a control token there is nothing to act with', async () => {
    const ring = await openRing();
    const one = await visit(`${(await show(ring)).url}/#live=ring`);
    await one.untilText().toContain('These nodes can be watched.');
    for (const name of ['Crash', 'Put', 'Add a node', 'Cut in half']) {
      expect(await one.page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
    }
    await one.leave();
  });

  test('with the token hands reach the nodes; a wrong one is said to be wrong', async () => {
    const ring = await openRing();
    const { url } = await show(ring, { controlToken: TOKEN });
    const one = await visit(`${url}/#live=ring&token=wrong-token`);
    await one.withKey('apple', 'Put', 'green');
    await one.untilText().toContain('That token is not the right one.');
    expect(new URL(one.page.url()).hash).toBe('#live=ring');
    await one.page.getByLabel('Control token').fill(TOKEN);
    await one.click('button', 'Use it');
    await one.untilScene(({ keys }) => keys['apple']?.state).toBe('safe');
    expect(Buffer.from((await ring.nodes[0]!.get('apple'))!).toString()).toBe('green');
    await one.crash(2);
    expect(ring.nodes).toHaveLength(4);
    await one.leave(/401/);
  });

  test('when the server dies the picture stays, and comes alive when it is back', async () => {
    const ring = await openRing();
    const studio = await show(ring);
    const one = await visit(`${studio.url}/#live=ring`);
    await studio.close();
    await one.untilScene(({ link }) => link).toBe('waiting');
    await one.untilText().toContain('The live nodes cannot be reached');
    expect((await one.scene()).nodes).toHaveLength(5);
    await one.page.getByRole('application').focus();
    await one.press('ArrowRight');
    await one.until(({ selectedNode }) => selectedNode).toBeGreaterThanOrEqual(0);
    await show(ring, { port: studio.port });
    await one.untilScene(({ link }) => link).toBe('open');
    await one.leave(/ERR_CONNECTION_REFUSED|WebSocket/);
  });

  test('Mainline nodes are seen, too', async () => {
    const net = opened.keep(await createTestnet({ nodes: 6 }));
    const scene = new LiveMainline({
      name: 'mainline',
      title: 'six nodes',
      nodes: () => net.nodes,
    });
    const studio = opened.keep(await openStudio({ scenes: [scene], site: opened.folder }));
    const one = await visit(`${studio.url}/#live=mainline`);
    await one.untilScene(({ overlay, nodes }) => [overlay, nodes.length]).toEqual(['mainline', 6]);
    const infoHash = '0123456789abcdef0123456789abcdef01234567';
    await net.nodes[1]!.announce(infoHash, { port: 6881 });
    await one.untilScene(({ keys }) => keys[infoHash]?.holders.length).toBeGreaterThan(0);
    await one.leave();
  });

  const config: SceneConfig = { ...FIRST_CONFIG, nodes: 12 };
  const recorded = (): string => {
    let text = '';
    const acts = [{ atMs: 1000, act: { kind: 'crash' as const, nodes: [4] } }];
    recordSimulation(config, acts, 3000, (line) => (text += `${line}\n`));
    return text;
  };

  test('a recording plays from its file, without any server of nodes', async () => {
    const host = opened.keep(await StaticHost.open(opened.folder));
    host.files.set('run.txt', recorded());
    const one = await visit(`${host.url}#recording=run.txt`, { reducedMotion: 'no-preference' });
    await one.until(({ source }) => source).toBe('recording');
    await one.untilScene(({ nodes }) => nodes.length).toBe(12);
    await one.untilScene(({ nodes }) => nodes[4]).toBe('crashed');
    await one.untilText().toContain('A recording can be watched, not changed.');
    await one.click('button', 'Back to the start');
    await one.untilScene(({ nodes }) => nodes[4]).toBe('up');
    await one.leave();
  });

  test('a recording that is broken, or missing, is said to be; the page stays as it was', async () => {
    const host = opened.keep(await StaticHost.open(opened.folder));
    const whole = recorded();
    host.files.set('torn.txt', `${whole.slice(0, whole.length / 2)}\n{]\n`);
    host.files.set('noise.txt', 'this is no recording');
    const one = await visit(host.url);
    for (const name of ['noise.txt', 'torn.txt', 'missing.txt', 'http://127.0.0.2:1/run.txt']) {
      await one.page.evaluate((hash) => (location.hash = hash), `#recording=${name}`);
      await one.until(({ trouble }) => trouble).toContain(`“${name}” cannot be played`);
      const { source, panes } = await one.look();
      expect([source, panes[0]!.nodes.length], name).toEqual(['lab', 16]);
      await one.click('button', 'Understood');
    }
    const input = one.page.getByLabel('A recording');
    await input.setInputFiles({
      name: 'mine.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(whole),
    });
    await one.until(({ source }) => source).toBe('recording');
    await one.leave();
  });

  test('live nodes that are not there are said not to be', async () => {
    const host = opened.keep(await StaticHost.open(opened.folder));
    const visitor = await Visit.open(opened.browser);
    await visitor.page.goto(`${host.url}#live=ring`);
    await visitor.untilText().toContain('The live nodes cannot be reached');
    await visitor.page.getByLabel('What is shown').selectOption('lab');
    await visitor.untilScene(({ nodes }) => nodes.length).toBe(16);
    await visitor.leave(/WebSocket/);
  });
});
