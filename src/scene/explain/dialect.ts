/**
 * A class program's command or reply taken apart, in each of the three dialects (ring/dialects/wire.ts).
 *
 *     seed     INS key                         T            8 bytes length · value            T
 *     string   the same, but for addresses: their length and then "10.0.0.1:5000"
 *     text     INSERT ⏎ 9759…3181 ⏎            1 ⏎          5 ⏎ hello                          1 ⏎
 *
 * A stream carries one command and has no borders in it: what a piece of it means follows from the
 * command. Where that is not known, what can be told by looks is told.
 */
import { formatAddress } from '../../core/address.ts';
import { formatId, ID_BYTES } from '../../core/id.ts';
import { parseAddress, parseDecimalKey, parseNumber } from '../../ring/dialects/spelling.ts';
import { type Command, commandOf, LINE_BYTES_MAX, type Wire } from '../../ring/dialects/wire.ts';
import type { Part } from '../protocol/messages.ts';
import { asText, Dissection, shownBytes } from './dissection.ts';

/** What is known of a message besides its bytes. */
export interface RingContext {
  /** The dialect of the ring. Default `seed`. */
  wire?: Wire;
  /** A class program's stream carries one command: its word, when this is a later piece of it. */
  command?: string;
  /** It comes from the side that was asked. */
  isReply?: boolean;
  /** 20 bytes: what its lookup is about, when it does not say so itself. */
  key?: Uint8Array | null;
}

const NEWLINE = 10;
const WORD_BYTES = 3;
const WHOLE_BYTES = 8;

const REQUESTS: { readonly [command in Command]: string } = {
  owner:
    'Who owns this key? The closest node known is named, and asked in turn, until one names itself.',
  get: 'Give me the value of this key.',
  exists: 'Is there such a key?',
  insert: 'Keep a value under this key; the value follows when the owner has said T.',
  remove: 'Forget this key.',
  pulse: 'Are you there?',
  info: 'Tell about yourself, as text.',
  abandoned: 'My successor died and you are next: who follows you?',
  join: 'I want to stand inside your arc: hand over my part of it.',
  leave: 'I am your successor and go: take my arc and all that is in it.',
  updatePrevious: 'I precede you now.',
  version:
    'Do you speak frames? A class program does not know this word; one of our nodes answers with what it can do, and the connection carries frames from then on.',
};

const REPLIES: { readonly [command in Command]: string } = {
  owner: 'The closest node that I know before the key; I name myself when I own it.',
  get: 'T and the value; F: there is no such key; N: it is not my key space.',
  exists: 'T: there is; F: there is not; N: it is not my key space.',
  insert: 'T: go on, or: it is stored; F: that failed; N: it is not my key space.',
  remove: 'T: removed; F: there is no such key; N: it is not my key space.',
  pulse: 'T: I am here.',
  info: 'A text about the node, its length before it.',
  abandoned: 'My first successor: your second.',
  join: 'T, your two successors, and all items that will be yours; N: ask somebody else.',
  leave: 'T: hand over, or: I have taken it; N: you are not my successor.',
  updatePrevious: 'I have taken note.',
  version: 'What I can do, as JSON; after it come frames.',
};

/** The command's word in capitals, `GET reply`, or `unknown` where nothing can be told. */
export function kindOfDialect(
  bytes: Uint8Array,
  start: number,
  end: number,
  { wire = 'seed', command, isReply = false }: RingContext,
): string {
  if (isReply) return command === undefined ? 'reply' : `${command} reply`;
  const word = wordAt(bytes, start, end, wire);
  if (commandOf(wire, word) !== undefined) return word.toUpperCase();
  return command ?? 'unknown';
}

function wordAt(bytes: Uint8Array, start: number, end: number, wire: Wire): string {
  if (wire !== 'text')
    return end - start < WORD_BYTES ? '' : asText(bytes, start, start + WORD_BYTES);
  const line = lineAt(bytes, start, end);
  return line < 0 ? '' : asText(bytes, start, line).trim();
}

/** Where the newline is that ends the line at `start`; -1 when there is none soon enough. */
function lineAt(bytes: Uint8Array, start: number, end: number): number {
  const most = Math.min(end, start + LINE_BYTES_MAX + 2);
  for (let at = start; at < most; at++) if (bytes[at] === NEWLINE) return at;
  return -1;
}

export function explainDialect(
  bytes: Uint8Array,
  kind: string,
  context: RingContext,
): { kind: string; root: Part } {
  return { kind, root: new DialectReader(bytes, context).read(kind) };
}

