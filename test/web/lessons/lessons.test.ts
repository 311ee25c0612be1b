/** What lessons say is held against what happens: each sentence with a fact has a line here. */
import { NodeState } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { alpha, DEAD } from '../../../web/src/lessons/alpha.ts';
import { changing } from '../../../web/src/lessons/attacks/poisoning.ts';
import { churn } from '../../../web/src/lessons/churn.ts';
import { fingers } from '../../../web/src/lessons/fingers.ts';
import { FURTHER } from '../../../web/src/lessons/further.ts';
import { hashRing } from '../../../web/src/lessons/hash-ring.ts';
import { fetchLesson, LESSONS, LISTED, lessonOf } from '../../../web/src/lessons/index.ts';
import { joining } from '../../../web/src/lessons/joining.ts';
import { CRASHED, kBuckets } from '../../../web/src/lessons/k-buckets.ts';
import { kSafety } from '../../../web/src/lessons/k-safety.ts';
import { type Lesson, selectionOf, stagingOf } from '../../../web/src/lessons/lesson.ts';
import { lookup } from '../../../web/src/lessons/lookup.ts';
import { ownership } from '../../../web/src/lessons/ownership.ts';
import { repair } from '../../../web/src/lessons/repair.ts';
import { ringSplit } from '../../../web/src/lessons/ring-split.ts';
import { sybil } from '../../../web/src/lessons/sybil.ts';
import { readLink, writeLessonLink } from '../../../web/src/link/link.ts';
import { Tale } from './tale.ts';

const ALL: readonly Lesson[] = [...LESSONS, ...FURTHER];
const steps = ALL.flatMap((lesson) =>
  lesson.steps.map((step, i) => ({ name: `${lesson.id}/${i + 1}`, lesson, step, i })),
);
const letters = (tale: Tale, step: number) =>
  tale
    .at(step)
    .lookup()
    .steps.map(({ node }) => node);

describe('lessons', () => {
  test('stand in groups, each with a name of its own and a few steps', async () => {
    expect(ALL.length).toBe(38);
    expect(new Set(ALL.map(({ id }) => id)).size).toBe(38);
    expect(LISTED.map(({ id }) => id)).toEqual(ALL.map(({ id }) => id));
    // Lessons of a group stand together, so that their numbers go up in the list.
    const groups = ALL.map(({ group }) => group);
    expect(groups.filter((group, i) => group !== groups[i - 1])).toEqual([...new Set(groups)]);
    for (const { id, steps } of ALL) {
      expect((await fetchLesson(id))?.id).toBe(id);
      expect(steps.length, id).toBeGreaterThanOrEqual(3);
      expect(steps.length, id).toBeLessThanOrEqual(6);
    }
    expect(lessonOf('nowhere')).toBeUndefined();
  });

  test.each(steps)('$name can be linked, is short, and is staged in order', (told) => {
    const { lesson, step, i } = told;
    expect(readLink(writeLessonLink(lesson.id, i))).toEqual({
      ...{ kind: 'lesson', id: lesson.id, step: i, asks: [] },
    });
    const { acts, atMs, toMs } = stagingOf(lesson, i);
    expect(atMs).toBeLessThan(toMs);
    const times = acts.map((timed) => timed.atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const timed of step.acts ?? []) expect(timed.atMs).toBeLessThan(toMs);
    // What is new in a step is seen to happen, but in those that begin late to save time.
    const isCrash = step.acts?.some(({ act }) => act.kind === 'crash') ?? false;
    if (!isCrash)
      for (const timed of step.acts ?? []) expect(timed.atMs).toBeGreaterThanOrEqual(atMs);
    // Nobody waits longer than that for a step to end.
    expect((toMs - atMs) / (step.pace ?? 100)).toBeLessThanOrEqual(21);
  });

  test('opened in the middle look as they do when told from the beginning', () => {
    expect(selectionOf(lookup, 0)).toMatchObject({ view: 'trie', tab: 'lookup', node: -1 });
    expect(selectionOf(lookup, 2)).toEqual({
      view: 'trie',
      tab: 'lookup',
      lookup: true,
      key: 'apple',
    });
    for (const lesson of ALL) {
      for (const i of lesson.steps.keys())
        expect(selectionOf(lesson, i).view, lesson.id).toBeDefined();
    }
  });
});

