/**
 * A chat room of a live ring, as the server of this page tells of it: pages that are read, and lines that
 * are heard as somebody says them.
 *
 *     GET  …/rooms/kitchen/lines   ◀── ready ─▶ the pages that were not read yet are read
 *                                  ◀── line, line …
 *     POST …/rooms/kitchen         ──▶ a line, with the control token
 *
 * When a member dies, or the server, the stream breaks and is opened again; `ready` then brings what was
 * said meanwhile. What is told twice has one id, and is shown once.
 */
import { type Signal, signal } from '@preact/signals';
import { browserWeb, reasonOf, rememberedToken, rememberToken, type Web } from './live-source.ts';

export interface RoomLine {
  id: string;
  from: string;
  text: string;
  atMs: number;
}

interface RoomPage {
  page: number;
  last: number;
  lines: RoomLine[];
  textLengthMax: number;
  nameLengthMax: number;
}

/** What became of a line that was to be said. */
export type Said =
  | { is: 'said' }
  | { is: 'locked'; wasGiven: boolean }
  | { is: 'not'; why: string };

/** Who was away for longer than this begins at the last page again. */
export const CATCH_UP_PAGES = 8;
/** Lines in the page at a time; with more it begins at the last page again. */
export const LINES_MAX = 4096;
/** So many to begin with, where there are so many. */
const FIRST_LINES = 16;
const AGAIN_MS = 1000;

export class Room {
  readonly lines: Signal<readonly RoomLine[]> = signal([]);
  readonly state: Signal<'opening' | 'open' | 'away'> = signal('opening');
  /** There is a page before the first line. */
  readonly hasOlder: Signal<boolean> = signal(false);
  /** Characters of a line and of a name. */
  readonly limits: Signal<{ text: number; name: number }> = signal({ text: 0, name: 0 });
  readonly #scene: string;
  readonly #name: string;
  readonly #web: Web;
  readonly #known = new Set<string>();
  #events: EventSource | null = null;
  #stopWaiting = () => {};
  /** Pages that were read, all of `#oldest` to `#newest`; -1: none. */
  #oldest = -1;
  #newest = -1;
  #isClosed = false;

  constructor(scene: string, name: string, web: Web = browserWeb()) {
    this.#scene = scene;
    this.#name = name;
    this.#web = web;
    this.#listen();
  }

  /** Reads the page before the first line. */
  async older(): Promise<void> {
    if (this.#oldest <= 0) return;
    const { lines } = await this.#page(this.#oldest - 1);
    if (this.#isClosed) return;
    this.#oldest--;
    this.lines.value = [...this.#fresh(lines), ...this.lines.value];
    this.#look();
  }

  async say(from: string, text: string): Promise<Said> {
    const token = rememberedToken(this.#scene, this.#web);
    try {
      const response = await this.#web.fetch(this.#url(''), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify({ from, text }),
      });
      if (response.ok) {
        const { line } = (await response.json()) as { line: RoomLine };
        this.#add([line]);
        return { is: 'said' };
      }
      if (response.status !== 401) return { is: 'not', why: await reasonOf(response) };
      rememberToken(this.#scene, null, this.#web);
      return { is: 'locked', wasGiven: token !== null };
    } catch {
      return { is: 'not', why: 'the server cannot be reached.' };
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWaiting();
    this.#events?.close();
  }

  #url(rest: string): string {
    const path = `api/scenes/${encodeURIComponent(this.#scene)}/rooms/${encodeURIComponent(this.#name)}`;
    return new URL(path + rest, this.#web.base).href;
  }

  #listen(): void {
    const events = this.#web.events(this.#url('/lines'));
    this.#events = events;
    events.addEventListener('ready', () => void this.#catchUp());
    events.addEventListener('line', ({ data }) => this.#add([JSON.parse(data) as RoomLine]));
    // A browser comes back by itself, but not after every failure, and not soon.
    events.addEventListener('error', () => this.#lost());
  }

  #lost(): void {
    this.#events?.close();
    if (this.#isClosed) return;
    this.state.value = 'away';
    this.#stopWaiting();
    this.#stopWaiting = this.#web.after(AGAIN_MS, () => this.#listen());
  }

  /** Reads what was said before there was somebody to tell. */
  async #catchUp(): Promise<void> {
    try {
      const newest = await this.#page(null);
      const isFar = this.#newest < 0 || newest.last - this.#newest > CATCH_UP_PAGES;
      if (isFar) this.#forget(newest.last);
      for (let page = this.#newest; page < newest.last; page++) {
        this.#add((await this.#page(page)).lines);
      }
      if (this.#isClosed) return;
      this.#add(newest.lines);
      this.#newest = newest.last;
      this.limits.value = { text: newest.textLengthMax, name: newest.nameLengthMax };
      this.state.value = 'open';
      this.#look();
      if (isFar && newest.lines.length < FIRST_LINES) await this.older();
    } catch {
      this.#lost();
    }
  }

  #forget(page: number): void {
    this.#known.clear();
    this.lines.value = [];
    this.#oldest = page;
    this.#newest = page;
  }

  #add(lines: readonly RoomLine[]): void {
    const fresh = this.#fresh(lines);
    if (this.#isClosed || fresh.length === 0) return;
    this.lines.value = [...this.lines.value, ...fresh];
    if (this.lines.value.length <= LINES_MAX) return;
    this.#newest = -1;
    void this.#catchUp();
  }

  #fresh(lines: readonly RoomLine[]): RoomLine[] {
    const fresh = lines.filter(({ id }) => !this.#known.has(id));
    for (const { id } of fresh) this.#known.add(id);
    return fresh;
  }

  #look(): void {
    this.hasOlder.value = this.#oldest > 0 && this.lines.value.length < LINES_MAX / 2;
  }

  /** Null: the last one. @throws when the server, or the ring, does not give it. */
  async #page(page: number | null): Promise<RoomPage> {
    const response = await this.#web.fetch(this.#url(page === null ? '' : `?page=${page}`));
    if (!response.ok) throw new Error(await reasonOf(response));
    return (await response.json()) as RoomPage;
  }
}

/** The rooms that were spoken in; none where nobody can be asked. */
export async function roomsOf(scene: string, web: Web = browserWeb()): Promise<string[]> {
  try {
    const path = `api/scenes/${encodeURIComponent(scene)}/rooms`;
    const response = await web.fetch(new URL(path, web.base));
    if (!response.ok) return [];
    return ((await response.json()) as { rooms: string[] }).rooms;
  } catch {
    return [];
  }
}
