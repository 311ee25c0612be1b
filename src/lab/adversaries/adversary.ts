/**
 * Adversaries as plain data: what somebody does to a network, with how many nodes of which networks, and
 * when. A world that has some is as repeatable as one that has none, and honest nodes are the same in both.
 *
 *     adversaries: [{ kind: 'sybils', at: { key }, count: 24, networks: 1 },
 *                   { kind: 'droppers', share: 0.2, schedule: { from: '10 min', to: '1 h' } }]
 *
 *     nodes of a world    0 … honest - 1 │ the first band │ the second band │ …
 *
 *     sybils          ids beside a key or a node; they name each other and keep nothing
 *     eclipse         ids beside a node, to whom they speak all the time
 *     shown-ids       whoever asks is shown an id beside what he looks for, and friends there
 *     changing-ids    another id every so often
 *     mirrors         they have the id of whoever asks
 *     liars           about nodes (each other and nobody else), addresses (where nobody can be asked), values
 *                     (peers that nobody announced) or samples (info-hashes that nobody has)
 *     droppers        they answer pings and nothing else
 *     delayers        all that they say comes late
 *     phantoms        queries to a node from addresses at which there is nobody
 *     reflection      queries in the name of a node, whose answers it gets
 *     forged-replies  replies to a node in the name of those who are closest to a key
 *     garbage         queries to a node that end too soon
 *     storage-flood   announces (or items of BEP 44) to a node, beside its id
 *     token-flood     questions for tokens to a node, each from another address
 *     token-theft     announces to a node with a token that another address got
 *     index-poison    all announce themselves for a key
 */
import { numberIn, shown, wholeNumber } from '../../core/argument.ts';
import { parseId } from '../../core/id.ts';
import { type Duration, durationMs } from '../duration.ts';
import { CONDUCTS, type Conduct } from './conduct.ts';

/** When a band is there: from its entrance until all its nodes are gone. Default: all the time. */
export interface Engagement {
  from?: Duration;
  to?: Duration;
}

export interface Company {
  /** Nodes of this adversary. Default 1. */
  count?: number;
  /** Or so many that they are this share of all nodes, 0 to 0.9. */
  share?: number;
  /** /24 networks that they have, as many in each. Default: one for each of them. */
  networks?: number;
  schedule?: Engagement;
}

export type AdversaryModel = Company & Conduct;
export type AdversaryKind = AdversaryModel['kind'];

/** An adversary with numbers: its nodes are `first` to `first + count - 1`. */
export interface Band {
  readonly model: AdversaryModel;
  readonly first: number;
  readonly count: number;
  readonly networks: number;
  /** Since the world began. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Bands of one world at most. */
export const ADVERSARIES_LIMIT = 64;
/** Nodes of all of them at most: each is a machine of its own from its entrance on. */
export const ADVERSARY_NODES_LIMIT = 100_000;
/** With a larger share there is hardly a network to attack. */
const SHARE_MOST = 0.9;
/** Hosts of a /24. */
const HOSTS = 254;
const COMPANY: readonly string[] = ['kind', 'count', 'share', 'networks', 'schedule'];

/**
 * Looks adversaries through, and says who they are.
 * @throws TypeError or RangeError that names the field.
 */
export function bandsOf(models: unknown, honest: number, name = 'adversaries'): Band[] {
  if (!Array.isArray(models)) {
    throw new TypeError(`"${name}" expected an array of adversaries, got ${shown(models)}`);
  }
  wholeNumber(models.length, `${name}.length`, 0, ADVERSARIES_LIMIT);
  const bands: Band[] = [];
  let first = honest;
  for (const [i, model] of models.entries()) {
    const band = bandOf(model, `${name}[${i}]`, first, honest);
    bands.push(band);
    first += band.count;
  }
  wholeNumber(first - honest, `the nodes of all "${name}"`, 0, ADVERSARY_NODES_LIMIT);
  return bands;
}

/** The same for somebody who only wants to know whether they can be. @throws as `bandsOf`. */
export function checkAdversaries(models: unknown, honest: number): readonly AdversaryModel[] {
  bandsOf(models, honest);
  return models as readonly AdversaryModel[];
}

function bandOf(model: unknown, name: string, first: number, honest: number): Band {
  if (typeof model !== 'object' || model === null) {
    throw new TypeError(
      `"${name}" expected an object such as { kind, count }, got ${shown(model)}`,
    );
  }
  const { kind, count, share, networks, schedule } = model as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(CONDUCTS, kind)) {
    const known = Object.keys(CONDUCTS).join(', ');
    throw new TypeError(`"${name}.kind" expected one of ${known}, got ${shown(kind)}`);
  }
  checkConduct(model as Record<string, unknown>, name, honest);
  if (count !== undefined && share !== undefined) {
    throw new TypeError(`"${name}" expected count or share, got both`);
  }
  if (share !== undefined) numberIn(share, `${name}.share`, SHARE_MOST);
  const many =
    share === undefined
      ? wholeNumber(count ?? 1, `${name}.count`, 1, ADVERSARY_NODES_LIMIT)
      : Math.max(1, Math.round((honest * (share as number)) / (1 - (share as number))));
  const least = Math.ceil(many / HOSTS);
  const { fromMs, toMs } = engagementOf(schedule, `${name}.schedule`);
  return {
    ...{ model: model as AdversaryModel, first, count: many, fromMs, toMs },
    networks: wholeNumber(networks ?? many, `${name}.networks`, least, many),
  };
}

