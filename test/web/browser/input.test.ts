/**
 * What hands do with a real mouse, a real finger and real keys: they act on nodes where these stand, and
 * whatever they did is taken back and done again.
 */
import type { CDPSession } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { isSkipped, PATIENCE, PHONE, type Visit } from './browser.ts';
import { Hosted } from './opened.ts';

/** Longer than a press that is meant to be a click. */
const LONG_PRESS_MS = 700;
const SHORT_PRESS_MS = 80;

describe.skipIf(isSkipped)('input', () => {
  const page = new Hosted();
  const visit = (hash = '', options = {}): Promise<Visit> => page.visit(page.url + hash, options);

  test('a right click opens the menu of the node that it hits, whole on the picture', async () => {
    const one = await visit();
    const { nodes } = await one.scene();
    const menu = one.page.locator('.stage-menu');
    const stage = (await one.page.locator('.stage-picture').boundingBox())!;
    for (const node of nodes.keys()) {
      const { x, y } = await one.spot(node);
      await one.page.mouse.click(x, y, { button: 'right' });
      await expect.poll(() => menu.innerText(), PATIENCE).toContain(`Node ${node}\n`);
      const box = (await menu.boundingBox())!;
      const isIn =
        box.x >= stage.x &&
        box.y >= stage.y &&
        box.x + box.width <= stage.x + stage.width &&
        box.y + box.height <= stage.y + stage.height;
      expect(isIn, `the menu of node ${node}: ${JSON.stringify([box, stage])}`).toBe(true);
      await one.press('Escape');
      await expect.poll(() => menu.count(), PATIENCE).toBe(0);
    }
    const { x, y } = await one.spot(4);
    await one.page.mouse.click(x, y, { button: 'right' });
    await one.click('button', 'Cut it off');
    await one.untilText().toContain('cut off');
    await one.page.mouse.click(x, y, { button: 'right' });
    await one.press('Escape');
    await one.leave();
  });

  test('a right click on a key gets its value', async () => {
    const one = await visit();
    const { x, y } = await one.spot('apple');
    await one.page.mouse.click(x, y, { button: 'right' });
    await expect.poll(() => one.page.locator('.stage-menu').innerText()).toContain('“apple”');
    await one.click('button', 'Get its value');
    await one.pass();
    await one
      .untilScene(({ lookups }) => lookups.at(-1)!.result)
      .toContain('“the value of apple” from node');
    await one.leave();
  });

  test('a finger that rests opens the menu; a tap selects, and one that moves does neither', async () => {
    const one = await visit('', { viewport: PHONE, hasTouch: true, isMobile: true });
    const finger = await one.page.context().newCDPSession(one.page);
    const menu = one.page.locator('.stage-menu');
    const spot = await one.spot(6);
    await touch(finger, spot, SHORT_PRESS_MS);
    await one.until(({ selectedNode }) => selectedNode).toBe(6);
    expect(await menu.count()).toBe(0);
    await touch(finger, spot, LONG_PRESS_MS, { x: spot.x + 40, y: spot.y + 30 });
    expect(await menu.count()).toBe(0);
    await one.press('0');
    await touch(finger, await one.spot(6), LONG_PRESS_MS);
    await expect.poll(() => menu.innerText(), PATIENCE).toContain('Node 6\n');
    const pause = (await menu.getByRole('button', { name: 'Pause it' }).boundingBox())!;
    await one.page.touchscreen.tap(pause.x + pause.width / 2, pause.y + pause.height / 2);
    await one.untilScene(({ nodes }) => nodes[6]).toBe('paused');
    expect(await menu.count()).toBe(0);
    await touch(finger, await one.spot(6), LONG_PRESS_MS);
    await one.click('button', 'Let it go on');
    await one.untilScene(({ nodes }) => nodes[6]).toBe('up');
    await one.leave();
  });

  test('every act is undone by Ctrl Z, and done again by Ctrl Y', async () => {
    const one = await visit();
    await one.toStart();
    await one.pass(2);
    await one.page.getByLabel('Number of the node').fill('3');
    const slide = (label: string, key: string) => async () => {
      await one.page.getByRole('slider', { name: label, exact: true }).focus();
      await one.press(key);
    };
    const press = (name: string) => () => one.click('button', name);
    const typed = (name: string, what: 'Put' | 'Get' | 'Remove' | 'Look up') => () =>
      one.withKey(name, what, what === 'Put' ? 'orange' : '');
    const acts: [string, () => Promise<unknown>][] = [
      ['Crash', press('Crash')],
      ['Leave', press('Leave')],
      ['Add a node', press('Add a node')],
      ['Cut in half', press('Cut in half')],
      ['Draw a cut', () => drawCut(one)],
      ['Messages lost', slide('Messages lost', 'ArrowRight')],
      ['Latency', slide('Latency', 'ArrowRight')],
      ['Churn', slide('Churn', 'End')],
      ['Churn as it was measured', () => choose(one, 'Churn as it was measured', 1)],
      ['Look-ups', slide('Look-ups', 'End')],
      ['Add Sybils', press('Add Sybils')],
      ['Backups, K', slide('Backups, K', 'ArrowRight')],
      ['Nodes', slide('Nodes', 'ArrowRight')],
      ['Repair', () => choose(one, 'Repair', 2)],
      ['Another seed', press('Another seed')],
      ['Put', typed('mango', 'Put')],
      ['Get', typed('apple', 'Get')],
      ['Look up', typed('apple', 'Look up')],
      ['Remove', typed('apple', 'Remove')],
    ];
    for (const [name, act] of acts) await isUndone(one, name, act);
    // What brings back needs something that is gone.
    await one.click('button', 'Pause');
    await isUndone(one, 'Resume', press('Resume'));
    await one.press('Control+z');
    await one.crash(3);
    await isUndone(one, 'Restart', press('Restart'));
    await isUndone(one, 'Restart empty', press('Restart empty'));
    await one.press('Control+z');
    await press('Cut in half')();
    await isUndone(one, 'Heal', press('Heal'));
    await one.leave();
  }, 180_000);

  test('of two worlds an act is undone in both', async () => {
    const one = await visit();
    await one.click('button', /Compare/);
    await one
      .until(({ panes }) => panes.map(({ busy, nodes }) => busy || nodes.length))
      .toEqual([16, 16]);
    await one.page.getByRole('button', { name: 'Both', exact: true }).click();
    const { x, y } = await one.spot(5, 1);
    await one.page.mouse.click(x, y, { button: 'right' });
    await one.click('button', 'Crash it');
    const states = () => one.until(({ panes }) => panes.map(({ nodes, busy }) => busy || nodes[5]));
    await states().toEqual(['crashed', 'crashed']);
    await one.press('Control+z');
    await states().toEqual(['up', 'up']);
    await one.press('Control+y');
    await states().toEqual(['crashed', 'crashed']);
    await one.leave();
  });
});

