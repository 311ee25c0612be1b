/** Worlds that stand: whoever goes back sees what a straight run shows, without its beginning run again. */
import fc from 'fast-check';
import {
  type Act,
  type Command,
  type SceneConfig,
  type SceneMessage,
  Simulation,
} from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import type { Source, SourceListener } from '../../../web/src/sources/source.ts';
import {
  STANDING_MAX,
  standingMost,
  WEIGHT_MAX_MB,
  withStandingWorlds,
} from '../../../web/src/sources/standing-worlds.ts';

const RING: SceneConfig = { ...FIRST_CONFIG, nodes: 6, lookupsPerSecond: 5 };

/** The lab without a thread of its own: each command is done at once. */
class LabSource implements Source {
  readonly commands: Command[] = [];
  readonly simulation: Simulation;
  isClosed = false;

  constructor({ onLink, onMessage }: SourceListener) {
    this.simulation = new Simulation((message) => {
      if (!this.isClosed) onMessage(message);
    });
    onLink({ state: 'open' });
  }

  send(command: Command): void {
    this.commands.push(command);
    this.simulation.command(command);
    while (this.simulation.isWorking) this.simulation.work(() => false);
    this.simulation.show();
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A scene on a page, with worlds that stand a few hundred events apart. */
class Visit {
  readonly sources: LabSource[] = [];
  readonly model = new SceneModel();
  readonly messages: SceneMessage[] = [];
  readonly source: Source;

  constructor(eventsApart: number, cores = 4) {
    const open = (listener: SourceListener) => {
      const source = new LabSource(listener);
      this.sources.push(source);
      return source;
    };
    this.source = withStandingWorlds(
      open,
      cores,
      eventsApart,
    )({
      onLink: () => {},
      onMessage: (message) => {
        this.messages.push(message);
        this.model.apply(message);
      },
    });
  }

  begin(config = RING): this {
    this.source.send({ do: 'begin', config, acts: [], atMs: 0 });
    return this;
  }

  pass(seconds: number): void {
    for (let i = 0; i < seconds; i++) this.source.send({ do: 'step', by: 'ms', count: 1000 });
  }

  goTo(toMs: number): void {
    this.source.send({ do: 'rewind', toMs });
  }

  act(act: Act): void {
    this.source.send({ do: 'act', act });
  }

  /** As the page undoes its newest act: the same world with the acts before, at the moment of the act. */
  undo(): void {
    const { hello, history } = this.model;
    const acts = history.value.slice(0, -1);
    const { atMs } = history.value.at(-1)!;
    this.source.send({ do: 'begin', config: hello.value!.config!, acts, atMs });
  }

  get alive(): LabSource[] {
    return this.sources.filter(({ isClosed }) => !isClosed);
  }

  /** Of the world that is seen: the one that was told something other than to begin last. */
  get hash(): string {
    const { atMs } = this.model;
    const seen = this.alive.find(
      ({ simulation, commands }) => simulation.nowMs === atMs && commands.some(isOfPage),
    );
    return seen!.simulation.traceHash;
  }

  get shown() {
    const { atMs, keys, stateOf, nodeCount, figures, outcomes } = this.model;
    const states = [...stateOf.subarray(0, nodeCount)];
    const ended = outcomes.count;
    return { atMs, keys: [...keys.values()], states, figures: figures.last, ended };
  }
}

const isOfPage = (command: Command) => command.do !== 'begin';

/** The same at once, in a world that never went back. */
function straight(visit: Visit) {
  const { atMs, hello, history } = visit.model;
  const acts = history.value.filter((timed) => timed.atMs <= atMs);
  const other = new Visit(Number.POSITIVE_INFINITY);
  other.source.send({ do: 'begin', config: hello.value!.config!, acts, atMs });
  return { shown: other.shown, hash: other.sources[0]!.simulation.traceHash };
}

describe('a world with others that stand', () => {
  test('goes back from the nearest before the moment, not from the beginning', () => {
    const visit = new Visit(150).begin();
    visit.pass(12);
    expect(visit.alive.length).toBeGreaterThan(3);
    const before = visit.sources[0]!;
    visit.goTo(9000);
    expect(before.isClosed).toBe(true);
    const seen = visit.alive.find(({ commands }) =>
      commands.some(({ do: what }) => what === 'rewind'),
    )!;
    const [begin, rewind] = seen.commands as [Command, Command];
    expect(begin).toMatchObject({ do: 'begin' });
    expect(begin.do === 'begin' && begin.atMs).toBeGreaterThan(5000);
    expect(rewind).toMatchObject({ do: 'rewind', toMs: 9000 });
    expect(visit.model.atMs).toBe(9000);
  });

  test('shows what a straight run shows, whatever is done, and is one by its hash', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ do: fc.constant('goTo' as const), toMs: fc.integer({ min: 0, max: 12_000 }) }),
      fc.record({ do: fc.constant('undo' as const) }),
      fc.record({
        do: fc.constant('act' as const),
        act: fc.constantFrom<Act>(
          { kind: 'crash', nodes: [1] },
          { kind: 'restart', nodes: [1], memory: true },
          { kind: 'put', name: 'kiwi', value: 'green', from: 0 },
          { kind: 'add', count: 1 },
        ),
      }),
    );
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { minLength: 3, maxLength: 9 }), (seed, steps) => {
        const visit = new Visit(200).begin({ ...RING, seed });
        visit.pass(4);
        for (const one of steps) {
          if (one.do === 'pass') visit.pass(one.seconds);
          else if (one.do === 'goTo') visit.goTo(one.toMs);
          else if (one.do === 'undo') visit.model.history.value.length > 0 && visit.undo();
          else visit.act(one.act);
        }
        visit.goTo(visit.model.atMs); // all of this moment is done
        const same = straight(visit);
        expect(visit.hash).toBe(same.hash);
        expect(visit.shown).toEqual(same.shown);
      }),
      { numRuns: 6 },
    );
  });

  test('what was done later befalls the one that is seen now, too', () => {
    const visit = new Visit(200).begin();
    visit.pass(6);
    visit.act({ kind: 'crash', nodes: [2] });
    visit.pass(3);
    visit.goTo(3000);
    expect(visit.shown.states[2]).toBe(1);
    visit.pass(5);
    expect(visit.shown.states[2]).toBe(2);
    expect(visit.hash).toBe(straight(visit).hash);
  });

  test('those of a past that is no more are gone', () => {
    const visit = new Visit(200).begin();
    visit.pass(8);
    visit.goTo(2000);
    visit.act({ kind: 'crash', nodes: [3] });
    for (const { commands, simulation } of visit.alive) {
      const isSeen = commands.some(isOfPage);
      expect(isSeen || simulation.nowMs < 2000).toBe(true);
    }
    visit.pass(6);
    visit.goTo(5000);
    expect(visit.shown.states[3]).toBe(2);
  });

  test('are bounded, and further apart the longer it lasts', () => {
    const visit = new Visit(20).begin();
    visit.pass(30);
    expect(visit.alive.length).toBeLessThanOrEqual(STANDING_MAX + 1);
    expect(visit.alive.length).toBeGreaterThan(STANDING_MAX / 2 - 1);
    const moments = visit.alive.map(({ simulation }) => simulation.nowMs).sort((a, b) => a - b);
    expect(moments[0]).toBeLessThan(8000);
    visit.source.close();
    expect(visit.alive).toEqual([]);
  });

  test('one stands before the newest act, and undoing begins there', () => {
    const visit = new Visit(200).begin();
    visit.pass(8);
    visit.act({ kind: 'crash', nodes: [3] });
    visit.pass(1);
    const before = visit.alive.find(({ simulation }) => simulation.nowMs === 7999)!;
    expect(before.commands.at(-1)).toMatchObject({ do: 'rewind', toMs: 7999 });
    visit.undo();
    expect(before.isClosed).toBe(false);
    expect(before.commands.at(-1)).toMatchObject({ do: 'rewind', toMs: 8000, acts: [] });
    expect(visit.shown).toMatchObject({ atMs: 8000, states: [1, 1, 1, 1, 1, 1] });
    expect(visit.model.history.value).toEqual([]);
    expect(visit.shown.ended).toBe(straight(visit).shown.ended);
    // Its place is taken again: what was undone can be done again, and undone.
    const again = visit.alive.filter(({ simulation }) => simulation.nowMs === 7999);
    expect(again).toHaveLength(1);
    expect(again[0]).not.toBe(before);
  });

  test('acts of one moment have one before them, and of many acts there are no more than may stand', () => {
    const visit = new Visit(200).begin();
    visit.pass(8);
    for (const node of [1, 2, 3]) visit.act({ kind: 'crash', nodes: [node] });
    expect(visit.alive.filter(({ simulation }) => simulation.nowMs === 7999)).toHaveLength(1);
    visit.undo();
    expect(visit.shown.states).toEqual([1, 2, 2, 1, 1, 1]);
    for (let i = 0; i < 20; i++) {
      visit.act({ kind: 'put', name: `key ${i}`, value: 'v', from: 0 });
      visit.pass(1);
    }
    expect(visit.alive.length).toBeLessThanOrEqual(STANDING_MAX + 1);
    visit.goTo(visit.model.atMs);
    expect(visit.hash).toBe(straight(visit).hash);
  });

  test('go with their world', () => {
    const visit = new Visit(200).begin();
    visit.pass(8);
    visit.begin({ ...RING, seed: 99 });
    expect(visit.alive).toHaveLength(1);
  });

  test('whoever is looked at is looked at in the other one, too', () => {
    const visit = new Visit(200).begin();
    visit.pass(8);
    visit.source.send({ do: 'inspect', node: 4 });
    visit.goTo(6000);
    expect(visit.messages.findLast(({ type }) => type === 'node')).toMatchObject({ node: 4 });
  });
});

test('as many stand as the page has room for', () => {
  expect(standingMost({ ...RING, nodes: 16 })).toBe(STANDING_MAX);
  expect(standingMost({ ...RING, nodes: 10_000 })).toBe(0);
  for (const nodes of [200, 1000, 3000]) {
    const most = standingMost({ ...RING, nodes });
    expect(most * nodes * 0.15).toBeLessThan(WEIGHT_MAX_MB);
  }
});

test('on a single core nobody stands in the way', () => {
  const visit = new Visit(1, 1).begin();
  visit.pass(5);
  expect(visit.sources).toHaveLength(1);
});
