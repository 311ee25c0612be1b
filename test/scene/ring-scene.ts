/** Inhabitants of a ring with somebody who listens, and time that a test lets pass. */
import { sha1 } from '../../src/lab/sha1.ts';
import { SCENE_DEFAULTS, type SceneConfig } from '../../src/scene/protocol/config.ts';
import { RingInhabitants } from '../../src/scene/ring/inhabitants.ts';
import type { Ending, SceneCall } from '../../src/scene/world/inhabitants.ts';

export const keyOf = (name: string): Uint8Array => sha1(new TextEncoder().encode(name));
export const NAMES = ['apple', 'banana', 'cherry', 'damson', 'elder', 'fig'];

export class RingScene {
  readonly moved: number[] = [];
  readonly endings = new Map<number, Ending>();
  readonly told: { node: number; text: string }[] = [];
  readonly changed = new Set<number>();
  readonly left: number[] = [];
  readonly ring: RingInhabitants;
  #calls = 0;

  constructor(config: Partial<SceneConfig> = {}) {
    this.ring = new RingInhabitants(
      { ...SCENE_DEFAULTS, ...config },
      {
        moved: (call) => this.moved.push(call),
        ended: (call, ending) => this.endings.set(call, ending),
        told: (node, text) => this.told.push({ node, text }),
        changed: (node) => this.changed.add(node),
        left: (node) => this.left.push(node),
        besieged() {},
      },
    );
  }

  furnish(names: readonly string[] = NAMES): this {
    this.ring.furnish(names.map((name) => ({ name, key: keyOf(name) })));
    return this;
  }

  pass(ms: number): this {
    const { world } = this.ring;
    world.run(world.now + ms);
    // What is due just now is done, and so is time.
    const mark = world.subscribe(() => {});
    world.schedule(world.now + 1, mark, 0, 0);
    world.run(world.now + 2);
    return this;
  }

  /** Begins a call and lets time pass until it has ended. */
  call(kind: SceneCall['kind'], name: string, from: number, more: Partial<SceneCall> = {}) {
    const call = this.begin(kind, name, from, more);
    const { world } = this.ring;
    world.run(world.now + 60_000, () => this.endings.has(call));
    return { call, ending: this.endings.get(call)!, view: this.ring.lookupView(call) };
  }

  begin(
    kind: SceneCall['kind'],
    name: string,
    from: number,
    more: Partial<SceneCall> = {},
  ): number {
    const call = ++this.#calls;
    const key = keyOf(name);
    const value = `value of ${name}`;
    const asked = { call, kind, name, key, value, from, level: 'quorum' as const, isWatched: true };
    this.ring.begin({ ...asked, ...more });
    return call;
  }

  view(name: string) {
    return this.ring.keyView(keyOf(name), name);
  }

  ownerOf(name: string): number {
    return this.ring.nodeOf(this.view(name).owner);
  }

  crash(...nodes: number[]): void {
    for (const node of nodes) {
      this.ring.mortals.crash(node);
      this.ring.gone(node);
    }
  }

  /** Nodes that come later begin. */
  join(nodes: readonly number[]): void {
    for (const node of nodes) {
      this.ring.mortals.restart(node, [this.ring.mortals.addressOf(0)], true);
    }
  }
}
