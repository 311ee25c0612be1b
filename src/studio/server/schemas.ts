/**
 * What the studio's HTTP API answers, as schemas: they become the JSON Schema of the OpenAPI document. What
 * a scene is made of, and what it may be told, stands in the scene's own schemas.
 */
import { z } from 'zod';
import { CHAT_NAME_LENGTH_MAX, CHAT_TEXT_LENGTH_MAX } from '../../ring.ts';
import {
  Ability,
  Figures,
  Hello,
  KeyView,
  LookupView,
  NodeView,
  type Places,
  SceneOverlay,
  type Update,
} from '../../scene.ts';

const whole = z.number().int().min(0);
const place = z.number().int().min(-1);

export const SceneListAnswer: z.ZodType = z.object({
  scenes: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      overlay: SceneOverlay,
      origin: z.literal('live'),
      nodes: whole,
      abilities: z.array(Ability),
      control: z.boolean().describe('A token would let one act'),
    }),
  ),
  recordings: z.array(z.string()),
});

export const NodeAnswer: z.ZodType = z.object({ node: NodeView });
export const KeysAnswer: z.ZodType = z.object({ keys: z.array(KeyView) });
export const KeyAnswer: z.ZodType = z.object({ key: KeyView });
export const LookupsAnswer: z.ZodType = z.object({ lookups: z.array(LookupView) });
export const DoneAnswer: z.ZodType = z.object({
  done: z.literal(true),
  message: z.string().describe('What came of it, for people'),
});

const name = z.string().trim().min(1).max(CHAT_NAME_LENGTH_MAX);
const said = z.string().trim().min(1).max(CHAT_TEXT_LENGTH_MAX);
/** What somebody says in a room. */
export interface Saying {
  from: string;
  text: string;
}
export const Saying: z.ZodType<Saying> = z.object({ from: name, text: said });
const Line = z.object({ id: z.string(), from: z.string(), text: z.string(), atMs: z.number() });
export const SaidAnswer: z.ZodType = z.object({ line: Line });
export const RoomsAnswer: z.ZodType = z.object({ rooms: z.array(z.string()) });
export const RoomAnswer: z.ZodType = z.object({
  page: z.number().int().min(-1).describe('-1: nothing was said yet'),
  last: z.number().int().min(-1).describe('The number of the last page'),
  lines: z.array(Line),
  textLengthMax: whole.describe('Characters of a line'),
  nameLengthMax: whole.describe('Characters of a name'),
});

export const SceneAnswer: z.ZodType = z.object({
  hello: Hello,
  places: z.array(
    z.object({
      id: z.string().regex(/^[0-9a-f]{40}$/),
      address: z.string(),
      node: whole,
      successor: place.describe('A place; -1 for nobody'),
      safety: whole.nullable().describe('Backups in step'),
    }),
  ),
  nodes: z.array(z.object({ state: whole, load: whole })),
  keys: z.array(KeyView),
  figures: Figures,
  atMs: z.number(),
});

/** Places and a whole update as rows that people can read. */
export function rowsOf(
  places: Places,
  update: Update,
  formatAddress: (address: number) => string,
): object {
  return {
    places: Array.from(places.nodes, (owner, i) => ({
      id: Buffer.from(places.ids.subarray(i * 20, i * 20 + 20)).toString('hex'),
      address: formatAddress(places.addresses[i]!),
      node: owner,
      successor: update.successors[i],
      safety: update.safeties[i] === 255 ? null : update.safeties[i],
    })),
    nodes: Array.from(update.states, (state, i) => ({ state, load: update.loads?.[i] ?? 0 })),
    keys: update.keys.map((key) => ({ ...key, holders: [...key.holders] })),
    figures: update.figures,
    atMs: update.atMs,
  };
}
