/**
 * Every lesson to its end, in a real browser: at three sizes and in both themes nothing is cut off, covered
 * or off the screen, and what the page says is what a run of the same lesson without a page says.
 */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { FURTHER } from '../../../web/src/lessons/further.ts';
import { LESSONS } from '../../../web/src/lessons/index.ts';
import { Course } from '../lessons/course.ts';
import { isSkipped, PATIENCE, Visit } from './browser.ts';
import { Hosted } from './opened.ts';

/** A laptop, a phone held upright, and the laptop at 200 %. */
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
  { width: 720, height: 450 },
];
/** Of the screen belongs to the picture, words included that stand in it. */
const PICTURE_SHARE = 0.3;

describe.skipIf(isSkipped)('every lesson', () => {
  const page = new Hosted();

  test.each([...LESSONS, ...FURTHER].map((lesson) => ({ id: lesson.id, lesson })))(
    '$id says what is so, and stands whole on any screen',
    async ({ id, lesson }) => {
      const one = await Visit.open(page.browser, { viewport: SIZES[0]! });
      await one.go(`${page.url}#lesson=${id}/1`);
      const expected = new Course(lesson);
      for (const [i, step] of lesson.steps.entries()) {
        await one.until((seen) => seen.lesson).toBe(`${id}/${i + 1}`);
        if (step.ask) await one.click('button', 'Just show me');
        // While the page is at it, the same is run here.
        const { text, notice } = expected.at(i);
        const owners = expected.ownersAt(i);
        await one.until((seen) => seen.phase).toBe('told');
        const words = () => one.page.locator('.lesson-words').innerText();
        await expect.poll(words, PATIENCE).toContain(notice);
        expect(await words()).toContain(text);
        const { panes } = await one.look();
        const shown = panes.map(({ keys }) =>
          Object.fromEntries(Object.entries(keys).map(([name, { owner }]) => [name, owner])),
        );
        expect(shown, `${id}/${i + 1}`).toEqual(owners);
        // Over the steps of a lesson each size is seen in both themes.
        for (const [s, size] of SIZES.entries()) {
          const colorScheme = (i + s) % 2 === 0 ? 'light' : 'dark';
          await one.page.setViewportSize(size);
          await one.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          const name = `${id}/${i + 1}, ${size.width}, ${colorScheme}`;
          await expect.poll(() => amiss(one.page, PICTURE_SHARE), PATIENCE).toEqual([]);
          expect(await one.page.evaluate(() => innerWidth), name).toBe(size.width);
        }
        await one.page.setViewportSize(SIZES[0]!);
        if (i < lesson.steps.length - 1) await one.click('button', 'Next');
      }
      await one.leave();
    },
  );

  test('it would be found if something lay over the words, or off the screen', async () => {
    const one = await Visit.open(page.browser, { viewport: SIZES[1]! });
    await one.go(`${page.url}#lesson=ownership/2`);
    await one.until((seen) => seen.phase).toBe('told');
    await expect.poll(() => amiss(one.page, PICTURE_SHARE), PATIENCE).toEqual([]);
    await one.page.evaluate(() => {
      const cover = document.body.appendChild(document.createElement('div'));
      cover.style.cssText = 'position: fixed; inset: auto 0 0 0; height: 60px; z-index: 99';
    });
    expect((await amiss(one.page, PICTURE_SHARE)).join()).toContain('Next');
    await one.leave();
  });

  test('by keys alone, from its first word to the next lesson', async () => {
    const one = await Visit.open(page.browser);
    await one.go(`${page.url}#lesson=joining/1`);
    const focus = async (name: string) => {
      for (let i = 0; i < 40; i++) {
        await one.press('Tab');
        const here = await one.page.evaluate(() => {
          const { activeElement: on } = document;
          return on?.getAttribute('aria-label') ?? on?.textContent?.trim() ?? '';
        });
        if (here.startsWith(name)) return;
      }
      throw new Error(`Tab does not lead to ${name}`);
    };
    await one.until((seen) => seen.phase).toBe('told');
    await focus('Next');
    await one.press('Enter');
    // A question of the picture: walk to a node, and say that it is this one.
    await one.until((seen) => [seen.lesson, seen.phase]).toEqual(['joining/2', 'asking']);
    await focus('The scene: picture of the nodes');
    await one.press('ArrowRight', 'Enter');
    await one.until((seen) => seen.phase).toBe('told');
    const { selectedNode } = await one.look();
    await one.untilText().toContain(`You said: node ${selectedNode}.`);
    for (const step of [3, 4]) {
      await focus('Next');
      await one.press('Enter');
      await one.until((seen) => seen.lesson).toBe(`joining/${step}`);
    }
    await focus('Just show me');
    await one.press('Enter');
    await one.until((seen) => seen.phase).toBe('told');
    await focus('Next lesson');
    await one.press('Enter');
    await one.until((seen) => seen.lesson).toBe('fingers/1');
    await one.leave();
  });

  test('in a frame of another page, however small', async () => {
    const one = await Visit.open(page.browser, { viewport: { width: 480, height: 360 } });
    await one.go(`${page.url}?embed#lesson=ownership/2`);
    await one.until((seen) => seen.phase).toBe('told');
    await expect.poll(() => amiss(one.page, PICTURE_SHARE), PATIENCE).toEqual([]);
    await one.untilText().toContain('Open in Ringlight');
    await one.leave();
  });
});

