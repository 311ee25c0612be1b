/** Time in hands: played, stepped, rewound or run at once, the same acts make the same world. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Act, Command, TimedAct } from '../../src/scene/protocol/commands.ts';
import { SCENE_DEFAULTS, type SceneConfig } from '../../src/scene/protocol/config.ts';
import type {
  History,
  LookupView,
  SceneMessage,
  Update,
} from '../../src/scene/protocol/messages.ts';
import { Simulation } from '../../src/scene/simulation.ts';

const NEVER = () => false;
const CONFIG: SceneConfig = {
  ...SCENE_DEFAULTS,
  overlay: 'mainline',
  nodes: 40,
  k: 8,
  keys: 4,
  loss: 0.05,
  latencyMs: null,
  lookupsPerSecond: 2,
};

/** A simulation whose messages are kept. */
class Watched {
  messages: SceneMessage[] = [];
  readonly simulation = new Simulation((message) => this.messages.push(message));

  constructor(config: Partial<SceneConfig> = {}, acts: readonly TimedAct[] = [], atMs = 0) {
    this.do({ do: 'begin', config: { ...CONFIG, ...config }, acts, atMs });
  }

  /** Gives a command and lets it come to its end. */
  do(command: Command): void {
    this.simulation.command(command);
    while (this.simulation.isWorking) this.simulation.work(NEVER);
    this.simulation.show();
  }

  act(act: Act): void {
    this.do({ do: 'act', act });
  }

  play(forMs: number, sliceMs = 16): void {
    this.do({ do: 'play', pace: 1000 });
    for (let left = forMs; left > 0; left -= sliceMs) {
      this.simulation.advance(Math.min(left, sliceMs), NEVER);
      this.simulation.show();
    }
    this.do({ do: 'pause' });
  }

  all<T extends SceneMessage['type']>(type: T): Extract<SceneMessage, { type: T }>[] {
    return this.messages.filter((message) => message.type === type) as never;
  }

  last<T extends SceneMessage['type']>(type: T): Extract<SceneMessage, { type: T }> {
    return this.all(type).at(-1)!;
  }

  get history(): History['acts'] {
    return this.last('history').acts;
  }

  get hash(): string {
    return this.simulation.traceHash;
  }
}

const node = fc.nat({ max: 45 });
const nodes = fc.uniqueArray(node, { minLength: 1, maxLength: 6 });
const name = fc.constantFrom('apple', 'banana', 'kiwi', 'a song');
const anAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom('crash', 'pause', 'resume', 'leave'), nodes }),
  fc.record({ kind: fc.constant('restart'), nodes, memory: fc.boolean() }),
  fc.record({ kind: fc.constant('add'), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('partition'), nodes, oneWay: fc.boolean() }),
  fc.record({ kind: fc.constant('heal') }),
  fc.record({ kind: fc.constant('network'), loss: fc.constantFrom(0, 0.2) }),
  fc.record({ kind: fc.constant('network'), latencyMs: fc.constantFrom(null, 20) }),
  fc.record({ kind: fc.constant('churn'), churn: fc.constantFrom(null, 0.5, 'kad') }),
  fc.record({ kind: fc.constant('workload'), lookupsPerSecond: fc.constantFrom(0, 1, 20) }),
  fc.record({ kind: fc.constant('put'), name, value: fc.constant('x') }),
  fc.record({ kind: fc.constantFrom('get', 'lookup', 'remove'), name }),
  fc.record({ kind: fc.constant('sybils'), name, count: fc.integer({ min: 1, max: 4 }) }),
) as fc.Arbitrary<Act>;

/** What somebody may do with a simulation. */
const aDeed = fc.oneof(
  { weight: 4, arbitrary: anAct.map((act): Command => ({ do: 'act', act })) },
  {
    weight: 2,
    arbitrary: fc
      .integer({ min: 1, max: 900 })
      .map((count): Command => ({ do: 'step', by: 'ms', count })),
  },
  {
    weight: 2,
    arbitrary: fc
      .integer({ min: 1, max: 30 })
      .map((count): Command => ({ do: 'step', by: 'message', count })),
  },
  { weight: 1, arbitrary: fc.nat({ max: 6000 }).map((toMs): Command => ({ do: 'rewind', toMs })) },
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'inspect', node: 3 }) },
);

function sameWorld(config: Partial<SceneConfig>, deeds: readonly Command[]): void {
  const watched = new Watched(config);
  for (const deed of deeds) {
    watched.do(deed);
    if (deed.do === 'act') watched.play(70, 7);
  }
  watched.do({ do: 'rewind', toMs: watched.simulation.nowMs }); // to the end of this moment
  const { nowMs } = watched.simulation;
  const atOnce = new Watched(config, watched.history, nowMs);
  expect(atOnce.hash).toBe(watched.hash);
  expect(atOnce.simulation.nowMs).toBe(nowMs);
}

