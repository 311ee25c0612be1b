/**
 * Calls under way in a ring, and those that are watched: hop by hop, with the messages that carried them.
 *
 *     step       asked ───────────── closer │ owner │ refused │ silent        (ring/outcome.ts)
 *     message    request 7 ─▶ … ◀─ reply 7                                    one frame each
 *
 * A request belongs to a call when it comes from the asker and names the call's key, its reply by the
 * request's number. What the owner of a watched put sends to its backups belongs to it, too.
 */
import { formatAddress } from '../../core/address.ts';
import { formatId, ID_BYTES } from '../../core/id.ts';
import type { RingOverlay } from '../../lab/ring/ring-overlay.ts';
import { FrameType, readU32 } from '../../ring/frames.ts';
import type { RingOutcome, RingStep } from '../../ring/outcome.ts';
import { EPOCH_BYTES } from '../../ring/titles/epoch.ts';
import { frameHead, isFrame, isRouted } from '../explain/frame-head.ts';
import type { LookupView } from '../protocol/messages.ts';
import { clockwiseBits, LookupDraft, RING_LOOKUP_KINDS } from '../views/lookup-draft.ts';
import type { Ending, SceneCall } from '../world/inhabitants.ts';
import type { RingKeys } from './keys.ts';

/** Watched calls that are remembered. */
export const WATCHED_LIMIT = 50;
/** Steps of one call that are remembered: 32 hops of several attempts. */
export const STEPS_LIMIT = 256;
/** Requests of one call whose replies are awaited. */
const REQUESTS_LIMIT = 64;
/** Characters of a value that a result shows. */
const SHOWN_CHARACTERS = 40;

/** A request on its way, so that its reply is known. */
interface Awaited {
  from: number;
  to: number;
  request: number;
  /** Which step it is; -1 for what the owner asks of others. */
  step: number;
}

interface Open {
  call: SceneCall;
  startedMs: number;
  /** The places that owned the key, when it began and now. */
  owner: number;
}

interface Watched {
  call: SceneCall;
  draft: LookupDraft;
  awaited: Awaited[];
}

export class RingCalls {
  readonly #overlay: RingOverlay;
  readonly #keys: RingKeys;
  readonly #open = new Map<number, Open>();
  readonly #watched = new Map<number, Watched>();

  constructor(overlay: RingOverlay, keys: RingKeys) {
    this.#overlay = overlay;
    this.#keys = keys;
  }

  begin(call: SceneCall): void {
    const startedMs = this.#overlay.world.elapsedMs;
    this.#open.set(call.call, { call, startedMs, owner: this.#ownerOf(call.key) });
    if (!call.isWatched) return;
    const { call: id, from, name } = call;
    const target = formatId(call.key);
    const kind = RING_LOOKUP_KINDS[call.kind];
    const label = name === '' ? target : name;
    const draft = new LookupDraft({ id, kind, label, target, from, startedMs });
    this.#watched.set(id, { call, draft, awaited: [] });
    if (this.#watched.size > WATCHED_LIMIT) {
      this.#watched.delete(this.#watched.keys().next().value!);
    }
  }

  /** True when the call is watched. */
  stepped(number: number, step: RingStep): boolean {
    const watched = this.#watched.get(number);
    if (!watched?.draft.isRunning) return false;
    const { draft, call } = watched;
    const node = this.#overlay.circle.nodeAt(step.to);
    if (step.kind === 'asked') {
      if (draft.steps.length < STEPS_LIMIT) this.#asked(draft, call.key, node, step);
      return true;
    }
    const asked = draft.steps.findLastIndex(
      (one) => one.node === node && one.verdict === 'waiting',
    );
    if (asked < 0) return false;
    draft.close(asked, VERDICTS[step.kind], this.#overlay.world.elapsedMs);
    return true;
  }

  #asked(draft: LookupDraft, key: Uint8Array, node: number, { to, toldBy }: RingStep): void {
    const { circle, world } = this.#overlay;
    const hash = this.#overlay.hashOf(to);
    const teller = toldBy === 0 ? -1 : circle.nodeAt(toldBy);
    const by = teller < 0 ? -1 : draft.steps.findLastIndex((step) => step.node === teller);
    const distanceBits = clockwiseBits(hash, key);
    draft.asked({ node, id: formatId(hash), toldBy: by, distanceBits }, world.elapsedMs);
  }

