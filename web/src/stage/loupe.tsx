/**
 * A loupe over nodes that share a few pixels: it spreads them in the order of the circle, each tied to where
 * it stands on a stretch of it that is drawn much larger, with the digits by which their ids differ. It opens
 * under the pointer, under a finger, and where the arrow keys have come to.
 *
 *      12    7    31        each a button
 *       \    |    /
 *     ───·───··───·───      the stretch between the first and the last of them
 */
import { type Signal, useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { stateText } from '../model/words.ts';
import { crowdAround } from './picking.ts';
import type { Picture } from './picture.ts';

/** So many are spread; of more it is said how many, and that coming closer parts them. */
export const LOUPE_ROOM = 12;
/** Of a node's button, and of the stretch below, in pixels. */
const BUTTON_WIDTH = 36;
const TIES_HEIGHT = 22;
/** A pointer on its way to the loupe may leave the point for so long. */
const GRACE_MS = 400;
const EDGE = 8;
/** Its own padding and border on both sides. */
const FRAME = 18;
/** Digits shown beyond those that all ids have in common. */
const DIGITS = 4;

export interface LoupeAt {
  x: number;
  y: number;
  places: readonly number[];
  /** How many stand there in all. */
  count: number;
}

export interface LoupeHold {
  at: Signal<LoupeAt | null>;
  /** Opens over a node, if it stands in a crowd; is it? */
  show(picture: Picture, node: number): boolean;
  /** At once, or soon unless the pointer comes onto it. */
  hide(): void;
  leave(): void;
  stay(): void;
}

export function useLoupe(): LoupeHold {
  const at = useSignal<LoupeAt | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return useMemo(() => {
    const stay = () => clearTimeout(timer.current);
    const hide = () => {
      stay();
      at.value = null;
    };
    const leave = () => {
      stay();
      if (at.peek() !== null) timer.current = setTimeout(hide, GRACE_MS);
    };
    const show = (picture: Picture, node: number) => {
      stay();
      const found = crowdOf(picture, node);
      at.value = found;
      return found !== null;
    };
    return { at, show, hide, leave, stay };
  }, []);
}

function crowdOf(picture: Picture, node: number): LoupeAt | null {
  const point = picture.whereIs(node);
  if (point === null) return null;
  const { layout, projection } = picture;
  const fitting = Math.floor((projection.width - FRAME - 2 * EDGE) / BUTTON_WIDTH);
  const { places, count } = crowdAround(picture.pickable, projection, layout.homeOf(node), {
    reach: picture.crowdReach,
    isRing: layout.kind === 'ring',
    room: Math.min(LOUPE_ROOM, fitting),
  });
  return count < 2 ? null : { ...point, places, count };
}

interface LoupeProps {
  hold: LoupeHold;
  model: SceneModel;
  pictureRef: { current: Picture | null };
}

export function Loupe({ hold, model, pictureRef }: LoupeProps) {
  const at = hold.at.value;
  const chosen = view.selectedNode.value;
  const picture = pictureRef.current;
  if (at === null || picture === null) return null;
  const { places, count } = at;
  const width = places.length * BUTTON_WIDTH;
  const shared = sharedDigits(model, places);
  const left = clamp(at.x - width / 2, EDGE, picture.projection.width - width - FRAME - EDGE);
  const isBelow = at.y < picture.projection.height / 2;
  const edge = isBelow
    ? { top: `${at.y + 16}px` }
    : { bottom: `${picture.projection.height - at.y + 16}px` };
  const more = count > places.length ? ` The nearest ${places.length}; closer (+) parts them.` : '';
  return (
    <section
      class="stage-loupe"
      aria-label={`${count} nodes stand here`}
      style={{ left: `${left}px`, ...edge }}
      onPointerEnter={hold.stay}
      onPointerLeave={hold.leave}
      onKeyDown={(event) => event.key === 'Escape' && hold.hide()}
    >
      <p class="small">
        {count} nodes here, ids <code>{shared.slice(0, 8) || '…'}</code>
        {shared.length > 8 ? '…' : ''}.{more}
      </p>
      <div class="stage-loupe-nodes">
        {places.map((place) => (
          <NodeButton
            key={place}
            model={model}
            place={place}
            digits={model.idText(place).slice(shared.length, shared.length + DIGITS)}
            isChosen={model.nodeOf[place] === chosen}
          />
        ))}
      </div>
      <Stretch model={model} places={places} width={width} />
    </section>
  );
}

const clamp = (value: number, least: number, most: number): number =>
  Math.max(least, Math.min(value, Math.max(least, most)));

function NodeButton({
  model,
  place,
  digits,
  isChosen,
}: {
  model: SceneModel;
  place: number;
  digits: string;
  isChosen: boolean;
}) {
  const node = model.nodeOf[place];
  const isSybil = model.isSybil[node] === 1;
  const state = stateText(model, node);
  const words = `Node ${node}, ${state}${isSybil ? ', an attacker’s' : ''}`;
  return (
    <button
      type="button"
      class="stage-loupe-node"
      data-state={isSybil ? 'sybil' : state}
      aria-pressed={isChosen}
      aria-label={words}
      title={words}
      onClick={() => {
        view.selectedNode.value = node;
        view.tab.value = 'node';
      }}
    >
      <b>{node}</b>
      <code>{digits}</code>
    </button>
  );
}

/** The stretch of the circle between the first and the last, and where on it each of them stands. */
function Stretch({
  model,
  places,
  width,
}: {
  model: SceneModel;
  places: readonly number[];
  width: number;
}) {
  const first = model.turns[places[0]];
  const ways = places.map((place) => (model.turns[place] - first + 1) % 1);
  const whole = Math.max(...ways) || 1;
  const room = width - BUTTON_WIDTH;
  const stands = ways.map((way) => BUTTON_WIDTH / 2 + (way / whole) * room);
  const ties = stands.map(
    (x, i) => `M${(i + 0.5) * BUTTON_WIDTH} 0L${x.toFixed(1)} ${TIES_HEIGHT - 4}`,
  );
  return (
    <svg class="stage-loupe-stretch" width={width} height={TIES_HEIGHT} aria-hidden="true">
      <path d={`${ties.join('')}M0 ${TIES_HEIGHT - 4}H${width}`} />
      {stands.map((x, i) => (
        <circle key={places[i]} cx={x} cy={TIES_HEIGHT - 4} r="2.5" />
      ))}
    </svg>
  );
}

/** The digits that all ids begin with. */
function sharedDigits(model: SceneModel, places: readonly number[]): string {
  const [first, ...others] = places.map((place) => model.idText(place));
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