describe('what a hash ring is', () => {
  const tale = new Tale(hashRing);

  test('twelve names land on the circle, and their points depend on nothing but the name', () => {
    expect(tale.at(1).model.sortedPlaces.length).toBe(8);
    expect(tale.model.keys.size).toBe(0);
    const keys = new Map([...tale.at(2).model.keys].map(([key, view]) => [view.name, key]));
    expect(keys.size).toBe(12);
    const lemon = tale.at(3).lookup();
    expect([lemon.label, lemon.state]).toEqual(['lemon', 'succeeded']);
    expect(tale.at(4).model.sortedPlaces.length).toBe(64);
    for (const [key, view] of tale.model.keys) expect(keys.get(view.name)).toBe(key);
  });
});

describe('who owns a key', () => {
  const tale = new Tale(ownership);

  test('its owner is the last node at or before it, and a lookup ends there', () => {
    const key = tale.at(1).key('apple').key;
    const nodes = Array.from({ length: 16 }, (_, node) => node);
    const ids = tale.idsOf(nodes);
    const before = nodes.filter((node) => ids[node]! <= key);
    const last = (before.length > 0 ? before : nodes).reduce((a, b) => (ids[a]! > ids[b]! ? a : b));
    expect(tale.owner('apple')).toBe(last);
    const { steps, state, exact } = tale.at(2).lookup();
    expect([state, exact]).toEqual(['succeeded', true]);
    expect(steps.at(-1)!.node).toBe(last);
    const bits = steps.map((step) => step.distanceBits!);
    expect(bits).toEqual([...bits].sort((a, b) => b - a));
  });

  test('newcomers take keys of the arcs that they cut, and no others', () => {
    const before = tale.at(2).owners();
    const after = tale.at(3).owners();
    for (const [name, owner] of Object.entries(after)) {
      if (owner !== before[name]) expect(owner, name).toBeGreaterThanOrEqual(16);
    }
    expect(tale.model.sortedPlaces.length).toBe(19);
  });
});

describe('joining and leaving', () => {
  const tale = new Tale(joining);

  test('a newcomer asks for the owner of its point, and owns nothing yet', () => {
    tale.at(1);
    expect(tale.model.stateOf[16]).toBe(NodeState.joining);
    expect(tale.owner('iris')).toBe(13);
    const asked = tale.model.flights.filter(
      (flight) => flight.from === 16 && flight.kind === 'owns',
    );
    expect(asked.map((flight) => flight.to)).toEqual([3, 13]);
  });

  test('then it owns what lies on its arc, and all others keep their owners', () => {
    const before = tale.at(1).owners();
    const after = tale.at(2).owners();
    expect(after).toEqual({ ...before, iris: 16 });
    const kinds = tale.model.flights
      .filter((flight) => flight.from === 13 && flight.to === 16)
      .map((flight) => flight.kind);
    expect(kinds.indexOf('replicate')).toBeGreaterThan(-1);
    expect(kinds.indexOf('switch')).toBeGreaterThan(kinds.indexOf('replicate'));
  });

  test('backups follow, and none is dropped before there is another', () => {
    expect(tale.at(2).holders('cherry')).toEqual([0, 7, 13]);
    expect(tale.at(3).owner('cherry')).toBe(7);
    expect(tale.holders('cherry')).toEqual([0, 7, 16]);
    for (let atMs = 2200; atMs <= 4700; atMs += 100) {
      expect(tale.at(3, atMs).holders('cherry').length).toBeGreaterThanOrEqual(3);
    }
  });

  test('who leaves hands its arc to the node before it, and nothing is unsafe meanwhile', () => {
    expect(tale.at(3).owner('elder')).toBe(5);
    for (let atMs = 5000; atMs <= 13_000; atMs += 200) {
      const { unsafeKeysNow, lostKeysNow } = tale.at(4, atMs).figures;
      expect([unsafeKeysNow, lostKeysNow], `${atMs} ms`).toEqual([0, 0]);
    }
    expect(tale.owner('elder')).toBe(6);
    expect(tale.model.stateOf[5]).toBe(NodeState.absent);
  });
});

