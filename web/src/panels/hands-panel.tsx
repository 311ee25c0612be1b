/**
 * Hands: everything a visitor can do to a world. What can be done to the running one comes first; what
 * needs another world comes last and says so. Hands that a source does not have are not shown.
 */
import { useComputed } from '@preact/signals';
import { useId, useState } from 'preact/hooks';
import { type Hello, NodeState } from 'ringlight/scene';
import type { SceneModel } from '../model/scene-model.ts';
import type { Session } from '../model/session.ts';
import { stateText } from '../model/words.ts';
import { Icon } from '../ui/icon.tsx';
import { usePaced } from '../ui/paced.ts';
import { Slider } from '../ui/slider.tsx';
import { NetworkHands } from './network-hands.tsx';
import { WorldHands } from './world-hands.tsx';
import './hands-panel.css';

export const SYBIL_STOPS = [1, 2, 4, 8, 16, 32];

interface HandsProps {
  session: Session;
}

export function HandsPanel({ session }: HandsProps) {
  const pane = session.panes.value[session.view.pane.value === 1 ? 1 : 0] ?? session.panes.value[0];
  const hello = pane?.model.hello.value;
  if (!pane || !hello) return null;
  const has = (ability: Hello['abilities'][number]) => hello.abilities.includes(ability);
  const limit = limitOf(hello);
  return (
    <div class="hands">
      {session.panes.value.length > 1 && <PaneChoice session={session} />}
      {limit !== '' && <p class="soft">{limit}</p>}
      {has('nodes') && <NodeHands session={session} model={pane.model} hello={hello} />}
      {has('settings') && <NetworkHands session={session} model={pane.model} />}
      {has('act') && hello.origin === 'lab' && <SybilHands session={session} />}
      {has('settings') && hello.config && <WorldHands session={session} config={hello.config} />}
    </div>
  );
}

/** Why hands are missing, and how to get them; '' where none are. */
function limitOf({ origin, abilities }: Hello): string {
  if (origin === 'recording') return 'A recording can be watched, not changed.';
  if (!abilities.includes('act')) {
    return 'These nodes can be watched. To act on them, start Ringlight with “--control-token auto” and open the address that it prints.';
  }
  if (abilities.includes('nodes')) return '';
  return 'Put, get and look up under Keys. Only nodes that “ringlight up” started can be crashed.';
}

function PaneChoice({ session }: HandsProps) {
  const { pane } = session.view;
  const choices = [
    [0, 'A'],
    ['both', 'Both'],
    [1, 'B'],
  ] as const;
  return (
    <fieldset class="hands-group">
      <legend>Hands reach</legend>
      <div class="segmented">
        {choices.map(([value, label]) => (
          <button
            type="button"
            key={label}
            aria-pressed={pane.value === value}
            onClick={() => (pane.value = value)}
          >
            {label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

interface NodeHandsProps extends HandsProps {
  model: SceneModel;
  hello: Hello;
}

function NodeHands({ session, model, hello }: NodeHandsProps) {
  usePaced([model.tick], 200);
  const field = useId();
  const node = session.view.selectedNode.value;
  const exists = node >= 0 && node < model.nodeCount;
  const state = exists ? model.stateOf[node] : NodeState.absent;
  const lives = state === NodeState.up || state === NodeState.joining;
  const isLab = hello.origin === 'lab';
  // Live nodes cannot be told to stand still, and keep nothing; of Mainline nobody says good-bye.
  const canLeave = isLab || hello.overlay === 'ring';
  const isGone = state === NodeState.crashed || (!isLab && exists && state === NodeState.absent);
  const act = (kind: 'crash' | 'pause' | 'resume' | 'leave') => () =>
    session.act({ kind, nodes: [node] });
  const restart = (memory: boolean) => () =>
    session.act({ kind: 'restart', nodes: [node], memory });
  return (
    <fieldset class="hands-group">
      <legend>Node</legend>
      <div class="hands-node">
        <label class="hidden-text" for={field}>
          Number of the node
        </label>
        <input
          id={field}
          type="number"
          min={0}
          max={Math.max(0, model.nodeCount - 1)}
          placeholder="pick one"
          value={exists ? node : ''}
          onInput={(event) => {
            const text = event.currentTarget.value;
            const picked = text === '' ? -1 : Number(text);
            session.view.selectedNode.value =
              Number.isInteger(picked) && picked < model.nodeCount ? picked : -1;
          }}
        />
        <span class={`hands-state state-${state}`}>{exists ? stateText(model, node) : ''}</span>
      </div>
      <div class="hands-buttons">
        <button type="button" class="danger" disabled={!lives} onClick={act('crash')}>
          Crash
        </button>
        {isLab &&
          (state === NodeState.paused ? (
            <button type="button" onClick={act('resume')}>
              Resume
            </button>
          ) : (
            <button type="button" disabled={!lives} onClick={act('pause')}>
              Pause
            </button>
          ))}
        {canLeave && (
          <button type="button" disabled={!lives} onClick={act('leave')}>
            Leave
          </button>
        )}
        {isLab && (
          <button
            type="button"
            disabled={!isGone}
            onClick={restart(true)}
            title="It comes back with what was on its disk."
          >
            Restart
          </button>
        )}
        <button
          type="button"
          class={canLeave ? 'wide' : ''}
          disabled={!isGone}
          onClick={restart(false)}
          title="It comes back with an empty disk."
        >
          Restart empty
        </button>
        <button type="button" class="wide" onClick={() => session.act({ kind: 'add', count: 1 })}>
          <Icon name="plus" />
          Add a node
        </button>
      </div>
    </fieldset>
  );
}

function SybilHands({ session }: HandsProps) {
  const key = selectedKeyName(session);
  const [typed, setTyped] = useState<string | null>(null);
  const [count, setCount] = useState(4);
  const field = useId();
  const name = typed ?? key;
  const add = (event: Event) => {
    event.preventDefault();
    if (name.trim() !== '') session.act({ kind: 'sybils', name: name.trim(), count });
  };
  return (
    <form onSubmit={add}>
      <fieldset class="hands-group">
        <legend title="Identities that an attacker chose so that they stand around a key.">
          Sybils around a key
        </legend>
        <label class="hidden-text" for={field}>
          Name of the key
        </label>
        <input
          id={field}
          type="text"
          placeholder="apple"
          autocomplete="off"
          value={name}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <Slider
          label="How many"
          stops={SYBIL_STOPS}
          value={count}
          show={String}
          onPick={setCount}
        />
        <div class="hands-buttons">
          <button type="submit" class="wide" disabled={name.trim() === ''}>
            Add Sybils
          </button>
        </div>
      </fieldset>
    </form>
  );
}

function selectedKeyName(session: Session): string {
  const name = useComputed(() => {
    const model = session.panes.value[0]?.model;
    model?.keysTick.value;
    const key = session.view.selectedKey.value;
    return (key !== null && model?.keys.get(key)?.name) || '';
  });
  return name.value;
}
