/**
 * What goes over the studio's HTTP API, as schemas: they check what comes in, and become the JSON Schema
 * of the OpenAPI document that describes what goes out.
 */
import { z } from 'zod';
import type { Frame, Places } from '../../scene.ts';

/** Nodes that one act names at most, and that it adds at most. */
export const ACT_NODES_MAX = 1000;
/** Characters of a name, and of a value that is typed. */
export const NAME_LENGTH_MAX = 1024;
export const VALUE_LENGTH_MAX: number = 128 << 10;

const whole = z.number().int().min(0);
const node = z.number().int().min(-1);
const id = z.string().regex(/^[0-9a-f]{40}$/);

export const ErrorAnswer: z.ZodType = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
});

const Overlay = z.enum(['mainline', 'ring']);
const Ability = z.enum(['time', 'rewind', 'act', 'nodes', 'inspect', 'explain', 'settings']);

export const SceneListAnswer: z.ZodType = z.object({
  scenes: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      overlay: Overlay,
      origin: z.literal('live'),
      nodes: whole,
      abilities: z.array(Ability),
      control: z.boolean().describe('A token would let one act'),
    }),
  ),
  recordings: z.array(z.string()),
});

const KeyShape = z.object({
  key: id,
  name: z.string().nullable(),
  owner: node.describe('The place that owns it'),
  holders: z.array(whole),
  effectiveK: node,
  state: z.enum(['safe', 'unsafe', 'lost', 'removed']),
  bytes: whole,
});

const FiguresShape = z.object({
  nodesNow: whole,
  messages: whole,
  lostMessages: whole,
  lookups: whole,
  failedLookups: whole,
  exactLookups: whole,
  keysNow: whole,
  unsafeKeysNow: whole,
  lostKeysNow: whole,
  events: whole,
});

const LookupShape = z.object({
  type: z.literal('lookup'),
  id: whole,
  kind: z.string(),
  label: z.string(),
  target: id,
  from: node,
  startedMs: z.number(),
  endedMs: z.number().nullable(),
  state: z.enum(['running', 'succeeded', 'failed']),
  result: z.string(),
  exact: z.boolean().nullable(),
  steps: z.array(
    z.object({
      node,
      id: z.string().nullable(),
      toldBy: node,
      hops: whole,
      distanceBits: whole.nullable(),
      sentMs: z.number(),
      endedMs: z.number().nullable(),
      verdict: z.enum(['waiting', 'answered', 'late', 'timeout', 'error', 'cancelled']),
      request: whole,
      reply: whole,
    }),
  ),
});

const NodeShape = z.object({
  type: z.literal('node'),
  node: whole,
  atMs: z.number(),
  state: whole,
  addresses: z.array(z.string()),
  ids: z.array(z.string()),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  rows: z.array(
    z.object({
      label: z.string(),
      prefixBits: node,
      capacity: whole,
      contacts: z.array(
        z.object({
          id: z.string(),
          address: z.string(),
          node,
          state: z.enum(['good', 'questionable', 'bad']),
          ageMs: z.number().nullable(),
          failures: whole,
        }),
      ),
    }),
  ),
  stored: z.array(
    z.object({
      key: id,
      name: z.string().nullable(),
      what: z.string(),
      role: z.enum(['owner', 'backup', 'foreign', 'peers']),
    }),
  ),
  storedCount: whole,
  inFlight: z.array(z.object({ what: z.string(), to: z.string(), sinceMs: z.number() })),
  log: z.array(z.object({ atMs: z.number(), text: z.string() })),
});

export const NodeAnswer: z.ZodType = z.object({ node: NodeShape });
export const KeysAnswer: z.ZodType = z.object({ keys: z.array(KeyShape) });
export const KeyAnswer: z.ZodType = z.object({ key: KeyShape });
export const LookupsAnswer: z.ZodType = z.object({ lookups: z.array(LookupShape) });
export const DoneAnswer: z.ZodType = z.object({
  done: z.literal(true),
  message: z.string().describe('What came of it, for people'),
});

export const SceneAnswer: z.ZodType = z.object({
  hello: z.object({
    type: z.literal('hello'),
    version: whole,
    overlay: Overlay,
    origin: z.literal('live'),
    title: z.string(),
    config: z.null(),
    abilities: z.array(Ability),
    k: whole,
    endMs: z.null(),
  }),
  places: z.array(
    z.object({
      id,
      address: z.string(),
      node: whole,
      successor: node.describe('A place; -1 for nobody'),
      safety: whole.nullable().describe('Backups in step'),
    }),
  ),
  nodes: z.array(z.object({ state: whole, load: whole })),
  keys: z.array(KeyShape),
  figures: FiguresShape,
  atMs: z.number(),
});

const nodes = z.array(whole).min(1).max(ACT_NODES_MAX);
const name = z.string().min(1).max(NAME_LENGTH_MAX);
const from = whole.optional();

const ActShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal(['crash', 'pause', 'resume', 'leave']), nodes }),
  z.object({ kind: z.literal('restart'), nodes, memory: z.boolean() }),
  z.object({ kind: z.literal('add'), count: z.number().int().min(1).max(ACT_NODES_MAX) }),
  z.object({ kind: z.literal('partition'), nodes, oneWay: z.boolean() }),
  z.object({ kind: z.literal('heal') }),
  z.object({ kind: z.literal('network') }),
  z.object({ kind: z.literal('churn') }),
  z.object({ kind: z.literal('workload') }),
  z.object({ kind: z.literal('sybils') }),
  z.object({
    kind: z.literal('put'),
    name,
    value: z.string().max(VALUE_LENGTH_MAX),
    from,
    level: z.enum(['one', 'quorum', 'all']).optional(),
  }),
  z.object({ kind: z.literal(['get', 'remove', 'lookup']), name, from }),
]);

/** What a view may ask; live scenes refuse what needs virtual time. */
export const CommandShape: z.ZodType = z.discriminatedUnion('do', [
  z.object({ do: z.literal('act'), act: ActShape }),
  z.object({ do: z.literal('inspect'), node }),
  z.object({ do: z.literal('follow'), nodes: z.array(whole).max(ACT_NODES_MAX) }),
  z.object({ do: z.literal('explain'), flight: whole }),
  z.object({ do: z.literal(['begin', 'play', 'pause', 'step', 'rewind']) }),
]);

/** Places and a whole frame as rows that people can read. */
export function rowsOf(
  places: Places,
  frame: Frame,
  formatAddress: (address: number) => string,
): object {
  return {
    places: Array.from(places.nodes, (owner, i) => ({
      id: Buffer.from(places.ids.subarray(i * 20, i * 20 + 20)).toString('hex'),
      address: formatAddress(places.addresses[i]!),
      node: owner,
      successor: frame.successors[i]!,
      safety: frame.safeties[i] === 255 ? null : frame.safeties[i]!,
    })),
    nodes: Array.from(frame.states, (state, i) => ({ state, load: frame.loads?.[i] ?? 0 })),
    keys: frame.keys.map((key) => ({ ...key, holders: [...key.holders] })),
    figures: frame.figures,
    atMs: frame.atMs,
  };
}
