/**
 * One command that we ask of another node in a class dialect: the client's end of a stream.
 *
 *     connect ─▶ request out ─▶ reply, field by field ─▶ outcome, and the stream is dropped
 *      2 s                       5 s each, text 10 s
 *
 * Tolerant where the class's programs need it: it reads exactly the reply and closes by itself, since
 * some of them never do; after `N` it reads nothing, since one sends a hand-over behind it; a reply
 * that does not come is an outcome like any other. What it sends is strict.
 *
 * A join has three more steps (accepted, items, ready), of which its listener hears, and ends with
 * `confirm`: the byte at which ownership moves.
 */
import type { Address } from '../../core/address.ts';
import { isInArc } from '../../core/arc.ts';
import { assert } from '../../core/assert.ts';
import { Closed, type Stream, type StreamHost } from '../../core/host.ts';
import { commandOf, lengthMaxOf, replyMsOf, whyUnopened, wireOf } from './asking.ts';
import { type Fault, Field } from './field-reader.ts';
import { ItemReader, Reading, sendItems } from './items.ts';
import type {
  Asked,
  ExchangeListener,
  Failure,
  JoinListener,
  Outcome,
  Request,
} from './request.ts';
import type { Terms } from './terms.ts';
import {
  ANSWER_MS,
  BULK_IDLE_MS,
  CONNECT_MS,
  ITEMS_MAX,
  LINGER_MS,
  PROBE_MS,
  type Wire,
  wordOf,
} from './wire.ts';
import { Appetite, WireTalk } from './wire-talk.ts';

const Step = {
  /** `T` or `N`: in text, is it your key space. */
  permission: 0,
  /** Done or not. */
  verdict: 1,
  address: 2,
  length: 3,
  value: 4,
  s1: 5,
  s2: 6,
  count: 7,
  items: 8,
  /** Text: the successor, behind the items. */
  successor: 9,
  /** The listener makes the items durable. */
  ready: 10,
  /** Items or a value are on their way to the peer. */
  sending: 11,
  /** TEST has no reply but the peer's end of the stream. */
  end: 12,
  lingering: 13,
} as const;
type Step = (typeof Step)[keyof typeof Step];

const STRAY_VERDICT = 0x54; // T
const TEXT = new TextDecoder();

export class Exchange extends WireTalk implements Asked {
  readonly request: Request;
  readonly #listener: ExchangeListener;
  /** The dialect of this stream; of a detection the one tried. */
  readonly #wire: Wire;
  #outcome: Outcome | null = null;
  #step: Step = Step.permission;
  #isOpen = false;
  #isUnsupported = false;
  #s1: Address = 0;
  #s2: Address = 0;
  #items: ItemReader | null = null;
  #itemsLeft = 0;
  /** Items of a joiner outside the arc up to here are marked. */
  #arcEnd: Uint8Array | null = null;
  /** The peer has said `T` where we should: it took us for joined already. */
  #hasStrayVerdict = false;

  /**
   * `stream` has just been asked for with `host.connect`. The listener of a `join` must be a
   * `JoinListener`. A command that the dialect has not fails at the first tick.
   */
  constructor(
    host: StreamHost,
    stream: Stream,
    terms: Terms,
    request: Request,
    listener: ExchangeListener,
    now: number,
  ) {
    const wire = wireOf(request, terms.wire);
    super(host, stream, terms, wire);
    this.#wire = wire;
    this.request = request;
    this.#listener = listener;
    this.deadline = now + CONNECT_MS;
    const word = wordOf(wire, commandOf(request));
    if (word === undefined) {
      this.#isUnsupported = true;
      this.appetite = Appetite.none;
      this.deadline = now;
      return;
    }
    this.out.word(word);
    this.#ask();
    this.out.flush();
  }

  /** What came of it; null while it is under way. */
  get outcome(): Outcome | null {
    return this.#outcome;
  }

