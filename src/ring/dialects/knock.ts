/**
 * A knock: somebody has connected to us and said nothing yet. A conversation with all its fields is made only for
 * whom it turns out to be wanted; nodes of ours say the word for frames, and need none.
 *
 *     accepted ── knock ─┬─ the word for frames, whole ── capabilities ──▶ a link
 *                        └─ anything else, silence, its end ──▶ conversation
 */
import type { Address } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import type { Stream, StreamHost } from '../../core/host.ts';
import { Conversation } from './conversation.ts';
import type { RingService } from './service.ts';
import type { Terms } from './terms.ts';
import { CAPABILITY_BYTES_MAX, COMMAND_MS, type Wire, wordOf } from './wire.ts';

const TEXT = new TextEncoder();
/** Before the capabilities in the binary dialects: their length, big end first. */
const LENGTH_BYTES = 8;

export class Knock {
  readonly stream: Stream;
  readonly from: Address;
  /** Our address that was connected to. */
  readonly identity: Address;
  /** A whole command is to be there by then. */
  readonly deadline: number;

  constructor(stream: Stream, from: Address, identity: Address, now: number) {
    this.stream = stream;
    this.from = from;
    this.identity = identity;
    this.deadline = now + COMMAND_MS;
  }

  /** It is dealt with as any other who speaks a class dialect, or says nothing. */
  conversation(host: StreamHost, terms: Terms, service: RingService): Conversation {
    const { stream, from, identity, deadline } = this;
    return new Conversation(host, stream, from, identity, terms, service, deadline - COMMAND_MS);
  }
}

/** The word for frames as it is knocked with, and what is answered to it. */
export class FramesWord {
  readonly #terms: Terms;
  readonly #service: RingService;
  readonly #word: Uint8Array;
  #answer: Uint8Array | null = null;

  constructor(terms: Terms, service: RingService) {
    this.#terms = terms;
    this.#service = service;
    this.#word = wordFor(terms.wire);
  }

  /** Where it ends, if these bytes begin with it and frames are spoken here; -1: a conversation has to look. */
  endIn(bytes: Uint8Array, start: number, end: number): number {
    const word = this.#word;
    if (end - start < word.length || this.#service.capabilities() === null) return -1;
    for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return -1;
    return start + word.length;
  }

  /** What is said to it, as a conversation would say it. It is counted as one. */
  answer(): Uint8Array {
    const { counters, wire } = this.#terms;
    counters.command('version');
    counters.end('upgraded');
    this.#answer ??= answerIn(wire, this.#service.capabilities()!);
    return this.#answer;
  }
}

const WORDS = new Map<Wire, Uint8Array>();

/** Of a lab's thousands of nodes all have the same. */
function wordFor(wire: Wire): Uint8Array {
  const known = WORDS.get(wire);
  if (known !== undefined) return known;
  const word = TEXT.encode(`${wordOf(wire, 'version')}${wire === 'text' ? '\n' : ''}`);
  WORDS.set(wire, word);
  return word;
}

function answerIn(wire: Wire, capabilities: string): Uint8Array {
  const { length } = TEXT.encode(capabilities);
  assert(length <= CAPABILITY_BYTES_MAX, 'capabilities fit into what a prober reads');
  if (wire === 'text') return TEXT.encode(`${length}\n${capabilities}`);
  const bytes = new Uint8Array(LENGTH_BYTES + length);
  new DataView(bytes.buffer).setUint32(LENGTH_BYTES / 2, length);
  bytes.set(TEXT.encode(capabilities), LENGTH_BYTES);
  return bytes;
}
