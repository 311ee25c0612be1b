/**
 * Nodes that differ: `createLab({ node: (i) => options })`. What a function says of each node is checked at
 * once, before the world begins, and what shapes the tables of a converged network is the same for all.
 *
 *     node: (i) => (i % 10 === 0 ? { alpha: 8, onQuery: () => null } : undefined)
 */
import { checkNames, checkToggle, shown } from '../../core/argument.ts';
import type { HookAnswer, IncomingQuery, OwnAnswer } from '../../mainline/answering/hook.ts';
import { hookHandler } from '../../mainline/answering/hook.ts';
import type { NodeChoices } from '../../mainline/choices.ts';
import type { Settings } from '../../mainline/state.ts';

/** What one node may have of its own. */
export interface LabNodeOwn
  extends Pick<NodeChoices, 'alpha' | 'shortTimeoutMs' | 'shortTimeoutMsMin' | 'timeoutMs'> {
  /** It asks and does not answer (BEP 43). A warm world has it in tables none the less. */
  readOnly?: boolean;
  /** May answer in its place: `next()` is what it would say itself. */
  onQuery?: (query: IncomingQuery, next: () => OwnAnswer) => HookAnswer;
}

const OWN: readonly (keyof LabNodeOwn)[] = [
  'alpha',
  'shortTimeoutMs',
  'shortTimeoutMsMin',
  'timeoutMs',
  'readOnly',
  'onQuery',
];

/** Says what one node has of its own; undefined: nothing. */
export type LabNodeChooser = (number: number) => LabNodeOwn | undefined;

/**
 * The settings of those that differ, by number.
 * @param settingsOf what choices come to, beside what all have.
 * @throws TypeError or RangeError that names the node and the field.
 */
export function ownSettings(
  choose: LabNodeChooser,
  nodes: number,
  settingsOf: (choices: Partial<NodeChoices>) => Settings,
): ReadonlyMap<number, Settings> {
  const settings = new Map<number, Settings>();
  /** A function that returns the same object again means the same. */
  const made = new Map<LabNodeOwn, Settings>();
  for (let number = 0; number < nodes; number++) {
    const own = choose(number);
    if (own === undefined) continue;
    const known = made.get(own) ?? settingsFor(own, `node(${number})`, settingsOf);
    made.set(own, known);
    settings.set(number, known);
  }
  return settings;
}

function settingsFor(
  own: LabNodeOwn,
  name: string,
  settingsOf: (choices: Partial<NodeChoices>) => Settings,
): Settings {
  if (typeof own !== 'object' || own === null) {
    throw new TypeError(`"${name}" expected an object of options or undefined, got ${shown(own)}`);
  }
  checkNames(own, name, 'one node of a lab', OWN, `${name}.`);
  const { onQuery, ...choices } = own;
  checkToggle(choices.readOnly, `${name}.readOnly`);
  if (onQuery !== undefined && typeof onQuery !== 'function') {
    throw new TypeError(`"${name}.onQuery" expected a function, got ${shown(onQuery)}`);
  }
  const settings = settingsOf(choices);
  return onQuery === undefined ? settings : { ...settings, handler: hookHandler(onQuery) };
}
