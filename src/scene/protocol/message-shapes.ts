/**
 * What the messages of a scene look like, for who reads them from a file or a socket and cannot know who
 * wrote them: every field is there and is what it should be, columns that belong together are equally
 * long. Fields that are not known are left out, so that more can be told by later versions.
 *
 *     line ── JSON ──▶ unknown ── shape ──▶ SceneMessage, or a TypeError that names the field
 */
import { shown } from '../../core/argument.ts';
import { fromBase64 } from './base64.ts';
import { checkActs, checkSceneConfig } from './config.ts';
import { SCENE_VERSION, type SceneMessage } from './messages.ts';

/** Parts of a message taken apart may lie in each other so deep. */
export const PART_DEPTH_MAX = 16;
/** What bytes of a place there are. */
const ID_BYTES = 20;

type Check = (value: unknown, name: string) => unknown;

function fail(name: string, expected: string, value: unknown): never {
  throw new TypeError(`"${name}" expected ${expected}, got ${shown(value)}`);
}

const number: Check = (value, name) =>
  typeof value === 'number' && Number.isFinite(value) ? value : fail(name, 'a number', value);
const whole: Check = (value, name) =>
  Number.isSafeInteger(value) ? value : fail(name, 'a whole number', value);
const text: Check = (value, name) =>
  typeof value === 'string' ? value : fail(name, 'a text', value);
const flag: Check = (value, name) =>
  typeof value === 'boolean' ? value : fail(name, 'true or false', value);

const oneOf =
  (...choices: readonly (string | number)[]): Check =>
  (value, name) =>
    choices.includes(value as string) ? value : fail(name, choices.join(' | '), value);

const optional =
  (check: Check): Check =>
  (value, name) =>
    value === null ? null : check(value, name);

const list =
  (check: Check): Check =>
  (value, name) =>
    Array.isArray(value)
      ? value.map((entry, i) => check(entry, `${name}[${i}]`))
      : fail(name, 'a list', value);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, name) => {
    if (!isObject(value)) return fail(name, 'an object', value);
    const read: Record<string, unknown> = {};
    for (const [field, check] of Object.entries(fields)) {
      const own = Object.hasOwn(value, field) ? value[field] : undefined;
      read[field] = check(own, name === '' ? field : `${name}.${field}`);
    }
    return read;
  };

/** Typed arrays by the names that they have in a line. */
export const COLUMNS: {
  readonly u8: Uint8ArrayConstructor;
  readonly u16: Uint16ArrayConstructor;
  readonly u32: Uint32ArrayConstructor;
  readonly i32: Int32ArrayConstructor;
  readonly f64: Float64ArrayConstructor;
} = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f64: Float64Array,
};
type ColumnName = keyof typeof COLUMNS;

const column =
  (kind: ColumnName): Check =>
  (value, name) => {
    const encoded = isObject(value) ? value[kind] : undefined;
    if (typeof encoded !== 'string') return fail(name, `{"${kind}": base64}`, value);
    const bytes = fromBase64(encoded);
    const Column = COLUMNS[kind];
    if (bytes === null) return fail(name, 'base64', encoded);
    if (bytes.length % Column.BYTES_PER_ELEMENT !== 0) {
      return fail(name, `entries of ${Column.BYTES_PER_ELEMENT} bytes`, encoded);
    }
    return new Column(bytes.buffer as ArrayBuffer);
  };

const key = shape({
  key: text,
  name: optional(text),
  owner: whole,
  holders: list(whole),
  effectiveK: whole,
  state: oneOf('safe', 'unsafe', 'lost', 'removed'),
  bytes: whole,
});

const figures = shape({
  nodesNow: number,
  messages: number,
  lostMessages: number,
  lookups: number,
  failedLookups: number,
  exactLookups: number,
  keysNow: number,
  unsafeKeysNow: number,
  lostKeysNow: number,
  events: number,
});

const flight = shape({
  id: whole,
  sentMs: number,
  arrivesMs: optional(number),
  from: whole,
  to: whole,
  fate: oneOf('delivered', 'lost', 'unreachable', 'unknown'),
  kind: text,
  bytes: whole,
  lookup: whole,
});

const step = shape({
  node: whole,
  id: optional(text),
  toldBy: whole,
  hops: whole,
  distanceBits: optional(number),
  sentMs: number,
  endedMs: optional(number),
  verdict: oneOf('waiting', 'answered', 'late', 'timeout', 'error', 'cancelled'),
  request: whole,
  reply: whole,
});

