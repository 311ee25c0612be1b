/**
 * Replies as Redis clients read them, in the second and the third version of the protocol. A reply is plain
 * data; what it looks like on the wire depends on what the client has asked for by then.
 *
 *     null   $-1 ↵        in RESP3  _ ↵
 *     map    *2n ↵ …      in RESP3  %n ↵ …
 *     push   *n ↵ …       in RESP3  >n ↵ …
 */

/** `+OK`: short, without line ends. */
export class Simple {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `-ERR …`: the first word is its kind. */
export class RespError {
  readonly text: string;

  constructor(text: string) {
    this.text = text.replace(/[\r\n]/g, ' ');
  }
}

/** Keys and values. */
export class RespMap {
  readonly entries: readonly (readonly [Reply, Reply])[];

  constructor(entries: readonly (readonly [Reply, Reply])[]) {
    this.entries = entries;
  }
}

/** A message that nobody has asked for just now. */
export class Push {
  readonly items: readonly Reply[];

  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** The null of EXEC, an array in the second version. */
export const NULL_ARRAY: unique symbol = Symbol('null array');

/** A string is a bulk string of its UTF-8. */
export type Reply =
  | null
  | number
  | bigint
  | string
  | Uint8Array
  | Simple
  | RespError
  | RespMap
  | Push
  | typeof NULL_ARRAY
  | readonly Reply[];

export const OK: Simple = new Simple('OK');
export const QUEUED: Simple = new Simple('QUEUED');

const ROOM_BYTES = 4096;
const NEWLINE = 10;
const RETURN = 13;
const DOLLAR = 36;
const ZERO = 48;
/** A shorter one has three digits at most, and is copied by hand sooner than by a call. */
const SHORT_BYTES = 200;
/** `$`, three digits, and two line ends. */
const SHORT_EXTRA_BYTES = 8;
const encoder = new TextEncoder();

export class ReplyWriter {
  bytes: Uint8Array = new Uint8Array(ROOM_BYTES);
  length = 0;
  version: 2 | 3 = 2;

  /** What was written, for the one who sends it; writing begins anew. */
  take(): Uint8Array {
    const { bytes, length } = this;
    this.bytes = new Uint8Array(ROOM_BYTES);
    this.length = 0;
    return bytes.subarray(0, length);
  }

  put(reply: Reply): void {
    if (reply === null) return this.#line(this.version === 3 ? '_' : '$-1');
    if (reply === NULL_ARRAY) return this.#line(this.version === 3 ? '_' : '*-1');
    if (typeof reply === 'number' || typeof reply === 'bigint') return this.#line(`:${reply}`);
    if (typeof reply === 'string') return this.bulk(encoder.encode(reply), 0);
    if (reply instanceof Uint8Array) return this.bulk(reply, 0);
    if (reply instanceof Simple) return this.#line(`+${reply.text}`);
    if (reply instanceof RespError) return this.#text(`-${reply.text}`);
    if (reply instanceof RespMap) return this.#map(reply);
    if (reply instanceof Push) return this.#list(this.version === 3 ? '>' : '*', reply.items);
    this.#list('*', reply);
  }

  #map({ entries }: RespMap): void {
    this.#line(this.version === 3 ? `%${entries.length}` : `*${entries.length * 2}`);
    for (const [key, value] of entries) {
      this.put(key);
      this.put(value);
    }
  }

  #list(mark: string, items: readonly Reply[]): void {
    this.#line(`${mark}${items.length}`);
    for (const item of items) this.put(item);
  }

  /** A bulk string of what is in `bytes` from `start` on. */
  bulk(bytes: Uint8Array, start: number): void {
    const length = bytes.length - start;
    if (length >= SHORT_BYTES) {
      this.#line(`$${length}`);
      this.#raw(start === 0 ? bytes : bytes.subarray(start));
      return this.#line('');
    }
    this.#room(length + SHORT_EXTRA_BYTES);
    const out = this.bytes;
    let at = this.length;
    out[at++] = DOLLAR;
    if (length >= 100) out[at++] = ZERO + Math.floor(length / 100);
    if (length >= 10) out[at++] = ZERO + (Math.floor(length / 10) % 10);
    out[at++] = ZERO + (length % 10);
    out[at++] = RETURN;
    out[at++] = NEWLINE;
    for (let i = start; i < bytes.length; i++) out[at++] = bytes[i];
    out[at++] = RETURN;
    out[at++] = NEWLINE;
    this.length = at;
  }

  #text(text: string): void {
    this.#raw(encoder.encode(text));
    this.#line('');
  }

  /** A line of ASCII, ended. */
  #line(text: string): void {
    this.#room(text.length + 2);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
    this.bytes[this.length++] = 13;
    this.bytes[this.length++] = 10;
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  #room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const longer = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    longer.set(this.bytes.subarray(0, this.length));
    this.bytes = longer;
  }
}
