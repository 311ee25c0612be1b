/** Playing a recording: whatever way a moment is reached, the view knows the same. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Command } from '../../../src/scene/protocol/commands.ts';
import { SCENE_DEFAULTS } from '../../../src/scene/protocol/config.ts';
import type { SceneMessage, Update } from '../../../src/scene/protocol/messages.ts';
import { Playback } from '../../../src/scene/recording/playback.ts';
import { recordSimulation, UpdateSum } from '../../../src/scene/recording/recorder.ts';
import { type Recording, readRecording } from '../../../src/scene/recording/recording.ts';

const UNTIL_MS = 32_000;

function record(inspect = -1): Recording {
  const lines: string[] = [];
  const config = { ...SCENE_DEFAULTS, nodes: 8, keys: 3, lookupsPerSecond: 1 };
  const acts = [
    { atMs: 4000, act: { kind: 'crash', nodes: [3] } as const },
    { atMs: 15_000, act: { kind: 'add', count: 2 } as const },
  ];
  recordSimulation(config, acts, UNTIL_MS, (line) => lines.push(line), { inspect });
  return readRecording(`${lines.join('\n')}\n`);
}

const recording = record();

/** What a view knows: places, and updates added up. */
class View {
  told: SceneMessage[] = [];
  places = 0;
  sum = new UpdateSum();
  last: Update | null = null;
  readonly playback: Playback;

  constructor(played: Recording = recording) {
    this.playback = new Playback(played, (message) => {
      this.told.push(message);
      if (message.type === 'places') this.places = message.first + message.nodes.length;
      if (message.type !== 'frame') return;
      this.last = message;
      this.sum.add(message);
    });
  }

  do(command: Command): this {
    this.playback.command(command);
    return this.settle();
  }

  settle(): this {
    while (this.playback.isWorking) this.playback.work(() => false);
    this.playback.show();
    return this;
  }

  pass(ms: number, stepMs = 50): this {
    for (let t = 0; t < ms && this.playback.isPlaying; t += stepMs) {
      this.playback.advance(stepMs, () => false);
      this.playback.show();
    }
    return this;
  }

  get knows() {
    const { playing: _, pace: __, ...rest } = this.sum.whole();
    const pairs = [...rest.nodes].map((node, i) => [node, rest.states[i]]);
    const links = [...rest.places].map((place, i) => [place, rest.successors[i], rest.safeties[i]]);
    const keys = [...rest.keys].sort((a, b) => (a.key < b.key ? -1 : 1));
    return {
      atMs: rest.atMs,
      places: this.places,
      states: pairs.filter(([, state]) => state !== 0).sort((a, b) => a[0] - b[0]),
      links: links.sort((a, b) => a[0] - b[0]),
      keys,
      figures: rest.figures,
    };
  }

  types(): string[] {
    return this.told.map(({ type }) => type);
  }
}

let view: View;
beforeEach(() => {
  view = new View().settle();
});

