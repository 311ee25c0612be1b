/**
 * A SET under way, and its place in the order of replies: what a session has of one that was told by its bytes
 * (ring/resp/layouts.ts), instead of the words, promises and callbacks that other commands have.
 */
import { OK, type Reply } from '../../ring/resp/replies.ts';
import type { HearsAct } from '../ring/access.ts';
import type { Acted } from '../ring/answers.ts';
import { replyOf, settled } from './command.ts';

export class Setting implements HearsAct {
  reply: Reply | undefined = undefined;
  /** Of the key, by which others know that they have to wait. */
  readonly mark: number;
  readonly #ended: (setting: Setting) => void;

  constructor(mark: number, ended: (setting: Setting) => void) {
    this.mark = mark;
    this.#ended = ended;
  }

  acted(acted: Acted): void {
    try {
      settled(acted);
      this.reply = OK;
    } catch (error) {
      this.reply = replyOf(error);
    }
    this.#ended(this);
  }

  failed(error: unknown): void {
    this.reply = replyOf(error);
    this.#ended(this);
  }
}

/** A number of 32 bits for a key: two that have the same wait for each other, and no harm is done. */
export function markOf(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  let mark = 0x811c9dc5;
  for (let i = start; i < end; i++) mark = Math.imul(mark ^ bytes[i]!, 0x01000193);
  return mark;
}
