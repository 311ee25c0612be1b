/**
 * Values over HTTP. A large one goes out piece by piece, each read from its owner when the one before has
 * left, and all of the same version; what comes in is held once, where it will lie in the record, within the
 * bound that all requests share.
 */
import type { Context } from 'hono';
import type { IncomingValue, RingEntry, RingService } from '../ring.ts';
import { cacheControl, conditionOf, isKnown, spanOf, ttlMsOf } from './conditions.ts';
import { ServiceError } from './failure.ts';

/** Read from the owner at a time. */
export const PIECE_BYTES: number = 1 << 20;
const NOTHING = new Uint8Array(0);
/** Room for a body of which nothing is known. */
const BODY_BYTES_MIN: number = 64 * 1024;
/** Of bodies that are coming in, of all requests. */
const BODIES_BYTES_MAX: number = 256 << 20;
/** So many times what has come there is room for at most: who promises much and sends little holds little. */
const BELIEVED_TIMES = 16;

export class Values {
  readonly #ring: RingService;
  readonly #valueBytesMax: number;
  #bodyBytes = 0;

  constructor(ring: RingService, valueBytesMax: number) {
    this.#ring = ring;
    this.#valueBytesMax = valueBytesMax;
  }

  async get(context: Context, name: string): Promise<Response> {
    const range = context.req.header('range');
    const entry = await this.#ring.read(name, { to: PIECE_BYTES });
    if (entry === null) throw notThere();
    const headers = headersOf(entry);
    if (isKnown(context.req.header('if-none-match'), entry.version)) {
      return new Response(null, { status: 304, headers });
    }
    const ifRange = context.req.header('if-range');
    const isSame = ifRange === undefined || ifRange === `"${entry.version}"`;
    const span = isSame ? spanOf(range, entry.bytes) : null;
    const { from, to } = span ?? { from: 0, to: entry.bytes };
    headers['content-length'] = String(to - from);
    if (span !== null) headers['content-range'] = `bytes ${from}-${to - 1}/${entry.bytes}`;
    const status = span === null ? 200 : 206;
    if (context.req.method === 'HEAD') return new Response(null, { status, headers });
    return new Response(this.#pieces(name, entry, from, to), { status, headers });
  }

  #pieces(name: string, entry: RingEntry, from: number, to: number): ReadableStream<Uint8Array> {
    const ring = this.#ring;
    let at = from;
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (at >= to) return controller.close();
          const end = Math.min(to, at + PIECE_BYTES);
          const isFirst = at < entry.value.length && end <= entry.value.length;
          const piece = isFirst
            ? entry.value.subarray(at, end)
            : await piecesOf(ring, name, entry.version, at, end);
          at = end;
          controller.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
  }

  async put(context: Context, name: string): Promise<Response> {
    const condition = conditionOf(
      context.req.header('if-match'),
      context.req.header('if-none-match'),
    );
    const ttlMs = ttlMsOf(context.req.query('ttl'));
    const room = (length: number) => this.#ring.incoming(name, length);
    return this.#withBody(context, room, async (body) => {
      const options = ttlMs === undefined ? {} : { ttlMs };
      const { isDone, existed, version } = await body.incoming().storeIf(condition, options);
      if (!isDone) throw unmatched();
      const headers = { etag: `"${version}"` };
      return new Response(null, { status: existed ? 204 : 201, headers });
    });
  }

  /** Adds at the end: the answer is the length of the whole by then. */
  async append(context: Context, name: string): Promise<Response> {
    return this.#withBody(context, null, async (body) =>
      context.json({ bytes: await this.#ring.append(name, body.whole()) }),
    );
  }

  async remove(context: Context, name: string): Promise<Response> {
    const condition = conditionOf(
      context.req.header('if-match'),
      context.req.header('if-none-match'),
    );
    const { isDone, existed } = await this.#ring.removeIf(name, condition);
    if (isDone) return new Response(null, { status: 204 });
    throw existed ? unmatched() : notThere();
  }

  /** Takes the body in, once, within the bounds. */
  async #withBody(
    context: Context,
    room: ((length: number) => IncomingValue) | null,
    use: (body: Body) => Promise<Response>,
  ): Promise<Response> {
    const { body } = context.req.raw;
    const most = this.#valueBytesMax;
    const promised = Number(context.req.header('content-length')) || 0;
    if (promised > most) throw tooLarge(most);
    const taken = new Body(promised, room);
    try {
      for await (const piece of body ?? []) {
        if (taken.length + piece.length > most) throw tooLarge(most);
        const before = taken.heldBytes;
        taken.take(piece);
        this.#bodyBytes += taken.heldBytes - before;
        if (this.#bodyBytes > BODIES_BYTES_MAX) {
          throw new ServiceError(503, 'BUSY', 'too many bytes are coming in: try again');
        }
      }
      return await use(taken);
    } finally {
      this.#bodyBytes -= taken.heldBytes;
    }
  }
}