const contact = shape({
  id: text,
  address: text,
  node: whole,
  state: oneOf('good', 'questionable', 'bad'),
  ageMs: optional(number),
  failures: whole,
});

const part =
  (depth: number): Check =>
  (value, name) => {
    if (depth > PART_DEPTH_MAX) return fail(name, `parts nested ${PART_DEPTH_MAX} deep`, value);
    return shape({
      label: text,
      value: text,
      note: text,
      start: whole,
      end: whole,
      parts: list(part(depth + 1)),
    })(value, name);
  };

/** The fields of each message beside its type. */
const MESSAGES: Readonly<Record<SceneMessage['type'], Readonly<Record<string, Check>>>> = {
  hello: {
    version: oneOf(SCENE_VERSION),
    overlay: oneOf('mainline', 'ring'),
    origin: oneOf('lab', 'live', 'recording'),
    title: text,
    config: optional((value, name) => checkSceneConfig(value, name)),
    abilities: list(oneOf('time', 'rewind', 'act', 'nodes', 'inspect', 'explain', 'settings')),
    k: whole,
    endMs: optional(number),
  },
  places: { first: whole, ids: column('u8'), nodes: column('u32'), addresses: column('f64') },
  frame: {
    atMs: number,
    whole: flag,
    playing: flag,
    pace: number,
    nodes: column('u32'),
    states: column('u8'),
    places: column('u32'),
    successors: column('i32'),
    safeties: column('u8'),
    sybils: column('u32'),
    sides: optional(column('u8')),
    keys: list(key),
    figures,
    loads: optional(column('u32')),
  },
  flights: { flights: list(flight), omitted: whole },
  outcomes: {
    endedMs: column('f64'),
    durationsMs: column('f64'),
    hops: column('u8'),
    messages: column('u16'),
    results: column('u8'),
  },
  lookup: {
    id: whole,
    kind: text,
    label: text,
    target: text,
    from: whole,
    startedMs: number,
    endedMs: optional(number),
    state: oneOf('running', 'succeeded', 'failed'),
    result: text,
    exact: optional(flag),
    steps: list(step),
  },
  node: {
    node: whole,
    atMs: number,
    state: whole,
    addresses: list(text),
    ids: list(text),
    facts: list(shape({ name: text, value: text })),
    rows: list(shape({ label: text, prefixBits: whole, capacity: whole, contacts: list(contact) })),
    stored: list(
      shape({
        key: text,
        name: optional(text),
        what: text,
        role: oneOf('owner', 'backup', 'foreign', 'peers'),
      }),
    ),
    storedCount: whole,
    inFlight: list(shape({ what: text, to: text, sinceMs: number })),
    log: list(shape({ atMs: number, text })),
  },
  explanation: { flight: whole, kind: text, bytes: column('u8'), root: part(1) },
  trouble: { message: text },
  busy: { what: text, done: number },
  history: { acts: (value, name) => checkActs(value, name) },
};

/** Columns of a message that must be equally long: by the number of entries that make one row. */
const TOGETHER: {
  readonly [type in SceneMessage['type']]?: readonly Readonly<Record<string, number>>[];
} = {
  places: [{ ids: ID_BYTES, nodes: 1, addresses: 1 }],
  frame: [
    { nodes: 1, states: 1 },
    { places: 1, successors: 1, safeties: 1 },
  ],
  outcomes: [{ endedMs: 1, durationsMs: 1, hops: 1, messages: 1, results: 1 }],
};

/** @throws TypeError or RangeError that names what is wrong. */
export function checkMessage(value: unknown): SceneMessage {
  const type = isObject(value) ? value['type'] : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(MESSAGES, type)) {
    return fail('type', Object.keys(MESSAGES).join(' | '), type);
  }
  const known = type as SceneMessage['type'];
  const read = shape(MESSAGES[known])(value, '') as Record<string, { length: number }>;
  for (const rows of TOGETHER[known] ?? []) {
    const lengths = Object.entries(rows).map(([field, size]) => read[field]!.length / size);
    if (lengths.every((length) => length === lengths[0])) continue;
    throw new RangeError(`"${Object.keys(rows).join('", "')}" expected equally many rows`);
  }
  return { type, ...read } as unknown as SceneMessage;
}
