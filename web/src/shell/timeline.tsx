/**
 * Time: play, pause, step, speed, and the bar on which one goes back. The bar carries a mark for each
 * act and a line for each watched look-up; where the source has no time to give, only a clock is left.
 */

import { useRef, useState } from 'preact/hooks';
import type { Act } from 'ringlight/scene';
import type { SceneModel } from '../model/scene-model.ts';
import { PACES, type Session } from '../model/session.ts';
import { actText, clockText, countText } from '../model/words.ts';
import { Icon } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { usePaced } from '../ui/paced.ts';
import { OtherFutures } from './other-futures.tsx';
import './timeline.css';

/** More marks than this would be one smear. */
const MARKS_SHOWN = 400;

/** One press of an arrow key. */
export const STEP_MS = 1000;

export function Timeline({ session }: { session: Session }) {
  const model = session.panes.value[0]?.model;
  const hello = model?.hello.value;
  if (!model || !hello) return <section class="timeline" aria-label="Time" />;
  const hasTime = hello.abilities.includes('time');
  const canRewind = hello.abilities.includes('rewind');
  const isOpen = session.panes.value[0].link.value.state === 'open';
  if (!hasTime) {
    return (
      <section class="timeline" aria-label="Time">
        <span class="soft">{isOpen ? 'Live, as it happens' : 'As it was when last heard of'}</span>
        <span />
        <Clock model={model} />
      </section>
    );
  }
  return (
    <section class="timeline" aria-label="Time">
      <Buttons session={session} canRewind={canRewind} />
      {canRewind ? <Scrub session={session} model={model} /> : <span />}
      <div class="timeline-speed">
        {canRewind && <Undo session={session} />}
        {canRewind && <Acts session={session} model={model} />}
        <div class="timeline-now">
          <Clock model={model} />
          <Achieved session={session} model={model} />
        </div>
        <Speed session={session} />
      </div>
    </section>
  );
}

function Buttons({ session, canRewind }: { session: Session; canRewind: boolean }) {
  const playing = session.playing.value;
  return (
    <div class="timeline-buttons">
      {canRewind && (
        <button
          type="button"
          class="icon plain"
          aria-label="Back to the start"
          title="Back to the start (Home)"
          onClick={() => session.toStart()}
        >
          <Icon name="start" />
        </button>
      )}
      <button
        type="button"
        class="primary"
        aria-label={playing ? 'Pause' : 'Play'}
        title={playing ? 'Pause (Space)' : 'Play (Space)'}
        onClick={() => session.toggle()}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      <button
        type="button"
        class="icon plain"
        aria-label="To the next message"
        title="To the next message (.)"
        onClick={() => session.stepMessage()}
      >
        <Icon name="stepMessage" />
      </button>
      <button
        type="button"
        class="icon plain"
        aria-label="One second on"
        title="One second on (→)"
        onClick={() => session.stepMs(STEP_MS)}
      >
        <Icon name="stepSecond" />
      </button>
    </div>
  );
}

function Clock({ model }: { model: SceneModel }) {
  usePaced([model.tick], 60);
  return (
    <span class="timeline-clock" title="The clock of this world">
      {clockText(model.atMs)}
    </span>
  );
}

/** How fast time runs where it does not run as fast as asked for. */
function Achieved({ session, model }: { session: Session; model: SceneModel }) {
  usePaced([model.tick], 500);
  const isSlow =
    session.playing.value && model.pace > 0 && model.pace < session.paceAsked.value * 0.8;
  if (!isSlow) return null;
  return (
    <span class="timeline-achieved" title="This machine does not manage more">
      runs {paceText(model.pace)}
    </span>
  );
}

function Speed({ session }: { session: Session }) {
  const asked = session.paceAsked.value;
  return (
    <select
      aria-label="Speed"
      title="How fast its clock runs, beside yours"
      value={asked}
      onChange={(event) => session.setPace(Number(event.currentTarget.value))}
    >
      {withPace(asked).map((pace) => (
        <option key={pace} value={pace}>
          {paceText(pace)}
        </option>
      ))}
    </select>
  );
}

function withPace(asked: number): readonly number[] {
  return PACES.includes(asked) ? PACES : [...PACES, asked].sort((a, b) => a - b);
}

/** `1/10 ×` for 100 virtual ms a second. */
export function paceText(pace: number): string {
  const times = pace / 1000;
  if (times >= 10) return `${Math.round(times)} ×`;
  if (times >= 1) return `${Number(times.toFixed(1))} ×`;
  return `1/${Math.round(1 / times)} ×`;
}

function Undo({ session }: { session: Session }) {
  const { canUndo, canRedo } = session.branches;
  if (!canUndo && !canRedo) return null;
  return (
    <span class="timeline-undo">
      <button
        type="button"
        class="icon plain"
        aria-label="Undo"
        title="Undo (Ctrl Z)"
        disabled={!canUndo}
        onClick={() => session.branches.undo()}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        class="icon plain"
        aria-label="Redo"
        title="Redo (Ctrl ⇧ Z)"
        disabled={!canRedo}
        onClick={() => session.branches.redo()}
      >
        <Icon name="redo" />
      </button>
    </span>
  );
}

