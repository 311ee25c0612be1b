// @vitest-environment happy-dom
/** How a step goes: what is asked, what the visitor thinks, and when the world has told. */
import type { Command } from 'ringlight/scene';
import { beforeEach, describe, expect, test } from 'vitest';
import { Course } from '../../../web/src/lessons/course.ts';
import { lessonsDone, rememberDone } from '../../../web/src/lessons/done.ts';
import { FIRST_CONFIG, type Lesson } from '../../../web/src/lessons/lesson.ts';
import { Session } from '../../../web/src/model/session.ts';
import { createViewState, type ViewState } from '../../../web/src/model/view-state.ts';
import type { SourceListener } from '../../../web/src/sources/source.ts';
import { addNodes, frame, hello, key } from '../model/messages.ts';

let commands: Command[];
let listeners: SourceListener[];
let view: ViewState;
let session: Session;

beforeEach(() => {
  localStorage.clear();
  commands = [];
  listeners = [];
  view = createViewState();
  session = new Session(view);
  session.show((heard) => {
    listeners.push(heard);
    return { send: (command) => commands.push(command), close: () => {} };
  });
});

const LESSON: Lesson = {
  ...{ id: 'sample', group: 'The circle', title: 'A sample', about: '' },
  steps: [
    {
      ...{ text: 'Something happens.', notice: 'It did.', config: {}, fromMs: 100, toMs: 500 },
      ask: {
        text: 'Who owns “apple”?',
        of: 'node',
        answer: (w) => [w.owner('apple')],
        hides: true,
        points: [{ key: 'apple', text: 'this one' }],
      },
      notes: () => [{ node: 0, text: 'here' }],
      select: { key: 'apple', view: 'ring', node: -1 },
    },
    { text: 'More happens.', notice: 'It did, too.', toMs: 900 },
  ],
};

/** The world of the lab has come to a moment. */
function reach(atMs: number, playing = false): void {
  for (const { onMessage } of listeners) onMessage(frame({ atMs, playing, keys: [key('apple')] }));
}

function begin(): void {
  for (const { onMessage } of listeners) onMessage(hello({ config: FIRST_CONFIG }));
  addNodes(session.panes.value[0]!.model, 4);
  reach(100);
}

describe('a step that asks', () => {
  test('waits for an answer in the picture, then plays to its moment, and tells', () => {
    const course = new Course(session, false);
    course.play({ lesson: LESSON, index: 0 });
    begin();
    expect(course.phase.value).toBe('asking');
    expect(commands.some((command) => command.do === 'play')).toBe(false);
    // What is selected would give it away; what is asked about is pointed at.
    expect(view.selectedKey.value).toBeNull();
    const [pane] = session.panes.value;
    expect(course.notesOf(pane!)).toEqual([{ key: 'apple', text: 'this one' }]);
    view.picking.value!.take(2);
    expect(course.phase.value).toBe('playing');
    expect(view.picking.value).toBeNull();
    expect(commands.at(-1)).toMatchObject({ do: 'play', untilMs: 500 });
    expect(view.selectedKey.value).toBe(key('apple').key);
    expect(course.right).toBeNull();
    reach(400, true);
    expect(course.phase.value).toBe('playing');
    reach(500);
    expect(course.phase.value).toBe('told');
    const right = course.right![0]!;
    expect(course.notesOf(pane!)).toEqual([
      { node: 0, text: 'here' },
      { node: 2, text: right === 2 ? 'your guess ✓' : 'your guess ✗' },
    ]);
  });

  test('whoever plays it without an answer is shown', () => {
    const course = new Course(session, false);
    course.play({ lesson: LESSON, index: 0 });
    begin();
    reach(120, true);
    expect([course.phase.value, course.answer.value]).toEqual(['playing', null]);
    reach(500);
    expect(course.phase.value).toBe('told');
  });

  test('with less motion the moment is there at once', () => {
    const course = new Course(session, true);
    course.play({ lesson: LESSON, index: 0 });
    begin();
    course.take(null);
    expect(commands.at(-1)).toEqual({ do: 'rewind', toMs: 500 });
    course.take(3);
    expect(course.answer.value).toBeNull();
  });
});

test('a world of a step before, at a later moment, tells nothing', () => {
  const course = new Course(session, false);
  begin();
  reach(5000);
  course.play({ lesson: LESSON, index: 1 });
  reach(5000);
  expect(course.phase.value).toBe('playing');
  begin();
  reach(900);
  expect(course.phase.value).toBe('told');
});

describe('what was done', () => {
  test('is the lesson whose last step has told, and is remembered', () => {
    const course = new Course(session, true);
    course.play({ lesson: LESSON, index: 0 });
    begin();
    course.take(null);
    reach(500);
    expect([...course.done.value]).toEqual([]);
    course.play({ lesson: LESSON, index: 1 });
    begin();
    reach(900);
    expect([...course.done.value]).toEqual(['sample']);
    expect([...new Course(session, true).done.value]).toEqual(['sample']);
  });

  test('is read with care', () => {
    for (const kept of ['{', '7', 'null', '{"a":1}']) {
      localStorage.setItem('ringlight-lessons', kept);
      expect([...lessonsDone()]).toEqual([]);
    }
    localStorage.setItem('ringlight-lessons', '["a", 7, null, "b"]');
    expect([...lessonsDone()]).toEqual(['a', 'b']);
    rememberDone(new Set(Array.from({ length: 500 }, (_, i) => `x${i}`)));
    expect(lessonsDone().size).toBe(200);
  });
});
