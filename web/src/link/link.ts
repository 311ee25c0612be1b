/**
 * What is shown, as the part of an address behind #: so that whoever opens the link sees the same world
 * at the same moment, made again from its seed.
 *
 *     #v=1&s=eyJj…        a world of the lab: configuration, acts, moment, and what is looked at
 *     #lesson=ownership/2 a step of a lesson, counted from 1
 *     #live=ring          a scene of the server that served this page; &token=… lets one act
 *     #recording=path     a recording on the same host
 *     …&ask=W3sicS…       questions to a world or a lesson (asks.ts)
 *
 * `s` is JSON in base64url. What a link says is looked through before anything is made of it.
 */
import {
  checkActs,
  checkSceneConfig,
  MOMENT_MS_MAX,
  type SceneConfig,
  type TimedAct,
} from 'ringlight/scene';
import { FIRST_CONFIG } from '../lessons/lesson.ts';
import type { Moment } from '../model/moment.ts';
import type { PanelTab, ViewKind } from '../model/view-state.ts';
import { type Asked, readAsks } from './asks.ts';
import { fromBase64Url, toBase64Url } from './base64url.ts';

const LINK_VERSION = 1;

/** Longer ones are cut off by what people send links with. */
export const LINK_LENGTH_MAX = 60_000;

/** What is looked at; -1, null and 0 are nothing. */
export interface LinkedView {
  view: ViewKind;
  tab: PanelTab;
  node: number;
  key: string | null;
  lookup: number;
}

export interface SceneLink extends LinkedView {
  moment: Moment;
}

export type Link =
  | { kind: 'none' }
  | { kind: 'scene'; link: SceneLink; asks: readonly Asked[] }
  | { kind: 'lesson'; id: string; step: number; asks: readonly Asked[] }
  | { kind: 'live'; name: string; token?: string }
  | { kind: 'recording'; path: string };

const TABS: readonly PanelTab[] = ['keys', 'lookup', 'node', 'figures', 'message'];

export function writeSceneLink(link: SceneLink): string {
  const { moment, view, tab, node, key, lookup } = link;
  const contents = {
    c: differenceOf(moment.config),
    a: moment.acts.map(({ atMs, act }) => [atMs, act]),
    t: Math.round(moment.atMs),
    ...(view === 'ring' ? {} : { v: view }),
    ...(tab === 'keys' ? {} : { p: tab }),
    ...(node < 0 ? {} : { n: node }),
    ...(key === null ? {} : { k: key }),
    ...(lookup === 0 ? {} : { l: lookup }),
  };
  return `#v=${LINK_VERSION}&s=${toBase64Url(JSON.stringify(contents))}`;
}

export const writeLessonLink = (id: string, index: number): string => `#lesson=${id}/${index + 1}`;

export const writeLiveLink = (name: string): string => `#live=${encodeURIComponent(name)}`;

export const writeRecordingLink = (path: string): string =>
  `#recording=${encodeURIComponent(path)}`;

/** @throws Error with one line for people when the link is broken. */
export function readLink(hash: string): Link {
  if (hash.length > LINK_LENGTH_MAX) throw new Error('The link is too long.');
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const lesson = fields.get('lesson');
  const asks = readAsks(fields.get('ask'));
  if (lesson !== null) return { ...lessonLink(lesson), asks };
  const live = fields.get('live');
  if (live !== null) {
    const token = fields.get('token');
    return { kind: 'live', name: live, ...(token === null ? {} : { token }) };
  }
  const recording = fields.get('recording');
  if (recording !== null) return { kind: 'recording', path: recording };
  const version = fields.get('v');
  if (version === null) return { kind: 'none' };
  if (version !== String(LINK_VERSION)) {
    throw new Error(`The link was made by another version of Ringlight (its form is ${version}).`);
  }
  return { kind: 'scene', link: sceneLink(fields.get('s') ?? ''), asks };
}

function lessonLink(text: string): { kind: 'lesson'; id: string; step: number } {
  const match = /^([a-z0-9-]{1,60})(?:\/(\d{1,3}))?$/.exec(text);
  if (!match) throw new Error('The link names no lesson.');
  return { kind: 'lesson', id: match[1], step: Math.max(0, Number(match[2] ?? 1) - 1) };
}

function sceneLink(text: string): SceneLink {
  const contents = parsed(text);
  const view = contents['v'] ?? 'ring';
  const tab = contents['p'] ?? 'keys';
  const node = contents['n'] ?? -1;
  const key = contents['k'] ?? null;
  const lookup = contents['l'] ?? 0;
  const isSound =
    (view === 'ring' || view === 'trie') &&
    TABS.some((known) => known === tab) &&
    isWhole(node, -1) &&
    isWhole(lookup, 0) &&
    (key === null || (typeof key === 'string' && /^[0-9a-f]{40}$/.test(key)));
  if (!isSound) throw new Error('The link is damaged: it selects what there cannot be.');
  return {
    moment: momentOf(contents),
    view: view as ViewKind,
    tab: tab as PanelTab,
    node: node as number,
    key: key as string | null,
    lookup: lookup as number,
  };
}

function momentOf(contents: Record<string, unknown>): Moment {
  const { c, a, t } = contents;
  if (!isWhole(t, 0) || (t as number) > MOMENT_MS_MAX) {
    throw new Error('The link is damaged: it has no moment.');
  }
  if (!Array.isArray(a) || !a.every((timed) => Array.isArray(timed) && timed.length === 2)) {
    throw new Error('The link is damaged: its acts cannot be read.');
  }
  const config = checkSceneConfig({ ...FIRST_CONFIG, ...(c as object) }, 'link');
  const acts: TimedAct[] = checkActs(
    a.map(([atMs, act]) => ({ atMs, act })),
    'link.acts',
  );
  return { config, acts, atMs: t as number };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(fromBase64Url(text));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below, whatever it was.
  }
  throw new Error('The link is damaged or incomplete.');
}

const isWhole = (value: unknown, least: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least;

/** Fields that are not as in the first scene. */
function differenceOf(config: SceneConfig): Partial<SceneConfig> {
  const different = Object.entries(config).filter(
    ([field, value]) =>
      JSON.stringify(FIRST_CONFIG[field as keyof SceneConfig]) !== JSON.stringify(value),
  );
  return Object.fromEntries(different) as Partial<SceneConfig>;
}
