/**
 * An archive of a ring: a file of lines, one for each record, in blocks that are checked one by one, so that
 * an export that broke off goes on where it was, and an import changes nothing before all of it is known whole.
 *
 *     {"format":"ringlight ring export","version":1,"madeAtMs":…}
 *     {"key":"00a1…","name":"room:1","storedUntilMs":null,"value":"aGVsbG8="}      a record
 *     …
 *     {"block":1,"records":2,"next":"0c33…","sha256":"…"}                          of the lines since the last one
 *     …
 *     {"end":true,"blocks":9,"records":412,"bytes":81234,"sha256":"…"}             of the first line and all those of blocks
 *
 * A block is what one owner gave at one moment; `next` is the place on the circle where the next one begins.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileReason } from '../../files.ts';
import { CommandError } from '../console.ts';

const FORMAT = 'ringlight ring export';
const VERSION = 1;

export interface ArchiveRecord {
  /** 40 hexadecimal digits. */
  readonly key: string;
  readonly name: string | null;
  readonly storedUntilMs: number | null;
  /** Base64. */
  readonly value: string;
}

/** What is known of the blocks so far. */
export interface Progress {
  blocks: number;
  records: number;
  /** Of the values. */
  bytes: number;
  /** Where the next block begins; null: that was all. */
  next: string | null;
  /** Bytes of the file up to the last whole block. */
  length: number;
}

/** Puts an archive together, line by line. */
export class ArchiveWriter {
  readonly progress: Progress;
  readonly #digests: Hash;

  constructor(progress?: Progress, digests?: Hash) {
    this.progress = progress ?? { blocks: 0, records: 0, bytes: 0, next: '', length: 0 };
    this.#digests = digests ?? createHash('sha256');
  }

  head(madeAtMs: number): string {
    const line = JSON.stringify({ format: FORMAT, version: VERSION, madeAtMs });
    this.#digests.update(line);
    return this.#counted(`${line}\n`);
  }

  /** A block; `next` is null for the last one. */
  block(records: readonly ArchiveRecord[], next: string | null): string {
    const { progress } = this;
    const lines = records.map((record) => `${lineOf(record)}\n`).join('');
    const sha256 = createHash('sha256').update(lines).digest('hex');
    progress.blocks++;
    progress.records += records.length;
    for (const { value } of records) progress.bytes += bytesOfBase64(value);
    progress.next = next;
    const end = JSON.stringify({ block: progress.blocks, records: records.length, next, sha256 });
    this.#digests.update(end);
    return this.#counted(`${lines}${end}\n`);
  }

  end(): string {
    const { blocks, records, bytes } = this.progress;
    const sha256 = this.#digests.copy().digest('hex');
    return this.#counted(`${JSON.stringify({ end: true, blocks, records, bytes, sha256 })}\n`);
  }

  #counted(text: string): string {
    this.progress.length += Buffer.byteLength(text);
    return text;
  }
}

