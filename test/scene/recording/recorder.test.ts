/** What is recorded is what was told: updates add up, whole ones come in time, and length is bounded. */
import { describe, expect, test } from 'vitest';
import { SCENE_DEFAULTS } from '../../../src/scene/protocol/config.ts';
import type { Update } from '../../../src/scene/protocol/messages.ts';
import {
  KEYFRAME_MS,
  Recorder,
  recordSimulation,
  UpdateSum,
} from '../../../src/scene/recording/recorder.ts';
import {
  headerLine,
  messageOfLine,
  readRecording,
} from '../../../src/scene/recording/recording.ts';
import { frameAt, KEY, SAMPLES } from '../samples.ts';

const acts = [{ atMs: 2000, act: { kind: 'crash', nodes: [3] } as const }];

/** A world of eight nodes, recorded. */
function recorded(untilMs: number, choice = {}) {
  const lines: string[] = [];
  const config = { ...SCENE_DEFAULTS, nodes: 8, keys: 3, lookupsPerSecond: 1 };
  const result = recordSimulation(config, acts, untilMs, (line) => lines.push(line), choice);
  return { ...result, lines, text: `${lines.join('\n')}\n` };
}

describe('updates added up', () => {
  test('are all that was told', () => {
    const sum = new UpdateSum();
    sum.add(SAMPLES.find((message): message is Update => message.type === 'frame')!);
    sum.add(
      frameAt(5, {
        nodes: Uint32Array.of(1, 2),
        states: Uint8Array.of(1, 4),
        places: Uint32Array.of(1, 2),
        successors: Int32Array.of(0, 1),
        safeties: Uint8Array.of(1, 0),
        sybils: Uint32Array.of(2),
        keys: [{ ...KEY, state: 'safe' }],
      }),
    );
    const whole = sum.whole();
    expect(whole).toMatchObject({ atMs: 5, whole: true, keys: [{ state: 'safe' }] });
    expect([...whole.nodes]).toEqual([0, 1, 2]);
    expect([...whole.states]).toEqual([1, 1, 4]);
    expect([...whole.successors]).toEqual([1, 0, 1]);
    expect([...whole.safeties]).toEqual([2, 1, 0]);
    expect([...whole.sybils]).toEqual([1, 2]);
    expect([...whole.sides!]).toEqual([0, 1]);
    expect(whole.loads).toHaveLength(2);
    sum.add(frameAt(6, { whole: true }));
    expect(sum.whole()).toMatchObject({ keys: [], sides: null, loads: null });
    expect(sum.whole().nodes).toHaveLength(0);
  });
});

describe('a recorder', () => {
  test('writes a whole update every so often, and nothing that only concerns the viewer', () => {
    const lines: string[] = [];
    const recorder = new Recorder((line) => lines.push(line));
    for (const message of SAMPLES) recorder.take(message);
    recorder.take(frameAt(KEYFRAME_MS - 1));
    recorder.take(frameAt(KEYFRAME_MS));
    recorder.take(frameAt(KEYFRAME_MS + 1));
    expect(lines[0]).toBe(headerLine());
    const messages = lines.slice(1).map(messageOfLine);
    const types = new Set(messages.map(({ type }) => type));
    for (const type of ['busy', 'trouble', 'explanation'])
      expect(types.has(type as 'busy')).toBe(false);
    const updates = messages.filter((message): message is Update => message.type === 'frame');
    expect(updates.map(({ whole }) => whole)).toEqual([true, false, true, false]);
    expect([...updates[2].nodes]).toEqual([0, 1]);
    expect(recorder.length).toBe(lines.reduce((sum, line) => sum + line.length + 1, 0));
  });

  test('ends when it is full, at a whole line', () => {
    const lines: string[] = [];
    const recorder = new Recorder((line) => lines.push(line), 1000);
    for (let i = 0; i < 100; i++) recorder.take(frameAt(i));
    expect(recorder.isOver).toBe(true);
    expect(recorder.length).toBeLessThanOrEqual(1000);
    // And says so.
    expect(messageOfLine(lines.at(-1)!)).toMatchObject({ type: 'trouble' });
    for (const line of lines.slice(1, -1))
      expect(messageOfLine(line)).toMatchObject({ type: 'frame' });
  });

  test('ends when time goes back', () => {
    const recorder = new Recorder(() => {});
    recorder.take(frameAt(5));
    expect(recorder.isOver).toBe(false);
    recorder.take(frameAt(4));
    expect(recorder.isOver).toBe(true);
  });
});

describe('a simulation recorded', () => {
  test('is a recording, the same each time', () => {
    const { text, endMs, length, isFull, traceHash } = recorded(25_000);
    expect({ endMs, length, isFull }).toEqual({
      endMs: 25_000,
      length: text.length,
      isFull: false,
    });
    const recording = readRecording(text);
    expect(recording.trouble).toBeNull();
    expect([...recording.isWhole].filter((whole) => whole === 1)).toHaveLength(3);
    expect(recording.types).toContain('lookup');
    expect(recording.types).toContain('flights');
    const crash = recording.lines
      .map(messageOfLine)
      .find((message) => message.type === 'frame' && !message.whole && message.states.includes(2));
    expect(crash).toMatchObject({ atMs: 2000 });
    expect(recorded(25_000)).toMatchObject({ text, traceHash });
  });

  test('may be bounded, told of its progress, and looked into', () => {
    const short = recorded(25_000, { lengthMax: 20_000 });
    expect(short.isFull).toBe(true);
    expect(short.text.length).toBeLessThanOrEqual(20_000);
    const told: number[] = [];
    const broken = recorded(25_000, { progress: (done: number) => told.push(done) < 10 });
    expect(broken.endMs).toBe(900);
    const nodes = recorded(2000, { inspect: 2 }).lines.filter((line) =>
      line.includes('"type":"node"'),
    );
    expect(nodes.length).toBeGreaterThan(2);
  });

  test('of a world that cannot be is refused', () => {
    const config = { ...SCENE_DEFAULTS, nodes: 0 };
    const lines: string[] = [];
    const record = () => recordSimulation(config, [], 5, (line) => lines.push(line));
    expect(record).toThrow('"config.nodes"');
    expect(lines).toEqual([]);
  });
});
