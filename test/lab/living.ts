/** A world under test whose nodes come and go, with what a test needs to look at it. */

import { fillRandom, randomBelow, SeededRandom } from '../../src/core/random.ts';
import { type Life, State } from '../../src/lab/life/life.ts';
import { gradeOf } from '../../src/lab/mainline/grade.ts';
import type { MainlineOverlay } from '../../src/lab/mainline/mainline-overlay.ts';
import { type LivingOptions, livingWorld } from '../../src/lab/mainline/start.ts';
import type { Grade } from '../../src/lab/results/grade.ts';
import { sha1 } from '../../src/lab/sha1.ts';
import type { World } from '../../src/lab/world.ts';
import { settingsFrom } from '../../src/mainline/choices.ts';
import type { MainlineNode } from '../../src/mainline/node.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import { BAD_FAILURES } from '../../src/mainline/table/condition.ts';
import { CHOICES } from './graded.ts';

export const MINUTE_MS = 60_000;

export class Living {
  readonly overlay: MainlineOverlay;
  readonly life: Life;
  readonly world: World;
  readonly joiningMs: number;
  readonly grades: Grade[] = [];
  readonly #askers = new Map<number, number>();
  readonly #random = new SeededRandom(5);
  #lastCall = 0;

  constructor(options: Partial<LivingOptions> = {}) {
    const { overlay, life, joiningMs } = livingWorld(
      {
        ...{ seed: 1, nodes: 100, network: { latency: { kind: 'constant', ms: 50 } } },
        ...{ settings: settingsFrom(CHOICES), upkeep: true, sha1 },
        ...options,
      },
      {
        onLookup: (call, lookup) => {
          this.grades.push(gradeOf(overlay, this.#askers.get(call)!, lookup));
        },
        onPeer() {},
        onAnswer() {},
        onSilence() {},
        onJoin() {},
      },
    );
    this.overlay = overlay;
    this.life = life;
    this.world = overlay.world;
    this.joiningMs = joiningMs;
  }

  node(node: number): MainlineNode {
    return this.overlay.node(node);
  }

  run(ms: number): void {
    this.world.run(this.world.now + ms);
  }

  /** Numbers of those in a state. */
  those(state: State): number[] {
    return Array.from(this.life.states.keys()).filter((node) => this.life.states[node] === state);
  }

  /** Lookups of random ids by nodes that are up, and what they were worth. */
  look(count: number): Grade[] {
    this.grades.length = 0;
    const up = this.those(State.up);
    for (let i = 0; i < count; i++) {
      const asker = up[randomBelow(this.#random, up.length)];
      const target = new Uint8Array(20);
      fillRandom(this.#random, target, 0, 20);
      this.#askers.set(++this.#lastCall, asker);
      this.node(asker).lookup(this.world.now, LookupKind.findNode, target, this.#lastCall);
      this.world.arm(asker);
    }
    this.run(MINUTE_MS);
    return this.grades;
  }

  /** Means over the tables of all who are up. */
  tables(): { size: number; parts: number; fill: number[]; dead: number } {
    const fill: number[] = [];
    const deep: number[] = [];
    const up = this.those(State.up);
    const sum = { size: 0, parts: 0, dead: 0 };
    for (const node of up) {
      const { table } = this.node(node);
      sum.size += table.count;
      sum.parts += table.parts;
      for (let part = 0; part < table.parts; part++) deep[part] = (deep[part] ?? 0) + 1;
      table.visit((handle, _heardSeconds, failures, part) => {
        fill[part] = (fill[part] ?? 0) + 1;
        if (this.world.alive[handle - 1] === 0 && failures < BAD_FAILURES) sum.dead++;
      });
    }
    return {
      size: sum.size / up.length,
      parts: sum.parts / up.length,
      fill: fill.map((count, part) => count / deep[part]),
      dead: sum.dead / sum.size,
    };
  }
}
