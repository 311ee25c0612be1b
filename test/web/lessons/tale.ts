/**
 * Runs what a lesson shows without a page: the world of a step, with all that is done to it, to the
 * moment at which the step ends. So that what a lesson says can be held against what happens.
 */
import {
  type KeyView,
  type LookupView,
  type NodeView,
  type SceneConfig,
  type SceneMessage,
  Simulation,
  type TimedAct,
} from 'ringlight/scene';
import { type Lesson, stagingOf } from '../../../web/src/lessons/lesson.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';

const NEVER = () => false;

export class Tale {
  readonly #lesson: Lesson;
  readonly #pane: 'A' | 'B';
  #simulation!: Simulation;
  #model!: SceneModel;
  #troubles: string[] = [];
  #begun = '';

  constructor(lesson: Lesson, pane: 'A' | 'B' = 'A') {
    this.#lesson = lesson;
    this.#pane = pane;
  }

  /** To the end of a step, counted from 1 as in links; or to a moment of its world. */
  at(step: number, atMs?: number): this {
    const staging = stagingOf(this.#lesson, step - 1);
    const config = this.#pane === 'B' ? staging.beside! : staging.config;
    const toMs = atMs ?? staging.toMs;
    const begun = JSON.stringify([this.#worldOf(step), config]);
    if (begun !== this.#begun || toMs < this.#simulation.nowMs) this.#begin(step, config);
    this.#begun = begun;
    this.#do({ do: 'rewind', toMs });
    return this;
  }

  /** The step with which the world of this one began. */
  #worldOf(step: number): number {
    let first = step;
    while (first > 1 && this.#lesson.steps[first - 1]!.config === undefined) first--;
    return first;
  }

  #begin(step: number, config: SceneConfig): void {
    // Acts of later steps befall it at their times: one run serves all steps.
    let last = step;
    while (this.#lesson.steps[last] && this.#lesson.steps[last]!.config === undefined) last++;
    const { acts } = stagingOf(this.#lesson, last - 1);
    this.#model = new SceneModel();
    this.#troubles = [];
    this.#simulation = new Simulation((message: SceneMessage) => {
      if (message.type === 'trouble') this.#troubles.push(message.message);
      this.#model.apply(message);
    });
    this.#do({ do: 'begin', config, acts, atMs: 0 });
  }

  #do(command: Parameters<Simulation['command']>[0]): void {
    this.#simulation.command(command);
    while (this.#simulation.isWorking) this.#simulation.work(NEVER);
    this.#simulation.show();
  }

  get model(): SceneModel {
    return this.#model;
  }

  get troubles(): readonly string[] {
    return this.#troubles;
  }

  /** What was done until now. */
  get acts(): readonly TimedAct[] {
    return this.#model.history.value.filter(({ atMs }) => atMs <= this.#model.atMs);
  }

  get figures() {
    return this.#model.figures.last!;
  }

  key(name: string): KeyView {
    return [...this.#model.keys.values()].find((view) => view.name === name)!;
  }

  /** The node that owns a key; -1 for none. */
  owner(name: string): number {
    const { owner } = this.key(name);
    return owner < 0 ? -1 : this.#model.nodeOf[owner]!;
  }

  owners(): Record<string, number> {
    const names = [...this.#model.keys.values()].map((view) => view.name!);
    return Object.fromEntries(names.map((name) => [name, this.owner(name)]));
  }

  /** Living nodes with a copy. */
  holders(name: string): number[] {
    return this.key(name).holders.filter((node) => this.#model.isMember(node));
  }

  /** Names of the keys in a state. */
  keysThatAre(state: KeyView['state']): string[] {
    const views = [...this.#model.keys.values()].filter((view) => view.state === state);
    return views.map((view) => view.name!).sort();
  }

  /** Whom a node of one place takes for its successor. */
  successor(node: number): number {
    const place = this.#model.successorOf[this.#model.placesOf(node)[0]!]!;
    return place < 0 ? -1 : this.#model.nodeOf[place]!;
  }

  /** The one that began last. */
  lookup(): LookupView {
    return [...this.#model.lookups.values()].at(-1)!;
  }

  /** How long it took, in ms. */
  took(): number {
    const { startedMs, endedMs } = this.lookup();
    return endedMs! - startedMs;
  }

  node(node: number): NodeView {
    this.#do({ do: 'inspect', node });
    return this.#model.node!;
  }

  /** Nodes in a row of a node's table. */
  contacts(node: number, row: string): number[] {
    const found = this.node(node).rows.find(({ label }) => label.startsWith(row))!;
    return found.contacts.map((contact) => contact.node);
  }

  /** Nodes of this world, in the order of their first bits; those that never came are left out. */
  idsOf(nodes: readonly number[]): string[] {
    return nodes.map((node) => this.#model.idText(this.#model.placesOf(node)[0]!));
  }

  meanHops(): number {
    const { outcomes } = this.#model;
    let sum = 0;
    for (let i = 0; i < outcomes.length; i++) sum += outcomes.hops[i]!;
    return sum / outcomes.length;
  }
}
