/**
 * A client of a few lines for tests of the Redis port: what it sends and gets are texts, byte for byte, so
 * that a reply can be compared as it is on the wire. And a ring in memory with such a port.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { openResp, type RespOptions } from '../../../src/api/resp/server.ts';
import { openRing, type Ring, type RingOptions } from '../../../src/api/ring/ring.ts';

export class RespClient {
  readonly #socket: Socket;
  #text = '';
  isClosed = false;
  #wake: () => void = () => {};

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (bytes) => {
      this.#text += bytes.toString('latin1');
      this.#wake();
    });
    this.#socket.on('error', () => {});
    this.#socket.once('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  raw(text: string): void {
    this.#socket.write(Buffer.from(text, 'latin1'));
  }

  /** No more comes from us. */
  end(): void {
    this.#socket.end();
  }

  /** Sends a command, and waits for its reply as it is on the wire, line ends as `|`. */
  async ask(...words: (string | number)[]): Promise<string> {
    this.raw(commandOf(words));
    return this.next();
  }

  /** The same of a line, whose words are separated by spaces. */
  say(line: string): Promise<string> {
    return this.ask(...line.split(' '));
  }

  async next(): Promise<string> {
    for (;;) {
      const length = lengthOfReply(this.#text, 0);
      if (length >= 0) {
        const reply = this.#text.slice(0, length);
        this.#text = this.#text.slice(length);
        return reply.replaceAll('\r\n', '|').replace(/\|$/, '');
      }
      if (this.isClosed) return this.#text === '' ? 'closed' : this.#text;
      await this.#more();
    }
  }

  /** Waits until the other side has closed. */
  async over(): Promise<void> {
    while (!this.isClosed) await this.#more();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    if (!this.isClosed) await once(this.#socket, 'close');
  }
}

export function commandOf(words: readonly (string | number)[]): string {
  const bulk = words.map((word) => `$${String(word).length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulk.join('')}`;
}

/** Where the reply that begins at a place ends; -1: it is not all there. */
function lengthOfReply(text: string, at: number): number {
  const end = text.indexOf('\r\n', at);
  if (end < 0) return -1;
  const count = Number(text.slice(at + 1, end));
  const mark = text[at];
  if (mark === '$') {
    if (count < 0) return end + 2;
    return text.length >= end + 4 + count ? end + 4 + count : -1;
  }
  if (!'*>%'.includes(mark) || count < 0) return end + 2;
  let next = end + 2;
  for (let i = 0; i < (mark === '%' ? 2 * count : count); i++) {
    next = lengthOfReply(text, next);
    if (next < 0) return -1;
  }
  return next;
}

/** A ring of one with a port for Redis clients, for as long as `use` takes. */
export async function withResp(
  use: (
    client: RespClient,
    world: { ring: Ring; port: number; open: () => RespClient },
  ) => Promise<void>,
  options: { ring?: RingOptions; resp?: RespOptions } = {},
): Promise<void> {
  const ring = await openRing(options.ring);
  await ring.ready();
  const server = await openResp(ring, options.resp);
  const clients: RespClient[] = [];
  const open = () => {
    const client = new RespClient(server.port);
    clients.push(client);
    return client;
  };
  try {
    await use(open(), { ring, port: server.port, open });
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
    await ring.close();
  }
}

/** `~100` in what is expected is what is left of 100 on a slow machine: 50 at least. */
function isReply(got: string, expected: string): boolean {
  const [before, most, after] = expected.split(/~(\d+)/);
  if (most === undefined) return got === expected;
  if (!got.startsWith(before) || !got.endsWith(after)) return false;
  const left = Number(got.slice(before.length, got.length - after.length));
  return left >= Number(most) / 2 && left <= Number(most);
}

/** Says lines one after the other, each with the reply that it should get. */
export async function expectReplies(
  client: RespClient,
  dialogue: readonly (readonly [line: string, reply: string])[],
): Promise<void> {
  for (const [line, reply] of dialogue) {
    const got = await client.say(line);
    if (!isReply(got, reply)) throw new Error(`${line}: expected ${reply}, got ${got}`);
  }
}