  /** How a call ended; null for one that nobody waits for any more. */
  ended(number: number, outcome: RingOutcome): Ending | null {
    const open = this.#open.get(number);
    if (open === undefined) return null;
    const { call } = open;
    this.#learn(call, outcome);
    const failed = outcome.code !== 'ok';
    const isOwn = !failed && this.#overlay.circle.nodeAt(outcome.owner) === call.from;
    const ending: Ending = {
      failed,
      exact: failed ? null : this.#isExact(open, outcome),
      hops: outcome.hops + (failed || isOwn ? 0 : 1),
      messages: outcome.hops + outcome.silent + (failed || isOwn ? 0 : 1),
      result: call.isWatched ? this.#resultOf(call, outcome) : '',
    };
    this.#close(number, ending);
    return ending;
  }

  /** Calls of a node whose process is gone. */
  gone(node: number): { call: number; ending: Ending }[] {
    const ended: { call: number; ending: Ending }[] = [];
    for (const [number, { call }] of this.#open) {
      if (call.from !== node) continue;
      const result = 'the node that asked is gone';
      const ending = { failed: true, exact: null, hops: 0, messages: 0, result };
      this.#close(number, ending);
      ended.push({ call: number, ending });
    }
    return ended;
  }

  #close(number: number, ending: Ending): void {
    this.#open.delete(number);
    this.#watched.get(number)?.draft.end(ending, this.#overlay.world.elapsedMs, null);
  }

  #learn({ kind, key }: SceneCall, { code, found, version }: RingOutcome): void {
    const isWrite = kind === 'put' || kind === 'remove';
    if (code !== 'ok' || !isWrite || version === null) return;
    if (kind === 'put' || found) this.#keys.acknowledged(key, version, kind === 'remove');
  }

  /** It ended at the true owner, then or now, and a get found what was acknowledged. */
  #isExact({ call, owner }: Open, outcome: RingOutcome): boolean {
    const { circle, oracle } = this.#overlay;
    const ends = circle.placeAt(outcome.owner);
    if (
      ends < 0 ||
      (outcome.owner !== owner && outcome.owner !== oracle.ownerAddressOf(call.key))
    ) {
      return false;
    }
    return (
      call.kind !== 'get' || this.#keys.isTrue(call.key, outcome.found ? outcome.version : null)
    );
  }

  #ownerOf(key: Uint8Array): number {
    return this.#overlay.oracle.ownerAddressOf(key);
  }

  #resultOf({ kind }: SceneCall, outcome: RingOutcome): string {
    const { code, message, copies, found, owner, value } = outcome;
    if (code !== 'ok') return message;
    const who = this.#nameOf(owner);
    const many = copies === 1 ? '1 copy' : `${copies} copies`;
    switch (kind) {
      case 'put':
        return `${found ? 'replaced' : 'kept'} by ${who}, ${many}`;
      case 'remove':
        return found ? `removed by ${who}, ${many}` : `${who} owns it and had no such key`;
      case 'get':
        return found ? `${shownValue(value)} from ${who}` : `${who} owns it and has no such key`;
      default:
        return `${who} owns it`;
    }
  }

  #nameOf(address: number): string {
    const node = this.#overlay.circle.nodeAt(address);
    return node < 0 ? formatAddress(address) : `node ${node}`;
  }

  view(number: number): LookupView | null {
    return this.#watched.get(number)?.draft.view() ?? null;
  }

  // Messages.

  /** The watched call that a message belongs to, 0 for none. */
  callOf(from: number, to: number, bytes: Uint8Array, start: number, end: number): number {
    const head = isFrame(bytes, start, end) ? frameHead(bytes, start, end) : null;
    if (head === null) return 0;
    const { request, isReply, type, at } = head;
    if (!CARRIERS.has(type)) return 0;
    for (const [number, { call, awaited, draft }] of this.#watched) {
      const isOfCall = isReply
        ? awaited.some((one) => one.from === to && one.to === from && one.request === request)
        : draft.isRunning && isAbout(call, type, from, bytes, at, end);
      if (isOfCall) return number;
    }
    return 0;
  }

  flew(
    number: number,
    flight: number,
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const watched = this.#watched.get(number);
    const head = isFrame(bytes, start, end) ? frameHead(bytes, start, end) : null;
    if (watched === undefined || head === null) return;
    const { awaited, call } = watched;
    const { steps } = watched.draft;
    if (!head.isReply) {
      const isOfCall = from === call.from && isRouted(head.type);
      const step = isOfCall
        ? steps.findLastIndex((one) => one.node === to && one.request === 0)
        : -1;
      if (step >= 0) steps[step].request = flight;
      awaited.push({ from, to, request: head.request, step });
      if (awaited.length > REQUESTS_LIMIT) awaited.shift();
      return;
    }
    const at = awaited.findIndex(
      (one) => one.from === to && one.to === from && one.request === head.request,
    );
    if (at < 0) return;
    const [answered] = awaited.splice(at, 1);
    if (answered.step >= 0) steps[answered.step].reply = flight;
  }
}

