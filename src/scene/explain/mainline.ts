/**
 * A Mainline datagram taken apart: bencode (BEP 3) with the meaning that KRPC (BEP 5) gives it.
 *
 *     d 1:a d 2:id 20:… 6:target 20:… e 1:q 9:find_node 1:t 2:aa 1:y 1:q e
 *           └ field ──┘ └ field ────┘
 *
 * A field is a group of its name, the length of its contents, and the contents; contents that are
 * contacts laid end to end are cut into single ones. Each is told how far from the target it is.
 * Reading is bounded as a node's own is (bencode.ts): what a node would not read stays unread here.
 */
import { formatIp } from '../../core/address.ts';
import { formatId, ID_BYTES } from '../../core/id.ts';
import { MAX_DEPTH, Scanner, Token } from '../../mainline/krpc/bencode.ts';
import { Kind, Malformed, Method } from '../../mainline/krpc/fields.ts';
import { Message } from '../../mainline/krpc/message.ts';
import type { Part } from '../protocol/messages.ts';
import { asHex, asText, Dissection, distanceByXor, shownBytes } from './dissection.ts';
import type { ExchangeMark } from './exchanges.ts';
import { BODY_WORDS, ERRORS, type Form, MESSAGES, TOP_WORDS, type Word } from './krpc-words.ts';

const NODE_BYTES = 26;
const NODE6_BYTES = 38;
const ENDPOINT_BYTES = 6;
const ENDPOINT6_BYTES = 18;
/** Of a client's name (BEP 20). */
const CLIENT_BYTES = 4;
/** A method's name that is shown as a kind; a longer one is nobody's. */
const METHOD_BYTES_MAX = 32;

const message = new Message();

/** One word for what a datagram is: its method, `nodes`, `values`, `reply`, `error` or `malformed`. */
export function kindOfMainline(bytes: Uint8Array, start: number, end: number): string {
  if (message.read(bytes, start, end) !== Malformed.fine) return 'malformed';
  if (message.kind === Kind.error) return 'error';
  if (message.kind === Kind.reply) {
    if (message.valuesStart > 0) return 'values';
    return message.nodesStart > 0 || message.nodes6Start > 0 ? 'nodes' : 'reply';
  }
  return METHODS[message.method] ?? unknownMethod();
}

const METHODS: { readonly [method: number]: string } = {
  [Method.ping]: 'ping',
  [Method.findNode]: 'find_node',
  [Method.getPeers]: 'get_peers',
  [Method.announcePeer]: 'announce_peer',
  [Method.get]: 'get',
  [Method.put]: 'put',
  [Method.sampleInfohashes]: 'sample_infohashes',
  [Method.getSignedPeers]: 'get_signed_peers',
  [Method.announceSignedPeer]: 'announce_signed_peer',
};

function unknownMethod(): string {
  const { bytes, methodStart, methodLength } = message;
  if (methodStart <= 0 || methodLength === 0 || methodLength > METHOD_BYTES_MAX) return 'query';
  const name = asText(bytes, methodStart, methodStart + methodLength);
  return /^[\w-]+$/.test(name) ? name : 'query';
}

/** Which query a datagram is, or answers, by its transaction id; null for what a node would not read. */
export function mainlineExchange(
  bytes: Uint8Array,
  start: number,
  end: number,
): ExchangeMark | null {
  if (message.read(bytes, start, end) !== Malformed.fine) return null;
  const { transactionStart, transactionLength, kind } = message;
  const number = asHex(bytes, transactionStart, transactionStart + transactionLength);
  return { number, isReply: kind !== Kind.query };
}

/**
 * What each byte of a datagram means. `target` is the id that its lookup is about, when that is known:
 * a reply does not name it.
 */
export function explainMainline(
  bytes: Uint8Array,
  target: Uint8Array | null = null,
): { kind: string; root: Part } {
  const kind = kindOfMainline(bytes, 0, bytes.length);
  const aim = kind === 'malformed' ? 0 : message.aimStart;
  const own = aim > 0 ? bytes.subarray(aim, aim + ID_BYTES) : null;
  return { kind, root: new Reader(bytes, own ?? target).read(kind) };
}

class Reader {
  readonly #cut: Dissection;
  readonly #scanner = new Scanner();
  readonly #target: Uint8Array | null;

  constructor(bytes: Uint8Array, target: Uint8Array | null) {
    this.#cut = new Dissection(bytes);
    this.#target = target;
    this.#scanner.begin(bytes, 0, bytes.length);
  }

  read(kind: string): Part {
    const cut = this.#cut;
    cut.begin('message');
    if (cut.peek() !== Token.dictionary)
      cut.break('A KRPC message is a dictionary: it begins with “d”.');
    else this.#dictionary(TOP_WORDS, 1);
    const note = MESSAGES.get(kind) ?? 'A query with a method that BEP 5 does not know.';
    return cut.root(kind, this.#summary(kind), note);
  }

  #summary(kind: string): string {
    const { bytes } = this.#cut;
    if (kind !== 'error') return `${bytes.length} bytes`;
    const { errorCode, errorTextStart, errorTextLength } = message;
    const end = errorTextStart + errorTextLength;
    return errorTextStart > 0 && errorTextLength > 0
      ? `${errorCode} ${shownBytes(bytes, errorTextStart, end)}`
      : `${errorCode}`;
  }

