/** What the shapes mean: only of those that are to be seen. */
import type { ReadonlySignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { NodeState } from 'ringlight/scene';
import { type Camps, campsNow } from '../model/camps.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { countText } from '../model/words.ts';
import { usePaced } from '../ui/paced.ts';
import { findDeviations, newDeviations } from './truth.ts';

/** How often it is looked whether there is something new to explain. */
const LOOKED_AT_MS = 400;

interface Entry {
  sign: string;
  name: string;
  text: string;
}

interface LegendProps {
  model: SceneModel;
  isDense: ReadonlySignal<boolean>;
}

export function Legend({ model, isDense }: LegendProps) {
  usePaced([model.tick, model.keysTick], LOOKED_AT_MS);
  const special = useMemo(() => specialNodes(model), [model, model.statesVersion]);
  const camps = campsNow(model);
  const entries = entriesOf(model, special, camps, isDense.value);
  // On a phone and beside another it would lie on the picture: there it is opened when asked for.
  const isWide = useMemo(() => matchMedia('(min-width: 641px)').matches, []);
  const isFolded = !isWide || view.layout.value === 'two';
  return (
    <details class={`stage-legend ${isFolded ? 'is-folded' : ''}`} open={!isFolded}>
      <summary>What is what</summary>
      <ul aria-label="What the shapes mean">
        {entries.map((entry) => (
          <li key={entry.text} data-sign={entry.name}>
            <span aria-hidden="true">{entry.sign}</span>
            {entry.text}
          </li>
        ))}
      </ul>
    </details>
  );
}

const deviations = newDeviations();

/** Does anybody take another for its successor than the one it has? */
function isMistaken(model: SceneModel, { list }: Camps): boolean {
  return findDeviations(deviations, list, model.successorOf).total > 0;
}

interface SpecialNodes {
  crashed: boolean;
  paused: boolean;
  joining: boolean;
  sybil: boolean;
}

function specialNodes({ stateOf, isSybil, nodeCount }: SceneModel): SpecialNodes {
  const states = stateOf.subarray(0, nodeCount);
  return {
    crashed: states.includes(NodeState.crashed),
    paused: states.includes(NodeState.paused),
    joining: states.includes(NodeState.joining),
    sybil: isSybil.subarray(0, nodeCount).includes(1),
  };
}

function entriesOf(
  model: SceneModel,
  special: SpecialNodes,
  camps: Camps,
  isDense: boolean,
): Entry[] {
  const { crashed, paused, joining, sybil } = special;
  const ring = model.hello.value?.overlay === 'ring';
  const isLive = model.hello.value?.origin === 'live';
  const keys = model.keys.size > 0;
  const unsafe = (model.figures.last?.unsafeKeysNow ?? 0) > 0;
  const lost = (model.figures.last?.lostKeysNow ?? 0) > 0;
  const entries: (Entry | false)[] = [
    isDense
      ? { sign: '▒', name: 'node', text: 'stronger: more nodes. Closer (+) shows each' }
      : { sign: '●', name: 'node', text: 'node' },
    keys && { sign: '◆', name: 'key', text: 'key' },
    view.selectedKey.value !== null &&
      ring && { sign: '◯', name: 'owner', text: 'owner and its arc' },
    view.selectedKey.value !== null && {
      sign: '◯',
      name: 'copy',
      text: ring ? 'backup' : 'keeper',
    },
    unsafe && { sign: '◩', name: 'unsafe', text: 'unsafe key' },
    lost && { sign: '⊠', name: 'lost', text: 'lost key' },
    view.selectedLookup.value > 0 && { sign: '➜', name: 'route', text: 'look-up' },
    crashed && { sign: '⊗', name: 'crashed', text: 'crashed' },
    paused && { sign: '‖', name: 'paused', text: isLive ? 'silent' : 'paused' },
    joining && { sign: '◌', name: 'joining', text: 'joining' },
    sybil && { sign: '▲', name: 'sybil', text: 'an attacker’s node' },
    ring && isMistaken(model, camps) && { sign: '┄', name: 'mistaken', text: 'wrong successor' },
  ];
  return [...entries.filter((entry) => entry !== false), ...campEntries(camps)];
}

/** Where they do not hold together, each camp with its name. */
function campEntries({ list }: Camps): Entry[] {
  if (list.length < 2) return [];
  return list.map(({ name, nodeCount }, rank) => ({
    ...{ sign: rank === 0 ? '○' : '◌', name: rank === 0 ? 'camp' : 'side' },
    text: `${name}: ${countText(nodeCount, 'node')}`,
  }));
}
