/**
 * What a world is made of, from how many nodes it has to the seed: to change any of it is to begin
 * another world, which is brought to the same moment with the same acts.
 */
import { useId } from 'preact/hooks';
import { RING_NODES_MAX, type SceneConfig } from 'ringlight/scene';
import type { Session } from '../model/session.ts';
import { Icon } from '../ui/icon.tsx';
import { Slider } from '../ui/slider.tsx';

export const NODE_STOPS = [
  1, 2, 4, 8, 16, 24, 32, 64, 128, 256, 512, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000,
];
export const RING_K_STOPS = [0, 1, 2, 3, 4, 5, 6, 7, 8];
export const BUCKET_STOPS = [2, 4, 8, 16, 20, 32];
export const ALPHA_STOPS = [1, 2, 3, 4, 5, 8, 10];
export const IDENTITY_STOPS = [1, 2, 4, 8, 16];
export const KEY_STOPS = [0, 10, 20, 50, 100, 200, 500, 1000];
/** In a tab on two cores 2,000 nodes run at 0.95 of real time, 5,000 at 0.48. */
const SMOOTH_RING_NODES = 2000;

interface WorldHandsProps {
  session: Session;
  config: SceneConfig;
}

/** Begins a new run that differs in these. */
type Change = (part: Partial<SceneConfig>) => void;

interface WorldPartProps {
  config: SceneConfig;
  change: Change;
}

export function WorldHands({ session, config }: WorldHandsProps) {
  const isRing = config.overlay === 'ring';
  const note = useId();
  const change: Change = (part) => session.change(part);
  return (
    <fieldset class="hands-group" aria-describedby={note}>
      <legend>World</legend>
      <p class="small soft" id={note}>
        Each of these starts a new run with the same seed.
      </p>
      <Slider
        label="Nodes"
        hint={
          isRing
            ? `With more than ${SMOOTH_RING_NODES.toLocaleString('en')} of them, time passes slowly.`
            : 'Each takes some 4 kB of memory.'
        }
        stops={isRing ? NODE_STOPS.filter((count) => count <= RING_NODES_MAX) : NODE_STOPS}
        value={config.nodes}
        show={(nodes) => {
          const isSlow = isRing && nodes > SMOOTH_RING_NODES;
          return `${nodes.toLocaleString('en')}${isSlow ? ', slowly' : ''}`;
        }}
        onPick={(nodes) => change({ nodes })}
      />
      {isRing ? (
        <RingSliders config={config} change={change} />
      ) : (
        <MainlineSliders config={config} change={change} />
      )}
      <Slider
        label="Keys at the start"
        stops={KEY_STOPS}
        value={config.keys}
        show={String}
        onPick={(keys) => change({ keys })}
      />
      <SeedField config={config} change={change} />
    </fieldset>
  );
}

function RingSliders({ config, change }: WorldPartProps) {
  const policy = useId();
  return (
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
  );
}

const FAMILIES: Readonly<Record<string, SceneConfig['family']>> = { 4: 4, 6: 6, both: 'both' };

function MainlineSliders({ config, change }: WorldPartProps) {
  const family = useId();
  return (
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
      <div class="hands-field">
        <label
          for={family}
          title="Which addresses the nodes have: each family is a network of its own."
        >
          Addresses
        </label>
        <select
          id={family}
          value={config.family}
          onChange={(event) => change({ family: FAMILIES[event.currentTarget.value] ?? 4 })}
        >
          <option value="4">IPv4</option>
          <option value="6">IPv6</option>
          <option value="both">one of each</option>
        </select>
      </div>
    </>
  );
}

function SeedField({ config, change }: WorldPartProps) {
  const seed = useId();
  return (
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
  );
}