function Acts({ session, model }: { session: Session; model: SceneModel }) {
  const acts = model.history.value;
  const futures = session.branches.others;
  if (acts.length === 0 && futures.length === 0) return null;
  const label =
    futures.length === 0
      ? countText(acts.length, 'act')
      : `${countText(acts.length, 'act')}, ${countText(futures.length + 1, 'future')}`;
  return (
    <Menu label={label} title="What was done to this world" above>
      {(close) => (
        <>
          <ol class="acts-list">
            {acts.map((timed, i) => (
              <li key={i}>
                <button
                  type="button"
                  class={`plain ${timed.atMs > model.atMs ? 'later' : ''}`}
                  onClick={() => {
                    session.rewind(timed.atMs);
                    close();
                  }}
                >
                  <span class="soft">{clockText(timed.atMs)}</span>
                  {actText(timed.act)}
                </button>
              </li>
            ))}
          </ol>
          {futures.length > 0 && <OtherFutures session={session} close={close} />}
        </>
      )}
    </Menu>
  );
}

function Scrub({ session, model }: { session: Session; model: SceneModel }) {
  usePaced([model.tick, model.lookupsTick], 30);
  const bar = useRef<HTMLDivElement>(null);
  const [dragMs, setDragMs] = useState<number | null>(null);
  const startMs = session.startMs.value;
  const isRecording = model.hello.value?.endMs !== null;
  const horizonMs = session.horizonMs.value;
  const endMs = isRecording ? Math.max(horizonMs, startMs + 1) : niceEnd(horizonMs);
  const atMs = Math.min(Math.max(dragMs ?? model.atMs, startMs), endMs);
  const share = (ms: number) => Math.min(1, Math.max(0, ms / (endMs - startMs)));
  const width = (ms: number) => `${(share(ms) * 100).toFixed(3)}%`;
  const percent = (ms: number) => width(ms - startMs);
  const momentAt = (event: PointerEvent) => {
    const box = bar.current!.getBoundingClientRect();
    const part = (event.clientX - box.left) / Math.max(1, box.width);
    return Math.round(startMs + Math.min(1, Math.max(0, part)) * (endMs - startMs));
  };
  const key = (event: KeyboardEvent) => {
    const to = keyedMoment(event.key, atMs, startMs, horizonMs);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    session.scrub(to);
  };
  const acts = model.history.value;
  return (
    <div
      ref={bar}
      class="scrub"
      role="slider"
      tabIndex={0}
      aria-label="Moment"
      aria-valuemin={Math.round(startMs)}
      aria-valuemax={Math.round(endMs)}
      aria-valuenow={Math.round(atMs)}
      aria-valuetext={clockText(atMs)}
      onKeyDown={key}
      onPointerDown={(event) => {
        bar.current!.setPointerCapture(event.pointerId);
        setDragMs(momentAt(event));
        session.scrub(momentAt(event));
      }}
      onPointerMove={(event) => {
        if (dragMs === null) return;
        setDragMs(momentAt(event));
        session.scrub(momentAt(event));
      }}
      onPointerUp={() => setDragMs(null)}
      onPointerCancel={() => setDragMs(null)}
    >
      <div class="scrub-track">
        <div class="scrub-done" style={{ width: percent(atMs) }} />
      </div>
      {acts.slice(-MARKS_SHOWN).map((timed, i) => (
        <span
          key={i}
          class={`scrub-mark is-${markOf(timed.act)} ${timed.atMs > model.atMs ? 'is-later' : ''}`}
          style={{ left: percent(timed.atMs) }}
          title={`${clockText(timed.atMs)}: ${actText(timed.act)}`}
        />
      ))}
      {[...model.lookups.values()].map((lookup) => (
        <span
          key={lookup.id}
          class="scrub-lookup"
          style={{
            left: percent(lookup.startedMs),
            width: width((lookup.endedMs ?? model.atMs) - lookup.startedMs),
          }}
          title={`${lookup.kind} ${lookup.label}`}
        />
      ))}
      <div class="scrub-thumb" style={{ left: percent(atMs) }} />
    </div>
  );
}

/** A key of a slider; null for any other. */
export function keyedMoment(
  key: string,
  atMs: number,
  startMs: number,
  endMs: number,
): number | null {
  const moves: Record<string, number> = {
    ArrowLeft: atMs - 100,
    ArrowDown: atMs - 100,
    ArrowRight: atMs + 100,
    ArrowUp: atMs + 100,
    PageDown: atMs - STEP_MS,
    PageUp: atMs + STEP_MS,
    Home: startMs,
    End: endMs,
  };
  const to = moves[key];
  return to === undefined ? null : Math.max(startMs, to);
}

/** The end of the bar: a little beyond the horizon, and in steps, so that it does not crawl. */
export function niceEnd(horizonMs: number): number {
  const wanted = horizonMs * 1.05;
  let unit = 1;
  while (unit * 10 <= wanted) unit *= 10;
  return Math.ceil(wanted / unit / 0.5) * unit * 0.5;
}

function markOf(act: Act): string {
  switch (act.kind) {
    case 'crash':
    case 'leave':
      return 'danger';
    case 'put':
    case 'remove':
      return 'key';
    case 'get':
    case 'lookup':
      return 'route';
    case 'partition':
    case 'churn':
    case 'network':
    case 'pause':
      return 'warn';
    case 'sybils':
      return 'sybil';
    default:
      return 'node';
  }
}