  override opened(now: number): void {
    if (this.#isOpen || this.#isUnsupported || this.isOver) return;
    this.#isOpen = true;
    this.deadline = now + replyMsOf(this.request, this.#wire);
    if (this.#step === Step.sending) this.#sendOn(now);
  }

  override take(now: number, bytes: Uint8Array, start: number, end: number): number {
    this.opened(now);
    return super.take(now, bytes, start, end);
  }

  override ended(now: number): void {
    this.opened(now);
    if (this.isOver) return;
    if (this.#step === Step.end) this.#finish(now, { kind: 'ack', isTrue: true });
    else if (this.#step !== Step.ready) super.ended(now);
    // A peer that says `T` itself and closes has handed over; any other has gone back on it.
    else if (!this.#hasStrayVerdict) this.#fail(now, 'cut-short');
  }

  confirm(now: number): void {
    if (this.#outcome !== null) return;
    assert(this.#step === Step.ready && this.request.command === 'join', 'who joins confirms');
    if (!this.isOver) {
      if (this.#isText) this.out.address(this.request.address);
      else this.out.status(true);
      this.out.flush();
      this.host.end(this.stream);
      this.discard();
      this.#step = Step.lingering;
      this.deadline = now + LINGER_MS;
    }
    this.#tell(now, { kind: 'joined', s1: this.#s1, s2: this.#s2 });
  }

  abort(now: number): void {
    this.#fail(now, 'aborted');
  }

  // What comes in.

  protected advance(now: number): void {
    const { reader } = this;
    switch (this.#step) {
      case Step.permission:
        return this.#onPermission(now);
      case Step.verdict:
        return this.#onVerdict(now);
      case Step.address:
        return this.#finish(now, this.#addressed(reader.address));
      case Step.length:
        return this.#onLength(now);
      case Step.value:
        return this.#onValue(now);
      case Step.s1:
        this.#s1 = reader.address;
        return this.#want(now, Step.s2, Field.address);
      case Step.s2:
        this.#s2 = reader.address;
        return this.#want(now, Step.count, Field.number);
      case Step.count:
        return this.#onCount(now);
      case Step.items:
        return this.#onItemField(now);
      default:
        this.#s1 = reader.address;
        return this.#beReady(now);
    }
  }

  protected broken(now: number, fault: Fault | 'too-long'): void {
    this.#fail(now, fault);
  }

  protected starved(now: number): void {
    this.#fail(now, 'cut-short');
  }

  protected late(now: number): void {
    if (this.#step === Step.lingering) return this.drop();
    if (this.#isUnsupported) return this.#fail(now, 'unsupported');
    this.#fail(now, this.#isOpen ? 'timeout' : 'connect-timeout');
  }

  protected override surplus(byte: number): void {
    if (this.#step === Step.ready && byte === STRAY_VERDICT) this.#hasStrayVerdict = true;
  }

  protected flow(now: number): void {
    if (this.#step === Step.sending) this.#sendOn(now);
  }

  protected lost(now: number, why: Closed): void {
    const hasHandedOver = this.#step === Step.ready && this.#hasStrayVerdict;
    this.forget();
    if (hasHandedOver) return; // `confirm` or `abort` follows
    if (this.#step === Step.end && this.#isOpen && why !== Closed.timeout) {
      this.#tell(now, { kind: 'ack', isTrue: true });
    } else {
      this.#fail(now, this.#isOpen ? 'cut-short' : whyUnopened(why));
    }
  }

  // The steps.

  /** Writes what follows the word, and wants what the reply begins with. */
  #ask(): void {
    const { request, out } = this;
    switch (request.command) {
      case 'owner':
        out.key(request.key, 0);
        return this.#expect(Step.address, Field.address);
      case 'detect':
        out.key(request.key, 0);
        return this.#expect(Step.address, Field.eitherAddress);
      case 'abandoned':
        return this.#expect(Step.address, Field.address);
      case 'get':
      case 'exists':
      case 'insert':
      case 'remove':
        out.key(request.key, 0);
        return this.#expect(Step.permission, Field.status);
      case 'pulse':
        if (!this.#isText) return this.#expect(Step.verdict, Field.status);
        this.#step = Step.end;
        this.appetite = Appetite.none;
        return;
      case 'updatePrevious':
        out.address(request.address);
        return this.#expect(Step.verdict, Field.status);
      case 'info':
      case 'probe':
        return this.#expect(Step.length, Field.number);
      case 'join':
        if (this.#isText) out.key(request.hash, 0);
        else out.address(request.address);
        return this.#expect(Step.permission, Field.status);
      case 'leave':
        if (this.#isText) return this.#sendLeave();
        out.address(request.address);
        return this.#expect(Step.permission, Field.status);
    }
  }

  #onPermission(now: number): void {
    const { status } = this.reader;
    const { command } = this.request;
    if (status === 'N' || (status === 'F' && this.#isText)) {
      return this.#finish(now, { kind: 'refused' });
    }
    switch (command) {
      case 'join':
        if (status === 'F') return this.#fail(now, 'malformed');
        if (this.#isText) return this.#want(now, Step.count, Field.number);
        return this.#want(now, Step.s1, Field.address);
      case 'get':
        if (status === 'F') return this.#finish(now, { kind: 'value', value: null });
        return this.#want(now, Step.length, Field.number);
      case 'exists':
      case 'remove':
        if (this.#isText) return this.#want(now, Step.verdict, Field.status);
        return this.#finish(now, { kind: 'ack', isTrue: status === 'T' });
    }
    if (status === 'F') return this.#finish(now, { kind: 'ack', isTrue: false });
    if (this.request.command === 'insert') this.#sendValue(this.request.value);
    else this.#sendLeave();
    this.#sendOn(now);
  }

  #onVerdict(now: number): void {
    const { status } = this.reader;
    if (status === 'N') this.#finish(now, { kind: 'refused' });
    else this.#finish(now, { kind: 'ack', isTrue: status === 'T' });
  }

  #onLength(now: number): void {
    const length = this.reader.number;
    if (length > lengthMaxOf(this.request, this.terms.valueBytesMax))
      return this.#fail(now, 'too-long');
    this.#step = Step.value;
    this.deadline = now + (this.request.command === 'probe' ? PROBE_MS : BULK_IDLE_MS);
    this.wantValue(length);
  }

  #onValue(now: number): void {
    const value = this.reader.takeValue();
    switch (this.request.command) {
      case 'info':
        return this.#finish(now, { kind: 'text', text: TEXT.decode(value) });
      case 'probe':
        return this.#onCapabilities(now, TEXT.decode(value));
      default: {
        const isNothing = this.#isText && value.length === 0;
        return this.#finish(now, { kind: 'value', value: isNothing ? null : value });
      }
    }
  }

  #onCapabilities(now: number, capabilities: string): void {
    if (!capabilities.startsWith('{')) return this.#fail(now, 'malformed');
    this.forget(); // the stream is the node's again, and carries frames
    this.#tell(now, { kind: 'upgraded', capabilities });
  }

  #onCount(now: number): void {
    const count = this.reader.number;
    const { request } = this;
    assert(request.command === 'join', 'items are counted for who joins');
    if (count > ITEMS_MAX) return this.#fail(now, 'too-long');
    this.#items = new ItemReader(this.reader, count, this.terms.valueBytesMax);
    this.#arcEnd = this.#isText ? request.peerHash : request.hashOf(this.#s1);
    this.#joiner.joinAccepted(now, this, this.#s1, this.#s2, count);
    if (this.#outcome === null) this.#nextItem(now);
  }

  #onItemField(now: number): void {
    const reading = this.#items!.advance();
    if (reading === Reading.tooLong) return this.#fail(now, 'too-long');
    this.allow(now, BULK_IDLE_MS);
    if (reading === Reading.more) return;
    const { request } = this;
    assert(request.command === 'join', 'items come to who joins');
    const { key } = this.reader;
    const value = this.reader.takeValue();
    const isOutside = !isInArc(key, 0, request.hash, 0, this.#arcEnd!, 0);
    this.#joiner.joinItem(now, this, key, value, isOutside);
    if (this.#outcome === null) this.#nextItem(now);
  }

  #nextItem(now: number): void {
    if (this.#items!.left > 0) {
      this.#step = Step.items;
      this.allow(now, BULK_IDLE_MS);
      this.#items!.begin();
    } else if (this.#isText) {
      this.#want(now, Step.successor, Field.address);
    } else {
      this.#beReady(now);
    }
  }

  #beReady(now: number): void {
    this.#step = Step.ready;
    this.appetite = Appetite.none;
    this.deadline = now + ANSWER_MS;
    this.#joiner.joinReady(now, this, this.#s1, this.#s2);
  }

  #sendValue(value: Uint8Array): void {
    this.#step = Step.sending;
    this.appetite = Appetite.later;
    this.out.value(value, true);
    this.out.flush();
  }

  #sendLeave(): void {
    const { request } = this;
    assert(request.command === 'leave', 'items go with who leaves');
    this.out.address(request.s1);
    if (!this.#isText) this.out.address(request.s2);
    this.out.number(request.count);
    this.#itemsLeft = request.count;
    this.#step = Step.sending;
    this.appetite = Appetite.later;
  }

  /** Sends what is left of a value or of the items, as far as the queue takes it. */
  #sendOn(now: number): void {
    const { request } = this;
    if (request.command === 'leave') {
      this.#itemsLeft = sendItems(this.out, request.items, this.#itemsLeft);
      if (this.#itemsLeft < 0) return this.#fail(now, 'aborted');
    }
    if (this.out.isOverloaded) return this.#fail(now, 'overloaded');
    this.deadline = now + BULK_IDLE_MS;
    if (this.out.isFull) return;
    this.#want(now, Step.verdict, Field.status);
    this.resume(now);
  }

  // How it goes on, and how it ends.

  get #isText(): boolean {
    return this.#wire === 'text';
  }

  get #joiner(): JoinListener {
    return this.#listener as JoinListener;
  }

  #addressed(address: Address): Outcome {
    if (this.request.command !== 'detect') return { kind: 'address', address };
    if (this.#isText) return { kind: 'detected', wire: 'text', address };
    return { kind: 'detected', wire: this.reader.isStringAddress ? 'string' : 'seed', address };
  }

  /** The first field of a reply: until the stream is open, the deadline is that of connecting. */
  #expect(step: Step, field: Field): void {
    this.#step = step;
    this.reader.want(field);
  }

  #want(now: number, step: Step, field: Field): void {
    this.#expect(step, field);
    this.appetite = Appetite.fields;
    this.allow(now, replyMsOf(this.request, this.#wire));
  }

  #finish(now: number, outcome: Outcome): void {
    this.drop();
    this.#tell(now, outcome);
  }

  #fail(now: number, why: Failure): void {
    if (this.#outcome !== null) return;
    if (!this.isOver) this.drop();
    const isPlain = this.request.command === 'probe' && this.#isOpen && why !== 'aborted';
    this.#tell(now, isPlain ? { kind: 'plain' } : { kind: 'failed', why });
  }

  #tell(now: number, outcome: Outcome): void {
    if (this.#outcome !== null) return;
    this.#outcome = outcome;
    this.#listener.finished(now, this, outcome);
  }
}