const VERDICTS = {
  owner: 'answered',
  closer: 'answered',
  refused: 'error',
  silent: 'timeout',
} as const;

/** Of the length before each record of a frame. */
const RECORD_LENGTH_BYTES = 4;

/** Frames that may be sent for the sake of a call. */
const CARRIERS: ReadonlySet<number> = new Set([
  FrameType.owner,
  FrameType.get,
  FrameType.put,
  FrameType.remove,
  FrameType.replicate,
  FrameType.keep,
  FrameType.peek,
]);

/** Does a request carry the call: from its asker, or from the owner of its key to those with copies? */
function isAbout(
  { from, key, kind }: SceneCall,
  type: number,
  sender: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): boolean {
  const isOfAsker = isRouted(type) && sender === from;
  const isOfOwner =
    ((type === FrameType.replicate || type === FrameType.keep) &&
      (kind === 'put' || kind === 'remove')) ||
    (type === FrameType.peek && kind === 'get');
  if (!isOfAsker && !isOfOwner) return false;
  if (type === FrameType.replicate || type === FrameType.keep) {
    // What is kept under a title has its epoch before the records.
    return hasRecordOf(key, bytes, type === FrameType.keep ? at + EPOCH_BYTES : at, end);
  }
  return isKeyAt(key, bytes, at, end);
}

/** Is one of the records of a frame of this key? Each is a key, a length and as many bytes. */
function hasRecordOf(key: Uint8Array, bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at + ID_BYTES + RECORD_LENGTH_BYTES <= end; ) {
    if (isKeyAt(key, bytes, at, end)) return true;
    at += ID_BYTES;
    at += RECORD_LENGTH_BYTES + readU32(bytes, at);
  }
  return false;
}

function isKeyAt(key: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < ID_BYTES) return false;
  for (let i = 0; i < ID_BYTES; i++) if (bytes[at + i] !== key[i]) return false;
  return true;
}

function shownValue(value: Uint8Array | null): string {
  const text = new TextDecoder().decode(value ?? new Uint8Array(0));
  return text.length > SHOWN_CHARACTERS ? `“${text.slice(0, SHOWN_CHARACTERS)}…”` : `“${text}”`;
}