describe('why K-safety', () => {
  const a = new Tale(kSafety, 'A');
  const b = new Tale(kSafety, 'B');

  test('A has one copy of “apple”, B three', () => {
    expect([a.at(1).owner('apple'), b.at(1).owner('apple')]).toEqual([2, 2]);
    expect(a.holders('apple')).toEqual([2]);
    expect(b.holders('apple')).toEqual([0, 2, 7]);
  });

  test('one crash costs A three keys and B none', () => {
    expect([a.at(2).owner('apple'), b.at(2).owner('apple')]).toEqual([7, 7]);
    expect(a.keysThatAre('lost')).toEqual(['apple', 'grape', 'juniper']);
    expect(b.keysThatAre('lost')).toEqual([]);
    for (const name of a.keysThatAre('lost')) expect(b.holders(name)).toContain(7);
  });

  test('asked for it, A has no such key and B has its value', () => {
    expect(a.at(3).lookup().result).toBe('node 7 owns it and has no such key');
    expect(b.at(3).lookup().result).toBe('“the value of apple” from node 7');
  });

  test('K + 1 at once are too many, and a disk that comes back brings the keys back', () => {
    expect(a.at(4).keysThatAre('lost')).toEqual(['apple', 'grape', 'juniper']);
    expect(a.key('apple').holders).toEqual([0, 2, 7]);
    expect(a.at(5).keysThatAre('lost')).toEqual([]);
    expect(a.key('apple').state).toBe('safe');
    expect(a.owner('apple')).toBe(7);
    expect(a.holders('apple')).toHaveLength(3);
  });
});

describe('crash and repair', () => {
  const tale = new Tale(repair);

  test('nobody is told of a crash', () => {
    tale.at(1);
    expect(tale.key('apple').state).toBe('unsafe');
    expect(tale.holders('apple')).toEqual([0, 7]);
    expect(tale.successor(7)).toBe(2);
  });

  test('the gap is closed and the backup made good within four seconds', () => {
    tale.at(2);
    expect([tale.successor(7), tale.owner('apple')]).toEqual([3, 7]);
    expect(tale.at(2, 2500).key('apple').effectiveK).toBe(1);
    expect(tale.at(2).key('apple').effectiveK).toBe(2);
  });

  test('three crashes in turn lose nothing', () => {
    const firstHolders = tale.at(1).key('apple').holders;
    expect(firstHolders).toEqual([0, 2, 7]);
    tale.at(3);
    for (const node of firstHolders) expect(tale.model.stateOf[node]).toBe(NodeState.crashed);
    expect([tale.keysThatAre('lost'), tale.keysThatAre('unsafe')]).toEqual([[], []]);
  });

  test('who comes back has its arc again', () => {
    expect(tale.at(4).owner('apple')).toBe(2);
    expect(tale.successor(13)).toBe(2);
    expect(tale.keysThatAre('unsafe')).toEqual([]);
  });
});