class DialectReader {
  readonly #cut: Dissection;
  readonly #wire: Wire;
  readonly #isReply: boolean;
  readonly #command: Command | undefined;

  constructor(bytes: Uint8Array, { wire = 'seed', command, isReply = false }: RingContext) {
    this.#cut = new Dissection(bytes);
    this.#wire = wire;
    this.#isReply = isReply;
    this.#command = command === undefined ? undefined : commandOf(wire, command);
  }

  read(kind: string): Part {
    const cut = this.#cut;
    cut.begin('message');
    const note = this.#isReply ? this.#reply() : this.#request();
    return cut.root(kind, `${cut.bytes.length} bytes`, note);
  }

  get #isText(): boolean {
    return this.#wire === 'text';
  }

  // What is said.

  #request(): string {
    const cut = this.#cut;
    const word = wordAt(cut.bytes, 0, cut.end, this.#wire);
    const command = commandOf(this.#wire, word);
    if (command === undefined) return this.#continuation();
    const length = this.#isText ? lineAt(cut.bytes, 0, cut.end) + 1 : WORD_BYTES;
    cut.leaf('command', length, word.toUpperCase(), REQUESTS[command]);
    this.#argument(command);
    if (cut.left > 0) this.#more(command);
    return REQUESTS[command];
  }

  #argument(command: Command): void {
    switch (command) {
      case 'owner':
      case 'get':
      case 'exists':
      case 'insert':
      case 'remove':
        return this.#key('key', 'SHA-1 of the name: a point on the circle.');
      case 'join':
        if (this.#isText) return this.#key('joiner', 'Where the joiner will stand on the circle.');
        return this.#address('joiner', 'Where the joiner listens; the SHA-1 of it is its place.');
      case 'leave':
        if (this.#isText) return;
        return this.#address('leaver', 'Who goes.');
      case 'updatePrevious':
        return this.#address('previous', 'Who precedes the receiver from now on.');
    }
  }

  /** What the asker sends after it was told to go on. */
  #continuation(): string {
    if (this.#command === undefined) {
      this.#cut.break('These are no frame, and no command of this dialect.');
      return 'Nobody knows what this is.';
    }
    this.#more(this.#command);
    return `The asker goes on with its command. ${REQUESTS[this.#command]}`;
  }

  #more(command: Command): void {
    switch (command) {
      case 'insert':
        return this.#value('The bytes to keep.');
      case 'leave':
        this.#address('s1', 'The leaver’s successor, who is the receiver’s now.');
        if (!this.#isText) this.#address('s2', 'The one after it.');
        return this.#items();
      case 'join':
        if (this.#isText)
          return this.#address('joiner', 'The joiner has all, and owns its arc from this line on.');
        return this.#status('The joiner has all, and owns its arc from this byte on.');
    }
  }

  #reply(): string {
    const command = this.#command;
    if (command === undefined) return this.#guess();
    switch (command) {
      case 'owner':
      case 'abandoned':
        this.#address(
          'node',
          command === 'owner' ? 'The closest node known.' : 'The first successor.',
        );
        break;
      case 'info':
      case 'version':
        this.#value(command === 'info' ? 'For people.' : 'What the node can do, as JSON.');
        break;
      case 'join':
        this.#handedOver();
        break;
      default:
        this.#statuses(command);
    }
    return REPLIES[command];
  }

  #statuses(command: Command): void {
    const cut = this.#cut;
    this.#status(
      this.#isText ? '1 is yes, 0 is no.' : 'T is true, F is false, N: not my key space.',
    );
    if (command === 'get' && cut.left > 0) return this.#value('The value.');
    while (cut.left > 0 && !cut.isBroken) this.#status('Done, or not.');
  }

  #handedOver(): void {
    const cut = this.#cut;
    const isRefused = cut.peek() !== (this.#isText ? 0x31 : 0x54);
    this.#status('Will the arc be handed over?');
    if (isRefused || cut.left === 0) return;
    if (!this.#isText) {
      this.#address('s1', 'The joiner’s successor to be.');
      this.#address('s2', 'The one after it.');
    }
    this.#items();
    if (this.#isText && cut.left > 0) this.#address('s1', 'The joiner’s successor to be.');
  }

  /** A reply to nobody knows what. */
  #guess(): string {
    const cut = this.#cut;
    const first = cut.peek();
    const isStatus = this.#isText
      ? first === 0x30 || first === 0x31
      : first === 0x54 || first === 0x46 || first === 0x4e;
    if (isStatus) this.#statuses('get');
    else if (cut.left === 6 && this.#wire === 'seed') this.#address('node', 'An address.');
    else this.#value('Some value.');
    return 'A reply; which command it answers is not known here.';
  }

  // Fields, as the dialect spells them.

  #key(label: string, note: string): void {
    const cut = this.#cut;
    if (!this.#isText) return cut.id(label, note);
    const text = this.#peekLine();
    const id = new Uint8Array(ID_BYTES);
    if (text === null || !parseDecimalKey(text.trim(), id))
      return cut.break(
        `Here a key should stand: a decimal number of at most 49 digits, and a newline.`,
      );
    cut.leaf(label, this.#lineLength(), formatId(id), `${note} Written as a decimal number.`);
  }

  #address(label: string, note: string): void {
    const cut = this.#cut;
    if (cut.isBroken) return;
    if (this.#wire === 'seed') return void cut.endpoint(label, note);
    if (this.#isText) return this.#addressLine(label, note);
    const length = this.#peekWhole();
    const text = asText(
      cut.bytes,
      cut.at + WHOLE_BYTES,
      Math.min(cut.end, cut.at + WHOLE_BYTES + length),
    );
    const address = length <= 21 ? parseAddress(text) : -1;
    if (address < 0)
      return cut.break('Here an address should stand: a length of 8 bytes and “IP:port”.');
    cut.begin(label, formatAddress(address), note);
    this.#whole('length', 'How long the address is.');
    cut.leaf('IP:port', length, text, 'The address as text.');
    cut.finish();
  }

  #addressLine(label: string, note: string): void {
    const text = this.#peekLine();
    const address = text === null ? -1 : parseAddress(text.trim());
    if (address < 0)
      return this.#cut.break('Here an address should stand: “IP:port” and a newline.');
    this.#cut.leaf(label, this.#lineLength(), formatAddress(address), note);
  }

  /** A length or a count; 0, and broken, where there is none. */
  #whole(label: string, note: string): number {
    const cut = this.#cut;
    if (cut.isBroken) return 0;
    if (!this.#isText) {
      const value = this.#peekWhole();
      cut.leaf(label, WHOLE_BYTES, String(value), `${note} 8 bytes, the highest first.`);
      return value;
    }
    const text = this.#peekLine();
    const value = text === null ? -1 : parseNumber(text.trim());
    if (value < 0) {
      cut.break(`Here “${label}” should stand: a decimal number and a newline.`);
      return 0;
    }
    cut.leaf(label, this.#lineLength(), String(value), `${note} A decimal number and a newline.`);
    return value;
  }

  #value(note: string): void {
    const cut = this.#cut;
    const length = this.#whole('length', 'How many bytes follow.');
    const end = Math.min(cut.end, cut.at + length);
    cut.leaf('value', length, shownBytes(cut.bytes, cut.at, end), note);
  }

  #status(note: string): void {
    const cut = this.#cut;
    if (cut.isBroken) return;
    const code = cut.peek();
    const word = STATUSES[String.fromCharCode(code)];
    if (code < 0 || word === undefined) return cut.break('Here a status should stand.');
    cut.leaf('status', this.#isText ? this.#lineLength() : 1, word, note);
  }

  #items(): void {
    const cut = this.#cut;
    const count = this.#whole('count', 'How many items follow.');
    for (let index = 1; index <= count && cut.left > 0 && !cut.isBroken; index++) {
      cut.begin(`item ${index}`);
      this.#key('key', 'SHA-1 of the name.');
      this.#value('The value.');
      cut.finish();
    }
  }

  #peekWhole(): number {
    const { bytes, at, left } = this.#cut;
    let value = 0;
    for (let i = 0; i < Math.min(WHOLE_BYTES, left); i++) value = value * 256 + bytes[at + i];
    return value;
  }

  #peekLine(): string | null {
    const { bytes, at, end } = this.#cut;
    const line = lineAt(bytes, at, end);
    return line < 0 ? null : asText(bytes, at, line);
  }

  /** Bytes up to the next newline and with it; all that is left, where there is none. */
  #lineLength(): number {
    const { bytes, at, end } = this.#cut;
    const line = lineAt(bytes, at, end);
    return (line < 0 ? end : line + 1) - at;
  }
}

const STATUSES: { readonly [code: string]: string | undefined } = {
  T: 'T: yes',
  F: 'F: no',
  N: 'N: not my key space',
  1: '1: yes',
  0: '0: no',
};
