// @vitest-environment happy-dom
/** What a teacher takes along: a frame, a link with questions, a sheet of paper. */
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { type SceneMessage, Simulation } from 'ringlight/scene';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { kSafety } from '../../../web/src/lessons/k-safety.ts';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { readLink } from '../../../web/src/link/link.ts';
import { createViewState } from '../../../web/src/model/view-state.ts';
import type { OpenSource, SourceListener } from '../../../web/src/sources/source.ts';
import { Studio } from '../../../web/src/studio.ts';
import { actsAsked, askedOf, withQuestion } from '../../../web/src/teach/questions.ts';
import { runSheet, type SheetStep } from '../../../web/src/teach/sheet-run.ts';
import { frameOf, TeachMenu } from '../../../web/src/teach/teach-menu.tsx';
import { onPaper } from '../../../web/src/teach/work-sheet.tsx';
import { Tale } from '../lessons/tale.ts';
import { frame, hello } from '../model/messages.ts';

/** The lab without a worker: whatever is asked of it is done at once. */
const simulated: OpenSource = ({ onMessage, onLink }) => {
  const simulation = new Simulation((message: SceneMessage) => onMessage(message));
  onLink({ state: 'open' });
  return {
    send: (command) => {
      simulation.command(command);
      while (simulation.isWorking) simulation.work(() => false);
      simulation.show();
    },
    close: () => {},
  };
};

describe('the work sheet', () => {
  test('has each step with a picture of its beginning, and tells what the lesson tells', async () => {
    const steps: SheetStep[] = [];
    const drawn: number[] = [];
    const draw = (model: { atMs: number }) => `at ${drawn.push(model.atMs)}`;
    await runSheet(
      kSafety,
      simulated,
      draw,
      (step) => steps.push(step),
      () => false,
    );
    expect(steps).toHaveLength(kSafety.steps.length);
    expect(steps.map(({ pictures }) => pictures.length)).toEqual([2, 2, 2, 1, 1]);
    // As they begin: both worlds at 0, at 500 ms, at 1400 ms, then the next world.
    expect(drawn).toEqual([0, 0, 500, 500, 1400, 1400, 0, 9000]);
    const lost = new Tale(kSafety).at(2).keysThatAre('lost');
    for (const name of lost) expect(steps[1]!.notice).toContain(`“${name}”`);
    expect(steps[1]!.right).toEqual([new Tale(kSafety).at(2).owner('apple')]);
  });

  test('ends when nobody wants it any more, and says what went wrong', async () => {
    const steps: SheetStep[] = [];
    await runSheet(
      kSafety,
      simulated,
      () => '',
      (step) => steps.push(step),
      () => steps.length > 0,
    );
    expect(steps).toHaveLength(1);
    const broken: OpenSource = ({ onLink }) => ({
      send: () => onLink({ state: 'broken', message: 'the lab has stopped' }),
      close: () => {},
    });
    const run = runSheet(
      kSafety,
      broken,
      () => '',
      () => {},
      () => false,
    );
    await expect(run).rejects.toThrow('the lab has stopped');
  });

  test('asks nobody to click', () => {
    expect(onPaper('Who owns it? Click the node, in either ring.')).toBe(
      'Who owns it? Mark it in the picture.',
    );
    expect(onPaper('How many?')).toBe('How many?');
  });
});

