/** The lab in a tab: what visitors see, what their hands do to it, and that links bring it back. */
import { describe, expect, test } from 'vitest';
import { isSkipped, MOVING, PATIENCE, type Visit } from './browser.ts';
import { Hosted } from './opened.ts';

describe.skipIf(isSkipped)('the lab in a tab', () => {
  const page = new Hosted();
  const visit = (hash = '', options = {}): Promise<Visit> => page.visit(page.url + hash, options);

  test('opens, draws a ring with keys, and says in words who owns one', async () => {
    const one = await visit();
    await one.untilScene(({ nodes }) => nodes).toEqual(Array(16).fill('up'));
    await one.untilScene(({ keys }) => Object.keys(keys)).toHaveLength(12);
    const { panes, selectedKey, source } = await one.look();
    expect([source, panes[0]!.overlay, panes[0]!.k]).toEqual(['lab', 'ring', 2]);
    expect(selectedKey).toMatch(/^[0-9a-f]{40}$/);
    const { owner } = panes[0]!.keys['apple']!;
    await one.untilText().toContain(`“apple” is owned by node ${owner}`);
    // A picture, not a blank: lines and dots, some of them in the colour of keys.
    await expect.poll(async () => (await one.ink('--key')).coloured, PATIENCE).toBeGreaterThan(50);
    expect((await one.ink('--key')).inked).toBeGreaterThan(3000);
    await one.leave();
  });

  test('plays: time passes, and the look-up of the opening ends at the owner', async () => {
    const one = await visit('', MOVING);
    await one.page.getByLabel('Speed').selectOption({ label: '1 ×' });
    await one.untilScene(({ lookups }) => lookups[0]?.state).toBe('succeeded');
    const { lookups, keys } = await one.scene();
    expect(lookups[0]!.label).toBe('apple');
    expect(lookups[0]!.steps.at(-1)!.node).toBe(keys['apple']!.owner);
    await one.click('tab', 'Look-up');
    await one.untilText().toContain(lookups[0]!.result);
    await one.leave();
  });

  test('with K = 2 a crash costs nothing: the arc has another owner, the key is read', async () => {
    const one = await visit();
    const { keys } = await one.scene();
    const { owner, holders } = keys['apple']!;
    expect(holders).toHaveLength(3);
    const before = await one.ink('--danger');
    await one.crash(owner);
    await one.untilScene(({ keys }) => keys['apple']!.owner).not.toBe(owner);
    const heir = (await one.scene()).keys['apple']!.owner;
    expect(holders).toContain(heir);
    await expect
      .poll(async () => (await one.ink('--danger')).coloured, PATIENCE)
      .toBeGreaterThan(before.coloured);
    // The repair takes some seconds; then there are K backups again.
    for (let second = 0; second < 20; second++) {
      if ((await one.scene()).keys['apple']!.state === 'safe') break;
      await one.pass();
    }
    expect((await one.scene()).keys['apple']).toMatchObject({ state: 'safe', owner: heir });
    await one.press('Escape');
    await one.withKey('apple', 'Get');
    await one.pass();
    await one
      .untilScene(({ lookups }) => lookups.at(-1)!.result)
      .toBe(`“the value of apple” from node ${heir}`);
    await one.leave();
  });

  test('K + 1 crashes at once lose it; back in time it is there, and another branch keeps it', async () => {
    const one = await visit();
    await one.toStart();
    await one.pass();
    const { acts, keys } = await one.scene();
    const { holders } = keys['apple']!;
    for (const node of holders) await one.crash(node);
    await one.untilScene(({ keys }) => keys['apple']!.state).toBe('lost');
    await one.click('tab', 'Keys');
    await one.untilText().toContain('it is lost');

    await one.toStart();
    await one.untilScene(({ keys }) => keys['apple']!.state).toBe('safe');
    expect((await one.scene()).nodes).toEqual(Array(16).fill('up'));

    // What was done is remembered: when time gets there, the key is lost again.
    await one.pass(2);
    await one.untilScene(({ keys }) => keys['apple']!.state).toBe('lost');
    expect((await one.scene()).acts).toBe(acts + holders.length);

    // Something else done before makes another future, in which it is not.
    await one.toStart();
    await one.crash(holders[0]!);
    await one.untilScene((scene) => scene.acts).toBe(1);
    await one.untilText().toContain('A new branch from');
    await one.pass(2);
    const { nodes, keys: kept } = await one.scene();
    expect(nodes.filter((state) => state === 'crashed')).toHaveLength(1);
    expect(kept['apple']!.state).not.toBe('lost');
    await one.leave();
  });

  test('the messages of a look-up are followed, drawn, gone through by keys and taken along', async () => {
    const one = await visit();
    await one.untilScene(({ lookups }) => lookups[0]?.state).toBe('succeeded');
    await one.click('tab', 'Look-up');
    await one.click('button', 'Its messages');
    await one.untilText().toContain('Look-up: owns apple');
    const { steps } = (await one.scene()).lookups[0]!;
    await one.click('button', 'Diagram');
    const arrows = one.page.getByRole('option', { name: /from node/ });
    await expect.poll(() => arrows.count(), PATIENCE).toBe(2 * steps.length);
    await one.page.getByRole('listbox').focus();
    await one.press('Home', 'ArrowRight');
    const chosen = one.page.getByRole('option', { name: /from node/, selected: true });
    await expect.poll(() => chosen.getAttribute('aria-label'), PATIENCE).toContain('answers owns');
    const file = one.page.waitForEvent('download');
    await one.click('button', 'SVG');
    expect((await file).suggestedFilename()).toBe('ringlight-messages.svg');
    await one.leave();
  });

  test('goes back with the bar, by mouse and by keys', async () => {
    const one = await visit();
    const bar = one.page.getByRole('slider', { name: 'Moment' });
    const box = (await bar.boundingBox())!;
    await one.page.mouse.click(box.x + box.width * 0.5, box.y + box.height / 2);
    await one.untilScene(({ atMs }) => atMs).toBeGreaterThan(3000);
    await one.page.mouse.click(box.x + box.width * 0.1, box.y + box.height / 2);
    await one.untilScene(({ atMs }) => atMs).toBeLessThan(2500);
    await bar.focus();
    await one.press('Home');
    await one.untilScene(({ atMs }) => atMs).toBe(0);
    await one.leave();
  });

  test('a node is crashed from the menu where it stands, and that is undone and done again', async () => {
    const one = await visit();
    await one.page.getByRole('application').focus();
    await one.press('ArrowRight');
    await one.until(({ selectedNode }) => selectedNode).toBeGreaterThanOrEqual(0);
    const { selectedNode } = await one.look();
    const stateOf = () => one.untilScene(({ nodes, busy }) => (busy ? '' : nodes[selectedNode]));
    await one.press('Shift+F10');
    await one.click('button', 'Crash it');
    await stateOf().toBe('crashed');
    await one.press('Control+z');
    await stateOf().toBe('up');
    await one.press('Control+Shift+z');
    await stateOf().toBe('crashed');
    await one.leave();
  });

  test('shows Mainline, and a look-up in it', async () => {
    const one = await visit('');
    await one.click('button', 'Mainline');
    await one
      .untilScene(({ overlay, nodes }) => [overlay, nodes.length])
      .toEqual(['mainline', 200]);
    await one.until(({ view }) => view).toBe('trie');
    await one.untilScene(({ lookups }) => lookups[0]?.state).toBe('succeeded');
    expect((await one.ink('--node')).inked).toBeGreaterThan(2000);
    await one.leave();
  });

  test('a lesson plays to the end of its step, and rests there', async () => {
    const one = await visit('#lesson=hash-ring/1', MOVING);
    await one.untilScene(({ atMs, playing }) => [atMs >= 50, playing]).toEqual([true, false]);
    expect((await one.look()).lesson).toBe('hash-ring/1');
    await one.click('button', 'Next');
    await one.untilScene(({ keys }) => Object.keys(keys)).toContain('apple');
    expect(one.page.url()).toMatch(/#lesson=hash-ring\/2$/);
    await one.click('button', 'Leave the lesson');
    await one.until(({ lesson }) => lesson).toBe('');
    await one.leave();
  });

  test('a lesson sets two worlds side by side, and they differ as it says', async () => {
    const one = await visit('#lesson=k-safety/2');
    await one.until(({ lesson, panes }) => [lesson, panes.length]).toEqual(['k-safety/2', 2]);
    await one.click('button', 'Just show me');
    await one
      .until(({ panes }) => panes.map(({ keys }) => keys['apple']?.state))
      .toEqual(['lost', 'unsafe']);
    await one.click('button', 'Next');
    await one
      .until(({ panes }) => panes.map(({ lookups }) => lookups[0]?.result))
      .toEqual(['node 7 owns it and has no such key', '“the value of apple” from node 7']);
    await one.click('button', 'Next');
    await one.until(({ lesson, panes }) => [lesson, panes.length]).toEqual(['k-safety/4', 1]);
    await one.leave();
  });

  test('a link shows the same moment to somebody else', async () => {
    const one = await visit();
    await one.crash(3);
    await one.pass();
    await one.click('button', /Share/);
    await expect.poll(() => one.page.url(), PATIENCE).toMatch(/#v=1&s=/);
    const there = await one.scene();
    const other = await visit(new URL(one.page.url()).hash);
    await other.untilScene(({ atMs, busy }) => [atMs, busy]).toEqual([there.atMs, false]);
    const { nodes, keys } = await other.scene();
    expect({ nodes, keys }).toEqual({ nodes: there.nodes, keys: there.keys });
    await other.leave();
    await one.leave();
  });

  test('a broken link is said to be one, and the page goes on', async () => {
    const one = await visit();
    for (const hash of [
      '#v=1&s=nonsense',
      '#v=9&s=e30',
      '#lesson=nowhere/1',
      '#lesson=../../etc',
    ]) {
      await one.page.evaluate((to) => (location.hash = to), hash);
      await one.until(({ trouble }) => trouble).toContain('This is the opening scene instead.');
      await one.untilText().toContain('This is the opening scene instead.');
      await one.untilScene(({ nodes }) => nodes.length).toBe(16);
      await one.click('button', 'Understood');
      await one.until(({ trouble }) => trouble).toBe('');
    }
    await one.leave();
  });
});
