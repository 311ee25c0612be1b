/**
 * A chat room in a ring: what is said is kept by the ring, and everybody at any member reads the same.
 *
 *     chat/ROOM        how many lines were begun; whoever speaks adds one, and so knows his page
 *     chat/ROOM/0      a page: a line of JSON for each message, added at its end
 *     chat/ROOM/1      …
 *
 * A line costs the line, whatever the room has grown to: it is appended by the owner of its page. New lines
 * come by following the room's prefix; old ones are read page by page, the last one first. A line that was
 * sent twice, because the ring did not say what became of it, has the same id and is shown once.
 */
import type { RingService } from './service.ts';

export interface ChatLine {
  readonly id: string;
  readonly from: string;
  readonly text: string;
  /** Milliseconds since 1970, by the clock of who said it. */
  readonly atMs: number;
}

/** Lines of a page: with the longest ones it still is told whole to who follows. */
export const PAGE_LINES = 32;
/** Characters of one line, and of a name. */
export const CHAT_TEXT_LENGTH_MAX = 500;
export const CHAT_NAME_LENGTH_MAX = 32;
const ROOM = /^[\p{L}\p{N}._-]{1,64}$/u;
const PREFIX = 'chat/';
/** Names that are looked through for rooms: those of their pages are among them. */
const NAMES_SEEN_MAX = 4096;
/** A line is sent so often when the ring does not say what became of it. */
const ATTEMPTS = 8;

/** The rooms that were spoken in, in the order of their names. @throws DhtError. */
export async function chatRooms(ring: RingService): Promise<string[]> {
  const rooms: string[] = [];
  let seen = 0;
  for await (const { name } of ring.names({ prefix: PREFIX })) {
    const room = name.slice(PREFIX.length);
    if (ROOM.test(room)) rooms.push(room);
    if (++seen === NAMES_SEEN_MAX) break;
  }
  return rooms.sort();
}

export class ChatRoom {
  readonly #ring: RingService;
  readonly #name: string;
  readonly #shown = new Set<string>();

  /** @throws RangeError for what is no name of a room. */
  constructor(ring: RingService, room: string) {
    if (!ROOM.test(room)) {
      throw new RangeError(`"room" expected letters, digits, ".", "_" and "-", got ${room}`);
    }
    this.#ring = ring;
    this.#name = `${PREFIX}${room}`;
  }

  /** Says a line: `id` is its own, and with it said twice it is one. @throws DhtError. */
  async say(line: ChatLine): Promise<void> {
    const text = `${JSON.stringify(line)}\n`;
    for (let attempt = 1; ; attempt++) {
      try {
        const number = await this.#ring.increment(this.#name);
        await this.#ring.append(this.#page(pageOf(number)), text);
        return;
      } catch (error) {
        if (attempt >= ATTEMPTS) throw error;
      }
    }
  }

  #page(page: number): string {
    return `${this.#name}/${page}`;
  }

  /** The number of the last page; -1: nothing was said yet. */
  async lastPage(): Promise<number> {
    const count = await this.#ring.get(this.#name);
    return count === null ? -1 : pageOf(BigInt(new TextDecoder().decode(count)));
  }

  /** What a page has and was not shown yet. */
  async read(page: number): Promise<ChatLine[]> {
    const value = await this.#ring.get(this.#page(page));
    return value === null ? [] : this.#fresh(value);
  }

  /** Lines as they are said, from now on. The first are none: from there on nothing is missed. @throws DhtError. */
  async *news(signal: AbortSignal): AsyncGenerator<readonly ChatLine[]> {
    for await (const change of this.#ring.follow({ prefix: `${this.#name}/`, signal })) {
      if (change.kind === 'following') yield [];
      if (change.kind === 'resync') yield await this.read(await this.lastPage());
      if (change.kind !== 'set') continue;
      const value = change.value ?? (await this.#ring.get(change.name!));
      if (value !== null) yield this.#fresh(value);
    }
  }

  #fresh(value: Uint8Array): ChatLine[] {
    const lines = linesOf(value).filter(({ id }) => !this.#shown.has(id));
    for (const { id } of lines) this.#shown.add(id);
    return lines;
  }
}

function pageOf(number: bigint): number {
  return Number((number - 1n) / BigInt(PAGE_LINES));
}

/** Anybody may write to a room: what is no line is left out, what is too long is cut. */
export function linesOf(value: Uint8Array): ChatLine[] {
  return new TextDecoder()
    .decode(value)
    .split('\n')
    .flatMap((text) => {
      try {
        const { id, from, text: said, atMs } = JSON.parse(text) as Partial<ChatLine>;
        if (typeof id !== 'string' || typeof from !== 'string') return [];
        if (typeof said !== 'string' || typeof atMs !== 'number') return [];
        const name = from.slice(0, CHAT_NAME_LENGTH_MAX);
        return [
          { id: id.slice(0, 64), from: name, text: said.slice(0, CHAT_TEXT_LENGTH_MAX), atMs },
        ];
      } catch {
        return [];
      }
    });
}