describe('the menu for teachers', () => {
  let root: HTMLElement;
  let studio: Studio;
  let listener: SourceListener;

  beforeEach(async () => {
    document.body.innerHTML = '';
    root = document.body.appendChild(document.createElement('div'));
    studio = new Studio(createViewState(), true, (heard) => {
      listener = heard;
      return { send: () => {}, close: () => {} };
    });
    studio.openWorld('ring');
    listener.onMessage(hello({ config: FIRST_CONFIG }));
    listener.onMessage(frame({ atMs: 3000 }));
    act(() => render(<TeachMenu studio={studio} />, root));
    act(() => button('Teach').click());
    await vi.waitFor(() => expect(root.querySelector('form')).not.toBeNull());
  });

  afterEach(() => act(() => render(null, root)));

  const button = (name: string) =>
    [...root.querySelectorAll('button')].find(
      (found) => found.textContent!.trim() === name || found.getAttribute('aria-label') === name,
    )!;

  test('writes a link that asks', async () => {
    const field = root.querySelector('textarea')!;
    expect(button('Copy a link that asks this').disabled).toBe(true);
    act(() => {
      field.value = 'Who owns it?';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await act(async () => void root.querySelector('form')!.dispatchEvent(new Event('submit')));
    const { href } = root.querySelector<HTMLAnchorElement>('.teach-ask a')!;
    const asked = { text: 'Who owns it?', of: 'node', right: null, untilMs: 8000, step: 0 };
    expect(readLink(new URL(href).hash)).toMatchObject({ kind: 'scene', asks: [asked] });
  });

  test('gives a frame whose address is quoted', () => {
    const html = frameOf('http://127.0.0.1/x/?a=1#lesson=repair/2', 'A "title" & more');
    expect(html).toContain('src="http://127.0.0.1/x/?embed#lesson=repair/2"');
    expect(html).toContain('title="A &quot;title&quot; &amp; more"');
  });

  test('takes what was typed as it was meant', () => {
    const draft = {
      text: ' Q ',
      kind: 'words',
      words: 'yes, , no',
      right: ' no ',
      seconds: 'x',
    } as const;
    expect(askedOf(draft, 1000, 3)).toEqual({
      ...{ text: 'Q', of: ['yes', 'no'], right: 'no', untilMs: 6000, step: 0 },
    });
    expect(askedOf({ ...draft, kind: 'node', right: '7' }, null, 3)).toMatchObject({
      ...{ of: 'node', right: 7, untilMs: null, step: 3 },
    });
  });

  test('questions of a world come one after the other, each where it was asked', () => {
    const draft = { text: 'Q', kind: 'node', words: '', right: '', seconds: '5' } as const;
    const at = (ms: number) => ({ of: 'a world', isLesson: false, at: ms, acts: 0 });
    const first = withQuestion(null, at(3000), draft);
    expect(first).toMatchObject({ from: 3000, asks: [{ untilMs: 8000 }] });
    // The world stands where it stood: the next one comes when the first has played.
    expect(withQuestion(first, at(3000), draft).asks.map(({ untilMs }) => untilMs)).toEqual([
      8000, 13_000,
    ]);
    // It was played on: the first one plays up to where the next one is asked.
    const second = withQuestion(first, at(20_000), draft);
    expect(second).toMatchObject({ from: 3000, asks: [{ untilMs: 20_000 }, { untilMs: 25_000 }] });
    expect(withQuestion(second, { ...at(50), of: 'another world' }, draft)).toMatchObject({
      ...{ from: 50, asks: [{ untilMs: 5050 }] },
    });
  });

  test('what is done after a question is done after it in the link, too', () => {
    const draft = { text: 'Q', kind: 'node', words: '', right: '', seconds: '5' } as const;
    const acts = [100, 3000, 3000, 9000].map((atMs) => ({ atMs, act: { kind: 'heal' } as const }));
    const subject = { of: 'a world', isLesson: false, at: 3000, acts: 2 };
    const questions = withQuestion(null, subject, draft);
    expect(actsAsked(questions, acts).map(({ atMs }) => atMs)).toEqual([100, 3000, 3001, 9000]);
    const more = withQuestion(questions, { ...subject, at: 9000, acts: 3 }, draft);
    expect(actsAsked(more, acts).map(({ atMs }) => atMs)).toEqual([100, 3000, 3001, 9001]);
  });

  test('of a lesson each step asks one, and the link begins at the first that does', () => {
    const draft = { text: 'Q', kind: 'key', words: '', right: 'fig', seconds: '' } as const;
    const at = (step: number) => ({ of: 'repair', isLesson: true, at: step, acts: 0 });
    const late = withQuestion(null, at(3), draft);
    const both = withQuestion(late, at(1), draft);
    const again = withQuestion(both, at(3), { ...draft, text: 'Instead' });
    expect(again).toMatchObject({ from: 1, asks: [{ step: 1 }, { step: 3, text: 'Instead' }] });
    expect(again.asks).toHaveLength(2);
  });
});
