/**
 * The space-time diagram on the page. An arrow is chosen by a click or by keys: up and down go from message
 * to message, left and right from a request to its reply and back. Of the chosen one it is seen what
 * happened before it and what after it; all the rest happened beside it.
 */
import { useEffect, useRef } from 'preact/hooks';
import { view } from '../model/view-state.ts';
import { countText, exactClockText, messageText, nodeText } from '../model/words.ts';
import { type Arrow, type Causes, causesOf, LEFT, type SpaceTime } from './space-time.ts';
import { endPath } from './space-time-svg.ts';
import './space-time.css';

const HEAD_HEIGHT = 28;

export function SpaceTimeView({ drawing, name }: { drawing: SpaceTime; name: string }) {
  const { lanes, arrows, ticks, width, height, omitted } = drawing;
  const box = useRef<HTMLDivElement>(null);
  const chosen = view.selectedFlight.value;
  const causes = causesOf(drawing, chosen);
  useEffect(() => {
    box.current?.querySelector('[aria-selected=true]')?.scrollIntoView?.({ block: 'nearest' });
  }, [chosen]);
  const idOf = (flight: number) => `${name}-${flight}`;
  return (
    <figure class="space-time">
      <figcaption class="small soft">{captionOf(drawing, causes)}</figcaption>
      <div
        class="space-time-scroll"
        ref={box}
        role="listbox"
        aria-label="Messages as arrows between the lines of nodes"
        aria-activedescendant={causes === null ? undefined : idOf(chosen)}
        tabIndex={0}
        onKeyDown={(event) => onKey(event, arrows)}
      >
        <svg class="space-time-head" width={width} height={HEAD_HEIGHT} aria-hidden="true">
          {lanes.map(({ node, x }) => (
            <text key={node} x={x} y={18} text-anchor="middle">
              {nodeText(node)}
            </text>
          ))}
        </svg>
        <svg width={width} height={height} role="presentation">
          {lanes.map(({ node, x }) => (
            <line key={node} class="space-time-lane" x1={x} x2={x} y1={0} y2={height} />
          ))}
          {ticks.map(({ y, atMs }) => (
            <text key={y} class="space-time-tick" x={LEFT - 12} y={y + 4} text-anchor="end">
              {exactClockText(atMs)}
            </text>
          ))}
          {arrows.map((arrow) => (
            <Message
              key={arrow.flight.id}
              arrow={arrow}
              id={idOf(arrow.flight.id)}
              standing={standingOf(arrow, chosen, causes)}
            />
          ))}
          {/* Words last: no line crosses one. */}
          <g>
            {arrows.map((arrow) => (
              <Word
                key={arrow.flight.id}
                arrow={arrow}
                standing={standingOf(arrow, chosen, causes)}
              />
            ))}
          </g>
        </svg>
      </div>
      {omitted > 0 && (
        <p class="small soft">
          {countText(omitted, 'more message')} {omitted === 1 ? 'has' : 'have'} no room here: choose
          fewer.
        </p>
      )}
    </figure>
  );
}

function captionOf({ arrows }: SpaceTime, causes: Causes | null): string {
  if (causes === null) {
    return 'Time runs down. Full lines ask, dashed ones answer, a cross never arrived. Choose one to see what it depends on.';
  }
  const { before, after } = causes;
  const beside = arrows.length - 1 - before.size - after.size;
  return `Of the others ${before.size} happened before it, ${after.size} after it, and ${beside} beside it: neither can know of the other.`;
}

type Standing = '' | 'is-chosen' | 'is-pair' | 'is-beside';

function standingOf({ flight, other }: Arrow, chosen: number, causes: Causes | null): Standing {
  if (causes === null) return '';
  if (flight.id === chosen) return 'is-chosen';
  if (other?.id === chosen) return 'is-pair';
  return causes.before.has(flight.id) || causes.after.has(flight.id) ? '' : 'is-beside';
}

function Message({ arrow, id, standing }: { arrow: Arrow; id: string; standing: Standing }) {
  const { flight, other, x1, y1, x2, y2, isReply, end } = arrow;
  const text = messageText(flight, other);
  return (
    <g
      class={`space-time-message is-${end} ${isReply ? 'is-reply' : ''} ${standing}`}
      id={id}
      role="option"
      aria-selected={standing === 'is-chosen'}
      aria-label={text}
      onClick={() => {
        view.selectedFlight.value = flight.id;
      }}
    >
      <title>{text}</title>
      <line class="space-time-touch" x1={x1} y1={y1} x2={x2} y2={y2} />
      <line class="space-time-way" x1={x1} y1={y1} x2={x2} y2={y2} />
      <circle cx={x1} cy={y1} r={2.5} />
      <path d={endPath(x1, y1, x2, y2, end)} />
    </g>
  );
}

function Word({ arrow, standing }: { arrow: Arrow; standing: Standing }) {
  const { end, word } = arrow;
  return (
    <text
      class={`space-time-word is-${end} ${standing}`}
      x={word.x}
      y={word.y}
      text-anchor={word.anchor}
    >
      {word.text}
    </text>
  );
}

function onKey(event: KeyboardEvent, arrows: readonly Arrow[]): void {
  const at = arrows.findIndex(({ flight }) => flight.id === view.selectedFlight.peek());
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: arrows.length - 1 }[event.key];
  const isPair = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
  if ((to === undefined && !isPair) || arrows.length === 0) return;
  event.preventDefault();
  event.stopPropagation();
  const other = arrows[at]?.other ?? null;
  if (to !== undefined) {
    const next = Math.min(arrows.length - 1, Math.max(0, to));
    view.selectedFlight.value = arrows[next].flight.id;
  } else if (other !== null && arrows.some(({ flight }) => flight.id === other.id)) {
    view.selectedFlight.value = other.id;
  }
}
