// @vitest-environment happy-dom
import type { Command } from 'ringlight/scene';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { LESSONS, LISTED } from '../../web/src/lessons/index.ts';
import { FIRST_CONFIG, stagingOf } from '../../web/src/lessons/lesson.ts';
import { openingMoment } from '../../web/src/lessons/opening.ts';
import { readLink, writeLessonLink, writeSceneLink } from '../../web/src/link/link.ts';
import { createViewState, type ViewState } from '../../web/src/model/view-state.ts';
import type { SourceListener } from '../../web/src/sources/source.ts';
import { Studio } from '../../web/src/studio.ts';
import { frame, hello, key } from './model/messages.ts';

let commands: Command[];
let listener: SourceListener;
let view: ViewState;
let opened: number;

function studioOf(isCalm = false): Studio {
  return new Studio(view, isCalm, (heard) => {
    opened++;
    listener = heard;
    return { send: (command) => commands.push(command), close: () => {} };
  });
}

const begins = () => commands.filter((command) => command.do === 'begin');

beforeEach(() => {
  commands = [];
  opened = 0;
  view = createViewState();
  history.replaceState(null, '', '/');
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404 })));
});

describe('the page opens', () => {
  test('on the opening scene, playing, with a key and a look-up to be selected', () => {
    const studio = studioOf();
    studio.start('');
    expect(begins()).toEqual([{ do: 'begin', ...openingMoment('ring', false) }]);
    expect(commands.at(-1)).toMatchObject({ do: 'play' });
    listener.onMessage(hello({ config: FIRST_CONFIG }));
    listener.onMessage(frame({ keys: [key('banana'), key('apple')] }));
    expect(view.selectedKey.value).toBe(key('apple').key);
    expect(studio.trouble.value).toBe('');
  });

  test('with a word of welcome, which leads to the first lesson', () => {
    const studio = studioOf();
    studio.start('');
    studio.session.notice.value!.offer!.take();
    expect(studio.lesson.value).toMatchObject({ lesson: LESSONS[0], index: 0 });
    expect(studio.session.notice.value).toBeNull();
    studio.follow(writeLessonLink(LESSONS[1]!.id, 0));
    expect(studio.session.notice.value).toBeNull();
  });

  test('still, for those who prefer less motion', () => {
    studioOf(true).start('');
    expect(begins()).toHaveLength(1);
    expect(commands.some((command) => command.do === 'play')).toBe(false);
  });

  test('on what a link says, paused at its moment', () => {
    const config = { ...FIRST_CONFIG, nodes: 40 };
    const acts = [{ atMs: 5, act: { kind: 'heal' } as const }];
    const studio = studioOf();
    const shown = { view: 'trie', tab: 'node', node: 3, key: 'ab'.repeat(20), lookup: 2 } as const;
    studio.start(writeSceneLink({ moment: { config, acts, atMs: 777 }, ...shown }));
    expect(begins()).toEqual([{ do: 'begin', config, acts, atMs: 777 }]);
    expect(commands.some((command) => command.do === 'play')).toBe(false);
    expect(view.viewKind.value).toBe('trie');
    expect(view.tab.value).toBe('node');
    expect(view.selectedNode.value).toBe(3);
    expect(view.selectedKey.value).toBe('ab'.repeat(20));
  });

  test('a broken link is told, and the opening scene is there', () => {
    const studio = studioOf();
    studio.start('#v=1&s=broken');
    expect(studio.trouble.value).toContain('opening scene instead');
    expect(begins()).toHaveLength(1);
    studio.follow('#lesson=no-such-lesson');
    expect(studio.trouble.value).toContain('no such lesson');
  });

  test('a recording that is not there is told, and the opening scene is there', async () => {
    const studio = studioOf();
    studio.start('#recording=http://example.org/r');
    await expect.poll(() => studio.trouble.value).toContain('host of this page');
    expect(begins()).toHaveLength(1);
  });
});

describe('lessons', () => {
  const lesson = LESSONS[0]!;

  test('are steps of one world, each with a link', () => {
    const studio = studioOf();
    studio.openLesson(lesson.id, 1);
    const { config, acts, atMs } = stagingOf(lesson, 1);
    expect(begins().at(-1)).toEqual({ do: 'begin', config, acts, atMs });
    expect(location.hash).toBe(`#lesson=${lesson.id}/2`);
    expect(studio.writeLink()).toContain(`#lesson=${lesson.id}/2`);
  });

  test('play to their moment and pause there by themselves; played on, time goes on', () => {
    const studio = studioOf();
    studio.openLesson(lesson.id, 0);
    const { toMs } = stagingOf(lesson, 0);
    listener.onMessage(hello({ config: FIRST_CONFIG }));
    listener.onMessage(frame({ atMs: toMs - 1, playing: true }));
    expect(commands.at(-1)).toMatchObject({ do: 'play', untilMs: toMs });
    studio.session.setPace(10);
    expect(commands.at(-1)).toEqual({ do: 'play', pace: 10, untilMs: toMs });
    listener.onMessage(frame({ atMs: toMs, playing: false }));
    studio.session.play();
    expect(commands.at(-1)).toEqual({ do: 'play', pace: 10 });
  });

  test('are shown at their end to those who prefer less motion', () => {
    studioOf(true).openLesson(lesson.id, 0);
    expect(begins().at(-1)).toMatchObject({ atMs: stagingOf(lesson, 0).toMs });
  });

  test('lead to the next one, and out at last', async () => {
    const studio = studioOf();
    studio.openLesson(lesson.id, 0);
    studio.nextLesson();
    expect(studio.lesson.value!.lesson).toBe(LESSONS[1]);
    // Those on attacks are fetched when they are opened; of two the later one is shown.
    studio.openLesson(LISTED.at(-2)!.id, 0);
    studio.openLesson(LISTED.at(-1)!.id, 1);
    await vi.waitFor(() => expect(studio.lesson.value!.lesson.id).toBe(LISTED.at(-1)!.id), 20_000);
    expect(studio.lesson.value!.index).toBe(1);
    expect(location.hash).toBe(`#lesson=${LISTED.at(-1)!.id}/2`);
    expect(studio.hasNextLesson).toBe(false);
    studio.nextLesson();
    expect(studio.lesson.value).toBeNull();
    expect(location.hash).toBe('');
  });

  test('a step beyond the last is the last', () => {
    const studio = studioOf();
    studio.openLesson(lesson.id, 99);
    expect(studio.lesson.value!.index).toBe(lesson.steps.length - 1);
  });
});

describe('sharing', () => {
  test('the link says what is to be seen now, and stands in the address bar', () => {
    const studio = studioOf();
    studio.start('');
    listener.onMessage(hello({ config: FIRST_CONFIG }));
    const acts = [{ atMs: 100, act: { kind: 'crash', nodes: [2] } as const }];
    listener.onMessage({ type: 'history', acts });
    listener.onMessage(frame({ atMs: 1234 }));
    view.selectedNode.value = 2;
    const url = studio.writeLink();
    expect(location.href).toBe(url);
    expect(readLink(new URL(url).hash)).toMatchObject({
      kind: 'scene',
      link: { moment: { config: FIRST_CONFIG, acts, atMs: 1234 }, node: 2 },
    });
  });
});

test('the other DHT needs no other worker', () => {
  const studio = studioOf();
  studio.start('');
  studio.openWorld('mainline');
  expect(opened).toBe(1);
  expect(begins().at(-1)).toMatchObject({ config: { overlay: 'mainline' } });
});