/**
 * A body as it comes in, each byte of it in one place: where it belongs, when it was told how many there will
 * be, once a part of them has come; else it doubles.
 */
class Body {
  length = 0;
  readonly #promised: number;
  readonly #room: ((length: number) => IncomingValue) | null;
  #bytes: Uint8Array = NOTHING;
  #incoming: IncomingValue | null = null;

  /**
   * @param promised as who sends it says; it may be none, or a lie.
   * @param room makes room for a value; null: it is to become part of another.
   */
  constructor(promised: number, room: ((length: number) => IncomingValue) | null) {
    this.#promised = promised;
    this.#room = room;
  }

  get heldBytes(): number {
    return this.#bytes.length;
  }

  take(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.#bytes.length) {
      const believed = Math.max(BODY_BYTES_MIN, BELIEVED_TIMES * length);
      const likely = Math.min(this.#promised, believed);
      this.#move(Math.max(likely, length, this.#promised > 0 ? 0 : 2 * length));
    }
    this.#bytes.set(piece, this.length);
    this.length = length;
  }

  #move(length: number): void {
    const before = this.#bytes.subarray(0, this.length);
    const isAll = length === this.#promised;
    this.#incoming = isAll && this.#room !== null ? this.#room(length) : null;
    this.#bytes = this.#incoming?.bytes ?? new Uint8Array(length);
    this.#bytes.set(before);
  }

  whole(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** As a value to be stored: moved once more only where its length was not known. */
  incoming(): IncomingValue {
    if (this.#incoming === null || this.length < this.#incoming.bytes.length) {
      const incoming = this.#room!(this.length);
      incoming.bytes.set(this.whole());
      return incoming;
    }
    return this.#incoming;
  }
}

/** A later piece, of the same version: half of one value and half of another are no value. */
async function piecesOf(
  ring: RingService,
  name: string,
  version: string,
  from: number,
  to: number,
): Promise<Uint8Array> {
  const entry = await ring.read(name, { from, to, level: 'one' });
  if (entry?.version === version) return entry.value;
  throw new ServiceError(503, 'CHANGED', 'the value has changed while it was read');
}

function headersOf(entry: RingEntry): Record<string, string> {
  const { version, storedUntilMs } = entry;
  return {
    etag: `"${version}"`,
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'cache-control': cacheControl(storedUntilMs, Date.now()),
    ...(storedUntilMs !== null && { expires: new Date(storedUntilMs).toUTCString() }),
  };
}

function notThere(): ServiceError {
  return new ServiceError(404, 'NO_SUCH_KEY', 'there is no such key');
}

function unmatched(): ServiceError {
  return new ServiceError(412, 'CONDITION_FAILED', 'it is not the version that was asked for');
}

function tooLarge(most: number): ServiceError {
  return new ServiceError(413, 'TOO_LARGE', `a value has ${most} bytes at most`);
}
