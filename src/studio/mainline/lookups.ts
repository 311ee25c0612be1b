/**
 * Lookups of Mainline nodes of this process while they go on: what a node asks and what it is told, read from
 * its datagrams. The node tells its own account of a lookup when it has ended; until then this is what is seen.
 *
 *     own ── get_peers, info-hash ──▶ anybody       a step: asked
 *     own ◀─ reply, same transaction ───────        answered; whoever is named in it and asked later
 *                                                   was told of by this step
 *
 * A find_node may be upkeep of the table, so of those only what was begun by hand is followed.
 */
import { kindOfMainline, LookupDraft, type LookupView, mainlineExchange } from '../../scene.ts';
import { addressNumber } from '../live/picture.ts';

/** Followed at a time; and how long one is, if nobody says that it has ended. */
const OPEN_LIMIT = 64;
const FORGOTTEN_MS = 60_000;
const ID_BYTES = 20;
const ENDPOINT_BYTES = 6;
/** How the fields that say what is looked for are written, in bencode. */
const AIMS: Readonly<Record<string, string>> = {
  get_peers: '9:info_hash20:',
  find_node: '6:target20:',
};

export interface LookupCircle {
  /** -1 for nobody known. */
  nodeAt(address: string): number;
  /** 40 hexadecimal digits; null when unknown. */
  idOf(node: number): string | null;
  nameOf(target: string): string | undefined;
  nextLookup(): number;
  tellLookup(view: LookupView): void;
}

interface Running {
  draft: LookupDraft;
  /** Steps that wait, by who was asked and the number of the request. */
  waiting: Map<string, number>;
  replies: { step: number; bytes: Uint8Array }[];
  touchedMs: number;
}

export class RunningLookups {
  readonly #circle: LookupCircle;
  /** By asker and target. */
  readonly #open = new Map<string, Running>();
  readonly #expected = new Set<string>();

  constructor(circle: LookupCircle) {
    this.#circle = circle;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** A node was told to look this up: also its find_node are followed. */
  expect(node: number, target: string): void {
    this.#expected.add(`${node} ${target}`);
  }

  /** A node of ours has written to somebody. @returns the lookup that this is part of, 0 for none. */
  sent(node: number, address: string, bytes: Uint8Array, nowMs: number): number {
    const kind = kindOfMainline(bytes, 0, bytes.length);
    const target = AIMS[kind] === undefined ? null : aimOf(bytes, AIMS[kind]);
    const mark = mainlineExchange(bytes, 0, bytes.length);
    if (target === null || mark === null || mark.isReply) return 0;
    const name = `${node} ${target}`;
    if (kind === 'find_node' && !this.#expected.has(name)) return 0;
    const running = this.#open.get(name) ?? this.#begin(name, kind, node, target, nowMs);
    const asked = this.#circle.nodeAt(address);
    const id = asked < 0 ? null : this.#circle.idOf(asked);
    const distanceBits = id === null ? null : xorBits(id, target);
    const step = { node: asked, id, toldBy: tellerOf(running, address), distanceBits };
    running.waiting.set(`${address} ${mark.number}`, running.draft.asked(step, nowMs));
    this.#tell(running, nowMs);
    return running.draft.opening.id;
  }

  /** A node of ours has been written to. */
  heard(node: number, address: string, bytes: Uint8Array, nowMs: number): void {
    if (this.#open.size === 0) return;
    const mark = mainlineExchange(bytes, 0, bytes.length);
    if (mark === null || !mark.isReply) return;
    for (const [name, running] of this.#open) {
      const step = running.waiting.get(`${address} ${mark.number}`);
      if (step === undefined || !name.startsWith(`${node} `)) continue;
      running.waiting.delete(`${address} ${mark.number}`);
      running.replies.push({ step, bytes: bytes.slice() });
      running.draft.close(step, 'answered', nowMs);
      this.#tell(running, nowMs);
    }
  }

  /** The node has told how a lookup went. @returns the number that it was shown under, 0 for none. */
  ended(node: number, target: string): number {
    const name = `${node} ${target}`;
    const id = this.#open.get(name)?.draft.opening.id ?? 0;
    this.#open.delete(name);
    this.#expected.delete(name);
    return id;
  }

  forget(): void {
    this.#open.clear();
    this.#expected.clear();
  }

  #begin(name: string, kind: string, from: number, target: string, startedMs: number): Running {
    for (const [other, { touchedMs }] of this.#open) {
      if (this.#open.size < OPEN_LIMIT && touchedMs + FORGOTTEN_MS > startedMs) break;
      this.#open.delete(other);
    }
    const label = this.#circle.nameOf(target) ?? target;
    const id = this.#circle.nextLookup();
    const draft = new LookupDraft({ id, kind, label, target, from, startedMs });
    const running = { draft, waiting: new Map(), replies: [], touchedMs: startedMs };
    this.#open.set(name, running);
    return running;
  }

  #tell(running: Running, nowMs: number): void {
    running.touchedMs = nowMs;
    this.#circle.tellLookup(running.draft.view());
  }
}

function aimOf(bytes: Uint8Array, field: string): string | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = buffer.indexOf(field, 0, 'latin1');
  const from = at + field.length;
  return at < 0 || from + ID_BYTES > bytes.length
    ? null
    : buffer.toString('hex', from, from + ID_BYTES);
}

/** The step whose reply named an address; -1 for the asker's own table. */
function tellerOf({ replies }: Running, address: string): number {
  const endpoint = compactOf(address);
  if (endpoint === null) return -1;
  return replies.find(({ bytes }) => Buffer.from(bytes).includes(endpoint))?.step ?? -1;
}

/** An endpoint as replies have it: four bytes and two. */
function compactOf(address: string): Buffer | null {
  const number = addressNumber(address);
  if (number === 0) return null;
  const bytes = Buffer.alloc(ENDPOINT_BYTES);
  bytes.writeUIntBE(number, 0, ENDPOINT_BYTES);
  return bytes;
}

/** How many bits the XOR distance of two ids has. */
function xorBits(a: string, b: string): number {
  const way = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  return way === 0n ? 0 : way.toString(2).length;
}