function engagementOf(schedule: unknown, name: string): { fromMs: number; toMs: number } {
  if (schedule === undefined) return { fromMs: 0, toMs: Infinity };
  if (typeof schedule !== 'object' || schedule === null) {
    throw new TypeError(`"${name}" expected an object { from, to }, got ${shown(schedule)}`);
  }
  for (const field of Object.keys(schedule)) {
    if (field !== 'from' && field !== 'to') {
      throw new TypeError(`"${name}" expected from and to, got the field ${shown(field)}`);
    }
  }
  const { from, to } = schedule as Engagement;
  const fromMs = durationMs(from ?? 0, `${name}.from`);
  const toMs = to === undefined ? Infinity : durationMs(to, `${name}.to`);
  if (toMs <= fromMs)
    throw new RangeError(`"${name}.to" expected a time after from, got ${shown(to)}`);
  return { fromMs, toMs };
}

/** The fields that a kind has beside those of all. */
function checkConduct(model: Record<string, unknown>, name: string, honest: number): void {
  const kind = model['kind'] as AdversaryKind;
  const { fields } = CONDUCTS[kind];
  for (const field of Object.keys(model)) {
    if (COMPANY.includes(field) || model[field] === undefined) continue;
    if (!Object.hasOwn(fields, field)) {
      const known = Object.keys(fields).join(', ') || 'none';
      throw new TypeError(`"${name}.${field}" is no field of ${kind}; it has ${known}`);
    }
  }
  for (const [field, rule] of Object.entries(fields)) {
    const value = model[field];
    const at = `${name}.${field}`;
    if (value === undefined && 'or' in rule) continue;
    if (rule.is === 'node' || rule.is === 'place') checkPlace(value, at, honest, rule.is);
    else if (rule.is === 'key') parseId(value as string, at);
    else if (rule.is === 'duration') wholeNumber(durationMs(value, at), at, 1, 2 ** 31);
    else if (rule.is === 'toggle') checkChoice(value, at, [true, false]);
    else if (rule.is === 'choice') checkChoice(value, at, rule.of);
    else if (rule.is === 'whole') wholeNumber(value, at, rule.least, rule.most);
  }
}

function checkChoice(value: unknown, name: string, known: readonly unknown[]): void {
  if (!known.includes(value)) {
    throw new TypeError(`"${name}" expected ${known.join(', ')}, got ${shown(value)}`);
  }
}

function checkPlace(value: unknown, name: string, honest: number, kind: 'node' | 'place'): void {
  const { node, key } = Object(value) as Record<string, unknown>;
  if (node !== undefined && key === undefined) {
    wholeNumber(node, `${name}.node`, 0, honest - 1);
  } else if (kind === 'place' && key !== undefined && node === undefined) {
    parseId(key as string, `${name}.key`);
  } else {
    const wanted = kind === 'node' ? '{ node }' : '{ node } or { key }';
    throw new TypeError(`"${name}" expected ${wanted}, got ${shown(value)}`);
  }
}
