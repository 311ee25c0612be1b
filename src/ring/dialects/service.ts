/**
 * What a conversation asks of the node behind it. A conversation knows bytes and no ring; the node
 * knows the ring and no bytes. Every call hands over a `Caller`, which the service answers once, at
 * once or in a later call; an answer to a caller who has gone meanwhile does nothing.
 *
 *     bytes ──▶ conversation ── insert(caller) ─────────▶ service
 *           ◀── T ──────────── caller.goOn() ◀───────────
 *           ──▶ value ──────── store(caller, value) ────▶   … flushed, replicated …
 *           ◀── T ──────────── caller.answerAck(true) ◀──
 *
 * Which answers a question has stands beside it. `refuse` ("not my key space") is one of them
 * wherever a key or a join or leave is concerned; `fail` always is.
 */
import type { Address } from '../../core/address.ts';

/** One who asked us something over a class dialect: the service's side of a conversation. */
export interface Caller {
  /** The address of ours that was connected to: which identity is meant. */
  readonly identity: Address;
  /** Tells the IP; its port means nothing. */
  readonly from: Address;
  /** The 20 bytes asked about, the caller's own for as long as it lives. */
  readonly key: Uint8Array;
  /** The stream is over or has been answered: nobody listens any more. */
  readonly isAnswered: boolean;
  /** `N`: not my key space; no room for this joiner; not my successor. Then the stream is closed. */
  refuse(now: number): void;
  /**
   * Could not be done, at any time: `F` where a dialect has a word for it (a value not stored), else a
   * close. Of a join or leave that ends so nothing more is said.
   */
  fail(now: number): void;
  answerAddress(now: number, address: Address): void;
  /** The value, borrowed until it returns; null for "no such key". */
  answerValue(now: number, value: Uint8Array | null): void;
  answerAck(now: number, isTrue: boolean): void;
  /** UTF-8 of `text`. */
  answerText(now: number, text: string): void;
  /** Insert: send the value. Leave: send the successors and items. */
  goOn(now: number): void;
  /**
   * Join: the joiner's successors (the text dialect sends `s1` only, behind the items) and then
   * exactly `count` items. They are pulled as the joiner reads them, long after this call.
   */
  handOver(now: number, s1: Address, s2: Address, count: number, items: ItemSource): void;
  /** Leave: hold back further items until the store has caught up; or let them come again. */
  hold(now: number, isHeld: boolean): void;
}

/** Items to hand over, one after the other. */
export interface ItemSource {
  /** Moves to the next item. False when there is none, which breaks off a transfer that wants more. */
  next(): boolean;
  /** The item moved to; both borrowed until the next call of anything. */
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Keys from `from` to `to`, start inclusive, end exclusive, around the circle; all of it when equal. */
export interface Arc {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

export interface RingService {
  /** OWN, LOCATE: `answerAddress` with the owner if that is us, else with the closest node known. */
  owner(now: number, caller: Caller): void;
  /** GET: `answerValue`, `refuse`. */
  get(now: number, caller: Caller): void;
  /** EXI, CONTAINS: `answerAck`, `refuse`. */
  exists(now: number, caller: Caller): void;
  /** INS, INSERT: `goOn`, then `store` follows if the value comes whole; `refuse`. */
  insert(now: number, caller: Caller): void;
  /** The value of an insert, the service's to keep: `answerAck(true)` once it is durable, `fail`. */
  store(now: number, caller: Caller, value: Uint8Array): void;
  /** REM, REMOVE: `answerAck` (was there such a key), `refuse`. */
  remove(now: number, caller: Caller): void;
  /** INF: `answerText`. */
  info(now: number, caller: Caller): void;
  /** ABD: `answerAddress` with our own successor. */
  abandoned(now: number, caller: Caller): void;
  /** UPDATE_PREV of the text dialect: `previous` says that it precedes us now. `answerAck`. */
  updatePrevious(now: number, caller: Caller, previous: Address): void;

  /**
   * CON, CONNECT: `handOver`, `refuse`. The text dialect names the joiner by its hash, `caller.key`,
   * and `joiner` is 0; the others by its address, and `caller.key` means nothing.
   */
  join(now: number, caller: Caller, joiner: Address): void;
  /** The joiner has everything and said so: ownership moves now. Here text has its address, too. */
  joined(now: number, caller: Caller, joiner: Address): void;
  /** The joiner went away or fell silent after `handOver`: nothing has moved. */
  joinAborted(now: number, caller: Caller): void;

  /**
   * DIS, DISCONNECT: `goOn`, `refuse`. The text dialect does not name the leaver (it is our
   * successor): 0.
   */
  leave(now: number, caller: Caller, leaver: Address): void;
  /**
   * The leaver's successors (text: `s2` is 0) and how many items it is going to send. Returns the arc
   * that it may speak for; items outside it are counted and dropped. Null breaks the leave off.
   */
  leaving(now: number, caller: Caller, s1: Address, s2: Address, count: number): Arc | null;
  /** One item inside the arc. `key` is borrowed, `value` the service's to keep. */
  leaveItem(now: number, caller: Caller, key: Uint8Array, value: Uint8Array): void;
  /** All of them: store, take over the successors, tell the next (text), then `answerAck(true)`. */
  left(now: number, caller: Caller): void;
  /** The leaver went away or fell silent after `goOn`, before `left`: nothing has moved. */
  leaveAborted(now: number, caller: Caller): void;

  /** VER: JSON of capabilities, sent before the stream goes over to frames; null: speak no frames. */
  capabilities(): string | null;
}
