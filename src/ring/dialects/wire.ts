/**
 * The three dialects that the class's programs speak, the words of each and the limits of all.
 *
 *              key            length, count      address                    answer
 *     seed     20 raw bytes   8 bytes, big end   4 bytes IP, 2 bytes port   T F N
 *     string   the same       the same           length, "10.0.0.1:5000"    T F N
 *     text     decimal "\n"   decimal "\n"       "10.0.0.1:5000\n"          1 0, "\n"
 *
 * `seed` is the protocol sheet of 2019, `string` what its programs really send, `text` the protocol
 * of 2025. A stream carries one command; who has read the reply closes. No framing, no version, no
 * checksum: a reader knows what comes next, or has lost its way for good.
 */
import { STREAM_QUEUE_BYTES } from '../../core/host.ts';

export const WIRES = ['seed', 'string', 'text'] as const;
export type Wire = (typeof WIRES)[number];

export const COMMANDS = [
  'owner',
  'get',
  'exists',
  'insert',
  'remove',
  'pulse',
  'info',
  'abandoned',
  'join',
  'leave',
  'updatePrevious',
  'version',
] as const;
export type Command = (typeof COMMANDS)[number];

const BINARY_WORDS: { readonly [command in Command]?: string } = {
  owner: 'OWN',
  get: 'GET',
  exists: 'EXI',
  insert: 'INS',
  remove: 'REM',
  pulse: 'PUL',
  info: 'INF',
  abandoned: 'ABD',
  join: 'CON',
  leave: 'DIS',
  version: 'VER',
};

const TEXT_WORDS: { readonly [command in Command]?: string } = {
  owner: 'LOCATE',
  get: 'GET',
  exists: 'CONTAINS',
  insert: 'INSERT',
  remove: 'REMOVE',
  pulse: 'TEST',
  join: 'CONNECT',
  leave: 'DISCONNECT',
  updatePrevious: 'UPDATE_PREV',
  version: 'VER',
};

/** What a dialect says for a command; undefined when it has no word. */
export function wordOf(wire: Wire, command: Command): string | undefined {
  return (wire === 'text' ? TEXT_WORDS : BINARY_WORDS)[command];
}

const COMMAND_OF_BINARY = reversed(BINARY_WORDS);
const COMMAND_OF_TEXT = reversed(TEXT_WORDS);

/** The command of a word in either case: one of the class's programs sends lower case. */
export function commandOf(wire: Wire, word: string): Command | undefined {
  return (wire === 'text' ? COMMAND_OF_TEXT : COMMAND_OF_BINARY).get(word.toUpperCase());
}

function reversed(words: { readonly [command in Command]?: string }): Map<string, Command> {
  const commands = new Map<string, Command>();
  for (const command of COMMANDS) {
    const word = words[command];
    if (word !== undefined) commands.set(word, command);
  }
  return commands;
}

/** What a text client's opening looks like to who reads three letters and a binary argument. */
const TEXT_OPENING =
  /^(?:GET\r?\n\d{10}|INSERT\r?\n\d{10}|REMOVE\r?\n\d{10}|LOC|UPD|TES|CONNECT\r?\n|CONTAINS|DISCONNEC)/i;
/** What a three-letter client's opening looks like to who reads lines. */
const BINARY_OPENING = /^(?:OWN|EXI|PUL|INF|ABD|(?:GET|INS|REM|CON|DIS)(?:$|[^A-Z\s]))/i;

/**
 * Does a stream that began with these bytes, one character each, come from a peer of the other
 * family? Asked only of what is no command of ours, or stands where a key or an address should. One
 * packed address in 2^38 would be taken for text by mistake.
 */
export function isOfOtherFamily(wire: Wire, opening: string): boolean {
  return (wire === 'text' ? BINARY_OPENING : TEXT_OPENING).test(opening);
}

/** Research §2: no program has a limit of its own, and a length of 8 bytes can ask for 2^64. */
export const VALUE_BYTES_MAX: number = 64 << 20;
/** Items of one join or leave. */
export const ITEMS_MAX = 0x100000000;
/** The text of INF; ours is some KB. */
export const INFO_BYTES_MAX: number = 1 << 20;
/** The capabilities behind VER; ours are some 100 B. */
export const CAPABILITY_BYTES_MAX: number = 1 << 14;
/** "1.2.3.4:5" to "255.255.255.255:65535". */
export const ADDRESS_TEXT_BYTES_MIN = 9;
export const ADDRESS_TEXT_BYTES_MAX = 21;
/** Bytes of a line: a key has 49 digits, and blanks around it do no harm. */
export const LINE_BYTES_MAX = 64;
/** Bytes that a peer may have sent before it was asked to: as much as a world hands over at once. */
export const EARLY_BYTES_MAX: number = 4 * STREAM_QUEUE_BYTES;

/** Until a whole command is here, from the moment the stream was accepted (research §5). */
export const COMMAND_MS = 5000;
/** Without progress while values pass. */
export const BULK_IDLE_MS = 10_000;
/** This much is progress: one byte now and then is not. */
export const PROGRESS_BYTES = 4096;
/** For the peer to read the reply and close; then the stream is dropped. */
export const LINGER_MS = 5000;
/** For our own node to answer a caller: longer than any time-out of its own. */
export const ANSWER_MS = 30_000;
export const CONNECT_MS = 2000;
/** For each part of a reply. */
export const REPLY_MS = 5000;
/** The same of text programs: one of them rebuilds its fingers first, in every tenth command. */
export const TEXT_REPLY_MS = 10_000;
/** Who has not answered VER by then is a class program. */
export const PROBE_MS = 500;
/** Who has not answered in a dialect by then does not speak it. */
export const DETECT_MS = 2000;
