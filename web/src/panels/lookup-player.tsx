/**
 * Steps of a lookup by hand, or one after another as they went. The step is one for the whole page, so
 * the picture, the path and the waterfall show the same.
 */
import { useEffect, useState } from 'preact/hooks';
import type { LookupView } from 'ringlight/scene';
import { view } from '../model/view-state.ts';
import { Icon } from '../ui/icon.tsx';
import { playGaps } from './waterfall.ts';

/** A lookup of a third of a second is played in six. */
const PLAYED_MS = 6000;
const LEAST_SHOWN_MS = 260;

export function LookupPlayer({ lookup }: { lookup: LookupView }) {
  const [playing, setPlaying] = useState(false);
  const count = lookup.steps.length;
  const step = view.lookupStep.value;
  const shown = step < 0 ? count - 1 : Math.min(step, count - 1);
  useEffect(() => {
    if (!playing) return;
    if (shown >= count - 1 && view.lookupStep.peek() >= 0) {
      setPlaying(false);
      return;
    }
    const gap = playGaps(lookup, PLAYED_MS, LEAST_SHOWN_MS)[shown + 1] ?? LEAST_SHOWN_MS;
    const timer = setTimeout(() => {
      view.lookupStep.value = shown + 1;
    }, gap);
    return () => clearTimeout(timer);
  }, [playing, shown, count]);
  if (count === 0) return null;
  const go = (to: number) => {
    setPlaying(false);
    view.lookupStep.value = Math.min(count - 1, Math.max(0, to));
  };
  const play = () => {
    if (!playing && shown >= count - 1) view.lookupStep.value = 0;
    setPlaying(!playing);
  };
  return (
    <div class="lookup-player">
      <button
        type="button"
        class="icon"
        aria-label="Step back"
        disabled={shown <= 0}
        onClick={() => go(shown - 1)}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        class="icon"
        aria-label={playing ? 'Pause' : 'Play the look-up'}
        onClick={play}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      <button
        type="button"
        class="icon"
        aria-label="Step on"
        disabled={shown >= count - 1}
        onClick={() => go(shown + 1)}
      >
        <Icon name="next" />
      </button>
      <input
        type="range"
        min={0}
        max={count - 1}
        value={shown}
        aria-label="Step of the look-up"
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <span class="soft small lookup-count">
        {shown + 1} of {count}
      </span>
    </div>
  );
}