export function bytesOfBase64(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

export interface Found {
  readonly progress: Progress;
  readonly digests: Hash;
  /** Its last line is there, and agrees with all before it. */
  readonly isWhole: boolean;
}

/**
 * Reads an archive up to its last whole block; each of those is passed on when it has been checked. What
 * stands behind them broke off, which is only a fault when the file claims to be whole.
 * @throws CommandError for what is no archive, or a damaged one.
 */
export async function readArchive(
  file: string,
  onBlock: (records: ArchiveRecord[]) => void | Promise<void> = () => {},
): Promise<Found> {
  const reader = new ArchiveReader(file);
  const input = createReadStream(file, 'utf8');
  try {
    for await (const line of linesOf(input)) {
      const block = reader.take(line);
      if (block !== null) await onBlock(block);
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`cannot read ${file}: ${fileReason(error)}`, 2, 'READ');
  } finally {
    input.destroy();
  }
  if (!reader.hasHead) throw new CommandError(`${file} is no export of a ring`, 2, 'NO_ARCHIVE');
  return { progress: reader.progress, digests: reader.digests, isWhole: reader.isWhole };
}

class ArchiveReader {
  readonly progress: Progress = { blocks: 0, records: 0, bytes: 0, next: '', length: 0 };
  readonly digests = createHash('sha256');
  hasHead = false;
  isWhole = false;
  readonly #file: string;
  #records: ArchiveRecord[] = [];
  #hash = createHash('sha256');
  #length = 0;
  #lines = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** One line with its end; a block when that ends one. @throws CommandError. */
  take(text: string): ArchiveRecord[] | null {
    this.#lines++;
    this.#length += Buffer.byteLength(text);
    // A mail or an editor may have changed how lines end.
    const line = text.replace(/\r?\n$/, '');
    const found = parsed(line);
    // One that does not end broke off there, and what is to follow would stand in it; nothing follows the last one.
    const fields = text.endsWith('\n') || found?.['end'] === true ? found : null;
    // A line that broke off is the last one; if more follow, this is no archive any more.
    if (fields === null) {
      if (!this.hasHead) throw this.#damaged('it does not begin as one');
      this.#records = [];
      this.#hash = createHash('sha256');
      return null;
    }
    if (!this.hasHead) return this.#head(line, fields);
    if (this.isWhole) throw this.#damaged('something stands behind its end');
    if (fields['end'] === true) return this.#end(fields);
    if (typeof fields['block'] === 'number') return this.#block(line, fields);
    this.#hash.update(`${line}\n`);
    this.#records.push(this.#record(fields));
    return null;
  }

  #head(line: string, fields: Record<string, unknown>): null {
    if (fields['format'] !== FORMAT) throw this.#damaged('it does not begin as one');
    if (fields['version'] !== VERSION) {
      throw new CommandError(`${this.#file} is an export of another version`, 2, 'NO_ARCHIVE');
    }
    this.hasHead = true;
    this.digests.update(line);
    this.progress.length = this.#length;
    return null;
  }

  #record(fields: Record<string, unknown>): ArchiveRecord {
    const { key, name = null, storedUntilMs = null, value } = fields;
    const isKey = typeof key === 'string' && /^[0-9a-f]{40}$/.test(key);
    const isName = name === null || typeof name === 'string';
    const isTime = storedUntilMs === null || typeof storedUntilMs === 'number';
    if (isKey && isName && isTime && typeof value === 'string') {
      return {
        key,
        name: name as string | null,
        storedUntilMs: storedUntilMs as number | null,
        value,
      };
    }
    throw this.#damaged('this is no record');
  }

  #block(line: string, fields: Record<string, unknown>): ArchiveRecord[] {
    const { progress } = this;
    const sha256 = this.#hash.digest('hex');
    const isNext = fields['block'] === progress.blocks + 1;
    if (!isNext || fields['records'] !== this.#records.length || fields['sha256'] !== sha256) {
      throw this.#damaged(`block ${progress.blocks + 1} is not what was written`);
    }
    const records = this.#records;
    progress.blocks++;
    progress.records += records.length;
    for (const { value } of records) progress.bytes += bytesOfBase64(value);
    progress.next = typeof fields['next'] === 'string' ? fields['next'] : null;
    progress.length = this.#length;
    this.digests.update(line);
    this.#records = [];
    this.#hash = createHash('sha256');
    return records;
  }

  #end({ blocks, records, bytes, sha256 }: Record<string, unknown>): null {
    const { progress } = this;
    const isSame = blocks === progress.blocks && records === progress.records;
    if (!isSame || bytes !== progress.bytes || sha256 !== this.digests.copy().digest('hex')) {
      throw this.#damaged('its end does not agree with what stands before');
    }
    this.isWhole = true;
    return null;
  }

  #damaged(what: string): CommandError {
    const message = `${this.#file}, line ${this.#lines}: damaged: ${what}`;
    return new CommandError(message, 2, 'DAMAGED_ARCHIVE');
  }
}

/** Others may take these for the ends of lines; Node.js does since 24. */
const UNICODE_ENDS = /[\u2028\u2029]/g;

function lineOf(record: ArchiveRecord): string {
  const escaped = (end: string) => `\\u${end.charCodeAt(0).toString(16)}`;
  return JSON.stringify(record).replace(UNICODE_ENDS, escaped);
}

/** Lines end with a newline and with nothing else: what `node:readline` takes for an end, names may hold. */
async function* linesOf(input: AsyncIterable<string>): AsyncGenerator<string> {
  /** Of the line that has not ended: a large value comes in many. */
  let pieces: string[] = [];
  for await (const piece of input) {
    let from = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', from)) {
      pieces.push(piece.slice(from, end + 1));
      yield pieces.join('');
      pieces = [];
      from = end + 1;
    }
    if (from < piece.length) pieces.push(piece.slice(from));
  }
  if (pieces.length > 0) yield pieces.join('');
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
