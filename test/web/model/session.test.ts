import type { Command, SceneConfig } from 'ringlight/scene';
import { beforeEach, describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { Session } from '../../../web/src/model/session.ts';
import { createViewState, type ViewState } from '../../../web/src/model/view-state.ts';
import type { OpenSource, SourceListener } from '../../../web/src/sources/source.ts';
import { addNodes, frame, hello, key, lookup } from './messages.ts';

/** A source that keeps what it is told, and says what a test tells it to say. */
class FakeSource {
  readonly commands: Command[] = [];
  readonly listener: SourceListener;
  isClosed = false;

  constructor(listener: SourceListener) {
    this.listener = listener;
  }

  send(command: Command): void {
    this.commands.push(command);
  }

  close(): void {
    this.isClosed = true;
  }

  get last(): Command | undefined {
    return this.commands.at(-1);
  }
}

const config: SceneConfig = FIRST_CONFIG;

let view: ViewState;
let session: Session;
let sources: FakeSource[];

beforeEach(() => {
  view = createViewState();
  session = new Session(view);
  sources = [];
  const open: OpenSource = (listener) => {
    const source = new FakeSource(listener);
    sources.push(source);
    listener.onLink({ state: 'open' });
    return source;
  };
  session.show(open);
  say(0, 0);
});

/** The world of a source is at this moment. */
function say(index: number, atMs: number, playing = false): void {
  const { listener } = sources[index]!;
  const { model } = session.panes.value[index]!;
  if (model.hello.value === null) {
    listener.onMessage(hello({ config }));
    addNodes(model, 4);
  }
  listener.onMessage(frame({ atMs, playing, whole: atMs < model.atMs }));
}

describe('one scene', () => {
  test('acts are sent and said', () => {
    session.act({ kind: 'crash', nodes: [3] });
    expect(sources[0]!.last).toEqual({ do: 'act', act: { kind: 'crash', nodes: [3] } });
    expect(session.notice.value?.text).toMatch(/^Crash node 3\. Time stands still/);
    say(0, 10, true);
    session.act({ kind: 'heal' });
    expect(session.notice.value?.text).toBe('Heal the network.');
    expect(session.notice.value?.offer).toBeNull();
  });

  test('an act before others is a new branch, with a way back', () => {
    const acts = [
      { atMs: 100, act: { kind: 'add', count: 1 } as const },
      { atMs: 900, act: { kind: 'heal' } as const },
    ];
    say(0, 20_000);
    sources[0]!.listener.onMessage({ type: 'history', acts });
    say(0, 500);
    expect(session.horizonMs.value).toBe(20_000);
    session.act({ kind: 'crash', nodes: [3] });
    expect(session.notice.value!.text).toBe('A new branch from 0.50 s: 1 later act undone.');
    expect(session.horizonMs.value).toBe(10_000);
    session.notice.value!.offer!.take();
    expect(sources[0]!.commands).toContainEqual({ do: 'begin', config, acts, atMs: 500 });
  });

  test('undone and done again before the world has begun: each moment is the one that was meant', () => {
    const { listener } = sources[0]!;
    const acts = [3, 4].map((node) => ({
      atMs: 0,
      act: { kind: 'crash', nodes: [node] } as const,
    }));
    for (const [i, { act }] of acts.entries()) {
      session.act(act);
      listener.onMessage({ type: 'history', acts: acts.slice(0, i + 1) });
    }
    for (const way of ['undo', 'undo', 'redo'] as const) session.branches[way]();
    expect(sources[0]!.last).toEqual({ do: 'begin', config, acts: acts.slice(0, 1), atMs: 0 });
    session.act({ kind: 'heal' });
    session.branches.undo();
    session.branches.undo();
    expect(sources[0]!.last).toEqual({ do: 'begin', config, acts: [], atMs: 0 });
    session.branches.redo();
    session.branches.redo();
    const healed = [acts[0], { atMs: 0, act: { kind: 'heal' } }];
    expect(sources[0]!.last).toEqual({ do: 'begin', config, acts: healed, atMs: 0 });
    // Once it is there, it is what it says that counts.
    listener.onMessage(hello({ config }));
    listener.onMessage({ type: 'history', acts: healed as never });
    listener.onMessage(frame({ atMs: 700, whole: true }));
    expect(session.moment).toMatchObject({ atMs: 700, acts: healed });
  });

  test('what is selected is looked into, in a new world too', () => {
    view.selectedNode.value = 2;
    expect(sources[0]!.last).toEqual({ do: 'inspect', node: 2 });
    view.selectedFlight.value = 9;
    expect(sources[0]!.last).toEqual({ do: 'explain', flight: 9 });
    session.change({ k: 3 });
    const [begin, inspect] = sources[0]!.commands.slice(-2);
    expect(begin).toMatchObject({ do: 'begin', config: { ...config, k: 3 } });
    expect(inspect).toEqual({ do: 'inspect', node: 2 });
  });

  test('a smaller world is not told to crash nodes that it does not have', () => {
    const acts = [
      { atMs: 1, act: { kind: 'crash', nodes: [12] } as const },
      { atMs: 2, act: { kind: 'get', name: 'apple', from: 13 } as const },
      { atMs: 3, act: { kind: 'crash', nodes: [1] } as const },
    ];
    sources[0]!.listener.onMessage({ type: 'history', acts });
    say(0, 50);
    session.change({ nodes: 8 });
    expect(sources[0]!.last).toMatchObject({ do: 'begin', acts: [acts[2]] });
  });

  test('a look-up that was asked for is selected when it comes, others are not', () => {
    const { listener } = sources[0]!;
    listener.onMessage(lookup(1));
    expect(view.selectedLookup.value).toBe(1);
    listener.onMessage(lookup(2));
    expect(view.selectedLookup.value).toBe(1);
    session.act({ kind: 'get', name: 'fig' });
    listener.onMessage(lookup(3));
    expect(view.selectedLookup.value).toBe(3);
  });

  test('a key that was put is selected when it is there', () => {
    session.act({ kind: 'put', name: 'plum', value: 'x' });
    expect(view.selectedKey.value).toBeNull();
    const plum = key('plum');
    sources[0]!.listener.onMessage(frame({ atMs: 10, keys: [key('fig'), plum] }));
    expect(view.selectedKey.value).toBe(plum.key);
  });

  test('while the bar is dragged only the newest moment is asked for', async () => {
    say(0, 5000);
    for (const ms of [4000, 3000, 2000, 1000]) session.scrub(ms);
    const rewinds = () => sources[0]!.commands.filter((command) => command.do === 'rewind');
    expect(rewinds()).toEqual([{ do: 'rewind', toMs: 4000 }]);
    say(0, 4000);
    await Promise.resolve();
    expect(rewinds().at(-1)).toEqual({ do: 'rewind', toMs: 1000 });
    expect(rewinds()).toHaveLength(2);
    say(0, 1000);
    await Promise.resolve();
    expect(rewinds()).toHaveLength(2);
    session.scrub(500);
    expect(rewinds()).toHaveLength(3);
  });

  test('a step back is a way back', () => {
    say(0, 2500);
    session.stepMs(-1000);
    expect(sources[0]!.last).toEqual({ do: 'rewind', toMs: 1500 });
    session.stepMs(-4000);
    expect(sources[0]!.last).toEqual({ do: 'rewind', toMs: 0 });
    session.stepMs(1000);
    expect(sources[0]!.last).toEqual({ do: 'step', by: 'ms', count: 1000 });
  });

  test('a recording begins and ends where it does', () => {
    const { listener } = sources[0]!;
    listener.onMessage(hello({ origin: 'recording', endMs: 1e12 + 5000 }));
    listener.onMessage(frame({ atMs: 1e12, whole: true }));
    listener.onMessage(frame({ atMs: 1e12 + 300 }));
    expect(session.startMs.value).toBe(1e12);
    expect(session.horizonMs.value).toBe(1e12 + 5000);
    session.toStart();
    expect(sources[0]!.last).toEqual({ do: 'rewind', toMs: 1e12 });
  });

  test('another source closes the one before', () => {
    view.selectedNode.value = 2;
    session.show((listener) => {
      const source = new FakeSource(listener);
      sources.push(source);
      return source;
    });
    expect(sources[0]!.isClosed).toBe(true);
    expect(session.panes.value).toHaveLength(1);
    expect(view.selectedNode.value).toBe(-1);
  });
});

describe('two scenes', () => {
  beforeEach(() => {
    say(0, 3000);
    session.compare();
    say(1, 3000);
  });

  test('the second begins as the first, at the same moment', () => {
    expect(session.panes.value.map((pane) => pane.name)).toEqual(['A', 'B']);
    expect(sources[1]!.commands[0]).toEqual({ do: 'begin', config, acts: [], atMs: 3000 });
    expect(view.layout.value).toBe('two');
  });

  test('hands reach the one that is chosen, time reaches both', () => {
    const reached = () => sources.map((source) => source.last?.do);
    view.pane.value = 0;
    session.act({ kind: 'heal' });
    expect(reached()[0]).toBe('act');
    expect(reached()[1]).not.toBe('act');
    view.pane.value = 'both';
    session.act({ kind: 'heal' });
    expect(reached()).toEqual(['act', 'act']);
    session.play();
    expect(reached()).toEqual(['play', 'play']);
    view.pane.value = 1;
    session.change({ k: 0 });
    expect(sources[1]!.last).toMatchObject({ do: 'begin', config: { k: 0 } });
    expect(sources[0]!.last).toMatchObject({ do: 'play' });
  });

  test('the one that is behind catches up when both pause', () => {
    say(0, 4000, true);
    say(1, 3600, true);
    session.pause();
    expect(sources[0]!.last).toEqual({ do: 'pause' });
    expect(sources[1]!.last).toEqual({ do: 'step', by: 'ms', count: 400 });
  });

  test('while both play, the one ahead waits for the other', () => {
    session.setPace(1000);
    session.play();
    say(0, 3100, true);
    say(1, 3050, true);
    expect(sources[0]!.last).toMatchObject({ do: 'play' });
    say(0, 3400, true);
    expect(sources[0]!.last).toEqual({ do: 'pause' });
    say(0, 3420, false);
    say(1, 3300, true);
    expect(sources[0]!.last).toEqual({ do: 'pause' });
    say(1, 3420, true);
    expect(sources[0]!.last).toEqual({ do: 'play', pace: 1000 });
    expect(sources[1]!.last).toEqual({ do: 'play', pace: 1000 });
  });

  test('a pause while one waits is a pause of both', () => {
    session.play();
    say(0, 9000, true);
    say(1, 3300, true);
    expect(sources[0]!.last).toEqual({ do: 'pause' });
    session.pause();
    expect(sources[1]!.last).toMatchObject({ do: 'step', by: 'ms' });
    say(1, 9000);
    expect(sources[0]!.last).toEqual({ do: 'pause' });
  });

  test('what a panel asks reaches its own scene, an act those that hands reach', () => {
    const send = session.sender(session.panes.value[1]!);
    send({ do: 'explain', flight: 4 });
    expect(sources[1]!.last).toEqual({ do: 'explain', flight: 4 });
    expect(sources[0]!.last?.do).not.toBe('explain');
    view.pane.value = 'both';
    send({ do: 'act', act: { kind: 'heal' } });
    expect(sources[0]!.last?.do).toBe('act');
  });

  test('and back to one', () => {
    session.compare();
    expect(sources[1]!.isClosed).toBe(true);
    expect(session.panes.value).toHaveLength(1);
    expect(view.pane.value).toBe('both');
  });
});
