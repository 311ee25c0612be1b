/** A teacher writes questions by hand, into the page; somebody else opens the link and answers in the picture. */
import { describe, expect, test } from 'vitest';
import { isSkipped, PATIENCE, type Visit } from './browser.ts';
import { Hosted } from './opened.ts';

describe.skipIf(isSkipped)('the questions of a teacher', () => {
  const page = new Hosted();
  const visit = (hash = ''): Promise<Visit> => page.visit(page.url + hash);

  test('about a world: asked where it stood, answered by a click on a node and by a word', async () => {
    const teacher = await visit();
    await teacher.toStart();
    await teacher.pass();
    const { owner } = (await teacher.scene()).keys['apple']!;
    await ask(teacher, { Question: 'Who owns “apple” now?', 'Right is': String(owner) });
    await teacher.press('Escape');
    const { x, y } = await teacher.spot(owner);
    await teacher.page.mouse.click(x, y, { button: 'right' });
    await teacher.click('button', 'Crash it');
    await teacher.pass(3);
    const heir = (await teacher.scene()).keys['apple']!.owner;
    await ask(teacher, {
      ...{ Question: 'And is “apple” lost?', 'Answered by': 'one of these words' },
      'Right is': 'no',
    });
    await teacher.untilText().toContain('2 questions.');
    const link = await linkOf(teacher);
    await teacher.leave();

    // Another browser, which knows nothing of this one.
    const student = await page.visit(link);
    await student.until(({ phase }) => phase).toBe('asking');
    await student.untilText().toContain('Who owns “apple” now?');
    const wrong = await student.spot(heir);
    await student.page.mouse.click(wrong.x, wrong.y);
    await student.untilText().toContain(`You said: node ${heir}. ✗ It is: node ${owner}.`);
    // What the teacher did meanwhile has been done.
    await student.untilScene(({ atMs, nodes }) => [atMs, nodes[owner]]).toEqual([4000, 'crashed']);
    await student.click('button', 'Again');
    await student.until(({ phase }) => phase).toBe('asking');
    await student.untilScene(({ nodes }) => nodes[owner]).toBe('up');
    const right = await student.spot(owner);
    await student.page.mouse.click(right.x, right.y);
    await student.untilText().toContain(`You said: node ${owner}. ✓ So it is.`);
    await student.click('button', 'Next');
    await student.untilText().toContain('And is “apple” lost?');
    await student.click('button', 'yes');
    await student.untilText().toContain('You said: yes. ✗ It is: no.');
    await student.untilText().toContain('Your answers: 1 of 2 right.');
    await student.leave();
  });

  test('in a lesson: in place of what its steps ask, answered by a click on a key', async () => {
    const teacher = await visit('#lesson=ownership/3');
    await ask(teacher, { Question: 'First?', 'Right is': '0' });
    await teacher.press('Escape');
    await teacher.click('button', 'Step 2');
    await ask(teacher, {
      ...{ Question: 'Which key is this about?', 'Answered by': 'a click on a key' },
      'Right is': 'apple',
    });
    const link = await linkOf(teacher);
    await teacher.leave();

    const student = await page.visit(link);
    // It begins at the first step that is asked about.
    await student.until(({ lesson, phase }) => [lesson, phase]).toEqual(['ownership/2', 'asking']);
    await student.untilText().toContain('Which key is this about?');
    const key = await student.spot('apple');
    await student.page.mouse.click(key.x, key.y);
    await student.untilText().toContain('You said: apple. ✓ So it is.');
    await student.click('button', 'Next');
    await student.untilText().toContain('First?');
    await student.leave();
  });
});

/** Opens the sheet for teachers and fills in what is to be asked. */
async function ask(one: Visit, fields: Record<string, string>): Promise<void> {
  if ((await one.page.locator('.teach-ask').count()) === 0) await one.click('button', 'Teach');
  const form = one.page.locator('.teach-ask');
  const { 'Answered by': by, ...typed } = fields;
  if (by !== undefined) await form.getByLabel('Answered by').selectOption({ label: by });
  for (const [label, text] of Object.entries(typed)) await form.getByLabel(label).fill(text);
  await form.locator('button[type=submit]').click();
  await expect.poll(() => form.getByLabel('Question').inputValue(), PATIENCE).toBe('');
}

async function linkOf(one: Visit): Promise<string> {
  return one.page.getByLabel('The link that asks').inputValue();
}