describe('why the 2019 repair splits a ring', () => {
  const a = new Tale(ringSplit, 'A');
  const b = new Tale(ringSplit, 'B');

  test('the story is that of the experiment: B joins at 5 s, C at 10 s behind B, B dies at 15 s', () => {
    const { config, acts } = stagingOf(ringSplit, 2);
    expect([config.policy, config.seed, config.k, config.latencyMs]).toEqual([
      'class-2019',
      1,
      0,
      20,
    ]);
    expect(acts.map(({ atMs, act }) => [atMs, act.kind])).toEqual([
      [5000, 'add'],
      [10_000, 'add'],
      [15_000, 'crash'],
    ]);
    const ids = a.at(2).idsOf([0, 1, 2]);
    const order = [0, 1, 2].sort((x, y) => (ids[x]! < ids[y]! ? -1 : 1));
    expect('0120120').toContain(order.join(''));
  });

  test('two nodes are each other’s successors', () => {
    for (const tale of [a, b]) {
      expect([tale.at(1).successor(0), tale.successor(1)]).toEqual([1, 0]);
      expect(tale.model.keys.size).toBe(12);
      expect(new Set(Object.values(tale.owners()))).toEqual(new Set([0, 1]));
    }
  });

  test('with the repair of 2019 nobody tells node 0 of node 2', () => {
    expect(a.at(2).contacts(0, 'successors')).toEqual([1]);
    expect(b.at(2).contacts(0, 'successors')).toEqual([1, 2]);
    expect([a.owner('elder'), b.owner('elder')]).toEqual([2, 2]);
  });

  test('after the crash node 0 is alone in A and goes on with node 2 in B', () => {
    expect(a.at(3).successor(0)).toBe(0);
    expect(a.node(0).facts).toContainEqual({ name: 'arc', value: 'the whole circle' });
    expect(a.model.stateOf[2]).toBe(NodeState.up);
    expect([b.at(3).successor(0), b.successor(2)]).toEqual([2, 0]);
  });

  test.each([4, 5])('in step %i A denies “elder”, which lives, and B has it', (step) => {
    expect(a.at(step).holders('elder')).toEqual([2]);
    expect(a.lookup().result).toBe('node 0 owns it and has no such key');
    expect(a.lookup().exact).toBe(false);
    expect(b.at(step).lookup().result).toBe('“the value of elder” from node 2');
  });
});

describe('fingers and hops', () => {
  const tale = new Tale(fingers);

  test('node 3 knows five nodes on each side, and fingers ahead', () => {
    tale.at(1);
    expect(tale.contacts(3, 'successors')).toHaveLength(5);
    expect(tale.contacts(3, 'predecessors')).toHaveLength(5);
    const { turns } = tale.model;
    const turnOf = (node: number) => turns[tale.model.placesOf(node)[0]!]!;
    const ahead = tale
      .contacts(3, 'fingers')
      .map((node) => (turnOf(node) - turnOf(3) + 1) % 1)
      .sort((x, y) => y - x);
    // The last node before a half, a quarter and an eighth of the circle.
    for (const [i, part] of [0.5, 0.25, 0.125].entries()) {
      expect(ahead[i]).toBeLessThanOrEqual(part);
      expect(ahead[i]).toBeGreaterThan(part * 0.6);
    }
  });

  test('each of three hops leaves less than two thirds of the way', () => {
    const { steps, exact } = tale.at(2).lookup();
    expect([steps.length, exact]).toEqual([3, true]);
    const { target } = tale.lookup();
    const ids = tale.idsOf([3, ...steps.map((step) => step.node)]);
    const left = ids.map((id) =>
      Number(BigInt.asUintN(160, BigInt(`0x${target}`) - BigInt(`0x${id}`))),
    );
    for (const [i, way] of left.slice(1).entries()) expect(way).toBeLessThan((left[i]! * 2) / 3);
  });

  test('the means are as told', () => {
    const small = tale.at(3).meanHops();
    expect(tale.model.outcomes.length).toBeGreaterThan(800);
    const large = tale.at(4).meanHops();
    expect(small).toBeCloseTo(2.2, 1);
    expect(large).toBeCloseTo(3.7, 1);
    expect(large - small).toBeCloseTo(1.5, 1);
  });
});

