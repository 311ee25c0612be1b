/**
 * A socket that puts questions to one node and hears what comes back, whatever it is. Nothing is waited
 * for longer than needed: behind each question goes a ping, and on one machine answers come in order.
 *
 *     question, ping ─▶ node ─▶ answer?, pong      the pong without the answer: there is none
 */
import {
  type Address,
  addressOf,
  COMPACT_ADDRESS_BYTES,
  COMPACT_ADDRESS6_BYTES,
  formatIp,
  ipOf,
  isIp6,
  parseIp,
  parseIp6,
  portOf,
  writeAddress,
  writeAddress6,
} from '../../core/address.ts';
import { equalIds } from '../../core/id.ts';
import { unlessAborted } from '../../io/calls.ts';
import { systemClock } from '../../io/clock.ts';
import { systemRandom } from '../../io/entropy.ts';
import { bindUdp } from '../../io/udp.ts';
import type { UdpTransport } from '../../io/udp-socket.ts';
import {
  type Bencoded,
  decode,
  type Encodable,
  encode,
  latin1,
} from '../../mainline/krpc/bencode.ts';
import { CONTACT_BYTES, CONTACT6_BYTES } from '../../mainline/rows/contacts.ts';

export type Dictionary = Record<string, Bencoded>;

/** A message that came back. */
export interface Reply {
  message: Dictionary;
  /** Return values; null for an error. */
  values: Dictionary | null;
  /** Number of the error; 0 for none, -1 for one without a number. */
  code: number;
  raw: Uint8Array;
}

/** After the pong a node may yet be busy with what came before it, ms. */
const GRACE_MS = 30;
const TRANSACTION_BYTES = 4;
/** As much of a message as a report shows. */
const SHOWN_BYTES = 160;

/** How a family calls its contacts and those of the other, and how long they are (BEP 5, BEP 32). */
export interface FamilyWords {
  nodes: 'nodes' | 'nodes6';
  others: 'nodes' | 'nodes6';
  want: 'n4' | 'n6';
  wantsOthers: 'n4' | 'n6';
  addressBytes: number;
  contactBytes: number;
}

const WORDS4: FamilyWords = {
  ...{ nodes: 'nodes', others: 'nodes6', want: 'n4', wantsOthers: 'n6' },
  ...{ addressBytes: COMPACT_ADDRESS_BYTES, contactBytes: CONTACT_BYTES },
};
const WORDS6: FamilyWords = {
  ...{ nodes: 'nodes6', others: 'nodes', want: 'n6', wantsOthers: 'n4' },
  ...{ addressBytes: COMPACT_ADDRESS6_BYTES, contactBytes: CONTACT6_BYTES },
};

/** A rule that does not hold, and how. */
export class Violation extends Error {}
/** What a rule is about is not there. */
export class NotOffered extends Error {}

export interface ProbeOptions {
  timeoutMs: number;
  /** Between two questions; for nodes that are not on this machine. */
  paceMs: number;
  signal?: AbortSignal | undefined;
}

export class Probe {
  readonly id: Uint8Array;
  /** Of the family that it asks over. */
  readonly words: FamilyWords;
  /** Everything that came back, and the latest exchange as a report shows it. */
  readonly heard: Reply[] = [];
  readonly asked: Dictionary[] = [];
  sent = '';
  came = '';
  /** Answers queries of the node, so that it gets into the node's table. */
  isResponsive = true;
  /** Says `ro` in every query. */
  isReadOnly = false;
  readonly #node: Address;
  readonly #transport: UdpTransport;
  readonly #options: ProbeOptions;
  readonly #waiting = new Map<string, (reply: Reply | null) => void>();
  /** Datagrams that were no answer to anything asked. */
  #strays = 0;

  private constructor(
    transport: UdpTransport,
    node: Address,
    options: ProbeOptions,
    id: Uint8Array,
  ) {
    this.#transport = transport;
    this.#node = node;
    this.#options = options;
    this.id = id;
    this.words = isIp6(ipOf(node)) ? WORDS6 : WORDS4;
  }

  static async open(
    ip: number,
    node: Address,
    options: ProbeOptions,
    id: Uint8Array = randomBytes(20),
  ): Promise<Probe> {
    const transport = await bindUdp(ip, 0, { form: 'dgram' });
    const probe = new Probe(transport, node, options, id);
    transport.open({
      receive: (from, bytes, start, end) => {
        if (from === node) probe.#receive(Uint8Array.prototype.slice.call(bytes, start, end));
      },
      drained: () => {},
    } as Parameters<UdpTransport['open']>[0]);
    return probe;
  }

  get address(): { host: string; port: number } {
    const { address } = this.#transport;
    return { host: formatIp(ipOf(address)), port: portOf(address) };
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#transport.close(resolve));
  }

  /** Asks a method; null for no answer. */
  ask(method: Encodable, args: Record<string, Encodable>, more: Record<string, Encodable> = {}) {
    const t = (more['t'] as Uint8Array | undefined) ?? randomBytes(TRANSACTION_BYTES);
    const ro: Record<string, Encodable> = this.isReadOnly ? { ro: 1 } : {};
    const query = { a: { id: this.id, ...args }, q: method, ...ro, ...more, t, y: 'q' };
    return this.askRaw(encode(query), t);
  }

