/**
 * Nodes that differ: `createLab({ node: (i) => options })`. What a function says of each node is checked at
 * once, before the world begins, and what shapes the tables of a converged network is the same for all.
 *
 *     node: (i) => (i % 10 === 0 ? { alpha: 8, onQuery: () => null } : undefined)
 *     node: (i) => ({ id: ids[i], host: hosts[i] })       ids ascend: node i has the i-th smallest
 *     node: (i) => (i === 7 ? { knows: [3, 4, 5] } : undefined)
 */
import { checkNames, checkToggle, shown, wholeNumber } from '../../core/argument.ts';
import type { Settlement } from '../../lab/mainline/population.ts';
import type { HookAnswer, IncomingQuery, OwnAnswer } from '../../mainline/answering/hook.ts';
import { hookHandler } from '../../mainline/answering/hook.ts';
import type { NodeChoices } from '../../mainline/choices.ts';
import type { Settings } from '../../mainline/state.ts';
import { Homes, type LabHome } from './own-homes.ts';

/** What one node may have of its own. */
export interface LabNodeOwn
  extends LabHome,
    Pick<NodeChoices, 'alpha' | 'shortTimeoutMs' | 'shortTimeoutMsMin' | 'timeoutMs' | 'identity'> {
  /** It asks and does not answer (BEP 43). A warm world has it in tables none the less. */
  readOnly?: boolean;
  /** May answer in its place: `next()` is what it would say itself. */
  onQuery?: (query: IncomingQuery, next: () => OwnAnswer) => HookAnswer;
  /** Numbers of those whom it knows at a warm start, in place of the table of a converged network. */
  knows?: readonly number[];
}

/** Those that are the node's own choices as a live one has them. */
const CHOICES = [
  ...(['alpha', 'shortTimeoutMs', 'shortTimeoutMsMin', 'timeoutMs'] as const),
  ...(['identity', 'readOnly'] as const),
] as const satisfies readonly (keyof LabNodeOwn)[];
const SETTINGS: readonly (keyof LabNodeOwn)[] = [...CHOICES, 'onQuery'];
const OWN: readonly (keyof LabNodeOwn)[] = [...SETTINGS, 'id', 'host', 'port', 'knows'];

/** Says what one node has of its own; undefined: nothing. */
export type LabNodeChooser = (number: number) => LabNodeOwn | undefined;

/** What those that differ have, by number. */
export interface OwnNodes {
  settings: ReadonlyMap<number, Settings>;
  tables: ReadonlyMap<number, readonly number[]>;
  /** Ids and addresses of all; null where nobody chose one. */
  settlement: Settlement | null;
}

/**
 * Asks for each node what it has of its own.
 * @param settingsOf what choices come to, beside what all have.
 * @throws TypeError or RangeError that names the node and the field.
 */
export function ownNodes(
  choose: LabNodeChooser,
  nodes: number,
  settingsOf: (choices: Partial<NodeChoices>) => Settings,
): OwnNodes {
  const settings = new Map<number, Settings>();
  const tables = new Map<number, readonly number[]>();
  const homes = new Homes(nodes);
  /** A function that returns the same object again means the same. */
  const made = new Map<LabNodeOwn, Settings>();
  for (let number = 0; number < nodes; number++) {
    const own = choose(number);
    const name = `node(${number})`;
    if (own !== undefined) checkOwn(own, name);
    homes.add(number, own ?? {}, name);
    if (own === undefined) continue;
    if (own.knows !== undefined) tables.set(number, checkKnown(own.knows, number, nodes, name));
    if (!SETTINGS.some((field) => own[field] !== undefined)) continue;
    const known = made.get(own) ?? settingsFor(own, name, settingsOf);
    made.set(own, known);
    settings.set(number, known);
  }
  return { settings, tables, settlement: homes.settlement };
}

function checkOwn(own: LabNodeOwn, name: string): void {
  if (typeof own !== 'object' || own === null) {
    throw new TypeError(`"${name}" expected an object of options or undefined, got ${shown(own)}`);
  }
  checkNames(own, name, 'one node of a lab', OWN, `${name}.`);
}

function checkKnown(
  known: readonly number[],
  number: number,
  nodes: number,
  name: string,
): readonly number[] {
  if (!Array.isArray(known)) {
    throw new TypeError(`"${name}.knows" expected numbers of nodes, got ${shown(known)}`);
  }
  for (const [i, other] of known.entries()) {
    wholeNumber(other, `${name}.knows[${i}]`, 0, nodes - 1);
    if (other !== number) continue;
    throw new RangeError(`"${name}.knows[${i}]" expected another node, got its own number`);
  }
  return known;
}

function settingsFor(
  own: LabNodeOwn,
  name: string,
  settingsOf: (choices: Partial<NodeChoices>) => Settings,
): Settings {
  const { onQuery, identity, readOnly } = own;
  checkToggle(readOnly, `${name}.readOnly`);
  for (const [field, value] of Object.entries({ onQuery, identity })) {
    if (value === undefined || typeof value === 'function') continue;
    throw new TypeError(`"${name}.${field}" expected a function, got ${shown(value)}`);
  }
  const chosen = CHOICES.filter((field) => own[field] !== undefined);
  const settings = settingsOf(Object.fromEntries(chosen.map((field) => [field, own[field]])));
  return onQuery === undefined ? settings : { ...settings, handler: hookHandler(onQuery) };
}
