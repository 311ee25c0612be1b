/** A room that a ring keeps: two people at terminals and one at the page talk, and a member dies. */
import { LiveRing, openStudio } from 'ringlight/studio';
import { createRingTestnet } from 'ringlight/testnet';
import { describe, expect, test } from 'vitest';
import { Running } from '../../cli/command.ts';
import { AXE, violations } from './axe.ts';
import { isSkipped, PATIENCE, type Visit } from './browser.ts';
import { Opened } from './opened.ts';

const TOKEN = 'let-me-act-here';
const SMALL = { width: 390, height: 844 };

describe.skipIf(isSkipped)('a room of a live ring', () => {
  const opened = new Opened();

  const enter = async (name: string, at: readonly string[]): Promise<Running> => {
    const terminal = new Running(['chat', '--json', '--name', name, ...at]);
    opened.keep({ close: () => terminal.end('SIGKILL') });
    await terminal.event('entered');
    return terminal;
  };

  const linesOf = (one: Visit) => one.page.getByRole('log').getByRole('listitem').allInnerTexts();
  const hears = (terminal: Running, text: string) =>
    terminal.event('line', (line) => line['text'] === text);
  const say = async (one: Visit, text: string): Promise<void> => {
    await one.page.getByLabel('Line', { exact: true }).fill(text);
    await one.click('button', 'Say');
  };

  test('two terminals and the page talk, through the death of the member that each came by', async () => {
    const ring = opened.keep(await createRingTestnet({ nodes: 5, k: 2 }));
    const addresses = ring.nodes.map((node) => node.addresses[0]!);
    const scene = new LiveRing({ name: 'ring', title: 'a ring', entries: addresses.slice(0, 3) });
    const studio = opened.keep(
      await openStudio({ scenes: [scene], site: opened.folder, controlToken: TOKEN }),
    );
    const at = addresses.flatMap((address) => ['--at', address]);
    const [ann, bob] = await Promise.all([enter('Ann', at), enter('Bob', at)]);
    ann.process.stdin!.write('is anybody here?\n');
    await hears(bob, 'is anybody here?');

    const one = await opened.visit(`${studio.url}/#live=ring&token=${TOKEN}`);
    await one.click('tab', 'Room');
    // What was said before is there, with who said it.
    await expect
      .poll(() => linesOf(one), PATIENCE)
      .toEqual([expect.stringMatching(/Ann.*is anybody here\?$/)]);
    await one.page.getByLabel('Your name').fill('Carol');
    await say(one, 'yes, on a page');
    await Promise.all([hears(ann, 'yes, on a page'), hears(bob, 'yes, on a page')]);

    await ring.crash(0);
    bob.process.stdin!.write('did one die?\n');
    await expect
      .poll(async () => (await linesOf(one)).at(-1), PATIENCE)
      .toMatch(/Bob.*did one die\?$/);
    await say(one, 'I saw nothing');
    await hears(ann, 'I saw nothing');
    expect(await linesOf(one)).toHaveLength(4);
    await one.leave();
  }, 120_000);

  test('history comes page by page, whoever asks for it; without a token one may read', async () => {
    const ring = opened.keep(await createRingTestnet({ nodes: 3, k: 1 }));
    const { ChatRoom } = await import('ringlight/ring');
    const room = new ChatRoom(ring.nodes[0]!, 'kitchen');
    for (let i = 0; i < 70; i++)
      await room.say({ id: `${i}`, from: 'Ann', text: `no. ${i}`, atMs: i });
    const scene = new LiveRing({ name: 'ring', title: 'a ring', members: () => ring.nodes });
    const studio = opened.keep(await openStudio({ scenes: [scene], site: opened.folder }));
    const one = await opened.visit(`${studio.url}/#live=ring`);
    await one.click('tab', 'Room');
    await one.untilText().toContain('Nothing was said here yet.');
    await one.untilText().toContain('This room can be read here.');
    expect(await one.page.getByRole('button', { name: 'Say' }).count()).toBe(0);
    await one.page.getByRole('combobox', { name: 'Room' }).fill('kitchen');
    await one.click('button', 'Enter');
    // The last page has 6 lines, so one more comes with it.
    await expect.poll(async () => (await linesOf(one)).length, PATIENCE).toBe(38);
    await one.click('button', 'Older');
    await expect.poll(async () => (await linesOf(one)).length, PATIENCE).toBe(70);
    const shown = await linesOf(one);
    expect(shown.map((line) => line.replace(/^.*no\. /s, ''))).toEqual(
      Array.from({ length: 70 }, (_, i) => String(i)),
    );
    expect(await one.page.getByRole('button', { name: 'Older' }).count()).toBe(0);
    await one.leave();
  });

  test('a page of the lab has no room; a small phone has room for one', async () => {
    const ring = opened.keep(await createRingTestnet({ nodes: 2, k: 1 }));
    const scene = new LiveRing({ name: 'ring', title: 'a ring', members: () => ring.nodes });
    const studio = opened.keep(
      await openStudio({ scenes: [scene], site: opened.folder, controlToken: TOKEN }),
    );
    const one = await opened.visit(studio.url, { viewport: SMALL });
    expect(await one.page.getByRole('tab', { name: 'Room' }).count()).toBe(0);
    await one.page.goto(`${studio.url}/#live=ring`);
    await one.click('tab', 'Room');
    await one.page.getByLabel('Your name').fill('Carol');
    await say(one, 'a line '.repeat(60));
    // Nobody has shown a token yet: the line is kept until one is there.
    await one.page.getByLabel('Control token').fill(TOKEN);
    await one.click('button', 'Use it');
    await one.click('button', 'Say');
    await expect.poll(() => linesOf(one), PATIENCE).toHaveLength(1);
    await one.page.evaluate(AXE);
    for (const colorScheme of ['dark', 'light'] as const) {
      await one.page.emulateMedia({ colorScheme });
      expect(await violations(one.page), colorScheme).toEqual([]);
    }
    const widths = await one.page.evaluate(() => [
      document.documentElement.scrollWidth,
      innerWidth,
    ]);
    expect(widths).toEqual([SMALL.width, SMALL.width]);
    await one.leave(/401/);
  });
});
