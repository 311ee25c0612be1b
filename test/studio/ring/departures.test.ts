import { describe, expect, test } from 'vitest';
import type { IdentityInfo } from '../../../src/ring.ts';
import { NodeState } from '../../../src/scene.ts';
import { Departures } from '../../../src/studio/ring/departures.ts';

const { absent, crashed } = NodeState;
const HOME = 'a:1';

/** A member that is there, or was; `names` those in its lists. */
function seen(home: string, { state = 'member', names = [] as string[], dead = 0 } = {}) {
  const successors = names.map((address) => ({ address }));
  const identity = { address: home, state, successors, predecessors: [] };
  const identities = [identity as unknown as IdentityInfo];
  return { home, info: { identities, counters: { takenForDead: dead } } };
}

const gone = (over = {}) => [[7, { ...seen(HOME), isOwn: false, ...over }]] as const;
const names = (dead: number) => [seen('b:1', { names: [HOME], dead })];
const namesNobody = (dead: number) => [seen('b:1', { dead })];

describe('how members went', () => {
  test('one of this process crashed unless it was told to leave, or was leaving', () => {
    const departures = new Departures();
    expect(departures.judge(gone({ isOwn: true }), [], 0).get(7)).toBe(crashed);
    const leaving = { ...seen(HOME, { state: 'leaving' }), isOwn: true };
    expect(departures.judge([[7, leaving]], [], 0).get(7)).toBe(absent);
    departures.toldToLeave(HOME);
    expect(departures.judge(gone({ isOwn: true }), [], 0).get(7)).toBe(absent);
    departures.isThere(7, HOME);
    expect(departures.judge(gone({ isOwn: true }), [], 0).get(7)).toBe(crashed);
  });

  test('one elsewhere is gone until the others miss it', () => {
    const departures = new Departures();
    departures.judge([], names(3), 0);
    expect(departures.judge(gone(), names(3), 1000).get(7)).toBe(absent);
    expect([...departures.judge([], names(3), 2000)]).toEqual([]);
    expect([...departures.judge([], names(4), 3000)]).toEqual([[7, crashed]]);
    expect([...departures.judge([], names(5), 4000)]).toEqual([]);
  });

  test('one that nobody names any more is missed at once, or is not meant', () => {
    const departures = new Departures();
    departures.judge([], namesNobody(3), 0);
    expect(departures.judge(gone(), namesNobody(4), 1000).get(7)).toBe(crashed);
    departures.isThere(7, HOME);
    expect(departures.judge(gone(), namesNobody(4), 2000).get(7)).toBe(absent);
    expect([...departures.judge([], namesNobody(5), 3000)]).toEqual([]);
  });

  test('one that said that it was leaving is missed by nobody', () => {
    const departures = new Departures();
    departures.judge([], names(0), 0);
    const leaving = { ...seen(HOME, { state: 'leaving' }), isOwn: false };
    expect(departures.judge([[7, leaving]], names(0), 1000).get(7)).toBe(absent);
    expect([...departures.judge([], names(1), 2000)]).toEqual([]);
  });

  test('what is counted much later, or for the first time, is about somebody else', () => {
    const departures = new Departures();
    expect(departures.judge(gone(), names(5), 0).get(7)).toBe(absent);
    expect([...departures.judge([], names(5), 31_000)]).toEqual([]);
    expect([...departures.judge([], names(6), 32_000)]).toEqual([]);
  });

  test('a class program says nothing, and is only gone', () => {
    const departures = new Departures();
    const plain = { home: HOME, info: null, isOwn: false };
    expect(departures.judge([[7, plain]], [{ home: 'b:1', info: null }], 0).get(7)).toBe(absent);
  });
});
