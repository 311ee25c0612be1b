/**
 * Hands: everything a visitor can do to a world. What can be done to the running one comes first; what
 * needs another world comes last and says so. Hands that a source does not have are not shown.
 */
import { useComputed } from '@preact/signals';
import { useId, useState } from 'preact/hooks';
import type { SceneConfig } from 'ringlight/scene';
import { NodeState } from 'ringlight/scene';
import type { SceneModel } from '../model/scene-model.ts';
import type { Session } from '../model/session.ts';
import { churnText, latencyText, percentText, STATE_WORDS } from '../model/words.ts';
import { Icon } from '../ui/icon.tsx';
import { usePaced } from '../ui/paced.ts';
import { Slider } from '../ui/slider.tsx';
import './hands-panel.css';

export const LOSS_STOPS = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5];
export const LATENCY_STOPS: readonly (number | null)[] = [null, 1, 5, 20, 50, 100, 200, 500, 1000];
/** Medians of sessions in minutes, from calm to wild. */
export const CHURN_STOPS: readonly (number | null)[] = [null, 480, 120, 60, 30, 10, 5, 2, 1];
export const RATE_STOPS = [0, 1, 2, 5, 10, 20, 50, 100, 500, 1000];
export const NODE_STOPS = [
  1, 2, 4, 8, 16, 24, 32, 64, 128, 256, 512, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000,
];
export const RING_K_STOPS = [0, 1, 2, 3, 4, 5, 6, 7, 8];
export const BUCKET_STOPS = [2, 4, 8, 16, 20, 32];
export const ALPHA_STOPS = [1, 2, 3, 4, 5, 8, 10];
export const IDENTITY_STOPS = [1, 2, 4, 8, 16];
export const KEY_STOPS = [0, 10, 20, 50, 100, 200, 500, 1000];
export const SYBIL_STOPS = [1, 2, 4, 8, 16, 32];
/** A ring node costs far more than one of Mainline: beyond this a laptop falls behind. */
export const MOST_RING_NODES = 2000;

interface HandsProps {
  session: Session;
}

