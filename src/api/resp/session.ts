/**
 * One connection of a Redis client. Commands are begun in their order, and answered in it:
 *
 *     come in    GET a · SET b · GET b · INCR c · EXEC
 *     under way  GET a ─┐
 *                SET b ─┼─ GET b waits for SET b; INCR c goes along; EXEC waits for all
 *     replies    … a … b … b … c …                   in the order of the commands, whoever was first
 *
 * Two commands overlap only when neither changes a key of the other, so a client sees its own writes. What is
 * under way, and what was answered and not yet read, have bounds; beyond them the connection is not read on.
 */
import type { ServiceListener, ServiceSocket } from '../../io/socket-service.ts';
import { NAME_BYTES_MAX, valueAt } from '../../ring/records/record.ts';
import { CommandReader } from '../../ring/resp/commands.ts';
import { CommandLayout } from '../../ring/resp/layouts.ts';
import {
  OK,
  type Push,
  QUEUED,
  type Reply,
  ReplyWriter,
  RespError,
} from '../../ring/resp/replies.ts';
import { Channels } from './channels.ts';
import { type Command, keysOf, replyOf, textOf, unknownCommand, wrongArity } from './command.ts';
import { copyOf } from './copies.ts';
import type { RingKeys } from './keyspace.ts';
import { Refusal } from './refusal.ts';
import type { Client, Hub, SessionRights } from './serving.ts';
import { markOf, Setting } from './setting.ts';
import { exec, type Queued, type Watched, watch } from './transactions.ts';

/** Commands of one connection under way. */
const UNDER_WAY_MAX = 128;
/** Bytes of replies that the client has not taken: then it is asked for nothing more. */
const WAITING_BYTES_MAX: number = 1 << 20;
/** Of messages that nobody has asked for; who is so far behind is cut off. */
const BEHIND_BYTES_MAX: number = 32 << 20;
/** A longer reply leaves in the memory in which it was written. */
const COPIED_BYTES = 2048;
/** Commands of one transaction. */
const QUEUED_MAX = 4096;

/** A command that is about the connection or all of the ring: it waits for those before it. */
export interface Standing {
  readonly arity: number;
  /** May be used before the password. */
  readonly isFree?: boolean;
  readonly isWrite?: boolean;
  run(session: Session, words: readonly Uint8Array[]): Promise<Reply> | Reply;
}

export interface SessionWorld extends Hub {
  readonly keys: RingKeys;
  readonly table: Readonly<Record<string, Command>>;
  readonly standing: Readonly<Record<string, Standing>>;
  readonly wordBytesMax: number;
}

/** A place in the order of replies; `reply` is undefined until it is there. */
interface Slot {
  reply: Reply | undefined;
}

export class Session implements ServiceListener, Client {
  readonly hub: SessionWorld;
  readonly id: number;
  name = '';
  rights: SessionRights;
  version: 2 | 3 = 2;
  readonly channels: Channels;
  readonly #socket: ServiceSocket;
  readonly #reader: CommandReader;
  readonly #writer = new ReplyWriter();
  #slots: Slot[] = [];
  #underWay = 0;
  /** By the mark of a key: commands that use it, those that change it counted a thousandfold. */
  readonly #busy = new Map<number, number>();
  /** A command that waits for others. */
  #next: readonly Uint8Array[] | null = null;
  #isStanding = false;
  #isPaused = false;
  /** Nothing that comes is looked at any more; and when all is answered we close. */
  #isDeaf = false;
  #isEnding = false;
  #isClosed = false;
  #queued: Queued[] | null = null;
  #isSpoiled = false;
  #watched: Watched[] = [];

