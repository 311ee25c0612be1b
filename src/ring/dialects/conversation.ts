/**
 * One command that somebody asks us in a class dialect: the server's end of a stream.
 *
 *     word ─▶ key, address ─▶ asked ───────────────────────▶ reply ─▶ half-close ─▶ dropped
 *                              │ insert: length ─▶ value ─▶ asked        (5 s)
 *                              │ leave:  s1 ─▶ s2 ─▶ count ─▶ items ─▶ asked
 *                              └ join:   handing items out ─▶ verdict
 *
 * Strict and bounded: the command within 5 s, no value but whole, no length over the limit, and
 * after `N` nothing is read any more (there is a client that sends its value all the same, which must
 * not be taken for commands). Whatever is not as it should be ends the stream, under one counter.
 * One that waits costs 1.3 KB (measured).
 */
import type { Address } from '../../core/address.ts';
import { isInArc } from '../../core/arc.ts';
import { assert } from '../../core/assert.ts';
import { Closed, type Stream, type StreamHost } from '../../core/host.ts';
import { ID_BYTES } from '../../core/id.ts';
import { argumentOf, askService, failureIn, hasMore } from './commands.ts';
import { type Fault, Field } from './field-reader.ts';
import { ItemReader, Reading, sendItems } from './items.ts';
import type { Arc, Caller, ItemSource, RingService } from './service.ts';
import { isServed, type Terms } from './terms.ts';
import {
  ANSWER_MS,
  BULK_IDLE_MS,
  CAPABILITY_BYTES_MAX,
  COMMAND_MS,
  type Command,
  commandOf,
  INFO_BYTES_MAX,
  ITEMS_MAX,
  isOfOtherFamily,
  LINGER_MS,
} from './wire.ts';
import type { Ending } from './wire-counters.ts';
import { Appetite, WireTalk } from './wire-talk.ts';

const Step = {
  word: 0,
  argument: 1,
  /** The service has the word. */
  asked: 2,
  length: 3,
  value: 4,
  handing: 5,
  verdict: 6,
  s1: 7,
  s2: 8,
  count: 9,
  items: 10,
  /** The reply is written but not yet on its way. */
  sending: 11,
  lingering: 12,
} as const;
type Step = (typeof Step)[keyof typeof Step];

const TEXT = new TextEncoder();

export class Conversation extends WireTalk implements Caller {
  readonly identity: Address;
  readonly from: Address;
  readonly key: Uint8Array = new Uint8Array(ID_BYTES);
  /** The peer asked for frames and may have them: the stream is the node's again. */
  isUpgraded = false;
  readonly #service: RingService;
  #step: Step = Step.word;
  #command: Command = 'pulse';
  /** How it will be counted, once the reply is on its way. */
  #ending: Ending = 'answered';
  /** A join or leave is under way, and the service must hear if it comes to nothing. */
  #isTransferring = false;
  /** The service has answered `goOn`. */
  #hasGoneOn = false;
  #address: Address = 0;
  #s1: Address = 0;
  #s2: Address = 0;
  #source: ItemSource | null = null;
  #itemsLeft = 0;
  #items: ItemReader | null = null;
  #arc: Arc | null = null;

  /** Somebody connected to `identity`, one of our addresses. */
  constructor(
    host: StreamHost,
    stream: Stream,
    from: Address,
    identity: Address,
    terms: Terms,
    service: RingService,
    now: number,
  ) {
    super(host, stream, terms, terms.wire);
    this.from = from;
    this.identity = identity;
    this.#service = service;
    this.reader.want(Field.word);
    this.deadline = now + COMMAND_MS;
  }

  get isAnswered(): boolean {
    return this.isOver || this.#step >= Step.sending;
  }

  // What the service answers.