export function HandsPanel({ session }: HandsProps) {
  const pane = session.panes.value[session.view.pane.value === 1 ? 1 : 0] ?? session.panes.value[0];
  const hello = pane?.model.hello.value;
  if (!pane || !hello) return null;
  const has = (ability: string) => hello.abilities.some((other) => other === ability);
  if (!has('act') && !has('settings')) {
    return (
      <p class="hands-none soft">
        {hello.origin === 'recording'
          ? 'A recording can be watched, not changed.'
          : 'These nodes can be watched. To change them, Ringlight must be started with a control token.'}
      </p>
    );
  }
  return (
    <div class="hands">
      {session.panes.value.length > 1 && <PaneChoice session={session} />}
      {has('act') && <NodeHands session={session} model={pane.model} />}
      {has('settings') && <NetworkHands session={session} model={pane.model} />}
      {has('act') && hello.origin === 'lab' && <SybilHands session={session} />}
      {has('settings') && hello.config && <WorldHands session={session} config={hello.config} />}
    </div>
  );
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

function NodeHands({ session, model }: HandsProps & { model: SceneModel }) {
  usePaced([model.tick], 200);
  const field = useId();
  const node = session.view.selectedNode.value;
  const exists = node >= 0 && node < model.nodeCount;
  const state = exists ? model.stateOf[node]! : NodeState.absent;
  const lives = state === NodeState.up || state === NodeState.joining;
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
        <span class={`hands-state state-${state}`}>{exists ? STATE_WORDS[state] : ''}</span>
      </div>
      <div class="hands-buttons">
        <button type="button" class="danger" disabled={!lives} onClick={act('crash')}>
          Crash
        </button>
        {state === NodeState.paused ? (
          <button type="button" onClick={act('resume')}>
            Resume
          </button>
        ) : (
          <button type="button" disabled={!lives} onClick={act('pause')}>
            Pause
          </button>
        )}
        <button type="button" disabled={!lives} onClick={act('leave')}>
          Leave
        </button>
        <button
          type="button"
          disabled={state !== NodeState.crashed}
          onClick={restart(true)}
          title="It comes back with what was on its disk."
        >
          Restart
        </button>
        <button
          type="button"
          class="wide"
          disabled={state !== NodeState.crashed}
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

function NetworkHands({ session, model }: HandsProps & { model: SceneModel }) {
  usePaced([model.tick], 200);
  const config = model.hello.value?.config;
  const now = settingsNow(config ?? null, model);
  const { tool } = session.view;
  const half = () => {
    const members = Array.from(model.sortedPlaces, (place) => model.nodeOf[place]!);
    const nodes = [...new Set(members)];
    session.act({
      kind: 'partition',
      nodes: nodes.slice(0, Math.floor(nodes.length / 2)).sort((a, b) => a - b),
      oneWay: false,
    });
  };
  return (
    <fieldset class="hands-group">
      <legend>Network</legend>
      <div class="hands-buttons">
        <button
          type="button"
          class="wide"
          aria-pressed={tool.value === 'partition'}
          onClick={() => (tool.value = tool.value === 'partition' ? 'select' : 'partition')}
          title="Draw a line across the picture: who is on one side no longer reaches the other."
        >
          <Icon name="cut" />
          {tool.value === 'partition' ? 'Draw the line …' : 'Draw a cut'}
        </button>
        <button type="button" onClick={half} title="Half of the nodes on one side.">
          Cut in half
        </button>
        <button
          type="button"
          disabled={!model.isSplit}
          onClick={() => session.act({ kind: 'heal' })}
        >
          Heal
        </button>
      </div>
      <Slider
        label="Messages lost"
        stops={LOSS_STOPS}
        value={now.loss}
        show={percentText}
        onPick={(loss) => session.act({ kind: 'network', loss })}
      />
      <Slider
        label="Latency"
        hint="One way, between any two nodes; or distances as measured on the Internet."
        stops={LATENCY_STOPS}
        value={now.latencyMs}
        show={latencyText}
        onPick={(latencyMs) => session.act({ kind: 'network', latencyMs })}
      />
      <Slider
        label="Churn"
        hint="How soon nodes go away and others come: the time after which half of them are gone."
        stops={CHURN_STOPS}
        value={typeof now.churn === 'string' ? null : now.churn}
        show={(churn) => churnText(typeof now.churn === 'string' ? now.churn : churn)}
        onPick={(churn) => session.act({ kind: 'churn', churn })}
      />
      <Slider
        label="Look-ups"
        hint="How many look-ups the nodes begin by themselves, all of them together."
        stops={RATE_STOPS}
        value={now.lookupsPerSecond}
        show={(rate) => (rate === 0 ? 'none' : `${rate} a second`)}
        onPick={(lookupsPerSecond) => session.act({ kind: 'workload', lookupsPerSecond })}
      />
    </fieldset>
  );
}

type Settings = Pick<SceneConfig, 'loss' | 'latencyMs' | 'churn' | 'lookupsPerSecond'>;

/** What holds at this moment: as the world began, and as acts have changed it since. */
export function settingsNow(config: SceneConfig | null, model: SceneModel): Settings {
  const now: Settings = {
    loss: config?.loss ?? 0,
    latencyMs: config?.latencyMs ?? null,
    churn: config?.churn ?? null,
    lookupsPerSecond: config?.lookupsPerSecond ?? 0,
  };
  for (const { atMs, act } of model.history.value) {
    if (atMs > model.atMs) continue;
    if (act.kind === 'network' && act.loss !== undefined) now.loss = act.loss;
    if (act.kind === 'network' && act.latencyMs !== undefined) now.latencyMs = act.latencyMs;
    if (act.kind === 'churn') now.churn = act.churn;
    if (act.kind === 'workload') now.lookupsPerSecond = act.lookupsPerSecond;
  }
  return now;
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

function WorldHands({ session, config }: HandsProps & { config: SceneConfig }) {
  const isRing = config.overlay === 'ring';
  const note = useId();
  const seed = useId();
  const policy = useId();
  const change = (part: Partial<SceneConfig>) => session.change(part);
  return (
    <fieldset class="hands-group" aria-describedby={note}>
      <legend>World</legend>
      <p class="small soft" id={note}>
        Each of these starts a new run with the same seed.
      </p>
      <Slider
        label="Nodes"
        stops={isRing ? NODE_STOPS.filter((count) => count <= MOST_RING_NODES) : NODE_STOPS}
        value={config.nodes}
        show={(nodes) => nodes.toLocaleString('en')}
        onPick={(nodes) => change({ nodes })}
      />
      {isRing ? (
        <>
          <Slider
            label="Backups, K"
            hint="Copies beyond the owner’s own. A key survives K crashes at once."
            stops={RING_K_STOPS}
            value={config.k}
            show={String}
            onPick={(k) => change({ k })}
          />
          <Slider
            label="Places per node"
            hint="Virtual nodes: how many points of the circle belong to one node."
            stops={IDENTITY_STOPS}
            value={config.identities}
            show={String}
            onPick={(identities) => change({ identities })}
          />
          <div class="hands-field">
            <label for={policy}>Repair</label>
            <select
              id={policy}
              value={config.policy}
              onChange={(event) =>
                change({ policy: event.currentTarget.value as SceneConfig['policy'] })
              }
            >
              <option value="correct">correct</option>
              <option value="chord-2001">as Chord, 2001</option>
              <option value="class-2019">as the class, 2019</option>
            </select>
          </div>
        </>
      ) : (
        <>
          <Slider
            label="Bucket size, k"
            hint="How many contacts of each distance a node remembers."
            stops={BUCKET_STOPS}
            value={config.k}
            show={String}
            onPick={(k) => change({ k })}
          />
          <Slider
            label="At a time, α"
            hint="How many questions of one look-up are on their way at the same time."
            stops={ALPHA_STOPS}
            value={config.alpha}
            show={String}
            onPick={(alpha) => change({ alpha })}
          />
        </>
      )}
      <Slider
        label="Keys at the start"
        stops={KEY_STOPS}
        value={config.keys}
        show={String}
        onPick={(keys) => change({ keys })}
      />
      <div class="hands-field">
        <label for={seed} title="The same seed makes the same world, message by message.">
          Seed
        </label>
        <input
          id={seed}
          type="number"
          min={0}
          max={0xffffffff}
          value={config.seed}
          onChange={(event) => {
            const picked = Number(event.currentTarget.value);
            if (Number.isInteger(picked) && picked >= 0 && picked <= 0xffffffff) {
              change({ seed: picked });
            }
          }}
        />
        <button
          type="button"
          class="icon"
          aria-label="Another seed"
          title="Another seed"
          onClick={() => change({ seed: (config.seed + 1) >>> 0 })}
        >
          <Icon name="dice" />
        </button>
      </div>
    </fieldset>
  );
}
