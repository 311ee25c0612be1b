/**
 * Scenes as lines of text: a recording in a file, and what a live server sends, message by message.
 *
 *     {"format":"ringlight-recording","version":1}         the first line of a file
 *     {"type":"hello","version":1,"overlay":"ring", …}      then one message a line
 *     {"type":"places","first":0,"ids":{"u8":"q83v…"}, …}   columns as base64 of their bytes
 *     {"type":"frame","atMs":0,"whole":true, …}
 *
 * Reading is strict: a line that is none is named by its number. Only the last one may be cut off, when
 * whoever wrote it was stopped; what stands before it can be played.
 */

import { encodedColumn } from '../protocol/columns.ts';
import { checkMessage, type SceneMessage } from '../protocol/messages.ts';

const RECORDING_FORMAT = 'ringlight-recording';
/** Changes when a program of before could not read a recording any more. */
const RECORDING_VERSION = 1;
/** Characters of a line: a whole update of 100,000 nodes has 3 million. */
export const LINE_LENGTH_MAX: number = 2 ** 25;
/** Characters of a recording: as much as fits into one text, and a browser's memory. */
const RECORDING_LENGTH_MAX: number = 2 ** 28;

/** A recording that cannot be read, or a line of it: one sentence for people. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** One message as one line, without its end. */
export function lineOfMessage(message: SceneMessage): string {
  return JSON.stringify(message, (_, value: unknown) => encodedColumn(value) ?? value);
}

/** What a line says. @throws RecordingError: one sentence. */
export function messageOfLine(line: string): SceneMessage {
  if (line.length > LINE_LENGTH_MAX) {
    throw new RecordingError(
      `a line has at most ${LINE_LENGTH_MAX} characters, not ${line.length}`,
    );
  }
  try {
    return checkMessage(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) throw new RecordingError('this is no JSON');
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new RecordingError(error.message);
    }
    throw error;
  }
}

/** The first line of a recording. */
export function headerLine(): string {
  return JSON.stringify({ format: RECORDING_FORMAT, version: RECORDING_VERSION });
}

/** @throws RecordingError when it is none that can be read here. */
function checkHeader(line: string): void {
  const header = headerOf(line);
  if (header?.['format'] !== RECORDING_FORMAT) {
    throw new RecordingError('line 1: this is no recording of a Ringlight scene');
  }
  if (header['version'] === RECORDING_VERSION) return;
  throw new RecordingError(
    `line 1: this recording has version ${JSON.stringify(header['version'])}, ` +
      `and version ${RECORDING_VERSION} can be played`,
  );
}

function headerOf(line: string): Record<string, unknown> | null {
  try {
    const header: unknown = JSON.parse(line);
    return typeof header === 'object' ? (header as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

export interface Recording {
  /** Lines of messages, each of them looked through. */
  readonly lines: readonly string[];
  /** What each of them is, and when: the time of the update that it came with. */
  readonly types: readonly SceneMessage['type'][];
  readonly timesMs: Float64Array;
  /** 1 where there is a whole update: playing can begin there. */
  readonly isWhole: Uint8Array;
  /** One sentence when it was cut short, else null. */
  readonly trouble: string | null;
}

/**
 * Reads a recording from its text, in pieces as they come: `push` as often as there are pieces, then
 * `finish`. @throws RecordingError from either: one sentence that names the line.
 */
export class RecordingReader {
  readonly #lines: string[] = [];
  readonly #types: SceneMessage['type'][] = [];
  readonly #timesMs: number[] = [];
  readonly #whole: number[] = [];
  #rest = '';
  #length = 0;
  #number = 0;
  #atMs = -Infinity;

  push(piece: string): void {
    this.#length += piece.length;
    if (this.#length > RECORDING_LENGTH_MAX) {
      throw new RecordingError(`a recording has at most ${RECORDING_LENGTH_MAX} characters`);
    }
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#take(line);
    if (this.#rest.length > LINE_LENGTH_MAX) {
      throw new RecordingError(
        `line ${this.#number + 1}: longer than ${LINE_LENGTH_MAX} characters`,
      );
    }
  }

  finish(): Recording {
    const trouble = this.#takeLast();
    if (this.#number === 0) throw new RecordingError('the file is empty');
    if (!this.#types.includes('hello') || !this.#whole.includes(1)) {
      throw new RecordingError('the recording ends before its first picture');
    }
    return {
      lines: this.#lines,
      types: this.#types,
      timesMs: Float64Array.from(this.#timesMs),
      isWhole: Uint8Array.from(this.#whole),
      trouble,
    };
  }

  /** The last line, if it has no end: it may be cut off. */
  #takeLast(): string | null {
    if (this.#rest.trim() === '') return null;
    try {
      this.#take(this.#rest);
      return null;
    } catch (error) {
      if (!(error instanceof RecordingError) || this.#number <= 1) throw error;
      const seconds = (this.#atMs / 1000).toFixed(1);
      return `the recording is cut short in line ${this.#number}: it can be played up to ${seconds} s`;
    }
  }

  #take(line: string): void {
    this.#number++;
    if (this.#number === 1) return checkHeader(line);
    if (line.trim() === '') return;
    const message = this.#read(line);
    const isFirst = this.#types.length === 0;
    if (isFirst !== (message.type === 'hello') && isFirst) {
      throw new RecordingError(`line ${this.#number}: a recording begins with a hello`);
    }
    if (message.type === 'frame') {
      if (message.atMs < this.#atMs)
        throw new RecordingError(`line ${this.#number}: time goes back`);
      this.#atMs = message.atMs;
    }
    this.#lines.push(line);
    this.#types.push(message.type);
    this.#timesMs.push(this.#atMs);
    this.#whole.push(message.type === 'frame' && message.whole ? 1 : 0);
  }

  #read(line: string): SceneMessage {
    try {
      return messageOfLine(line);
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      throw new RecordingError(`line ${this.#number}: ${error.message}`);
    }
  }
}

/** The same for a text that is there in one piece. */
export function readRecording(text: string): Recording {
  const reader = new RecordingReader();
  reader.push(text);
  return reader.finish();
}
