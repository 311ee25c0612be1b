import type { Command, SceneMessage } from 'ringlight/scene';
import { Simulation } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import {
  type Driven,
  SimulationDriver,
  SLICE_MS,
  transferablesOf,
} from '../../../web/src/sources/simulation-driver.ts';
import { frame, hello } from '../model/messages.ts';

/** A clock that a test turns, and the turns that are due on it. */
class FakeHost {
  nowMs = 0;
  readonly posts: (readonly SceneMessage[])[] = [];
  #turns: { atMs: number; turn: () => void }[] = [];

  readonly post = (messages: readonly SceneMessage[]) => {
    this.posts.push(messages);
  };
  readonly soon = (turn: () => void) => this.after(0, turn);
  readonly now = () => this.nowMs;
  readonly after = (ms: number, turn: () => void) => {
    this.#turns.push({ atMs: this.nowMs + ms, turn });
  };

  get waiting(): number {
    return this.#turns.length;
  }

  /** Runs what is due within so many ms. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      this.#turns.sort((a, b) => a.atMs - b.atMs);
      const next = this.#turns[0];
      if (!next || next.atMs > untilMs) break;
      this.#turns.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.turn();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }
}

/** Plays by counting the ms that it was let play; each show is one frame. */
class FakeSimulation implements Driven {
  isWorking = false;
  isPlaying = false;
  readonly commands: Command[] = [];
  elapsedMs = 0;
  slices = 0;
  readonly #emit: (message: SceneMessage) => void;
  readonly #spend: () => void;

  constructor(emit: (message: SceneMessage) => void, spend: () => void) {
    this.#emit = emit;
    this.#spend = spend;
  }

  command(command: Command): void {
    this.commands.push(command);
    if (command.do === 'play') this.isPlaying = true;
    if (command.do === 'pause') this.isPlaying = false;
    if (command.do === 'rewind') this.isWorking = true;
  }

  work(isOver: () => boolean): void {
    this.slices++;
    while (!isOver()) this.#spend();
    if (this.slices >= 10) this.isWorking = false;
  }

  advance(elapsedMs: number): void {
    this.elapsedMs += elapsedMs;
  }

