import { CHURN_PRESETS, NodeState } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { Announcer } from '../../../web/src/model/announcer.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import {
  actText,
  CHURN_WORDS,
  churnText,
  clockText,
  countText,
  differenceText,
  listText,
  nodesText,
  powerOfTwo,
  worldSentence,
} from '../../../web/src/model/words.ts';
import { addNodes, addPlaces, figures, frame, hello, key, setStates } from './messages.ts';

describe('words', () => {
  test('a world beside another is told by what differs', () => {
    const config = FIRST_CONFIG;
    expect(differenceText(config, null)).toBe('K = 2');
    expect(differenceText(config, { ...config })).toBe('K = 2');
    expect(differenceText(config, { ...config, policy: 'class-2019' })).toBe('repair: correct');
    const other = { ...config, k: 0, churn: 2, loss: 0.1 };
    expect(differenceText(other, config)).toBe('K = 0, loss 10 %, churn: half gone in 2 min');
    expect(differenceText({ ...config, overlay: 'mainline' }, config)).toBe('Mainline');
  });

  test('every measured churn has its words, with the median of its law', () => {
    expect(Object.keys(CHURN_WORDS).sort()).toEqual(Object.keys(CHURN_PRESETS).sort());
    for (const [preset, { up }] of Object.entries(CHURN_PRESETS)) {
      let medianMs = 0;
      if (up.kind === 'weibull') medianMs = up.scaleMs * Math.LN2 ** (1 / up.shape);
      else if (up.kind === 'exponential') medianMs = up.meanMs * Math.LN2;
      else if (up.kind === 'points') medianMs = up.timesMs[up.shares.indexOf(0.5)]!;
      const minutes = Number(/: (\d+) min$/.exec(CHURN_WORDS[preset]!)![1]);
      expect(Math.abs(minutes - medianMs / 60_000), preset).toBeLessThanOrEqual(0.6);
    }
  });

  test.each([
    [0, '0.00 s'],
    [1234, '1.23 s'],
    [59_999, '59.99 s'],
    [65_000, '1 min 05 s'],
    [3_600_000 * 2 + 7 * 60_000, '2 h 07 min'],
  ])('%i ms are %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });

  test('live clocks are of the day', () => {
    expect(clockText(Date.UTC(2026, 10, 22, 12, 0, 0))).toMatch(/^\d\d:\d\d:\d\d$/);
  });

  test('lists and counts read like sentences', () => {
    expect(listText(['a'])).toBe('a');
    expect(listText(['a', 'b', 'c'])).toBe('a, b and c');
    expect(nodesText([3])).toBe('node 3');
    expect(nodesText([3, 4])).toBe('nodes 3 and 4');
    expect(nodesText([1, 2, 3, 4, 5])).toBe('5 nodes');
    expect(countText(1, 'copy', 'copies')).toBe('1 copy');
    expect(countText(1200, 'node')).toBe('1,200 nodes');
    expect(churnText(120)).toBe('half gone in 2 h');
    expect(churnText(5)).toBe('half gone in 5 min');
  });

  test('every kind of act has words', () => {
    expect(actText({ kind: 'crash', nodes: [1] })).toBe('crash node 1');
    expect(actText({ kind: 'restart', nodes: [1], memory: false })).toContain('empty');
    expect(actText({ kind: 'add', count: 3 })).toBe('add 3 nodes');
    expect(actText({ kind: 'partition', nodes: [1, 2], oneWay: true })).toContain('one way');
    expect(actText({ kind: 'heal' })).toBe('heal the network');
    expect(actText({ kind: 'network', loss: 0.05 })).toBe('lose 5 % of messages');
    expect(actText({ kind: 'network', latencyMs: null })).toBe('latency as the Internet');
    expect(actText({ kind: 'churn', churn: null })).toBe('churn: none');
    expect(actText({ kind: 'workload', lookupsPerSecond: 5 })).toBe('5 look-ups a second');
    expect(actText({ kind: 'put', name: 'apple', value: 'a' })).toBe('put “apple”');
    expect(actText({ kind: 'sybils', name: 'apple', count: 1 })).toBe('1 Sybil around “apple”');
  });

  test('the whole scene in one line', () => {
    const model = new SceneModel();
    expect(worldSentence(model)).toBe('');
    model.apply(hello());
    model.apply(frame({ figures: { ...figures, nodesNow: 16, keysNow: 12 } }));
    expect(worldSentence(model)).toBe('16 nodes; 12 keys, all safe.');
    const bad = { ...figures, nodesNow: 1, keysNow: 12, unsafeKeysNow: 2, lostKeysNow: 1 };
    model.apply(frame({ figures: bad, sides: Uint8Array.of(1) }));
    expect(worldSentence(model)).toBe('1 node; 12 keys, 2 unsafe and 1 lost; the network is cut.');
  });
});

describe('announcements', () => {
  test('what is there at first is no news; what changes is', () => {
    const model = new SceneModel();
    model.apply(hello());
    addNodes(model, 8);
    model.apply(frame({ keys: [key('apple')] }));
    const announcer = new Announcer();
    expect(announcer.look(model)).toBeNull();
    setStates(model, [7], NodeState.crashed);
    model.apply(frame({ keys: [key('apple', { state: 'unsafe' })] }));
    expect(announcer.look(model)).toBe('Node 7 crashed. “apple” is unsafe.');
    expect(announcer.look(model)).toBe('');
    model.apply(frame({ keys: [key('apple', { state: 'lost' }), key('fig', { state: 'lost' })] }));
    expect(announcer.look(model)).toBe('2 keys are lost.');
    model.apply(frame({ keys: [key('apple')] }));
    expect(announcer.look(model)).toBe('1 key is safe again.');
    addPlaces(model, 8, [8], [[250]]);
    setStates(model, [8], NodeState.joining);
    expect(announcer.look(model)).toBe('Node 8 is joining.');
  });

  test('a thousand crashes are one sentence', () => {
    const model = new SceneModel();
    model.apply(hello());
    addNodes(model, 2000);
    const announcer = new Announcer();
    announcer.look(model);
    const numbers = Array.from({ length: 1234 }, (_, i) => i);
    setStates(model, numbers, NodeState.crashed);
    setStates(model, [1500, 1502], NodeState.paused);
    expect(announcer.look(model)).toBe('1,234 nodes crashed. Nodes 1500 and 1502 are paused.');
    expect(announcer.look(model)).toBe('');
  });

  test('another world and another time are no news', () => {
    const model = new SceneModel();
    model.apply(hello());
    addNodes(model, 4);
    model.apply(frame({ atMs: 100 }));
    const announcer = new Announcer();
    announcer.look(model);
    model.apply(frame({ atMs: 50, whole: true }));
    expect(announcer.look(model)).toBeNull();
    model.apply(hello());
    addNodes(model, 4);
    expect(announcer.look(model)).toBeNull();
  });
});

test('a power of two is spelled in one way', () => {
  expect([0, 9, 151].map(powerOfTwo)).toEqual(['2⁰', '2⁹', '2¹⁵¹']);
});
