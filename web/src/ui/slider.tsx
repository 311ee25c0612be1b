/**
 * A slider over a few chosen values, with its name and its value as people say it. It tells of a value
 * when it is let go, or after each step by key: what it changes may be a whole world.
 */
import { useId, useState } from 'preact/hooks';

export interface SliderProps<T> {
  label: string;
  /** What it means, for those who wonder. */
  hint?: string;
  /** Ascending, as many as there are stops. */
  stops: readonly T[];
  value: T;
  show: (value: T) => string;
  onPick: (value: T) => void;
  disabled?: boolean;
}

export function Slider<T>(props: SliderProps<T>) {
  const id = useId();
  const [held, setHeld] = useState<number | null>(null);
  const at = held ?? stopAt(props.stops, props.value);
  const shown = held === null ? props.value : props.stops[held];
  const text = props.show(shown);
  return (
    <div class="slider" title={props.hint}>
      <label for={id}>{props.label}</label>
      <output for={id}>{text}</output>
      <input
        id={id}
        type="range"
        min={0}
        max={props.stops.length - 1}
        step={1}
        value={at}
        disabled={props.disabled}
        aria-valuetext={text}
        onInput={(event) => setHeld(Number(event.currentTarget.value))}
        onChange={(event) => {
          setHeld(null);
          props.onPick(props.stops[Number(event.currentTarget.value)]);
        }}
      />
    </div>
  );
}

/** Where a value lies among the stops: at the nearest one when it is none of them. */
export function stopAt<T>(stops: readonly T[], value: T): number {
  const exact = stops.indexOf(value);
  if (exact >= 0 || typeof value !== 'number') return Math.max(0, exact);
  let best = 0;
  stops.forEach((stop, i) => {
    if (typeof stop !== 'number') return;
    const kept = stops[best];
    if (typeof kept !== 'number' || Math.abs(stop - value) < Math.abs(kept - value)) best = i;
  });
  return best;
}