  /** @throws Violation when the node answers no more, after what it was sent. */
  async askRaw(bytes: Uint8Array, t: Uint8Array): Promise<Reply | null> {
    this.came = '';
    this.sent = shownBytes(bytes);
    const reply = this.#wait(t);
    this.#send(bytes);
    const pong = await this.#ping();
    const answer = await this.#within(pong ? GRACE_MS : 0, reply);
    this.#waiting.delete(latin1(t, 0, t.length));
    if (answer) this.came = shownBytes(answer.raw);
    else if (!pong) throw new Violation('answers no ping after this');
    if (this.#options.paceMs > 0) await this.#within(this.#options.paceMs);
    return answer;
  }

  /** Sends what deserves no answer; how many datagrams came all the same. */
  async provoke(bytes: Uint8Array): Promise<number> {
    this.sent = shownBytes(bytes);
    this.came = '';
    this.#strays = 0;
    this.#send(bytes);
    if (!(await this.#ping())) throw new Violation('answers no ping after this');
    await this.#within(GRACE_MS);
    return this.#strays;
  }

  async #ping(): Promise<boolean> {
    const t = randomBytes(TRANSACTION_BYTES);
    const pong = this.#wait(t);
    const ro: Record<string, Encodable> = this.isReadOnly ? { ro: 1 } : {};
    this.#send(encode({ a: { id: this.id }, q: 'ping', ...ro, t, y: 'q' }));
    const answer = await this.#within(this.#options.timeoutMs, pong);
    this.#waiting.delete(latin1(t, 0, t.length));
    return answer !== null;
  }

  /** What comes in this time, or null. @throws DhtError ABORTED. */
  async #within<T>(ms: number, coming?: Promise<T>): Promise<T | null> {
    let disarm = (): void => {};
    const late = new Promise<null>((resolve) => {
      disarm = systemClock.after(ms, () => resolve(null), true);
    });
    const first = coming === undefined ? late : Promise.race([coming, late]);
    try {
      return await unlessAborted(this.#options.signal, first);
    } finally {
      disarm();
    }
  }

  #wait(t: Uint8Array): Promise<Reply | null> {
    return new Promise((resolve) => this.#waiting.set(latin1(t, 0, t.length), resolve));
  }

  #send(bytes: Uint8Array): void {
    this.#transport.send(this.#node, bytes, bytes.length);
    this.#transport.flush();
  }

  #receive(raw: Uint8Array): void {
    let message: Dictionary;
    try {
      message = decode(raw) as Dictionary;
    } catch {
      this.#strays++;
      this.came = shownBytes(raw);
      return;
    }
    const kind = textOf(message['y']);
    const t = textOf(message['t']);
    if (kind === 'q') return this.#asked(message);
    const reply = replyFrom(message, raw);
    this.heard.push(reply);
    const resolve = this.#waiting.get(t);
    if (resolve) return resolve(reply);
    this.#strays++;
    this.came = shownBytes(raw);
  }

  #asked(message: Dictionary): void {
    this.asked.push(message);
    if (!this.isResponsive || !(message['t'] instanceof Uint8Array)) return;
    const r = { id: this.id, [this.words.nodes]: new Uint8Array(0) };
    this.#send(encode({ r, t: message['t'], y: 'r' }));
  }
}

function replyFrom(message: Dictionary, raw: Uint8Array): Reply {
  const { r, e } = message;
  const isReply = textOf(message['y']) === 'r' && isDictionary(r);
  const number = Array.isArray(e) ? e[0] : undefined;
  const code = isReply ? 0 : typeof number === 'number' ? number : -1;
  return { message, values: isReply ? r : null, code, raw };
}

function isDictionary(value: Bencoded | undefined): value is Dictionary {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
}

export function textOf(value: Bencoded | undefined): string {
  return value instanceof Uint8Array ? latin1(value, 0, value.length) : '';
}

/** Bytes as a report shows them: text as it is, the rest in hexadecimal digits. */
export function shownBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes.subarray(0, SHOWN_BYTES)) {
    const isText = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    text += isText ? String.fromCharCode(byte) : `\\${(byte + 0x100).toString(16).slice(1)}`;
  }
  return bytes.length > SHOWN_BYTES ? `${text}… (${bytes.length} bytes)` : text;
}

export function randomBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => systemRandom.uint32() & 0xff);
}

/** Compact node info, entry by entry; null when its length is none. */
export function nodesOf(
  value: Bencoded | undefined,
  contactBytes: number = CONTACT_BYTES,
): { id: Uint8Array; port: number }[] | null {
  if (!(value instanceof Uint8Array) || value.length % contactBytes !== 0) return null;
  return Array.from({ length: value.length / contactBytes }, (_, i) => {
    const portAt = contactBytes * (i + 1) - 2;
    return {
      id: value.slice(contactBytes * i, contactBytes * i + 20),
      port: value[portAt]! * 256 + value[portAt + 1]!,
    };
  });
}

/** The compact form of where a probe is. */
export function compactOf({ host, port }: { host: string; port: number }): Uint8Array {
  const isV6 = host.includes(':');
  const bytes = new Uint8Array(isV6 ? COMPACT_ADDRESS6_BYTES : COMPACT_ADDRESS_BYTES);
  if (isV6) writeAddress6(bytes, 0, addressOf(parseIp6(host), port));
  else writeAddress(bytes, 0, addressOf(parseIp(host), port));
  return bytes;
}

/**
 * Is this the address, as a node says it? Who asks from any of his addresses does not know which of them the
 * node sees, and behind a NAT not even the port.
 */
export function isAddress(
  said: Bencoded | undefined,
  own: { host: string; port: number },
): boolean {
  const compact = compactOf(own);
  const isAny = own.host === '0.0.0.0' || own.host === '::';
  return isAny
    ? said instanceof Uint8Array && said.length === compact.length
    : isSame(said, compact);
}

export function isSame(a: Bencoded | undefined, b: Uint8Array): boolean {
  if (!(a instanceof Uint8Array) || a.length !== b.length) return false;
  return a.length === 20 ? equalIds(a, 0, b, 0) : a.every((byte, i) => byte === b[i]);
}