describe('k-buckets', () => {
  const tale = new Tale(kBuckets);
  const buckets = (step: number) => tale.at(step).node(3).rows;

  test('six buckets, 47 contacts, 95 nodes in the other half, seven in the own corner', () => {
    const rows = buckets(1);
    expect(rows.map(({ contacts }) => contacts.length)).toEqual([8, 8, 8, 8, 8, 7]);
    expect(rows.every(({ capacity }) => capacity === 8)).toBe(true);
    const ids = tale.idsOf(Array.from({ length: 200 }, (_, node) => node));
    const own = BigInt(`0x${ids[3]}`);
    const shared = ids.map((id) => 160 - (BigInt(`0x${id}`) ^ own).toString(2).length);
    expect(shared.filter((bits, node) => bits === 0 && node !== 3)).toHaveLength(95);
    const corner = ids.map((_, node) => node).filter((node) => node !== 3 && shared[node]! >= 5);
    expect(tale.contacts(3, 'bucket 5').sort((x, y) => x - y)).toEqual(corner);
    expect(corner).toHaveLength(7);
  });

  test('the dead are replaced by the living within fifteen minutes', () => {
    expect(tale.at(2).contacts(3, 'bucket 0')).toEqual(expect.arrayContaining([...CRASHED]));
    const contacts = tale.at(3).contacts(3, 'bucket 0');
    expect(contacts).toHaveLength(8);
    for (const node of contacts) expect(tale.model.stateOf[node]).toBe(NodeState.up);
  });

  test('full buckets keep whom they have, and the own corner is split', () => {
    const nodesOf = () =>
      tale.node(3).rows.map(({ contacts }) => contacts.map((c) => c.node).sort((x, y) => x - y));
    tale.at(4, 500);
    const before = nodesOf();
    tale.at(4);
    const after = nodesOf();
    expect(tale.figures.nodesNow).toBe(300);
    expect(after.slice(0, 5)).toEqual(before.slice(0, 5));
    expect([before.length, after.length]).toEqual([6, 7]);
    expect(after.flat().some((node) => node >= 200)).toBe(true);
  });
});

describe('a look-up', () => {
  const tale = new Tale(lookup);

  test('three are asked at first, the best of them 154 bits away', () => {
    const { steps, state } = tale.at(1).lookup();
    expect(state).toBe('running');
    expect(steps.map((step) => step.verdict)).toEqual(['waiting', 'waiting', 'waiting']);
    expect([steps[0]!.node, steps[0]!.distanceBits]).toEqual([170, 154]);
  });

  test('their answers bring it to 149 bits, and three more are asked', () => {
    const { steps } = tale.at(2).lookup();
    expect(steps.filter((step) => step.verdict === 'answered')).toHaveLength(3);
    const next = steps.filter((step) => step.verdict === 'waiting');
    expect(next).toHaveLength(3);
    const nearest = Math.min(...next.map((step) => step.distanceBits!));
    expect([nearest, next[0]!.hops]).toEqual([149, 2]);
    expect(2 ** (154 - 149)).toBe(32);
  });

  test('it ends with the eight closest, after ten questions and 480 ms', () => {
    const { steps, exact, result } = tale.at(3).lookup();
    expect([steps.length, tale.took(), exact]).toEqual([10, 480, true]);
    expect(result).toBe('found the 8 nodes closest to it, in order');
    expect(Math.max(...steps.map((step) => step.hops))).toBe(2);
  });

  test('peers are found on the same way', () => {
    const { kind, result } = tale.at(4).lookup();
    expect([kind, result]).toEqual(['get_peers', 'found one peer']);
  });

  test('among 5000 nodes it takes fourteen questions and 600 ms', () => {
    const { steps, exact } = tale.at(5).lookup();
    expect([steps.length, tale.took(), exact]).toEqual([14, 600, true]);
  });
});