/** What is cut off, covered or off the screen, as lines. */
async function amiss(page: Page, pictureShare: number): Promise<string[]> {
  return page.evaluate((share) => {
    const found: string[] = [];
    const { innerWidth: width, innerHeight: height } = globalThis as unknown as Window;
    const root = document.documentElement;
    if (root.scrollWidth > width) found.push(`the page is ${root.scrollWidth} wide`);
    if (root.scrollHeight > height) found.push(`the page is ${root.scrollHeight} high`);
    const isSeen = (box: DOMRect) => box.width > 0 && box.height > 0;
    // Controls: whole on the screen, and what is pressed there is they.
    for (const button of document.querySelectorAll('.lesson button, .lesson-bar button')) {
      const box = button.getBoundingClientRect();
      const name = button.textContent?.trim() || button.getAttribute('aria-label');
      const scroller = button.closest('.lesson-words')?.getBoundingClientRect();
      if (!isSeen(box)) continue;
      if (scroller && (box.top > scroller.bottom - 4 || box.bottom < scroller.top + 4)) continue;
      const isIn =
        box.left >= 0 && box.right <= width && (scroller || (box.top >= 0 && box.bottom <= height));
      if (!isIn) found.push(`${name} is off the screen`);
      const y = Math.min((scroller?.bottom ?? height) - 2, box.top + box.height / 2);
      const top = document.elementFromPoint(box.left + box.width / 2, y);
      if (!button.contains(top)) found.push(`${name} is covered`);
    }
    // The words: the notice is in sight, wherever they are scrolled to.
    const words = document.querySelector('.lesson-words');
    const notice = document.querySelector('.lesson-notice')?.getBoundingClientRect();
    const view = words?.getBoundingClientRect();
    if (view && notice && (notice.top > view.bottom - 12 || notice.bottom < view.top + 12)) {
      found.push('the notice is out of sight');
    }
    if (words && words.scrollWidth > words.clientWidth + 1) found.push('words are cut off');
    // The picture: large, and every word in it whole and on no other.
    let area = 0;
    for (const picture of document.querySelectorAll('.stage-picture')) {
      const stage = picture.getBoundingClientRect();
      area += stage.width * stage.height;
      const notes = [...picture.querySelectorAll<HTMLElement>('.stage-note:not([hidden])')];
      const boxes = notes.map((note) => note.getBoundingClientRect());
      for (const [i, box] of boxes.entries()) {
        const text = notes[i]!.textContent;
        const isIn =
          box.left >= stage.left &&
          box.right <= stage.right &&
          box.top >= stage.top &&
          box.bottom <= stage.bottom;
        if (!isIn) found.push(`“${text}” is cut off`);
        for (const other of boxes.slice(0, i)) {
          const isOn =
            box.left < other.right &&
            other.left < box.right &&
            box.top < other.bottom &&
            other.top < box.bottom;
          if (isOn) found.push(`“${text}” lies on another word`);
        }
      }
    }
    if (area < share * width * height) found.push(`the picture has ${Math.round(area)} pixels`);
    return found;
  }, pictureShare);
}
