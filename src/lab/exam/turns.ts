/**
 * What a program in an exam is told, and what it may answer: a line of JSON in, a line of JSON out, and
 * nothing in between. A program has no clock: it is told the time, and it says when it wants to be woken.
 *
 *     exam                                                   program
 *       ── {"event":"start","node":"n0","doors":["n3"],…} ──▶
 *       ◀── {"send":[{"to":"n3","body":{…}}],"wakeMs":500} ──
 *       ── {"event":"message","from":"n3","body":{…}} ──────▶
 *       ◀── {} ──────────────────────────────────────────────
 *       ── {"event":"request","request":7,"op":"read",…} ───▶
 *       ◀── {"reply":[{"request":7,"value":"v3"}]} ──────────    now, or with any later answer
 *       ── {"event":"wake"} ────────────────────────────────▶
 *
 * The idea, nodes as programs that speak JSON by lines, is that of Jepsen's Maelstrom. That every line has
 * one answer is ours: so the lab knows when a program has done what it had to do, time can stand still
 * meanwhile, and a program that is deterministic has the same run from the same seed.
 */
import { fieldsOf, shown } from '../../core/argument.ts';

/** What programs are tried for. */
export const TASKS = ['echo', 'lookup', 'ring', 'kv'] as const;
export type Task = (typeof TASKS)[number];

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** What a client asks of a node. */
export type Request =
  | { op: 'echo'; value: string }
  /** Which node has this key? */
  | { op: 'lookup'; key: string }
  /** Who are your neighbours? */
  | { op: 'neighbours' }
  | { op: 'read'; key: string }
  | { op: 'write'; key: string; value: string };

/** What a program is told. */
export type Told = { nowMs: number } & (
  | {
      event: 'start';
      node: string;
      seed: number;
      task: Task;
      doors: readonly string[];
      kept: Json;
    }
  | { event: 'message'; from: string; body: Json }
  | { event: 'wake' }
  | ({ event: 'request'; request: number } & Request)
);

/** An answer to a request; `error` where the node could not do it. */
export interface Reply {
  request: number;
  error?: string;
  value?: string | null;
  owner?: string;
  successor?: string;
  predecessor?: string;
}

/** What a program answers. */
export interface Answer {
  send: { to: number; body: Json }[];
  reply: Reply[];
  /** In how many ms it wants to be woken; null: not at all; undefined: as it was. */
  wakeMs?: number | null;
  /** What its disk holds from now on. */
  keep?: Json;
}

/** Bytes of one line that a program writes. */
export const LINE_BYTES_LIMIT: number = 1 << 20;
/** Messages of one answer. */
export const SENDS_LIMIT = 256;
/** Bytes of the body of a message: what a datagram of the exam carries. */
export const BODY_BYTES_LIMIT = 16_384;
/** A program sleeps a day at most. */
const WAKE_MS_LIMIT = 86_400_000;
const ANSWER_FIELDS = ['send', 'reply', 'wakeMs', 'keep'];
const REPLY_FIELDS = ['request', 'error', 'value', 'owner', 'successor', 'predecessor'];

/** `n7` for 7. */
export function nameOf(node: number): string {
  return `n${node}`;
}

/** The number of a node of so many, or -1. */
export function nodeNamed(name: unknown, nodes: number): number {
  if (typeof name !== 'string' || !/^n(?:0|[1-9]\d{0,4})$/.test(name)) return -1;
  const node = Number(name.slice(1));
  return node < nodes ? node : -1;
}

/**
 * Reads the line that a program wrote.
 * @throws TypeError or RangeError that says what is wrong with it.
 */
export function readAnswer(line: string, nodes: number): Answer {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TypeError(`expected a line of JSON, got ${shown(line)}`);
  }
  const fields = fieldsOf(value, 'answer', ANSWER_FIELDS);
  const { wakeMs, keep } = fields;
  const answer: Answer = {
    send: listOf(fields['send'], 'send').map((one, i) => sendOf(one, `send[${i}]`, nodes)),
    reply: listOf(fields['reply'], 'reply').map((one, i) => replyOf(one, `reply[${i}]`)),
  };
  if (keep !== undefined) answer.keep = keep as Json;
  if (wakeMs === undefined) return answer;
  if (wakeMs === null) return { ...answer, wakeMs };
  if (typeof wakeMs !== 'number' || !(wakeMs >= 1 && wakeMs <= WAKE_MS_LIMIT)) {
    throw new RangeError(
      `"wakeMs" expected 1 to ${WAKE_MS_LIMIT} ms from now, got ${shown(wakeMs)}`,
    );
  }
  return { ...answer, wakeMs: Math.ceil(wakeMs) };
}

function listOf(value: unknown, name: string): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value))
    throw new TypeError(`"${name}" expected an array, got ${shown(value)}`);
  if (value.length <= SENDS_LIMIT) return value;
  throw new RangeError(`"${name}" expected at most ${SENDS_LIMIT} at once, got ${value.length}`);
}

function sendOf(value: unknown, name: string, nodes: number): Answer['send'][number] {
  const { to, body } = fieldsOf(value, name, ['to', 'body']);
  const node = nodeNamed(to, nodes);
  if (node < 0) {
    throw new RangeError(`"${name}.to" expected one of n0 to n${nodes - 1}, got ${shown(to)}`);
  }
  if (body === undefined) throw new TypeError(`"${name}.body" expected JSON, got undefined`);
  return { to: node, body: body as Json };
}

function replyOf(value: unknown, name: string): Reply {
  const fields = fieldsOf(value, name, REPLY_FIELDS);
  const { request, value: read } = fields;
  if (typeof request !== 'number' || !Number.isInteger(request)) {
    throw new TypeError(
      `"${name}.request" expected the number of a request, got ${shown(request)}`,
    );
  }
  if (read !== undefined && read !== null && typeof read !== 'string') {
    throw new TypeError(`"${name}.value" expected text or null, got ${shown(read)}`);
  }
  for (const field of ['error', 'owner', 'successor', 'predecessor']) {
    const text = fields[field];
    if (text === undefined || typeof text === 'string') continue;
    throw new TypeError(`"${name}.${field}" expected text, got ${shown(text)}`);
  }
  return fields as unknown as Reply;
}
