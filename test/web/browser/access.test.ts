/** The page for everybody: by keys alone, on a phone, without motion, and read out by a machine. */
import { describe, expect, test } from 'vitest';
import { AXE, violations } from './axe.ts';
import { DESKTOP, isSkipped, MOVING, PATIENCE, PHONE, type Visit } from './browser.ts';
import { Hosted } from './opened.ts';

describe.skipIf(isSkipped)('the page for everybody', () => {
  const page = new Hosted();
  const visit = (hash = '', options = {}): Promise<Visit> => page.visit(page.url + hash, options);

  test('a node is picked and crashed by keys alone', async () => {
    const one = await visit();
    const stage = one.page.getByRole('application');
    for (let i = 0; i < 60; i++) {
      await one.press('Tab');
      if (await stage.evaluate((element) => element === document.activeElement)) break;
    }
    expect(await stage.evaluate((element) => element === document.activeElement)).toBe(true);
    await one.press('ArrowRight', 'ArrowRight');
    await one.until(({ selectedNode }) => selectedNode).toBeGreaterThanOrEqual(0);
    const { selectedNode } = await one.look();
    await one.press('c');
    await one.untilScene(({ nodes }) => nodes[selectedNode]).toBe('crashed');
    await expect
      .poll(() => one.page.locator('[role=status]').allInnerTexts(), PATIENCE)
      .toContainEqual(expect.stringContaining(`node ${selectedNode}`));
    await one.leave();
  });

  test('fits a phone: nothing is wider than the page', async () => {
    const one = await visit('', { viewport: PHONE, hasTouch: true, isMobile: true });
    for (const tab of ['Keys', 'Look-up', 'Node', 'Figures', 'Messages', 'Hands']) {
      await one.click('tab', tab);
      const widths = await one.page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
        innerWidth,
      ]);
      expect(widths, tab).toEqual([PHONE.width, PHONE.width, PHONE.width]);
    }
    await one.leave();
  });

  test('moves by itself, but not for those who prefer less motion', async () => {
    const calm = await visit();
    const moving = await visit('', MOVING);
    await moving.untilScene(({ playing }) => playing).toBe(true);
    expect((await calm.scene()).playing).toBe(false);
    await moving.leave();
    await calm.leave();
  });

  test.each([
    { viewport: DESKTOP, tabs: ['Keys', 'Look-up', 'Node', 'Figures', 'Messages'] },
    { viewport: PHONE, tabs: ['Node', 'Hands'] },
  ])('axe finds nothing amiss in either theme at $viewport.width', async ({ viewport, tabs }) => {
    const one = await visit('', { viewport });
    await one.untilScene(({ lookups }) => lookups[0]?.state).toBe('succeeded');
    await one.page.getByRole('application').focus();
    await one.press('ArrowRight');
    await one.page.evaluate(AXE);
    const papers = new Set<string>();
    for (const colorScheme of ['dark', 'light'] as const) {
      await one.page.emulateMedia({ colorScheme });
      papers.add(await one.page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      for (const tab of tabs) {
        await one.click('tab', tab);
        expect(await violations(one.page), `${colorScheme}, ${tab}`).toEqual([]);
        if (tab !== 'Messages') continue;
        await one.click('button', 'Diagram');
        await one.page.getByRole('listbox').waitFor();
        expect(await violations(one.page), `${colorScheme}, diagram`).toEqual([]);
      }
    }
    expect(papers.size).toBe(2);
    // It would find something: a button that nobody can name.
    await one.page.evaluate(() =>
      document.querySelector('main')!.append(document.createElement('button')),
    );
    expect(await violations(one.page)).toHaveLength(1);
    await one.leave();
  });

  test('axe finds nothing amiss in a lesson with two worlds, nor in the sheet of keys', async () => {
    const one = await visit('#lesson=k-safety/2');
    await one.click('button', 'Just show me');
    await one.until(({ panes }) => panes[1]?.keys['apple']?.state).toBe('unsafe');
    await one.page.evaluate(AXE);
    expect(await violations(one.page)).toEqual([]);
    await one.press('?');
    await one.page.getByRole('dialog').waitFor();
    expect(await violations(one.page)).toEqual([]);
    await one.leave();
  });
});