/** What of a world an act changes, and what brings it back: also what time has made of it since. */
async function worldOf(one: Visit): Promise<string> {
  await one.untilScene(({ busy }) => busy).toBe(false);
  const { atMs, config, acts, nodes, keys, lookups } = await one.scene();
  return JSON.stringify({ atMs, config, acts, nodes, keys, lookups });
}

async function isUndone(one: Visit, name: string, act: () => Promise<unknown>): Promise<void> {
  const before = await worldOf(one);
  await act();
  await expect
    .poll(() => worldOf(one), { ...PATIENCE, message: `${name} does something` })
    .not.toBe(before);
  const after = await worldOf(one);
  await one.press('Control+z');
  await expect.poll(() => worldOf(one), { ...PATIENCE, message: `${name} is undone` }).toBe(before);
  await one.press('Control+y');
  await expect
    .poll(() => worldOf(one), { ...PATIENCE, message: `${name} is done again` })
    .toBe(after);
  // However fast: nobody waits for a world to begin.
  await one.press('Control+z', 'Control+Shift+Z', 'Control+z');
  await expect
    .poll(() => worldOf(one), { ...PATIENCE, message: `${name} is undone again` })
    .toBe(before);
}

/** A line across the picture, by the mouse. */
async function drawCut(one: Visit): Promise<void> {
  await one.click('button', 'Draw a cut');
  const stage = (await one.page.locator('.stage-surface').boundingBox())!;
  const at = (x: number, y: number) =>
    [stage.x + stage.width * x, stage.y + stage.height * y] as const;
  await one.page.mouse.move(...at(0.15, 0.3));
  await one.page.mouse.down();
  await one.page.mouse.move(...at(0.5, 0.4), { steps: 4 });
  await one.page.mouse.move(...at(0.9, 0.55), { steps: 4 });
  await one.page.mouse.up();
}

async function choose(one: Visit, label: string, index: number): Promise<void> {
  const box = one.page.getByLabel(label, { exact: true });
  await box.focus();
  await box.selectOption({ index });
}

/** One finger that comes down, maybe moves, and goes. */
async function touch(
  finger: CDPSession,
  from: { x: number; y: number },
  heldMs: number,
  to = from,
): Promise<void> {
  const send = (
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    touchPoints: { x: number; y: number }[],
  ) => finger.send('Input.dispatchTouchEvent', { type, touchPoints });
  await send('touchStart', [from]);
  for (let step = 1; step <= 5 && to !== from; step++) {
    const part = step / 5;
    await send('touchMove', [
      { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part },
    ]);
  }
  await new Promise((resolve) => setTimeout(resolve, heldMs));
  await send('touchEnd', []);
}
