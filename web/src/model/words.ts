/**
 * What happens, in plain words: for the line under the picture, for the list of marks in time, and for
 * those who hear the page instead of seeing it.
 */
import {
  type Act,
  type Flight,
  type KeyView,
  type LookupView,
  NodeState,
  type SceneConfig,
} from 'ringlight/scene';
import { ringCount } from './camps.ts';
import type { SceneModel } from './scene-model.ts';
import { siegeText } from './siege-words.ts';

export const STATE_WORDS: readonly string[] = [
  'not there',
  'up',
  'crashed',
  'paused',
  'joining',
  'leaving',
];

/** What a node is doing, in a word or two: of a live one that does not answer no more than is known. */
export function stateText(model: SceneModel, node: number): string {
  const fate = model.stateOf[node] === NodeState.paused ? model.fateOf(node) : null;
  if (fate === null) return STATE_WORDS[model.stateOf[node]] ?? 'unknown';
  return fate.isMissed ? `${fate.how}, and missed` : fate.how;
}

/** `12.34 s`, `3 min 05 s`, `2 h 07 min`; of the day for live nodes. */
export function clockText(atMs: number): string {
  if (atMs > 1e11) return new Date(atMs).toLocaleTimeString('en-GB');
  const seconds = atMs / 1000;
  if (seconds < 60) return `${(Math.floor(atMs / 10) / 100).toFixed(2)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(Math.floor(seconds % 60))} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** `12.340 s`, `3:05.120`; of the day for live nodes, `09:10:11.120`: moments that are told apart by ms. */
export function exactClockText(atMs: number): string {
  const ms = String(Math.floor(atMs) % 1000).padStart(3, '0');
  if (atMs > 1e11) return `${new Date(atMs).toLocaleTimeString('en-GB')}.${ms}`;
  const seconds = Math.floor(atMs / 1000);
  if (seconds < 60) return `${seconds}.${ms} s`;
  return `${Math.floor(seconds / 60)}:${pad(seconds % 60)}.${ms}`;
}

const pad = (value: number) => String(value).padStart(2, '0');

/** One that takes part in a message: `node 5`, or somebody who is not in the picture. */
export function nodeText(node: number): string {
  return node < 0 ? 'outside' : `node ${node}`;
}

/** A message in one sentence; `other` is the one that answers it, or that it answers. */
export function messageText(flight: Flight, other: Flight | null): string {
  const { arrivesMs, exchange, fate, from, id, kind, sentMs, to } = flight;
  const isUnderWay = fate === 'delivered' && arrivesMs !== null;
  const outcome = isUnderWay ? `on its way for ${msText(arrivesMs - sentMs)}` : FATE_WORDS[fate];
  const way = `${kind} from ${nodeText(from)} to ${nodeText(to)}, sent at ${exactClockText(sentMs)}, ${outcome}`;
  if (other !== null) {
    return exchange === id ? `${way}; answered by ${other.kind}` : `${way}; answers ${other.kind}`;
  }
  return exchange === id ? `${way}; no answer so far` : way;
}

const FATE_WORDS: Readonly<Record<Flight['fate'], string>> = {
  delivered: 'arrived',
  lost: 'lost on the way',
  unreachable: 'nobody is there to take it',
  unknown: 'nobody saw it arrive',
};

/** `2¹⁵¹`, on the canvas and in words alike. */
export function powerOfTwo(exponent: number): string {
  return `2${[...String(exponent)].map((digit) => SUPERSCRIPTS[Number(digit)]).join('')}`;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

export const msText = (ms: number) => `${Number(ms.toFixed(1))} ms`;

/** More nodes than this are counted, not named. */
export const NODES_NAMED = 4;

/** `node 5`, `nodes 5 and 7`, `nodes 5, 7 and 9`, `12 nodes`: of `count` nodes, the first few. */
export function nodesText(nodes: readonly number[], count: number = nodes.length): string {
  if (count === 1) return `node ${nodes[0]}`;
  if (count > NODES_NAMED) return countText(count, 'node');
  return `nodes ${listText(nodes.map(String))}`;
}

export function listText(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

export function keyName(view: KeyView): string {
  return view.name === null ? `${view.key.slice(0, 8)}…` : `“${view.name}”`;
}

/** What an act does, as a sentence without its end: `crash node 5`. */
export function actText(act: Act): string {
  switch (act.kind) {
    case 'crash':
    case 'pause':
    case 'resume':
      return `${act.kind} ${nodesText(act.nodes)}`;
    case 'leave':
      return `${nodesText(act.nodes)} ${act.nodes.length === 1 ? 'leaves' : 'leave'}`;
    case 'restart':
      return `restart ${nodesText(act.nodes)}${act.memory ? '' : ' with an empty store'}`;
    case 'add':
      return `add ${countText(act.count, 'node')}`;
    case 'partition':
      return `cut off ${nodesText(act.nodes)}${act.oneWay ? ', one way' : ''}`;
    case 'heal':
      return 'heal the network';
    case 'network':
      return networkText(act.loss, act.latencyMs);
    case 'churn':
      return `churn: ${churnText(act.churn)}`;
    case 'workload':
      return `${act.lookupsPerSecond} look-ups a second`;
    case 'put':
      return `put “${act.name}”`;
    case 'get':
      return `get “${act.name}”`;
    case 'remove':
      return `remove “${act.name}”`;
    case 'lookup':
      return `look up “${act.name}”`;
    case 'sybils':
      return `${countText(act.count, 'Sybil')} around “${act.name}”`;
  }
}

function networkText(loss: number | undefined, latencyMs: number | null | undefined): string {
  const parts: string[] = [];
  if (loss !== undefined) parts.push(`lose ${percentText(loss)} of messages`);
  if (latencyMs !== undefined) parts.push(`latency ${latencyText(latencyMs)}`);
  return parts.join(', ');
}

export const percentText = (share: number) => `${Number((share * 100).toFixed(1))} %`;

export const latencyText = (ms: number | null) => (ms === null ? 'as the Internet' : `${ms} ms`);

/** Where sessions were measured, and after how long half of them had ended. */
export const CHURN_WORDS: Readonly<Record<string, string>> = {
  'bt-redhat': 'BitTorrent, Red Hat: 7 min',
  'bt-debian': 'BitTorrent, Debian: 16 min',
  'bt-flatout': 'BitTorrent, FlatOut: 23 min',
  ipfs: 'IPFS, 2022: 24 min',
  li: 'Li et al., 2005: 42 min',
  kad: 'Kad: 93 min',
  oversim: 'OverSim: 116 min',
  'kad-first-crawl': 'Kad, first crawl: 183 min',
  'mldht-2013': 'Mainline, 2013: 200 min',
};

/** A median session in minutes, or the name of a measured preset. */
const ANSWERED: Readonly<Record<string, string>> = {
  insert: 'Put',
  announce_peer: 'Put',
  get: 'Get',
  get_peers: 'Get',
  remove: 'Remove',
};

/** What came of a look-up that has ended: `Get “apple”: “red” from node 4.` */
export function answerText({ kind, label, result }: LookupView): string {
  return `${ANSWERED[kind] ?? 'Look-up of'} “${label}”: ${result}.`;
}

export function churnText(churn: SceneConfig['churn']): string {
  if (churn === null) return 'none';
  if (typeof churn === 'string') return CHURN_WORDS[churn] ?? churn;
  return churn >= 60 ? `half gone in ${churn / 60} h` : `half gone in ${churn} min`;
}

export function isAlive(model: SceneModel, node: number): boolean {
  const state = model.stateOf[node];
  return state !== NodeState.absent && state !== NodeState.crashed;
}

/** The whole scene in one line. */
export function worldSentence(model: SceneModel): string {
  const { hello } = model;
  if (!hello.value) return '';
  const figures = model.figures.last;
  if (!figures) return hello.value.title;
  const parts = [countText(figures.nodesNow, 'node')];
  if (figures.keysNow > 0) {
    const bad: string[] = [];
    if (figures.unsafeKeysNow > 0) bad.push(`${figures.unsafeKeysNow} unsafe`);
    if (figures.lostKeysNow > 0) bad.push(`${figures.lostKeysNow} lost`);
    const fate = bad.length > 0 ? listText(bad) : 'all safe';
    parts.push(`${countText(figures.keysNow, 'key')}, ${fate}`);
  }
  const rings = ringCount(model);
  if (model.isSplit) parts.push('the network is cut');
  else if (rings > 1) parts.push(`they are ${rings} rings`);
  return `${parts.join('; ')}.`;
}

const FIELD_WORDS: Readonly<
  Record<keyof SceneConfig, (config: SceneConfig, other: SceneConfig | null) => string>
> = {
  overlay: ({ overlay }) => (overlay === 'ring' ? 'ring' : 'Mainline'),
  nodes: ({ nodes }) => countText(nodes, 'node'),
  seed: ({ seed }) => `seed ${seed}`,
  k: ({ overlay, k }) => `${overlay === 'ring' ? 'K' : 'k'} = ${k}`,
  alpha: ({ alpha }) => `α = ${alpha}`,
  identities: ({ identities }) => `${identities} places a node`,
  policy: ({ policy }) => `repair: ${policy}`,
  family: ({ family }) => (family === 'both' ? 'IPv4 and IPv6' : `IPv${family}`),
  latencyMs: ({ latencyMs }) => `latency ${latencyText(latencyMs)}`,
  loss: ({ loss }) => `loss ${percentText(loss)}`,
  churn: ({ churn }) => `churn: ${churnText(churn)}`,
  lookupsPerSecond: ({ lookupsPerSecond }) => `${lookupsPerSecond} look-ups a second`,
  keys: ({ keys }) => countText(keys, 'key'),
  siege: ({ siege }, other) => siegeText(siege, other?.siege),
};

/** By what a world is told from the one beside it; its K where they begin alike. */
export function differenceText(config: SceneConfig, other: SceneConfig | null): string {
  const fields = Object.keys(FIELD_WORDS) as (keyof SceneConfig)[];
  const isOther = (field: keyof SceneConfig) =>
    JSON.stringify(config[field]) !== JSON.stringify(other?.[field]);
  const different = fields.filter((field) => other !== null && isOther(field));
  return (different.length === 0 ? (['k'] as const) : different)
    .map((field) => FIELD_WORDS[field](config, other))
    .join(', ');
}
