/** What the lessons on attacks have in common: their world, and what they read of it. */
import type { LookupView, SceneConfig, TimedAct } from 'ringlight/scene';
import { type LessonStep, type Note, TOLD_SEED } from '../lesson.ts';
import { FRUIT } from '../opening.ts';
import { capital, type Told } from '../told.ts';

export type Siege = NonNullable<SceneConfig['siege']>;
type Adversary = Siege['adversaries'][number];
type Defence = NonNullable<Siege['node']>;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
/** Honest nodes; those after them are adversaries. */
export const HONEST = 100;
/** Who is attacked, where somebody in particular is. */
export const VICTIM = 39;
/** SHA-1 of “song”, which is looked for. */
export const SONG = 'eac923ffd38e75dc5a30da86bd6ae3442638a89f';

export function besieged(adversary: Adversary | null, node: Defence = {}): Partial<SceneConfig> {
  return {
    ...{ seed: TOLD_SEED, overlay: 'mainline', nodes: HONEST, k: 8 },
    siege: siegeOf(adversary, node),
  };
}

export function siegeOf(adversary: Adversary | null, node: Defence): Siege {
  return { adversaries: adversary === null ? [] : [adversary], node };
}

export const announce = (atMs: number, name = 'song', from = 9): TimedAct => ({
  atMs,
  act: { kind: 'put', name, value: '', from },
});

export const lookFor = (atMs: number, name = 'song', from = 3): TimedAct => ({
  atMs,
  act: { kind: 'get', name, from },
});

const EVERY_MS = 500;
/** Twelve names that nobody has announced yet. */
const VALUES = FRUIT.map((name) => `${name} pie`);
export const VALUES_MS: number = VALUES.length * EVERY_MS;

/** Each by another node. */
export const announceAll = (fromMs: number): TimedAct[] =>
  VALUES.map((name, i) => announce(fromMs + i * EVERY_MS, name, 3 + i * 5));

export const lookForAll = (fromMs: number): TimedAct[] =>
  VALUES.map((name, i) => lookFor(fromMs + i * EVERY_MS, name, 60 - i * 3));

/** Look-ups for what those names have, in the order in which they began. */
export function searches(w: Told): LookupView[] {
  const all = [...w.model.lookups.values()].sort((a, b) => a.id - b.id);
  return all.filter(({ kind, label }) => kind === 'get_peers' && VALUES.includes(label));
}

/** Names of which somebody keeps a peer. */
export const keptCount = (w: Told): number =>
  VALUES.filter((name) => w.holders(name).length > 0).length;

export const foundCount = (w: Told): number =>
  searches(w).filter(({ state }) => state === 'succeeded').length;

/** A fact of the node that is looked into, as a number. */
export function fact(w: Told, node: number, name: string): number {
  const facts = w.model.node?.node === node ? w.model.node.facts : [];
  const value = facts.find((one) => one.name === name)?.value ?? '0';
  return Number.parseFloat(value);
}

export const forged = (w: Told, node = VICTIM): number => fact(w, node, 'Datagrams forged so far');

export const adversePercent = (w: Told, node = VICTIM): number =>
  fact(w, node, 'Adversaries among all contacts of honest nodes');

/** Contacts of the node that is looked into. */
export function contactsOf(w: Told, node: number) {
  const rows = w.model.node?.node === node ? w.model.node.rows : [];
  return rows.flatMap(({ contacts }) => contacts);
}

/** Those that count: a bad one is named to nobody, and gives way to the next that comes. */
export const goodContactsOf = (w: Told, node: number) =>
  contactsOf(w, node).filter(({ state }) => state !== 'bad');

/** How many of the contacts that are closest to a node, bad ones left out, are an adversary's. */
export function besiegersBeside(w: Told, node: number, count = 8): number {
  const own = BigInt(`0x${w.model.node?.ids[0] ?? '0'}`);
  const far = (id: string): bigint => BigInt(`0x${id}`) ^ own;
  const closest = goodContactsOf(w, node).sort((a, b) => (far(a.id) < far(b.id) ? -1 : 1));
  return closest.slice(0, count).filter((contact) => contact.node >= HONEST).length;
}

/** `A: … B: …`, of a sentence about each world. */
export const both = (a: Told, b: Told, say: (w: Told) => string): string =>
  `A: ${say(a)}. B: ${say(b)}.`;

export const resultOf = (w: Told): string => w.lookup?.result ?? '';

export const count = (value: number): string => value.toLocaleString('en');

export const besiegersAt = (w: Told, text: string): Note[] =>
  w.sybils.length === 0 ? [] : [{ node: w.sybils[0], text, tone: 'danger' }];

export const atVictim = (text: string): Note => ({ node: VICTIM, text, tone: 'accent' });

/** How a node is before it is attacked. */
export const calm = (text: string, notice: (w: Told) => string): LessonStep => ({
  ...{ text, notice },
  notes: () => [atVictim(`node ${VICTIM}`)],
  exhibit: 'node',
  config: besieged(null),
  toMs: 300,
  pace: 100,
  select: { node: VICTIM, tab: 'node', view: 'trie' },
});

/** The answer among words that are bounds: the first whose number is not below what is so. */
export function within(value: number, bounds: readonly (readonly [number, string])[]): string {
  return (bounds.find(([most]) => value <= most) ?? bounds.at(-1)!)[1];
}

export const sentence = (text: string): string => `${capital(text)}.`;
