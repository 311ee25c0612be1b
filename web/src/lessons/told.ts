/**
 * What a lesson says of its world, it reads from that world: who owns a key, how many copies live, what a
 * look-up found. A sentence of a lesson is a function of it, so that text and picture cannot disagree.
 *
 *     step.notice ── (a, b) ──▶ 'A has lost three keys. B has lost none.'
 *                     │  └ the world beside it, or the same where there is one only
 *                     └ a Told: the model of a pane, asked by names and numbers
 */
import { type KeyView, type LookupView, NodeState } from 'ringlight/scene';
import { turnOfText } from '../model/ids.ts';
import { NOBODY, type SceneModel } from '../model/scene-model.ts';
import { bestStep, momentOf, pathTo } from '../stage/route.ts';

export class Told {
  readonly #model: SceneModel;

  constructor(model: SceneModel) {
    this.#model = model;
  }

  /** Is there anything to tell of? */
  get isThere(): boolean {
    return this.#model.hello.value !== null && this.#model.figures.last !== null;
  }

  get figures() {
    return this.#model.figures.last!;
  }

  key(name: string): KeyView | undefined {
    for (const view of this.#model.keys.values()) if (view.name === name) return view;
    return undefined;
  }

  /** The node that owns a key; -1 for none. */
  owner(name: string): number {
    const place = this.key(name)?.owner ?? NOBODY;
    return place < 0 ? -1 : this.#model.nodeOf[place];
  }

  /** Living nodes with a copy, the nearest before the key first: on a healthy ring the owner leads. */
  holders(name: string): number[] {
    const view = this.key(name);
    if (view === undefined) return [];
    const turn = turnOfText(view.key);
    const way = (node: number) =>
      Math.min(...this.#model.placesOf(node).map((place) => this.#wayTo(turn, place)));
    const living = view.holders.filter((node) => this.#model.isMember(node));
    return living.sort((x, y) => way(x) - way(y));
  }

  /** Those of them that are not the owner. */
  backups(name: string): number[] {
    const owner = this.owner(name);
    return this.holders(name).filter((node) => node !== owner);
  }

  /** Names of the keys in a state, in the order of the alphabet. */
  keysThatAre(state: KeyView['state']): string[] {
    const names: string[] = [];
    for (const view of this.#model.keys.values()) {
      if (view.state === state) names.push(view.name ?? view.key.slice(0, 8));
    }
    return names.sort();
  }

  get keyCount(): number {
    return this.#model.keys.size;
  }

  /** Names of the keys that some of these nodes own. */
  newlyOwned(nodes: readonly number[]): string[] {
    const names: string[] = [];
    for (const { name } of this.#model.keys.values()) {
      if (name !== null && nodes.includes(this.owner(name))) names.push(name);
    }
    return names.sort();
  }

  /** The member that stands last before a node, and the one that comes next. */
  before(node: number): number {
    return this.#neighbour(node, -1);
  }

  after(node: number): number {
    return this.#neighbour(node, 1);
  }

  /** Whom a node of one place takes for its successor. */
  successor(node: number): number {
    const place = this.#model.successorOf[this.#model.placesOf(node)[0] ?? -1] ?? NOBODY;
    return place < 0 ? -1 : this.#model.nodeOf[place];
  }

  isUp(node: number): boolean {
    return this.#model.stateOf[node] === NodeState.up;
  }

  /** Nodes in a state, lowest first. */
  nodesThatAre(state: keyof typeof NodeState): number[] {
    const nodes: number[] = [];
    for (let node = 0; node < this.#model.nodeCount; node++) {
      if (this.#model.stateOf[node] === NodeState[state]) nodes.push(node);
    }
    return nodes;
  }

  get sybils(): number[] {
    const nodes: number[] = [];
    for (let node = 0; node < this.#model.nodeCount; node++) {
      if (this.#model.isSybil[node] === 1) nodes.push(node);
    }
    return nodes;
  }

  /** The look-up that began last. */
  get lookup(): LookupView | undefined {
    let last: LookupView | undefined;
    for (const view of this.#model.lookups.values()) {
      if (last === undefined || view.id > last.id) last = view;
    }
    return last;
  }

  /** The nodes of its best way so far, the nearest to the target last. */
  get path(): number[] {
    const { lookup } = this;
    if (lookup === undefined) return [];
    const steps = pathTo(lookup, bestStep(lookup, momentOf(lookup, -1)));
    return steps.map((step) => lookup.steps[step].node);
  }

  /** The nearest that has been asked so far: as a number of bits in which it may differ; -1 for none. */
  get nearestBits(): number {
    const bits = this.lookup?.steps.map((step) => step.distanceBits ?? 160) ?? [];
    return bits.length === 0 ? -1 : Math.min(...bits);
  }

  /** The same of the first that was asked. */
  get firstBits(): number {
    return this.lookup?.steps[0]?.distanceBits ?? -1;
  }

  get answers(): number {
    return this.lookup?.steps.filter((step) => step.verdict === 'answered').length ?? 0;
  }

  /** How many it asked, and how long that took; null while it runs. */
  get questions(): number {
    return this.lookup?.steps.length ?? 0;
  }

  get tookMs(): number | null {
    const { lookup } = this;
    return lookup === undefined || lookup.endedMs === null
      ? null
      : Math.round(lookup.endedMs - lookup.startedMs);
  }

  /** A row of what the inspected node knows: `successors`, `bucket 0` …, as node numbers. */
  knownTo(node: number, row: string): number[] {
    const view = this.#model.node?.node === node ? this.#model.node : null;
    const found = view?.rows.find(({ label }) => label.startsWith(row));
    return found?.contacts.map((contact) => contact.node) ?? [];
  }

  /** What the inspected node keeps under a name: `18 bytes`, `removed`; '' for nothing. */
  storedAt(node: number, name: string): string {
    const view = this.#model.node?.node === node ? this.#model.node : null;
    return view?.stored.find((one) => one.name === name)?.what ?? '';
  }

  /** Whom an inspected node of a ring knows far ahead, the farthest first. */
  fingers(node: number): number[] {
    const own = this.#model.placesOf(node)[0] ?? 0;
    const ahead = (other: number) => {
      const place = this.#model.placesOf(other)[0] ?? own;
      return 1 - this.#wayTo(this.#model.turns[own], place);
    };
    return this.knownTo(node, 'fingers').sort((x, y) => ahead(y) - ahead(x));
  }

  /** Nodes whose ids share just so many leading bits with that of a node. */
  sharing(node: number, bits: number): number[] {
    const own = this.bitsOf(node);
    const nodes: number[] = [];
    for (let other = 0; other < this.#model.nodeCount; other++) {
      if (other !== node && sharedBits(own, this.bitsOf(other)) === bits) nodes.push(other);
    }
    return nodes;
  }

  /** How many rows with a given beginning the inspected node has, and contacts in all of them. */
  table(node: number, row: string): { rows: number; contacts: number } {
    const rows = this.#model.node?.node === node ? this.#model.node.rows : [];
    const found = rows.filter(({ label }) => label.startsWith(row));
    return {
      rows: found.length,
      contacts: found.reduce((sum, { contacts }) => sum + contacts.length, 0),
    };
  }

  /** Mean hops of all look-ups that ended. */
  get meanHops(): number {
    const { outcomes } = this.#model;
    let sum = 0;
    for (let i = 0; i < outcomes.length; i++) sum += outcomes.hops[i];
    return outcomes.length === 0 ? 0 : sum / outcomes.length;
  }

  get lookupsEnded(): number {
    return this.#model.outcomes.length;
  }

  /** The id of a node as 160 bits, its first bits first. */
  bitsOf(node: number): string {
    const place = this.#model.placesOf(node)[0];
    if (place === undefined) return '';
    const bytes = this.#model.ids.subarray(place * 20, place * 20 + 20);
    return Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  }

  get model(): SceneModel {
    return this.#model;
  }

  #wayTo(turn: number, place: number): number {
    const way = turn - this.#model.turns[place];
    return way < 0 ? way + 1 : way;
  }

  #neighbour(node: number, by: 1 | -1): number {
    const own = this.#model.placesOf(node)[0];
    if (own === undefined) return -1;
    let nearest = -1;
    let least = 2;
    for (const place of this.#model.sortedPlaces) {
      if (this.#model.nodeOf[place] === node) continue;
      const way = this.#wayTo(this.#model.turns[own], place);
      const ahead = by < 0 ? way : 1 - way;
      if (ahead >= least) continue;
      least = ahead;
      nearest = place;
    }
    return nearest < 0 ? -1 : this.#model.nodeOf[nearest];
  }
}

/** Bits that two ids have in common before the first that differs. */
export function sharedBits(a: string, b: string): number {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared;
}

const NUMBERS = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** Small numbers as words, as they stand in a sentence. */
export function inWords(count: number): string {
  return NUMBERS[count] ?? count.toLocaleString('en');
}

/** `three keys`, `one key`, `no key`. */
export function several(count: number, one: string, many = `${one}s`): string {
  return `${inWords(count)} ${count === 1 || count === 0 ? one : many}`;
}

/** `Three keys`: at the beginning of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `“apple”, “grape” and “juniper”`. */
export function quoted(names: readonly string[]): string {
  const marked = names.map((name) => `“${name}”`);
  return marked.length < 2
    ? marked.join('')
    : `${marked.slice(0, -1).join(', ')} and ${marked.at(-1)}`;
}