describe('the same acts at the same times make the same world', () => {
  test('of Mainline nodes', () => {
    const run = fc.property(fc.nat(), fc.array(aDeed, { maxLength: 12 }), (seed, deeds) =>
      sameWorld({ seed }, deeds),
    );
    fc.assert(run, { numRuns: 25, seed: 5 });
  });

  test('of a ring', () => {
    const run = fc.property(fc.nat(), fc.array(aDeed, { maxLength: 10 }), (seed, deeds) =>
      sameWorld({ overlay: 'ring', nodes: 12, k: 2, loss: 0, seed }, deeds),
    );
    fc.assert(run, { numRuns: 15, seed: 6 });
  });

  test('whoever looks on, in whatever slices', () => {
    const quiet = new Watched({}, [], 5000);
    const watched = new Watched();
    watched.do({ do: 'follow', nodes: [1, 2] });
    watched.simulation.command({ do: 'play', pace: 2500 });
    let turn = 0;
    while (watched.simulation.nowMs < 5000) {
      watched.simulation.advance(3, () => ++turn % 3 === 0);
      if (turn % 7 === 0) watched.do({ do: 'inspect', node: turn % 40 });
    }
    watched.do({ do: 'rewind', toMs: 5000 });
    expect(watched.hash).toBe(quiet.hash);
    expect(new Watched({ seed: 2 }, [], 5000).hash).not.toBe(quiet.hash);
  });
});