  constructor(hub: SessionWorld, id: number, socket: ServiceSocket) {
    this.hub = hub;
    this.id = id;
    this.#socket = socket;
    this.rights = hub.isOpen ? 'write' : 'none';
    this.#reader = new CommandReader(hub.wordBytesMax, !hub.isOpen);
    const { keys } = hub;
    this.channels = new Channels(keys.ring, keys.clock, (push) => this.#push(push));
  }

  arrived(bytes: Uint8Array, length: number): void {
    if (this.#isDeaf) return;
    const at = this.#isPlain() ? this.#inPlace(bytes, length) : 0;
    if (at < length) this.#reader.push(bytes, length, at);
    this.#pump();
  }

  /** Nothing but the next command decides what is done with it. */
  #isPlain(): boolean {
    if (this.#next !== null || this.#reader.pendingBytes > 0 || this.#isStanding) return false;
    if (this.#queued !== null || this.rights === 'none') return false;
    return this.version === 3 || this.channels.count === 0;
  }

  /** Begins commands where they lie, as long as they are of the most common form; where the rest begins. */
  #inPlace(bytes: Uint8Array, length: number): number {
    let at = 0;
    while (this.#hasRoom() && layout.read(bytes, at, length)) {
      if (!(layout.isSet ? this.#setInPlace(bytes) : this.#getInPlace(bytes))) break;
      at = layout.next;
    }
    return at;
  }

  #getInPlace(bytes: Uint8Array): boolean {
    if (this.#slots.length > 0) return false;
    const record = this.hub.keys.glance(bytes.subarray(layout.keyAt, layout.keyEnd));
    if (record === undefined) return false;
    this.#writer.version = this.version;
    if (record === null) this.#writer.put(null);
    else this.#writer.bulk(record, valueAt(record));
    return true;
  }

  #setInPlace(bytes: Uint8Array): boolean {
    const { keyAt, keyEnd, valueAt: start, valueEnd: end } = layout;
    if (this.rights !== 'write' || keyEnd - keyAt > NAME_BYTES_MAX) return false;
    const mark = markOf(bytes, keyAt, keyEnd);
    if (this.#busy.size > 0 && this.#busy.has(mark)) return false;
    const setting = new Setting(mark, this.#onSet);
    this.#slots.push(setting);
    this.hub.keys.set(copyOf(bytes, keyAt, keyEnd), copyOf(bytes, start, end), setting);
    if (setting.reply !== undefined) return true;
    this.#underWay++;
    this.#busy.set(mark, WRITE_WEIGHT);
    return true;
  }

  /** Of one that was done at once the key was never busy, and the reply leaves with all that came with it. */
  readonly #onSet = ({ mark }: Setting): void => {
    if (!this.#busy.delete(mark)) return;
    this.#underWay--;
    this.#pump();
  };

  drained(): void {
    this.#pump();
  }

  ended(): void {
    this.#isEnding = true;
    this.#pump();
  }

  closed(): void {
    this.#isClosed = true;
    this.channels.end();
  }

  /** Begins what can be begun, sends what is there, and reads on if there is room. */
  #pump(): void {
    while (!this.#isClosed && this.#hasRoom()) {
      const words = this.#next ?? this.#read();
      if (words === null) break;
      this.#next = words;
      if (!this.#begin(words)) break;
      this.#next = null;
    }
    this.#send();
    const isPaused = this.#next !== null || !this.#hasRoom();
    if (isPaused !== this.#isPaused) {
      this.#isPaused = isPaused;
      if (isPaused) this.#socket.pause();
      else this.#socket.resume();
    }
    if (this.#isEnding && this.#underWay === 0 && this.#next === null) this.#socket.end();
  }

  #hasRoom(): boolean {
    if (this.#isStanding || this.#underWay >= UNDER_WAY_MAX) return false;
    return this.#socket.waitingBytes < WAITING_BYTES_MAX;
  }

  #read(): readonly Uint8Array[] | null {
    if (this.#isDeaf) return null;
    this.#reader.isStranger = this.rights === 'none';
    const parsed = this.#reader.next();
    if (parsed === null) return null;
    if ('words' in parsed) return parsed.words;
    this.#slots.push({ reply: new RespError(`ERR ${parsed.fault}`) });
    this.#isDeaf = true;
    this.#isEnding = true;
    return null;
  }

  /** Begins a command; false: it has to wait for others. */
  #begin(words: readonly Uint8Array[]): boolean {
    const name = textOf(words[0]!).toLowerCase();
    // A page in a browser can make it send us anything behind these.
    if (name === 'post' || name === 'host:') {
      this.#isClosed = true;
      this.#socket.destroy();
      return true;
    }
    const standing = own(this.hub.standing, name);
    const command = own(this.hub.table, name);
    const refusal = this.#refusal(name, words, standing ?? command);
    if (refusal !== null) {
      this.#isSpoiled = true;
      this.#slots.push({ reply: refusal });
      return true;
    }
    if (this.#queued !== null && !UNQUEUED.has(name)) {
      const queued = command ?? this.#alone(standing!);
      this.#slots.push({ reply: this.#queue({ command: queued, words }) });
      return true;
    }
    if (standing !== undefined) return this.#stand(standing, words);
    return this.#share(command!, words);
  }

  #refusal(
    name: string,
    words: readonly Uint8Array[],
    command: Command | Standing | undefined,
  ): RespError | null {
    const isFree = command !== undefined && 'isFree' in command && command.isFree === true;
    if (this.rights === 'none' && !isFree) return new RespError('NOAUTH Authentication required.');
    if (command === undefined) return unknownCommand(words);
    const { arity } = command;
    if (arity >= 0 ? words.length !== arity : words.length < -arity) return wrongArity(name);
    if (command.isWrite && this.rights === 'read') {
      return new RespError(`NOPERM this user has no permissions to run the '${name}' command`);
    }
    const isHeard = this.version === 2 && this.channels.count > 0;
    if (isHeard && !SUBSCRIBER_COMMANDS.has(name)) {
      return new RespError(
        `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
    }
    return null;
  }

  /** A command about the connection, as part of a transaction. */
  #alone({ arity, run }: Standing): Command {
    return { arity, keys: null, isWrite: false, run: (_keys, words) => run(this, words) };
  }

  #queue(queued: Queued): Reply {
    if (this.#queued!.length >= QUEUED_MAX) {
      this.#isSpoiled = true;
      return new RespError(`ERR more than ${QUEUED_MAX} commands in a transaction`);
    }
    this.#queued!.push(queued);
    return QUEUED;
  }

  /** Alone: when all before it are done, and none after it before it is. */
  #stand(standing: Standing, words: readonly Uint8Array[]): boolean {
    if (this.#underWay > 0) return false;
    const slot: Slot = { reply: undefined };
    this.#slots.push(slot);
    this.#isStanding = true;
    const made = outcomeOf(() => standing.run(this, words));
    const release = () => {
      this.#isStanding = false;
    };
    if (made instanceof Promise) this.#await(slot, made, release);
    else {
      slot.reply = made;
      release();
    }
    return true;
  }

  /** Beside others, unless it meets a key of theirs. */
  #share(command: Command, words: readonly Uint8Array[]): boolean {
    const weight = command.isWrite ? WRITE_WEIGHT : 1;
    const limit = command.isWrite ? 0 : WRITE_WEIGHT - 1;
    // Most are done at once, and then they have met nobody.
    let marks = this.#busy.size === 0 ? null : marksOf(command, words);
    if (marks?.some((mark) => (this.#busy.get(mark) ?? 0) > limit)) return false;
    const made = outcomeOf(() => command.run(this.hub.keys, words));
    const slot: Slot = { reply: undefined };
    this.#slots.push(slot);
    if (!(made instanceof Promise)) {
      slot.reply = made;
      return true;
    }
    marks ??= marksOf(command, words);
    for (const mark of marks) this.#busy.set(mark, (this.#busy.get(mark) ?? 0) + weight);
    this.#await(slot, made, () => {
      for (const mark of marks) {
        const left = this.#busy.get(mark)! - weight;
        if (left > 0) this.#busy.set(mark, left);
        else this.#busy.delete(mark);
      }
    });
    return true;
  }

  /** Its reply is still to come. */
  #await(slot: Slot, made: Promise<Reply>, release: () => void): void {
    this.#underWay++;
    const done = (reply: Reply) => {
      slot.reply = reply;
      this.#underWay--;
      release();
      this.#pump();
    };
    made.then(done, (error) => done(replyOf(error)));
  }

  /** Replies that are there, up to the first that is not. */
  #send(): void {
    if (this.#isClosed) return;
    let sent = 0;
    while (sent < this.#slots.length && this.#slots[sent]!.reply !== undefined) {
      this.#writer.version = this.version;
      this.#writer.put(this.#slots[sent++]!.reply!);
    }
    if (sent > 0 && sent === this.#slots.length) this.#slots.length = 0;
    else if (sent > 0) this.#slots = this.#slots.slice(sent);
    this.#writeOut();
  }

  #writeOut(): void {
    const writer = this.#writer;
    if (writer.length === 0) return;
    // Short ones share memory, and the writer keeps its own.
    if (writer.length > COPIED_BYTES) return this.#socket.give(writer.take());
    this.#socket.write(writer.bytes, writer.length);
    writer.length = 0;
  }

  #push(push: Push): void {
    if (this.#isClosed) return;
    if (this.#socket.waitingBytes > BEHIND_BYTES_MAX) return this.#socket.destroy();
    this.#writer.version = this.version;
    this.#writer.put(push);
    this.#writeOut();
  }

  // What standing commands do to the session.

  multi(): Reply {
    if (this.#queued !== null) throw new Refusal('ERR MULTI calls can not be nested');
    this.#queued = [];
    this.#isSpoiled = false;
    return OK;
  }

  async exec(): Promise<Reply> {
    const queued = this.#queued;
    if (queued === null) throw new Refusal('ERR EXEC without MULTI');
    const watched = this.#watched;
    this.discard();
    if (this.#isSpoiled) {
      throw new Refusal('EXECABORT Transaction discarded because of previous errors.');
    }
    return exec(this.hub.keys, queued, watched);
  }

  discard(): Reply {
    if (this.#queued === null) throw new Refusal('ERR DISCARD without MULTI');
    this.#queued = null;
    this.#watched = [];
    return OK;
  }

  async watch(names: readonly Uint8Array[]): Promise<Reply> {
    if (this.#queued !== null) throw new Refusal('ERR WATCH inside MULTI is not allowed');
    const { keys } = this.hub;
    const isKnown = (name: Uint8Array) =>
      this.#watched.some((key) => textOf(key.name) === textOf(name));
    const added = names.filter((name) => !isKnown(name));
    this.#watched.push(...(await Promise.all(added.map((name) => watch(keys, name)))));
    return OK;
  }

  unwatch(): Reply {
    this.#watched = [];
    return OK;
  }

  reset(): void {
    this.#queued = null;
    this.#watched = [];
    this.channels.end();
    this.name = '';
    this.version = 2;
    this.rights = this.hub.isOpen ? 'write' : 'none';
  }

  quit(): Reply {
    this.#isDeaf = true;
    this.#isEnding = true;
    return OK;
  }

  /** A reply before the one of the command itself. */
  also(reply: Reply): void {
    this.#slots.splice(-1, 0, { reply });
  }
}

const WRITE_WEIGHT = 1000;

/** What of the next command was read where it lies. */
const layout = new CommandLayout();

function marksOf(command: Command, words: readonly Uint8Array[]): number[] {
  return keysOf(command, words).map((key) => markOf(key));
}

/** What it answers, or will; an error is an answer, too. */
function outcomeOf(run: () => Promise<Reply> | Reply): Promise<Reply> | Reply {
  try {
    return run();
  } catch (error) {
    return replyOf(error);
  }
}

/** Not put off until EXEC. */
const UNQUEUED = new Set(['multi', 'exec', 'discard', 'watch', 'quit', 'reset']);

const SUBSCRIBER_COMMANDS = new Set([
  'subscribe',
  'psubscribe',
  'unsubscribe',
  'punsubscribe',
  'ping',
  'quit',
  'reset',
]);

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