  refuse(now: number): void {
    if (!this.#isAwaited) return;
    if (this.#hasGoneOn) return this.fail(now); // the dialects know no `N` there
    this.out.refusal();
    this.#reply(now, 'refused');
  }

  fail(now: number): void {
    if (this.isAnswered) return;
    this.#isTransferring = false;
    const statuses = failureIn(this.terms.wire, this.#command);
    if (statuses === null) return this.#close(now, 'failed');
    for (const status of statuses) this.out.status(status);
    this.#reply(now, 'failed');
  }

  answerAddress(now: number, address: Address): void {
    if (!this.#isAwaited) return;
    assert(
      this.#command === 'owner' || this.#command === 'abandoned',
      'an address is the answer to OWN and ABD',
    );
    this.out.address(address);
    this.#reply(now, 'answered');
  }

  answerValue(now: number, value: Uint8Array | null): void {
    if (!this.#isAwaited) return;
    assert(this.#command === 'get', 'a value is the answer to GET');
    // Text has no word for "no such key": it says that the value has no bytes.
    this.out.status(value !== null || this.#isText);
    if (value !== null) this.out.value(value, false);
    else if (this.#isText) this.out.number(0);
    this.#reply(now, 'answered');
  }

  answerAck(now: number, isTrue: boolean): void {
    if (!this.#isAwaited) return;
    const command = this.#command;
    assert(
      this.#hasGoneOn ||
        command === 'exists' ||
        command === 'remove' ||
        command === 'updatePrevious',
      'an ack is the answer to EXI, REM, UPDATE_PREV, a value and a leave',
    );
    if (this.#isText && command === 'exists') this.out.status(true);
    if (this.#isText && command === 'remove') {
      this.out.status(true);
      this.out.status(true); // in text a key that is not there counts as removed
    } else {
      this.out.status(isTrue);
    }
    this.#reply(now, 'answered');
  }

  answerText(now: number, text: string): void {
    if (!this.#isAwaited) return;
    assert(this.#command === 'info', 'a text is the answer to INF');
    const bytes = TEXT.encode(text);
    this.out.value(bytes.subarray(0, INFO_BYTES_MAX), false);
    this.#reply(now, 'answered');
  }

  goOn(now: number): void {
    if (!this.#isAwaited) return;
    const isLeave = this.#command === 'leave';
    assert(
      !this.#hasGoneOn && (isLeave || this.#command === 'insert'),
      'who inserts or leaves is told to go on, once',
    );
    this.#hasGoneOn = true;
    this.#isTransferring = isLeave;
    if (!isLeave || !this.#isText) this.out.status(true);
    this.out.flush();
    if (isLeave) this.#want(now, Step.s1, Field.address);
    else this.#want(now, Step.length, Field.number);
    this.resume(now);
  }

  handOver(now: number, s1: Address, s2: Address, count: number, items: ItemSource): void {
    if (!this.#isAwaited) return;
    assert(this.#command === 'join', 'items are handed to who joins');
    this.#isTransferring = true;
    this.#s1 = s1;
    this.#source = items;
    this.#itemsLeft = count;
    this.out.status(true);
    if (!this.#isText) {
      this.out.address(s1);
      this.out.address(s2);
    }
    this.out.number(count);
    this.#step = Step.handing;
    this.#handOn(now);
  }

  // What comes in.

  protected advance(now: number): void {
    switch (this.#step) {
      case Step.word:
        return this.#onWord(now);
      case Step.argument:
        return this.#onArgument(now);
      case Step.length:
        return this.#onLength(now);
      case Step.value:
        this.#ask(now, Appetite.none);
        return this.#service.store(now, this, this.reader.takeValue());
      case Step.verdict:
        return this.#onVerdict(now);
      case Step.s1:
        this.#s1 = this.reader.address;
        if (this.#isText) return this.#want(now, Step.count, Field.number);
        return this.#want(now, Step.s2, Field.address);
      case Step.s2:
        this.#s2 = this.reader.address;
        return this.#want(now, Step.count, Field.number);
      case Step.count:
        return this.#onCount(now);
      default:
        return this.#onItemField(now);
    }
  }

  protected broken(now: number, fault: Fault | 'too-long'): void {
    this.#close(now, fault === 'malformed' && this.#isForeign ? 'wrong-dialect' : fault);
  }

  protected starved(now: number): void {
    this.#close(now, this.#howCut());
  }

  protected late(now: number): void {
    switch (this.#step) {
      case Step.word:
      case Step.argument:
        return this.#close(now, this.#isForeign ? 'wrong-dialect' : 'too-slow');
      case Step.lingering:
        return this.drop();
      default: {
        const isOurs = this.#step === Step.asked || this.isHeld;
        return this.#close(now, isOurs ? 'unanswered' : 'stalled');
      }
    }
  }

  protected flow(now: number): void {
    if (this.#step === Step.handing) this.#handOn(now);
    else if (this.#step === Step.sending) this.#sendOn(now);
  }

  protected lost(now: number, why: Closed): void {
    if (this.#step === Step.lingering) return this.forget();
    const isStalled = why === Closed.timeout;
    this.#count(now, isStalled ? 'stalled' : this.#howCut());
    this.forget();
  }

  // The steps.

  #onWord(now: number): void {
    const command = commandOf(this.terms.wire, this.reader.word);
    if (command === undefined) {
      return this.#close(now, this.#isForeign ? 'wrong-dialect' : 'unknown-command');
    }
    if (!isServed(this.terms.served, command)) return this.#close(now, 'unserved');
    this.#command = command;
    const argument = argumentOf(this.terms.wire, command);
    if (argument === null) return this.#onCommand(now);
    // It belongs to the command: the deadline stays.
    this.#step = Step.argument;
    this.reader.want(argument);
  }

  #onArgument(now: number): void {
    if (this.#isForeign) return this.#close(now, 'wrong-dialect');
    this.key.set(this.reader.key);
    this.#address = this.reader.address;
    this.#onCommand(now);
  }

  #onCommand(now: number): void {
    const command = this.#command;
    this.terms.counters.command(command);
    if (command === 'version') return this.#upgrade(now);
    if (command === 'pulse') {
      if (!this.#isText) this.out.status(true); // TEST wants no reply
      return this.#reply(now, 'answered');
    }
    this.#ask(now, hasMore(command) ? Appetite.later : Appetite.none);
    askService(this.#service, now, this, command, this.#address);
  }

  #onLength(now: number): void {
    const length = this.reader.number;
    if (length > this.terms.valueBytesMax) {
      this.out.status(false);
      return this.#reply(now, 'too-long');
    }
    this.#step = Step.value;
    this.deadline = now + BULK_IDLE_MS;
    this.wantValue(length);
  }

  #onVerdict(now: number): void {
    if (this.#isText) this.#address = this.reader.address;
    else if (this.reader.status !== 'T') return this.#close(now, 'malformed');
    this.#isTransferring = false;
    this.#service.joined(now, this, this.#address);
    this.#reply(now, 'answered');
  }

  #onCount(now: number): void {
    const count = this.reader.number;
    if (count > ITEMS_MAX) return this.#close(now, 'too-long');
    this.#arc = this.#service.leaving(now, this, this.#s1, this.#s2, count);
    if (this.#arc === null) {
      this.#isTransferring = false;
      return this.#close(now, 'broken-off');
    }
    this.#items = new ItemReader(this.reader, count, this.terms.valueBytesMax);
    this.#step = Step.items;
    this.#nextItem(now);
  }

  #onItemField(now: number): void {
    const reading = this.#items!.advance();
    if (reading === Reading.tooLong) return this.#close(now, 'too-long');
    if (reading === Reading.more) {
      this.deadline = now + BULK_IDLE_MS;
      return;
    }
    const { key } = this.reader;
    const value = this.reader.takeValue();
    const { from, to } = this.#arc!;
    this.deadline = now + BULK_IDLE_MS;
    if (isInArc(key, 0, from, 0, to, 0)) this.#service.leaveItem(now, this, key, value);
    else this.terms.counters.itemsOutsideArc++;
    if (!this.isAnswered) this.#nextItem(now);
  }

  #nextItem(now: number): void {
    if (this.#items!.left > 0) return this.#items!.begin();
    this.#isTransferring = false;
    this.#ask(now, Appetite.none);
    this.#service.left(now, this);
  }

  #handOn(now: number): void {
    this.#itemsLeft = sendItems(this.out, this.#source!, this.#itemsLeft);
    if (this.#itemsLeft < 0) return this.#close(now, 'broken-off');
    if (this.out.isOverloaded) return this.#close(now, 'overloaded');
    this.deadline = now + BULK_IDLE_MS;
    if (this.out.isFull) return;
    this.#source = null;
    if (this.#isText) this.out.address(this.#s1);
    this.out.flush();
    this.#want(now, Step.verdict, this.#isText ? Field.address : Field.status);
    this.resume(now);
  }

  #upgrade(now: number): void {
    const capabilities = this.#service.capabilities();
    if (capabilities === null) return this.#close(now, 'unknown-command');
    const bytes = TEXT.encode(capabilities);
    assert(bytes.length <= CAPABILITY_BYTES_MAX, 'capabilities fit into what a prober reads');
    this.out.value(bytes, false);
    this.out.flush();
    this.isUpgraded = true;
    this.terms.counters.end('upgraded');
    this.forget();
  }

  // How it goes on, and how it ends.

  get #isText(): boolean {
    return this.terms.wire === 'text';
  }

  /** The service owes an answer. */
  get #isAwaited(): boolean {
    return this.#step === Step.asked && !this.isOver;
  }

  #want(now: number, step: Step, field: Field): void {
    this.#step = step;
    this.appetite = Appetite.fields;
    this.deadline = now + BULK_IDLE_MS;
    this.reader.want(field);
  }

  #ask(now: number, appetite: Appetite): void {
    this.#step = Step.asked;
    this.appetite = appetite;
    this.deadline = now + ANSWER_MS;
  }

  #reply(now: number, ending: Ending): void {
    this.#ending = ending;
    this.#step = Step.sending;
    this.discard();
    this.out.flush();
    this.#sendOn(now);
  }

  #sendOn(now: number): void {
    if (this.out.isOverloaded) return this.#close(now, 'overloaded');
    this.deadline = now + BULK_IDLE_MS;
    if (this.out.isFull) return;
    this.host.end(this.stream);
    this.terms.counters.end(this.#ending);
    this.#step = Step.lingering;
    this.deadline = now + LINGER_MS;
  }

  /** Does what has come so far look like the other family of dialects? */
  get #isForeign(): boolean {
    if (this.#step > (this.#isText ? Step.word : Step.argument)) return false;
    const word = this.#step === Step.word ? '' : this.reader.word;
    return isOfOtherFamily(this.terms.wire, word + this.reader.held);
  }

  #howCut(): Ending {
    if (this.#step === Step.word && this.reader.held === '') return 'empty';
    return this.#isForeign ? 'wrong-dialect' : 'cut-short';
  }

  #close(now: number, ending: Ending): void {
    this.#count(now, ending);
    this.drop();
  }

  /** Counts the ending, and tells the service of a transfer that has come to nothing. */
  #count(now: number, ending: Ending): void {
    this.terms.counters.end(ending);
    if (!this.#isTransferring) return;
    this.#isTransferring = false;
    if (this.#command === 'join') this.#service.joinAborted(now, this);
    else this.#service.leaveAborted(now, this);
  }
}
