/**
 * A message of the ring taken apart: a frame of our own nodes (ring/frames.ts), or a class program's
 * command or reply (dialect.ts). What it is can be told from its first byte: a frame begins
 * with its length, and no frame is so long that this could be a letter.
 *
 *     ┌──────────┬────────┬───────────┬───────────┐
 *     │ length   │ type   │ request   │ payload   │      get: key · level
 *     └──────────┴────────┴───────────┴───────────┘      its reply: status · found · version · value
 *
 * What the fields of a payload mean stands in frame-fields.ts.
 */

import { ID_BYTES } from '../../core/id.ts';
import { FRAME_HEADER_BYTES, FrameType, LENGTH_BYTES, REPLY, Status } from '../../ring/frames.ts';
import { VERBS } from '../../ring/records/act.ts';
import { VERSION_BYTES } from '../../ring/records/clock.ts';
import type { Part } from '../protocol/messages.ts';
import { explainDialect, kindOfDialect, type RingContext } from './dialect.ts';
import { Dissection, shownBytes } from './dissection.ts';
import { FrameFields, yesNo } from './frame-fields.ts';
import { isFrame, isRouted } from './frame-head.ts';
import {
  CLOSER,
  CLOSER_NOTE,
  FRAMES,
  REFUSALS,
  REPLIES,
  STATUSES,
  VERDICTS,
} from './frame-words.ts';

/** One word for a message: `get`, `replicate`, `stabilise`, `get reply`, `closer nodes`; `GET`, `CON` … */
/** What owners and electors say to each other. */
const TITLED: ReadonlySet<number> = new Set([
  FrameType.promise,
  FrameType.accept,
  FrameType.keep,
  FrameType.resign,
]);
const TITLES_NOTE =
  'Who may act for an arc, in which epoch, and who has agreed to that (ring/titles/title.ts).';

export function kindOfRing(
  bytes: Uint8Array,
  start: number,
  end: number,
  context: RingContext = {},
): string {
  if (!isFrame(bytes, start, end)) return kindOfDialect(bytes, start, end, context);
  const type = bytes[start + LENGTH_BYTES];
  if ((type & REPLY) === 0) return FRAMES[type].kind;
  const asked = type & ~REPLY;
  if (asked === FrameType.hello) return REFUSALS[asked];
  if (!hasStatus(asked) || end - start === FRAME_HEADER_BYTES) return REPLIES[asked];
  const status = bytes[start + FRAME_HEADER_BYTES];
  if (status === Status.notOwner && isRouted(asked)) return CLOSER;
  return status === Status.ok ? REPLIES[asked] : REFUSALS[asked];
}

/** Does its reply begin with a status? */
function hasStatus(type: number): boolean {
  const without: readonly number[] = [
    FrameType.hello,
    FrameType.indirect,
    FrameType.digest,
    FrameType.fetch,
    FrameType.peek,
    FrameType.info,
  ];
  return !without.includes(type);
}

/** What each byte of one message means. */
export function explainRing(
  bytes: Uint8Array,
  context: RingContext = {},
): { kind: string; root: Part } {
  const kind = kindOfRing(bytes, 0, bytes.length, context);
  if (!isFrame(bytes, 0, bytes.length)) return explainDialect(bytes, kind, context);
  return { kind, root: new FrameReader(bytes, context.key ?? null).read(kind) };
}

/** Kinds of queries, by their number (ring/queries.ts). */
const QUERIES = ['read', 'list', 'changes', 'port'];

class FrameReader {
  readonly #cut: Dissection;
  readonly #fields: FrameFields;

  constructor(bytes: Uint8Array, key: Uint8Array | null) {
    this.#cut = new Dissection(bytes);
    this.#fields = new FrameFields(this.#cut, key);
  }

  read(kind: string): Part {
    const cut = this.#cut;
    const type = cut.bytes[LENGTH_BYTES];
    const word = FRAMES[type & ~REPLY];
    const isReply = (type & REPLY) !== 0;
    cut.begin('frame');
    cut.u32(
      'length',
      String,
      'How many bytes follow: frames lie one behind the other in a stream, which has no borders of its own.',
    );
    cut.u8(
      'type',
      () => (isReply ? `${word.kind}, answered` : word.kind),
      isReply ? 'What was asked; the highest bit says that this is the answer.' : 'What is asked.',
    );
    cut.u32(
      'request',
      String,
      'The request’s number: many are under way on one connection, and a reply carries the number of its request.',
    );
    if (TITLED.has(type & ~REPLY)) cut.rest('titles', `${cut.left} bytes`, TITLES_NOTE);
    else if (isReply) this.#reply(type & ~REPLY);
    else this.#request(type);
    const answered = kind === CLOSER ? CLOSER_NOTE : word.answered;
    const note = isReply ? answered : word.note;
    return cut.root(kind, `${cut.bytes.length} bytes`, note);
  }