  show(): void {
    if (!this.isWorking) this.#emit(frame({ atMs: this.elapsedMs }));
  }
}

function driven() {
  const host = new FakeHost();
  let simulation!: FakeSimulation;
  const driver = new SimulationDriver((emit) => {
    simulation = new FakeSimulation(emit, () => host.nowMs++);
    return simulation;
  }, host);
  return { host, simulation, driver };
}

describe('a driven simulation', () => {
  test('plays as long as it is played, a frame per beat', () => {
    const { host, simulation, driver } = driven();
    driver.command({ do: 'play', pace: 100 });
    for (let i = 0; i < 100; i++) {
      host.pass(10);
      driver.ready();
    }
    expect(simulation.elapsedMs).toBeGreaterThan(900);
    expect(host.posts.length).toBeGreaterThan(30);
    expect(host.posts.length).toBeLessThanOrEqual(63);
    driver.command({ do: 'pause' });
    host.pass(50);
    const { elapsedMs } = simulation;
    host.pass(500);
    expect(simulation.elapsedMs).toBe(elapsedMs);
    expect(host.waiting).toBe(0);
  });

  test('a page that does not draw is sent nothing more, and then the newest', () => {
    const { host, driver } = driven();
    driver.command({ do: 'play', pace: 100 });
    host.pass(1000);
    expect(host.posts).toHaveLength(1);
    driver.ready();
    host.pass(1);
    expect(host.posts).toHaveLength(2);
    expect(host.posts[1]).toHaveLength(1);
    expect(host.posts[1]![0]).toMatchObject({ type: 'frame' });
    expect((host.posts[1]![0] as { atMs: number }).atMs).toBeGreaterThan(900);
  });

  test('a tab that slept does not leap', () => {
    const { host, simulation, driver } = driven();
    driver.command({ do: 'play', pace: 100 });
    host.pass(100);
    const before = simulation.elapsedMs;
    host.nowMs += 3_600_000;
    host.pass(1);
    expect(simulation.elapsedMs - before).toBeLessThanOrEqual(300);
  });

  test('long work is done in slices, and a command is heard in between', () => {
    const { host, simulation, driver } = driven();
    driver.command({ do: 'rewind', toMs: 5 });
    host.pass(SLICE_MS * 3);
    expect(simulation.slices).toBeGreaterThanOrEqual(3);
    expect(simulation.slices).toBeLessThan(10);
    driver.command({ do: 'pause' });
    expect(simulation.commands.at(-1)).toEqual({ do: 'pause' });
    host.pass(SLICE_MS * 20);
    expect(simulation.isWorking).toBe(false);
    expect(host.posts.flat().some(({ type }) => type === 'frame')).toBe(true);
  });

  test('what a command did is shown although time stands still', () => {
    const { host, driver } = driven();
    driver.command({ do: 'inspect', node: 1 });
    host.pass(1);
    expect(host.posts).toHaveLength(1);
    driver.ready();
    driver.command({ do: 'inspect', node: 2 });
    host.pass(100);
    expect(host.posts).toHaveLength(2);
  });

  test('a play that ends by itself is shown at its end, wherever in a beat that is', () => {
    for (let slices = 1; slices < 8; slices++) {
      const { host, simulation, driver } = driven();
      let left = slices;
      simulation.advance = (elapsedMs) => {
        simulation.elapsedMs += elapsedMs;
        host.nowMs += SLICE_MS; // a slow machine: each slice is used up
        if (--left === 0) simulation.isPlaying = false;
      };
      driver.command({ do: 'play', pace: 100 });
      for (let i = 0; i < 300; i++) {
        const posts = host.posts.length;
        host.pass(1);
        if (host.posts.length > posts) driver.ready();
      }
      const last = host.posts.flat().findLast((message) => message.type === 'frame');
      expect(last, `after ${slices}`).toMatchObject({ atMs: simulation.elapsedMs });
    }
  });

  test('stopped is stopped', () => {
    const { host, driver } = driven();
    driver.command({ do: 'play', pace: 100 });
    driver.stop();
    host.pass(100);
    expect(host.posts).toHaveLength(0);
  });
});

test('the real simulation, driven: from the opening to a crash and back', () => {
  const host = new FakeHost();
  const driver = new SimulationDriver((emit) => new Simulation(emit), host);
  const acts = [{ atMs: 300, act: { kind: 'lookup', name: 'apple', from: 3 } as const }];
  const run = (ms: number) => {
    for (let i = 0; i < ms / 20; i++) {
      host.pass(20);
      driver.ready();
    }
  };
  driver.command({ do: 'begin', config: FIRST_CONFIG, acts, atMs: 250 });
  driver.command({ do: 'play', pace: 1000 });
  run(1500);
  const messages = () => host.posts.flat();
  expect(messages()[0]).toMatchObject({ type: 'hello', overlay: 'ring' });
  expect(messages().some((message) => message.type === 'lookup')).toBe(true);
  driver.command({ do: 'act', act: { kind: 'crash', nodes: [3] } });
  run(100);
  const crashed = messages().some(
    (message) => message.type === 'frame' && !message.whole && message.nodes.includes(3),
  );
  expect(crashed).toBe(true);
  driver.command({ do: 'rewind', toMs: 100 });
  run(2000);
  const last = messages().findLast((message) => message.type === 'frame');
  expect(last).toMatchObject({ atMs: 100, playing: false });
});

describe('what is handed over instead of copied', () => {
  test('columns that are made for the page, once each', () => {
    const nodes = Uint32Array.of(1, 2);
    const message = frame({ nodes, states: Uint8Array.of(1, 1) });
    const buffers = transferablesOf([hello(), message, message]);
    expect(buffers).toHaveLength(2);
    expect(buffers).toContain(nodes.buffer);
  });

  test('but no part of a larger column, nor bytes that are still kept', () => {
    const column = new Uint32Array(100);
    expect(transferablesOf([frame({ nodes: column.subarray(0, 10) })])).toEqual([]);
    const root = { label: '', value: '', note: '', start: 0, end: 3, parts: [] };
    const bytes = new Uint8Array(3);
    expect(transferablesOf([{ type: 'explanation', flight: 1, kind: 'x', bytes, root }])).toEqual(
      [],
    );
  });
});