  /** Moves the scanner to where the cutting is, reads a string, and tells where its contents lie. */
  #string(): boolean {
    this.#scanner.position = this.#cut.at;
    const isRead = this.#scanner.string();
    if (!isRead)
      this.#cut.break('Here a string should stand: its length, a colon, and so many bytes.');
    return isRead;
  }

  #dictionary(words: ReadonlyMap<string, Word>, depth: number): void {
    const cut = this.#cut;
    if (depth > MAX_DEPTH)
      return cut.break(`Nested deeper than ${MAX_DEPTH}: no node reads further.`);
    cut.leaf(
      'd',
      1,
      '',
      'A dictionary begins: names and values in turn, in the order of the names.',
    );
    while (!cut.isBroken && cut.peek() !== Token.end) this.#field(words, depth);
    this.#end('The dictionary ends.');
  }

  #end(note: string): void {
    const cut = this.#cut;
    if (!cut.isBroken && cut.left === 0) cut.break('It ends too early: something is still open.');
    cut.leaf('e', 1, '', note);
  }

  #field(words: ReadonlyMap<string, Word>, depth: number): void {
    const cut = this.#cut;
    if (!this.#string()) return;
    const { contentStart, contentEnd } = this.#scanner;
    const name = asText(cut.bytes, contentStart, Math.min(contentEnd, contentStart + 40));
    const word = words.get(name);
    cut.begin(
      printable(name),
      '',
      word?.note ?? 'A field that the BEPs known here do not name; nodes pass over it.',
    );
    cut.leaf(
      'name',
      contentEnd - cut.at,
      printable(name),
      'The name of the field: its length, a colon, and its letters.',
    );
    if (words === TOP_WORDS && (name === 'a' || name === 'r'))
      this.#value(name, null, depth, BODY_WORDS);
    else this.#value(name, word ?? null, depth, NO_WORDS);
    cut.finish();
  }

  #value(name: string, word: Word | null, depth: number, inner: ReadonlyMap<string, Word>): void {
    const cut = this.#cut;
    switch (cut.peek()) {
      case Token.dictionary:
        return this.#dictionary(inner, depth + 1);
      case Token.list:
        return this.#list(name, depth + 1);
      case Token.integer:
        return this.#integer(name);
      default:
        return this.#contents(name, word?.form ?? 'bytes');
    }
  }

  #integer(name: string): void {
    const cut = this.#cut;
    this.#scanner.position = cut.at;
    if (!this.#scanner.integer())
      return cut.break('Here an integer should stand: “i”, digits, and “e”.');
    const { position } = this.#scanner;
    const digits = asText(cut.bytes, cut.at + 1, position - 1);
    const shown = digits.length > 20 ? `${digits.slice(0, 20)}…` : digits;
    if (name !== 'e') cut.say(shown);
    const meaning = name === 'e' ? ERRORS.get(digits) : undefined;
    cut.leaf(
      'integer',
      position - cut.at,
      shown,
      meaning ?? 'An integer: “i”, decimal digits, and “e”.',
    );
  }

  #list(name: string, depth: number): void {
    const cut = this.#cut;
    if (depth > MAX_DEPTH)
      return cut.break(`Nested deeper than ${MAX_DEPTH}: no node reads further.`);
    cut.leaf('l', 1, '', 'A list begins.');
    let count = 0;
    for (; !cut.isBroken && cut.peek() !== Token.end; count++) {
      if (name === 'values') this.#peer(count);
      else if (name === 'e') this.#value(name, null, depth, NO_WORDS);
      else this.#item(count, depth);
    }
    if (name === 'values') cut.say(count === 1 ? '1 peer' : `${count} peers`);
    this.#end('The list ends.');
  }

  #item(index: number, depth: number): void {
    this.#cut.begin(`item ${index + 1}`);
    this.#value('', null, depth, NO_WORDS);
    this.#cut.finish();
  }

  /** One entry of `values`. */
  #peer(index: number): void {
    const cut = this.#cut;
    if (
      cut.peek() === Token.dictionary ||
      cut.peek() === Token.list ||
      cut.peek() === Token.integer
    ) {
      return this.#item(index, MAX_DEPTH - 1);
    }
    if (!this.#string()) return;
    const { contentStart, contentEnd } = this.#scanner;
    const length = contentEnd - contentStart;
    cut.begin(`peer ${index + 1}`);
    cut.leaf(
      'length',
      contentStart - cut.at,
      String(length),
      'How many bytes the next address has.',
    );
    if (length === ENDPOINT_BYTES) cut.say(this.#endpoint());
    else if (length === ENDPOINT6_BYTES) cut.say(this.#endpoint6());
    else
      cut.leaf(
        'bytes',
        length,
        shownBytes(cut.bytes, cut.at, contentEnd),
        'No address: 6 bytes are IPv4, 18 are IPv6.',
      );
    cut.finish();
  }

  /** A string that is a value: its length, and its contents cut as its form wants. */
  #contents(name: string, form: Form): void {
    const cut = this.#cut;
    if (!this.#string()) return;
    const { contentStart, contentEnd } = this.#scanner;
    const length = contentEnd - contentStart;
    const shown = shownBytes(cut.bytes, contentStart, contentEnd);
    cut.leaf('length', contentStart - cut.at, String(length), 'How many bytes follow the colon.');
    if (form === 'nodes' || form === 'nodes6') return this.#nodes(form, length);
    if (form === 'samples' && length % ID_BYTES === 0) return this.#samples(length);
    if ((form === 'id' || form === 'target') && length === ID_BYTES) return this.#id(form);
    if (form === 'endpoint' && length === ENDPOINT_BYTES) return cut.say(this.#endpoint());
    if (form === 'endpoint' && length === ENDPOINT6_BYTES) return cut.say(this.#endpoint6());
    if (form === 'client' && length === CLIENT_BYTES) return this.#client();
    if (name !== 'e') cut.say(length === 0 ? 'empty' : shown);
    const wrong =
      form === 'id' || form === 'target'
        ? 'An id has 20 bytes; this one is not taken for one.'
        : '';
    cut.leaf(name === 'e' ? 'text' : 'bytes', length, shown, wrong);
  }

  #id(form: Form): void {
    const cut = this.#cut;
    const hex = formatId(cut.bytes, cut.at);
    cut.say(hex);
    const isOwn = form === 'id' && this.#target !== null;
    cut.leaf('bytes', ID_BYTES, hex, isOwn ? distanceByXor(cut.bytes, cut.at, this.#target) : '');
  }

  #client(): void {
    const cut = this.#cut;
    const letters = shownBytes(cut.bytes, cut.at, cut.at + 2);
    const version = asHex(cut.bytes, cut.at + 2, cut.at + CLIENT_BYTES);
    cut.say(`${letters} ${version}`);
    cut.leaf(
      'client',
      2,
      letters,
      'The letters of the program: LT is libtorrent, UT µTorrent, RL this one.',
    );
    cut.leaf('version', 2, version, 'Two bytes for the version, as the program likes.');
  }

  #samples(length: number): void {
    this.#cut.say(`${length / ID_BYTES} info-hashes`);
    for (let i = 0; i < length / ID_BYTES; i++) this.#cut.id(`info-hash ${i + 1}`, '');
  }

  #nodes(form: Form, length: number): void {
    const cut = this.#cut;
    const size = form === 'nodes6' ? NODE6_BYTES : NODE_BYTES;
    const count = Math.floor(length / size);
    const end = cut.at + length;
    cut.say(count === 1 ? '1 node' : `${count} nodes`);
    for (let i = 0; i < count; i++) this.#node(i, form);
    if (cut.at < end) {
      const shown = shownBytes(cut.bytes, cut.at, end);
      cut.leaf('surplus', end - cut.at, shown, `Not enough for a contact: each has ${size} bytes.`);
    }
  }

  #node(index: number, form: Form): void {
    const cut = this.#cut;
    const distance = this.#target === null ? '' : distanceByXor(cut.bytes, cut.at, this.#target);
    cut.begin(`node ${index + 1}`, '', distance);
    cut.id('id', 'Where it stands in the space of ids.');
    cut.say(form === 'nodes6' ? this.#endpoint6() : this.#endpoint());
    cut.finish();
  }

  #endpoint(): string {
    const cut = this.#cut;
    const { bytes, at } = cut;
    const ip = formatIp(new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0));
    cut.leaf('IP', 4, ip, 'The IPv4 address, 4 bytes in network order.');
    return `${ip}:${this.#port()}`;
  }

  #endpoint6(): string {
    const cut = this.#cut;
    const groups: string[] = [];
    for (let i = 0; i < 16; i += 2) groups.push(asHex(cut.bytes, cut.at + i, cut.at + i + 2));
    const ip = groups.map((group) => group.replace(/^0{1,3}/, '')).join(':');
    cut.leaf('IP', 16, ip, 'The IPv6 address, 16 bytes in network order.');
    return `[${ip}]:${this.#port()}`;
  }

  #port(): number {
    const cut = this.#cut;
    const port = cut.bytes[cut.at] * 256 + cut.bytes[cut.at + 1];
    cut.leaf('port', 2, String(port), 'The port, 2 bytes in network order.');
    return port;
  }
}

const NO_WORDS: ReadonlyMap<string, Word> = new Map();

/** A name for people: bytes that are no letters become dots. */
function printable(name: string): string {
  let text = '';
  for (const letter of name) text += letter >= ' ' && letter <= '~' ? letter : '·';
  return text === '' ? '(no name)' : text;
}