describe('latency and alpha', () => {
  const a = new Tale(alpha, 'A');
  const b = new Tale(alpha, 'B');

  test('ten at a time take 240 ms where one at a time takes 960', () => {
    expect(b.at(1).lookup().state).toBe('succeeded');
    expect(b.took()).toBe(240);
    const early = a.at(1).lookup();
    expect(early.state).toBe('running');
    expect(early.steps.map((step) => step.verdict)).toEqual(['answered', 'answered', 'waiting']);
    expect([a.at(2).lookup().steps.length, a.took()]).toEqual([8, 960]);
    expect(b.at(2).lookup().steps.length).toBeGreaterThan(8);
  });

  test('three at a time take 480 ms and ten questions', () => {
    expect([a.at(3).lookup().steps.length, a.took()]).toEqual([10, 480]);
    expect(stagingOf(alpha, 2).config.alpha).toBe(3);
  });

  test('among the dead one at a time takes more than three times as long as ten', () => {
    expect(DEAD).toHaveLength(80);
    expect(a.at(4).took()).toBeGreaterThan(3 * b.at(4).took());
    const silent = a.lookup().steps.filter((step) => step.verdict !== 'answered');
    expect(silent.every((step) => DEAD.includes(step.node))).toBe(true);
  });
});

describe('churn', () => {
  const a = new Tale(churn, 'A');
  const b = new Tale(churn, 'B');

  test('without backups keys are lost, with two none', () => {
    expect([a.at(1).figures.lostKeysNow, b.at(1).figures.lostKeysNow]).toEqual([5, 0]);
    expect([a.at(2).figures.lostKeysNow, b.at(2).figures.lostKeysNow]).toEqual([10, 0]);
    expect(b.figures.nodesNow).toBe(11);
    expect(b.model.keys.size).toBe(24);
  });

  test('Mainline loses what is not announced again', () => {
    expect(a.at(3).keysThatAre('lost')).toEqual(['elder', 'fig', 'hazel']);
    expect(a.model.keys.size).toBe(12);
    expect(a.at(4).keysThatAre('lost')).toEqual([]);
    expect(a.troubles).toEqual([]);
  });
});

describe('Sybil and eclipse', () => {
  const tale = new Tale(sybil);
  const isSybil = (node: number) => tale.model.isSybil[node] === 1;

  test('eight honest nodes store “song”', () => {
    expect(tale.at(1).lookup().result).toBe('stored at 8 nodes');
    expect(tale.holders('song')).toHaveLength(8);
  });

  test('sixteen Sybils are closer to it than any honest node', () => {
    tale.at(2);
    const nodes = Array.from({ length: 216 }, (_, node) => node);
    expect(nodes.filter(isSybil)).toHaveLength(16);
    tale.at(3);
    const key = BigInt(`0x${tale.lookup().target}`);
    const distances = tale.idsOf(nodes).map((id) => BigInt(`0x${id}`) ^ key);
    const closest = nodes.sort((x, y) => (distances[x]! < distances[y]! ? -1 : 1)).slice(0, 16);
    expect(closest.every(isSybil)).toBe(true);
  });

  test('they say yes and store nothing', () => {
    const { result, steps } = tale.at(3).lookup();
    expect(result).toBe('8 nodes said to have stored it, 0 of them truly did');
    expect(steps.filter((step) => isSybil(step.node))).not.toEqual([]);
    expect(tale.at(4).lookup().state).toBe('failed');
    expect(tale.lookup().result).toMatch(/^no peer/);
  });

  test('another key is found as always', () => {
    const { label, result } = tale.at(5).lookup();
    expect([label, result]).toEqual(['apple', 'found one peer']);
    expect(letters(tale, 5).some(isSybil)).toBe(false);
  });
});

describe('ids that change', () => {
  test('node 69 has met some who keep theirs, and fewer of those who change them', () => {
    const theirs = (pane: 'A' | 'B') => {
      const { rows } = new Tale(changing, pane).at(3).node(69);
      return rows.flatMap(({ contacts }) => contacts).filter(({ node }) => node >= 100).length;
    };
    expect([theirs('A'), theirs('B')]).toEqual([3, 1]);
  });
});
