/**
 * What of a node outlives its process, as plain data: who it was, whom it knew, what it announces and puts. It is
 * read with care, entry by entry, for it may come from a damaged file or a program's own database.
 *
 *     ["saved", 1764400000000]  ["id", "8f3a…"]  ["contact", "1.2.3.4:6881"]  ["announcement", {…}]  ["item", {…}]
 */
import { formatEndpoint } from '../../core/address.ts';
import { parseId } from '../../core/id.ts';
import type { Clock } from '../../io/clock.ts';
import { parseEndpoint } from '../../io/endpoint.ts';
import { type StateLines, stateLines, stateText } from '../../io/state-file.ts';
import type { TableView } from '../../mainline/views.ts';
import { type SavedItem, storedItemOf } from './saved-items.ts';

/** The state of a node between two runs. */
export interface MainlineSnapshot {
  /** When it was taken: ms since 1970. */
  savedAtMs: number;
  /** 40 hexadecimal digits; null when that was damaged. */
  id: string | null;
  /** `host:port`, those heard last first. */
  contacts: string[];
  /** What `announceEvery` keeps alive. */
  announcements: SavedAnnouncement[];
  /** What `putEvery` and `keep` keep alive. */
  items: SavedItem[];
}

export interface SavedAnnouncement {
  infoHash: string;
  /** Null: the node's own port. */
  port: number | null;
  seed: boolean;
  everyMs: number;
}

/** What is to be kept of a node. */
interface Kept {
  readonly id: string;
  readonly table: TableView;
  readonly announcements: readonly SavedAnnouncement[];
  readonly items: SavedItem[];
}

const TITLE = 'ringlight mainline state 1';
/** The contacts of a state at most: a start asks no more than 128, the rest are for bad times. */
export const CONTACTS_KEPT = 1000;
/** Where the table has fewer, contacts of last time stay: a start without network erases nobody. */
export const CONTACTS_KEPT_MIN = 64;

export function snapshotNow(
  { id, table, announcements, items }: Kept,
  clock: Clock,
): MainlineSnapshot {
  const heardLast = table.entries().sort((a, b) => b.lastHeardMs - a.lastHeardMs);
  return {
    savedAtMs: Math.round(clock.originMs + clock.now()),
    id,
    contacts: heardLast.map(({ host, port }) => formatEndpoint(host, port)),
    announcements: announcements.map(({ infoHash, port, seed, everyMs }) => {
      return { infoHash, port, seed, everyMs };
    }),
    items,
  };
}

export function snapshotText(snapshot: MainlineSnapshot): string {
  return stateText(TITLE, [
    ['saved', snapshot.savedAtMs],
    ['id', snapshot.id],
    ...snapshot.announcements.map((announcement) => ['announcement', announcement]),
    ...snapshot.items.map((item) => ['item', item]),
    ...snapshot.contacts.map((contact) => ['contact', contact]),
  ]);
}

/** What is whole of it, and how many entries were not; null for a text that is no state at all. */
export function snapshotFrom(text: string): { snapshot: MainlineSnapshot; damaged: number } | null {
  const lines = stateLines(TITLE, text) ?? ofFirstVersion(text);
  if (lines === null) return null;
  const snapshot = nothing();
  let { damaged } = lines;
  for (const line of lines.values) if (!take(snapshot, line)) damaged++;
  return { snapshot, damaged };
}

/** The same for what a program's own store gave. */
export function snapshotOf(value: unknown): { snapshot: MainlineSnapshot; damaged: number } {
  const snapshot = nothing();
  const given = Object(value) as Record<string, unknown>;
  const list = (name: string): unknown[] => (Array.isArray(given[name]) ? given[name] : []);
  const lines = [
    ['saved', given['savedAtMs']],
    ['id', given['id']],
    ...list('announcements').map((one) => ['announcement', one]),
    ...list('items').map((one) => ['item', one]),
    ...list('contacts').map((one) => ['contact', one]),
  ];
  let damaged = 0;
  for (const line of lines) if (!take(snapshot, line)) damaged++;
  return { snapshot, damaged };
}

export function nothing(): MainlineSnapshot {
  return { savedAtMs: 0, id: null, contacts: [], announcements: [], items: [] };
}

/** Those of now, and behind them as many of last time as there is room for. */
export function keptContacts(now: readonly string[], before: readonly string[]): string[] {
  if (now.length >= CONTACTS_KEPT_MIN) return now.slice(0, CONTACTS_KEPT);
  return [...new Set([...now, ...before])].slice(0, CONTACTS_KEPT_MIN);
}

/** The only form of 0.1: `{"id":"…","contacts":["…"]}`, perhaps cut off. */
function ofFirstVersion(text: string): StateLines | null {
  if (!text.startsWith('{"id":"')) return null;
  const id = /^\{"id":"([0-9a-f]{40})"/.exec(text)?.[1];
  const contacts = [...text.matchAll(/"([^"\\]*:\d+)"(?=[,\]])/g)].map(([, contact]) => contact);
  const values = [
    ...(id === undefined ? [] : [['id', id]]),
    ...contacts.map((one) => ['contact', one]),
  ];
  return { values, damaged: id !== undefined && text.trimEnd().endsWith(']}') ? 0 : 1 };
}

/** Takes an entry over when it is what it should be; of kinds that are not known yet it takes none. */
function take(snapshot: MainlineSnapshot, line: unknown): boolean {
  if (!Array.isArray(line)) return false;
  const [kind, value] = line;
  try {
    if (kind === 'saved' && Number.isFinite(value)) snapshot.savedAtMs = value;
    else if (kind === 'id') {
      parseId(value, 'id');
      snapshot.id = String(value).toLowerCase();
    } else if (kind === 'contact') {
      parseEndpoint(value, 'contact');
      if (typeof value !== 'string') return false;
      if (snapshot.contacts.length < CONTACTS_KEPT) snapshot.contacts.push(value);
    } else if (kind === 'item') snapshot.items.push(itemOfState(value));
    else if (kind === 'announcement') snapshot.announcements.push(announcementOf(value));
    else return kind !== 'saved' && typeof kind === 'string';
    return true;
  } catch {
    return false;
  }
}

/** @throws TypeError for what is none. */
function announcementOf(value: unknown): SavedAnnouncement {
  const { infoHash, port, seed, everyMs } = Object(value) as Record<string, unknown>;
  parseId(infoHash as string, 'infoHash');
  const isPort = Number.isInteger(port) && (port as number) > 0 && (port as number) < 65536;
  const isWhole = (port === null || isPort) && typeof seed === 'boolean';
  if (!isWhole || !Number.isInteger(everyMs) || (everyMs as number) < 1)
    throw new TypeError('torn');
  return { infoHash, port, seed, everyMs } as SavedAnnouncement;
}

/** @throws TypeError or RangeError for what is none. */
function itemOfState(value: unknown): SavedItem {
  const { target, value: raw, key, salt, seq, signature, everyMs } = Object(value) as SavedItem;
  const saved = { target, value: raw, key, salt, seq, signature, everyMs };
  storedItemOf(saved);
  if (!Number.isInteger(everyMs) || everyMs < 1) throw new TypeError('torn');
  return saved;
}