describe('time', () => {
  test('a step goes to the next message, or so many ms on', () => {
    const watched = new Watched({ latencyMs: 50, lookupsPerSecond: 0 });
    watched.act({ kind: 'lookup', name: 'apple', from: 3 });
    const sent = watched.all('flights').at(-1)!.flights;
    expect(sent.map(({ kind, sentMs, arrivesMs }) => [kind, sentMs, arrivesMs])).toEqual(
      Array(4).fill(['find_node', 0, 50]),
    );
    watched.do({ do: 'step', by: 'message', count: 1 });
    expect(watched.simulation.nowMs).toBe(50);
    expect(watched.last('frame').loads!.reduce((sum, load) => sum + load, 0)).toBe(1);
    watched.do({ do: 'step', by: 'message', count: 3 });
    expect(watched.last('frame').loads!.reduce((sum, load) => sum + load, 0)).toBe(4);
    watched.do({ do: 'step', by: 'ms', count: 10 });
    expect(watched.simulation.nowMs).toBe(60);
  });

  test('stands still by itself at the moment that was asked for, however large the slices are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.array(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 4 }),
        (untilMs, slices) => {
          const watched = new Watched();
          watched.do({ do: 'play', pace: 1000, untilMs });
          for (let i = 0; watched.simulation.isPlaying && i < 4000; i++) {
            watched.simulation.advance(slices[i % slices.length], NEVER);
            watched.simulation.show();
          }
          expect(watched.simulation.nowMs).toBe(untilMs);
          expect(watched.last('frame')).toMatchObject({ atMs: untilMs, playing: false });
          watched.play(10);
          expect(watched.simulation.nowMs).toBe(untilMs + 10);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('passes as fast as was asked for, and what cannot be reached is dropped', () => {
    const watched = new Watched();
    watched.do({ do: 'play', pace: 100 });
    for (let i = 0; i < 60; i++) watched.simulation.advance(16.5, NEVER);
    expect(watched.simulation.nowMs).toBe(99);
    watched.simulation.show();
    expect(watched.last('frame').playing).toBe(true);
    expect(watched.last('frame').pace).toBeCloseTo(100, 0);
    watched.do({ do: 'play', pace: 1_000_000 });
    for (let i = 0; i < 40; i++) watched.simulation.advance(16.5, () => true);
    watched.simulation.show();
    expect(watched.last('frame').pace).toBeLessThan(900_000);
    expect(watched.last('frame').pace).toBeGreaterThan(0);
  });

  test('what was done later befalls the world again, until something else is done', () => {
    const watched = new Watched({ lookupsPerSecond: 0 });
    watched.play(100);
    watched.act({ kind: 'crash', nodes: [5] });
    watched.play(100);
    watched.act({ kind: 'crash', nodes: [6] });
    watched.do({ do: 'rewind', toMs: 150 });
    expect(watched.history).toHaveLength(2);
    expect(states(watched.last('frame'))).toEqual(new Map([[5, 2]]));
    watched.play(100);
    expect(watched.last('frame').figures.nodesNow).toBe(38);
    watched.do({ do: 'rewind', toMs: 150 });
    watched.act({ kind: 'crash', nodes: [7] });
    expect(watched.history.map(({ atMs, act }) => [atMs, act])).toEqual([
      [100, { kind: 'crash', nodes: [5] }],
      [150, { kind: 'crash', nodes: [7] }],
    ]);
    watched.play(100);
    expect(watched.last('frame').figures.nodesNow).toBe(38);
  });

  test('outcomes are told once, those of a new future on top of those before', () => {
    const watched = new Watched({ lookupsPerSecond: 5 }, [], 10_000);
    const told = () =>
      watched.all('outcomes').reduce((sum, { endedMs }) => sum + endedMs.length, 0);
    const before = told();
    expect(before).toBe(watched.last('frame').figures.lookups);
    watched.messages = [];
    watched.do({ do: 'rewind', toMs: 4000 });
    expect(told()).toBe(0);
    expect(watched.last('frame').figures.lookups).toBeGreaterThan(5);
    watched.play(6000);
    const { lookups } = watched.last('frame').figures;
    expect(lookups).toBe(before);
    expect(told()).toBeLessThan(lookups);
    expect(Math.min(...watched.all('outcomes')[0].endedMs)).toBeGreaterThan(4000);
  });

  test('going back is told as it goes on, in slices, and commands wait for it', () => {
    const watched = new Watched({}, [], 20_000);
    watched.messages = [];
    watched.simulation.command({ do: 'rewind', toMs: 15_000 });
    let slices = 0;
    watched.simulation.command({ do: 'act', act: { kind: 'crash', nodes: [1] } });
    for (; watched.simulation.isWorking; slices++) watched.simulation.work(() => true);
    expect(slices).toBeGreaterThan(5);
    const busy = watched.all('busy').map(({ done }) => done);
    expect(busy[0]).toBe(0);
    expect(busy.at(-1)).toBe(1);
    expect([...busy].sort((a, b) => a - b)).toEqual(busy);
    expect(watched.history).toEqual([{ atMs: 15_000, act: { kind: 'crash', nodes: [1] } }]);
    watched.simulation.show();
    const update = watched.last('frame');
    expect([update.whole, update.atMs]).toEqual([true, 15_000]);
    expect(watched.all('places')[0].first).toBe(0);
  });
});

/** What an update says of nodes that are not simply up. */
function states({ nodes, states }: Update): Map<number, number> {
  const told = [...nodes].map((node, i): [number, number] => [node, states[i]]);
  return new Map(told.filter(([, state]) => state !== 1));
}

describe('what is wrong with a command is told', () => {
  test.each<[string, Command]>([
    [
      '"config.nodes" expected',
      { do: 'begin', config: { ...CONFIG, nodes: 0 }, acts: [], atMs: 0 },
    ],
    ['"act.kind" expected', { do: 'act', act: { kind: 'burn' } as never }],
    ['"pace" expected', { do: 'play', pace: -1 }],
    ['"toMs" expected', { do: 'rewind', toMs: Number.NaN }],
    ['"count" expected', { do: 'step', by: 'ms', count: 1e9 }],
    ['not kept any more', { do: 'explain', flight: 12345 }],
    ['nobody here to crash', { do: 'act', act: { kind: 'crash', nodes: [4000] } }],
    ['is not up', { do: 'act', act: { kind: 'get', name: 'x', from: 999 } }],
    ['no way to remove', { do: 'act', act: { kind: 'remove', name: 'apple' } }],
  ])('%s', (message, command) => {
    const watched = new Watched();
    watched.messages = [];
    watched.do(command);
    expect(watched.last('trouble').message).toContain(message);
  });

  test('before a world has begun nothing is expected of one', () => {
    const messages: SceneMessage[] = [];
    const simulation = new Simulation((message) => messages.push(message));
    simulation.command({ do: 'play', pace: 1 });
    simulation.advance(10, NEVER);
    simulation.work(NEVER);
    simulation.command({ do: 'rewind', toMs: 5 });
    simulation.command({ do: 'act', act: { kind: 'heal' } });
    simulation.show();
    expect(messages).toEqual([]);
    expect([simulation.nowMs, simulation.traceHash]).toEqual([0, '']);
  });
});

describe('a view', () => {
  test('of a node comes when it is asked for, and about twice a second', () => {
    const watched = new Watched();
    watched.do({ do: 'inspect', node: 3 });
    expect(watched.all('node')).toHaveLength(1);
    watched.play(2000);
    expect(watched.all('node').length).toBeGreaterThan(3);
    expect(watched.all('node').length).toBeLessThan(9);
    // Where time comes to a rest, what was told last is as of that moment.
    for (let i = 0; i < 3; i++) {
      const toMs = watched.simulation.nowMs + 70;
      watched.do({ do: 'rewind', toMs });
      expect(watched.all('node').at(-1)!.atMs).toBe(toMs);
    }
    watched.do({ do: 'play', pace: 1000, untilMs: watched.simulation.nowMs + 130 });
    watched.play(400);
    expect(watched.all('node').at(-1)!.atMs).toBe(watched.simulation.nowMs);
    // A job that takes the place of another one does not make anybody look away.
    watched.messages = [];
    const toMs = watched.simulation.nowMs + 9000;
    watched.simulation.command({ do: 'rewind', toMs: toMs - 1000 });
    watched.simulation.command({ do: 'inspect', node: 5 });
    watched.do({ do: 'rewind', toMs });
    expect(watched.last('node')).toMatchObject({ node: 5, atMs: toMs });
    watched.messages = [];
    watched.do({ do: 'inspect', node: -1 });
    watched.play(1000);
    expect(watched.all('node')).toEqual([]);
  });

  test('of a lookup begun by hand comes with each step; its messages can be taken apart', () => {
    const watched = new Watched({ lookupsPerSecond: 0, loss: 0 });
    watched.act({ kind: 'get', name: 'apple', from: 3 });
    watched.play(3000);
    const views = watched.all('lookup');
    expect(views.length).toBeGreaterThan(4);
    const { steps, result, exact, state } = views.at(-1) as LookupView;
    expect([state, exact, result]).toEqual(['succeeded', true, 'found one peer']);
    for (const { request, reply } of steps) {
      expect(request).toBeGreaterThan(0);
      expect(reply).toBeGreaterThan(request);
    }
    watched.do({ do: 'explain', flight: steps[0].request });
    expect(watched.last('explanation').kind).toBe('get_peers');
    watched.do({ do: 'explain', flight: steps[0].reply });
    expect(watched.last('explanation').root.parts.length).toBeGreaterThan(1);
  });
});

describe('going to a moment with all acts named', () => {
  const crash = { atMs: 4000, act: { kind: 'crash', nodes: [3] } } as const;
  const put = { atMs: 2000, act: { kind: 'put', name: 'kiwi', value: 'x' } } as const;
  const straight = (acts: readonly TimedAct[], atMs: number) => new Watched({}, acts, atMs);

  test('later ones befall the world that is there', () => {
    const watched = straight([put], 3000);
    watched.messages = [];
    watched.do({ do: 'rewind', toMs: 6000, acts: [put, crash] });
    expect(watched.hash).toBe(straight([put, crash], 6000).hash);
    expect(watched.history).toEqual([put, crash]);
    expect(watched.all('busy').map(({ what }) => what)).not.toContain('going back');
  });

  test('where the past is another, it begins anew', () => {
    const watched = straight([put], 3000);
    watched.do({ do: 'rewind', toMs: 6000, acts: [crash] });
    expect(watched.hash).toBe(straight([crash], 6000).hash);
    watched.do({ do: 'rewind', toMs: 7000, acts: [put, crash] });
    expect(watched.hash).toBe(straight([put, crash], 7000).hash);
  });
});

describe('exchanges of messages', () => {
  test.each(['ring', 'mainline'] as const)(
    'in a calm %s all that is asked is answered',
    (overlay) => {
      const calm = { overlay, k: overlay === 'ring' ? 2 : 8, loss: 0, latencyMs: 50, nodes: 12 };
      for (const seed of [1, 2, 3]) {
        const watched = new Watched({ ...calm, seed, lookupsPerSecond: 20 });
        watched.play(5000);
        const flights = watched.all('flights').flatMap((told) => told.flights);
        const byId = new Map(flights.map((flight) => [flight.id, flight]));
        const answers = flights.filter(({ id, exchange }) => exchange !== 0 && id !== exchange);
        const answered = new Set(answers.map(({ exchange }) => exchange));
        const asked = flights.filter(({ id, exchange }) => id === exchange);
        expect(asked.length).toBeGreaterThan(100);
        expect(asked.filter(({ id, sentMs }) => sentMs < 4000 && !answered.has(id))).toEqual([]);
        for (const { exchange, from, to } of answers) {
          const request = byId.get(exchange)!;
          expect([request.from, request.to]).toEqual([to, from]);
        }
      }
    },
  );
});
