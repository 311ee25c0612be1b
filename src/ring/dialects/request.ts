/**
 * What we ask of another node in a class dialect, and what comes of it. One `Request` is one stream
 * and one `Exchange`; it ends in exactly one `Outcome`.
 *
 * The same commands serve all dialects; a dialect without a word for one fails it as `unsupported`:
 * text has no `info` and no `abandoned`, only text has `updatePrevious`.
 */
import type { Address } from '../../core/address.ts';
import type { ItemSource } from './service.ts';
import type { Talk } from './talk.ts';
import type { Wire } from './wire.ts';

/** Keys are 20 bytes; keys and values are borrowed until the exchange has its outcome. */
export type Request =
  /** OWN, LOCATE: `address`. */
  | { readonly command: 'owner'; readonly key: Uint8Array }
  /** GET: `value`, `refused`. One text program dies of a key it has not: ask `exists` first. */
  | { readonly command: 'get'; readonly key: Uint8Array }
  /** EXI, CONTAINS: `ack`, `refused`. */
  | { readonly command: 'exists'; readonly key: Uint8Array }
  /** INS, INSERT: `ack` (stored, or could not be), `refused`. */
  | { readonly command: 'insert'; readonly key: Uint8Array; readonly value: Uint8Array }
  /** REM, REMOVE: `ack` (text: true also when there was no such key), `refused`. */
  | { readonly command: 'remove'; readonly key: Uint8Array }
  /** PUL; in text TEST, where the peer's own end of the stream is the answer: `ack`. */
  | { readonly command: 'pulse' }
  /** INF: `text`. That of one program never comes: `timeout` says nothing against the node. */
  | { readonly command: 'info' }
  /** ABD: `address`. */
  | { readonly command: 'abandoned' }
  /** UPDATE_PREV: `ack`. */
  | { readonly command: 'updatePrevious'; readonly address: Address }
  /**
   * VER: `upgraded`, and the stream is the caller's again; `plain` after 500 ms or anything else. In
   * text it is a line like any other, and all three programs close on a line they do not know; what
   * upsets one of them is bytes that are no line.
   */
  | { readonly command: 'probe' }
  /** LOCATE (`isText`), or OWN whichever way addresses are written: `detected`, within 2 s. */
  | { readonly command: 'detect'; readonly key: Uint8Array; readonly isText: boolean }
  /** CON, CONNECT, to the owner of our hash; the listener is a `JoinListener`. `joined`, `refused`. */
  | {
      readonly command: 'join';
      readonly address: Address;
      readonly hash: Uint8Array;
      /** The hash of the node asked. */
      readonly peerHash: Uint8Array;
      /** SHA-1 of an address's text: where its node stands. */
      readonly hashOf: (address: Address) => Uint8Array;
    }
  /** DIS, DISCONNECT, to our predecessor: `ack`, `refused`. Text sends `s1` only. */
  | {
      readonly command: 'leave';
      readonly address: Address;
      readonly s1: Address;
      readonly s2: Address;
      readonly count: number;
      readonly items: ItemSource;
    };

export type Outcome =
  | { readonly kind: 'address'; readonly address: Address }
  /** Null: no such key. Text cannot tell that from a value of no bytes and says null. */
  | { readonly kind: 'value'; readonly value: Uint8Array | null }
  | { readonly kind: 'ack'; readonly isTrue: boolean }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'joined'; readonly s1: Address; readonly s2: Address }
  /** One of our own: the stream carries frames from here on. `capabilities` is its JSON, unread. */
  | { readonly kind: 'upgraded'; readonly capabilities: string }
  | { readonly kind: 'plain' }
  | { readonly kind: 'detected'; readonly wire: Wire; readonly address: Address }
  | { readonly kind: 'failed'; readonly why: Failure };

export type Failure =
  /** Nobody listens there. */
  | 'connection-refused'
  /** Not connected within 2 s. */
  | 'connect-timeout'
  /** Connected, but no whole reply in time. */
  | 'timeout'
  /** The peer closed before its reply was whole. */
  | 'cut-short'
  /** Bytes that are no reply to this command. */
  | 'malformed'
  /** An address written as another dialect would. */
  | 'wrong-dialect'
  /** A length or count over the limit. */
  | 'too-long'
  /** Too many bytes of values are under way in this process. */
  | 'overloaded'
  /** The dialect has no such command. */
  | 'unsupported'
  /** We broke off, or the items to hand over ran out. */
  | 'aborted';

/** An exchange under way, as its listener sees it. */
export interface Asked extends Talk {
  /** A join: everything is durable; ownership moves with the byte that this sends. */
  confirm(now: number): void;
  /** Breaks off, at any time: `failed`, `aborted`. The peer of a join keeps what it has. */
  abort(now: number): void;
}

/** Who hears of the end of an exchange. It is called once, out of any call into the exchange. */
export interface ExchangeListener {
  finished(now: number, exchange: Asked, outcome: Outcome): void;
}

/** Who joins hears more: accepted, items, ready — then `exchange.confirm(now)` moves the ownership. */
export interface JoinListener extends ExchangeListener {
  /** `s1` and `s2` are our successors to be; text says 0 for both, and `s1` in `joinReady`. */
  joinAccepted(now: number, exchange: Asked, s1: Address, s2: Address, count: number): void;
  /**
   * `key` is borrowed, `value` the listener's to keep. `isOutside`: not in [hash, s1), to be kept
   * aside and inserted at its owner after `joined` (research: class programs hand over the wrong
   * half). Text names s1 last, so there only what is outside [hash, peer) is marked here.
   */
  joinItem(
    now: number,
    exchange: Asked,
    key: Uint8Array,
    value: Uint8Array,
    isOutside: boolean,
  ): void;
  /**
   * All items are here, and the peer waits 10 s for our word: make them durable, take the successors,
   * then `exchange.confirm(now)`; or `exchange.abort(now)`. Text knows no `s2`: 0; and there s1 is to
   * be told first (`updatePrevious`), but confirm after 1 s all the same: a peer with one thread that
   * stands on both sides of us answers only then (research §3).
   */
  joinReady(now: number, exchange: Asked, s1: Address, s2: Address): void;
}
