/**
 * The network of the running world: cuts, loss, latency, churn, and how much is looked up. What the
 * sliders show is what holds at the moment that is shown, also after going back in time.
 */
import type { SceneConfig } from 'ringlight/scene';
import type { SceneModel } from '../model/scene-model.ts';
import type { Session } from '../model/session.ts';
import { settingsNow } from '../model/settings.ts';
import { CHURN_WORDS, churnText, latencyText, percentText } from '../model/words.ts';
import { Icon } from '../ui/icon.tsx';
import { usePaced } from '../ui/paced.ts';
import { Slider } from '../ui/slider.tsx';

export const LOSS_STOPS = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5];
export const LATENCY_STOPS: readonly (number | null)[] = [null, 1, 5, 20, 50, 100, 200, 500, 1000];
/** Medians of sessions in minutes, from calm to wild. */
export const CHURN_STOPS: readonly SceneConfig['churn'][] = [null, 480, 120, 60, 30, 10, 5, 2, 1];
export const RATE_STOPS = [0, 1, 2, 5, 10, 20, 50, 100, 500, 1000];

interface NetworkHandsProps {
  session: Session;
  model: SceneModel;
}

export function NetworkHands({ session, model }: NetworkHandsProps) {
  usePaced([model.tick], 200);
  const now = settingsNow(model);
  const { tool } = session.view;
  const half = () => {
    const members = Array.from(model.sortedPlaces, (place) => model.nodeOf[place]);
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
        value={now.churn}
        show={churnText}
        onPick={(churn) => session.act({ kind: 'churn', churn })}
      />
      <MeasuredChurn churn={now.churn} onPick={(churn) => session.act({ kind: 'churn', churn })} />
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

interface MeasuredChurnProps {
  churn: SceneConfig['churn'];
  onPick: (churn: SceneConfig['churn']) => void;
}

/** Beside the medians of the slider: sessions as they were measured, by name. */
function MeasuredChurn({ churn, onPick }: MeasuredChurnProps) {
  const isMeasured = typeof churn === 'string';
  return (
    <select
      aria-label="Churn as it was measured"
      title="Churn as it was measured in networks of the past"
      value={isMeasured ? churn : ''}
      onChange={(event) => onPick(event.currentTarget.value || null)}
    >
      <option value="">{isMeasured ? 'no churn' : 'or as measured …'}</option>
      {Object.entries(CHURN_WORDS).map(([preset, words]) => (
        <option key={preset} value={preset}>
          {words}
        </option>
      ))}
    </select>
  );
}