  #verb(words: readonly string[]): void {
    const cut = this.#cut;
    this.#fields.ownKey();
    this.#fields.mortal();
    cut.u8('verb', (value) => words[value] ?? `unknown: ${value}`, 'What is wanted.');
    cut.rest('details', `${cut.left} bytes`, 'Conditions and bounds, and what belongs to them.');
  }

  #request(type: number): void {
    switch (type) {
      case FrameType.hello:
        return this.#fields.hello();
      case FrameType.proof:
        return this.#cut.rest('proof', '32 bytes', 'A keyed hash of both greetings.');
      case FrameType.forget:
        return this.#fields.forgotten();
      case FrameType.vouch:
        return this.#fields.vouched();
      case FrameType.owner:
      case FrameType.peek:
        return this.#fields.ownKey();
      case FrameType.get:
        this.#fields.ownKey();
        return this.#fields.level();
      case FrameType.remove:
        this.#fields.ownKey();
        return this.#fields.mortal();
      case FrameType.put:
        this.#fields.ownKey();
        this.#fields.mortal();
        return this.#fields.value('The bytes to keep, just as they are.');
      case FrameType.act:
      case FrameType.query:
        return this.#verb(type === FrameType.act ? VERBS : QUERIES);
      case FrameType.replicate:
        return this.#fields.records();
      case FrameType.neighbours:
        this.#fields.target();
        this.#fields.member('asker');
        return this.#fields.lists();
      case FrameType.pulse:
        return this.#fields.target();
      case FrameType.indirect:
        return this.#fields.member('member');
      case FrameType.join:
        this.#fields.target();
        return this.#fields.member('joiner');
      case FrameType.switch:
        this.#fields.target();
        this.#fields.member('host');
        this.#cut.id('end', 'Where the joiner’s arc ends: the place of its successor.');
        this.#fields.list('predecessors');
        return this.#fields.list('successors');
      case FrameType.leave:
        this.#fields.target();
        return this.#fields.member('leaver');
      case FrameType.inherit:
        this.#fields.target();
        this.#fields.member('leaver');
        this.#cut.id('end', 'Where the leaver’s arc ended: the heir’s ends there now.');
        return this.#fields.list('successors');
      case FrameType.digest:
        return this.#fields.digest();
      case FrameType.fetch:
        return this.#fields.each('key', ID_BYTES, () =>
          this.#cut.id('key', 'The key of a record that is wanted.'),
        );
      case FrameType.confirm:
        this.#cut.u8(
          'leaver',
          yesNo,
          'Does the asker leave? Then it cannot wait for as many copies as others.',
        );
        return this.#fields.each('record', ID_BYTES + VERSION_BYTES, (index) =>
          this.#fields.listed(index),
        );
    }
  }

  /** What begins with no status. */
  #bare(type: number): void {
    const cut = this.#cut;
    switch (type) {
      case FrameType.hello:
        return void cut.u8(
          'K',
          String,
          'Copies beside the owner’s in the ring that was to be joined.',
        );
      case FrameType.indirect:
        return void cut.u8('alive', yesNo, 'Did the member answer a pulse from here?');
      case FrameType.digest:
        return this.#fields.compared();
      case FrameType.fetch:
        cut.u32(
          'served',
          String,
          'For how many of the keys asked for this is the answer; the others have to be asked for again.',
        );
        return this.#fields.records();
      case FrameType.peek:
        cut.u8('there', yesNo, 'Is there a copy here? 2: its disk does not give it.');
        return this.#fields.record(cut.left);
      case FrameType.info:
        return cut.rest(
          'text',
          shownBytes(cut.bytes, cut.at, cut.end),
          'JSON, for people and programs.',
        );
    }
  }

  #reply(type: number): void {
    if (!hasStatus(type)) return this.#bare(type);
    const cut = this.#cut;
    const status = cut.u8(
      'status',
      (value) => STATUSES[value] ?? `unknown: ${value}`,
      'How it went.',
    );
    const isElsewhere = status === Status.notOwner || status === Status.notMember;
    if (isElsewhere && isRouted(type)) return this.#fields.elsewhere(status);
    if (status === Status.late) {
      return void cut.f64('clock', (ms) => `${ms} ms`, 'The clock here: send it again by that.');
    }
    if (type === FrameType.pulse) {
      return void cut.u8('leaving', yesNo, 'It is about to leave the ring.');
    }
    if (type === FrameType.put || type === FrameType.remove) return this.#fields.written();
    if (type === FrameType.act || (type === FrameType.query && status === Status.ok)) {
      return cut.rest(
        'answer',
        `${cut.left} bytes`,
        'The verdict, or the data that were asked for.',
      );
    }
    if (status !== Status.ok) return;
    switch (type) {
      case FrameType.owner:
        this.#fields.member('owner');
        return cut.id(
          'end',
          'Where the owner’s arc ends: it owns all keys from its own place up to, but without, this point.',
        );
      case FrameType.get:
        return this.#fields.found();
      case FrameType.neighbours:
        return this.#fields.lists();
      case FrameType.join:
        return cut.f64(
          'since',
          (ms) => String(ms),
          'Since when the ring has been there, by its clock: the older of two rings that meet is the one to join.',
        );
      case FrameType.confirm:
        return this.#fields.each(
          'verdict',
          1,
          () =>
            void cut.u8(
              'verdict',
              (value) => VERDICTS[value] ?? `unknown: ${value}`,
              'May the asker drop this record?',
            ),
        );
    }
  }
}