describe('a playback', () => {
  test('begins with its first picture, and says what it is', () => {
    expect(view.told[0]).toMatchObject({
      type: 'hello',
      origin: 'recording',
      abilities: ['time', 'rewind', 'explain'],
      endMs: UNTIL_MS,
    });
    expect(view.last).toMatchObject({ atMs: 0, playing: false, pace: 0 });
    expect(view.places).toBe(8);
    expect(view.playback.isPlaying).toBe(false);
  });

  test('takes apart each message that it has told of', () => {
    view.do({ do: 'rewind', toMs: 9000 });
    const flights = view.told.flatMap((told) => (told.type === 'flights' ? told.flights : []));
    expect(flights.length).toBeGreaterThan(10);
    for (const { id, kind, bytes } of flights) {
      view.do({ do: 'explain', flight: id });
      const explanation = view.told.findLast((told) => told.type === 'explanation');
      expect(explanation).toMatchObject({ flight: id, kind });
      expect(explanation?.bytes.length).toBe(bytes);
    }
    view.do({ do: 'explain', flight: 1e9 });
    expect(view.told.findLast((told) => told.type === 'trouble')!.message).toContain('bytes');
  });

  test('of a recording that was cut short says so, after its hello', () => {
    const trouble = 'the recording is cut short in line 9: it can be played up to 1.0 s';
    const cut = new View({ ...recording, trouble }).settle();
    expect(cut.told.slice(0, 2).map(({ type }) => type)).toEqual(['hello', 'trouble']);
  });

  test('plays as fast as it is asked to, and ends', () => {
    view.do({ do: 'play', pace: 2000 });
    expect(view.last).toMatchObject({ playing: true, pace: 2000 });
    view.pass(5000);
    expect(view.playback.nowMs).toBe(10_000);
    expect(view.last!.atMs).toBe(10_000);
    expect(view.types()).toContain('flights');
    view.pass(60_000);
    expect(view.playback.nowMs).toBe(UNTIL_MS);
    expect(view.playback.isPlaying).toBe(false);
    expect(view.last).toMatchObject({ playing: false, pace: 0 });
    expect(view.places).toBe(10);
    // Pressed again at the end it begins anew.
    view.do({ do: 'play', pace: 1000 });
    expect(view.playback.nowMs).toBe(0);
    expect(view.last).toMatchObject({ atMs: 0, playing: true });
    expect(view.places).toBe(8);
  });

  test('knows the same of a moment, whether it was played, stepped or jumped to', () => {
    for (const atMs of [0, 300, 4000, 9900, 10_000, 17_000, 31_000, UNTIL_MS]) {
      const jumped = new View().do({ do: 'rewind', toMs: atMs }).knows;
      const played = new View().do({ do: 'play', pace: 1000 }).pass(atMs, 100).knows;
      const back = new View().do({ do: 'rewind', toMs: UNTIL_MS }).do({ do: 'rewind', toMs: atMs });
      const stepped = new View().settle();
      while (stepped.playback.nowMs < atMs) stepped.do({ do: 'step', by: 'ms', count: 100 });
      expect(played, `${atMs}`).toEqual(jumped);
      expect(back.knows, `${atMs}`).toEqual(jumped);
      expect(stepped.knows, `${atMs}`).toEqual(jumped);
      expect(jumped.atMs).toBe(atMs);
    }
  });

  test('a jump back tells a whole update first, so that what came later is void', () => {
    view.do({ do: 'rewind', toMs: 31_000 });
    view.told = [];
    view.do({ do: 'rewind', toMs: 12_000 });
    const updates = view.told.filter((message): message is Update => message.type === 'frame');
    expect(updates[0]).toMatchObject({ whole: true, atMs: 10_000 });
    expect(view.types().indexOf('places')).toBeLessThan(view.types().indexOf('frame'));
    const sent = view.told.flatMap((message) =>
      message.type === 'flights' ? message.flights.map(({ sentMs }) => sentMs) : [],
    );
    expect(sent.length).toBeGreaterThan(0);
    expect(Math.min(...sent)).toBeGreaterThan(9500);
    expect(view.types()).toContain('lookup');
  });

  test('steps to the next messages', () => {
    const before = view.playback.nowMs;
    view.told = [];
    view.do({ do: 'step', by: 'message', count: 1 });
    expect(view.types().filter((type) => type === 'flights')).toHaveLength(1);
    expect(view.playback.nowMs).toBeGreaterThanOrEqual(before);
    view.do({ do: 'rewind', toMs: UNTIL_MS }).do({ do: 'step', by: 'message', count: 5 });
    expect(view.playback.nowMs).toBe(UNTIL_MS);
  });

  test('can be left and taken up in the middle of playing', () => {
    view.do({ do: 'play', pace: 1000 }).pass(1000).do({ do: 'pause' });
    view.pass(1000);
    expect(view.playback.nowMs).toBe(1000);
    expect(view.last).toMatchObject({ playing: false });
    view.do({ do: 'rewind', toMs: -5 });
    expect(view.playback.nowMs).toBe(0);
    view.do({ do: 'rewind', toMs: 1e12 });
    expect(view.playback.nowMs).toBe(UNTIL_MS);
  });

  test('says what it cannot do, and goes on', () => {
    const refused: Command[] = [
      { do: 'act', act: { kind: 'heal' } },
      { do: 'explain', flight: 1 },
      { do: 'inspect', node: 1 },
      { do: 'play', pace: Number.NaN },
      { do: 'rewind', toMs: Number.NaN },
      { do: 'begin', config: SCENE_DEFAULTS, acts: [], atMs: 0 },
    ];
    for (const command of refused) {
      view.told = [];
      view.do(command);
      expect(view.types(), command.do).toContain('trouble');
    }
    view.told = [];
    view.do({ do: 'follow', nodes: [1] }).do({ do: 'inspect', node: -1 });
    expect(view.types()).not.toContain('trouble');
  });

  test('shows nodes where they were recorded', () => {
    const looked = new View(record(2)).settle();
    expect(looked.told[0]).toMatchObject({ abilities: ['time', 'rewind', 'inspect', 'explain'] });
    looked.do({ do: 'inspect', node: 2 }).do({ do: 'play', pace: 1000 }).pass(2000);
    expect(looked.types()).toContain('node');
    looked.told = [];
    looked.do({ do: 'inspect', node: 3 }).pass(2000);
    expect(looked.types()).not.toContain('node');
  });

  test('hands out fresh arrays each time', () => {
    const first = view.last!.nodes;
    view.do({ do: 'rewind', toMs: 5000 }).told = [];
    view.do({ do: 'rewind', toMs: 0 });
    const again = view.told.find((message): message is Update => message.type === 'frame')!;
    expect(again.nodes).not.toBe(first);
    expect([...again.nodes]).toEqual([...first]);
  });

  test('leaps over a long time by its whole updates', () => {
    const lines = [...recording.lines];
    const types = [...recording.types];
    const timesMs = [...recording.timesMs];
    const isWhole = [...recording.isWhole];
    // Twenty times the same busy second, before all that follows.
    const at = types.lastIndexOf('flights', isWhole.lastIndexOf(1)) - 1;
    for (let i = 0; i < 6000; i++) {
      lines.splice(at, 0, lines[at]);
      types.splice(at, 0, types[at]);
      timesMs.splice(at, 0, timesMs[at]);
      isWhole.splice(at, 0, isWhole[at]);
    }
    const long = new View({
      ...recording,
      lines,
      types,
      timesMs: Float64Array.from(timesMs),
      isWhole: Uint8Array.from(isWhole),
    }).settle();
    long.told = [];
    long.do({ do: 'play', pace: 86_400_000 }).pass(5000);
    expect(long.told.length).toBeLessThan(2000);
    expect(long.knows).toEqual(new View().do({ do: 'rewind', toMs: UNTIL_MS }).knows);
  });
});
