/**
 * Lookups that are watched: a list, and of the chosen one its path, its waterfall and its shortlist.
 * It is played step by step or as it went; the picture shows the same step.
 */
import { useState } from 'preact/hooks';
import type { LookupView } from 'ringlight/scene';
import { ALL_MESSAGES } from '../model/message-filter.ts';
import type { PaneProps } from '../model/pane.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { powerOfTwo } from '../model/words.ts';
import { chosenLookup } from '../stage/chosen-lookup.ts';
import { bestStep, momentOf, pathTo, shortlistAt } from '../stage/route.ts';
import { FileButton } from '../ui/file-button.tsx';
import { usePaced } from '../ui/paced.ts';
import { csvOf } from './csv.ts';
import { LookupPlayer } from './lookup-player.tsx';
import { layOut, type WaterfallBar } from './waterfall.ts';
import { waterfallSvg } from './waterfall-svg.ts';
import './lookup-panel.css';

/** Running lookups move on many times a second; words need not. */
const REDRAW_MS = 120;

export function LookupPanel({ model }: PaneProps) {
  usePaced([model.lookupsTick], REDRAW_MS);
  const chosen = chosenLookup(model, view.selectedLookup.value);
  return (
    <div class="lookup">
      <LookupList model={model} />
      {chosen ? (
        <LookupDetail key={chosen.id} lookup={chosen} model={model} />
      ) : (
        <p class="soft">
          {model.lookups.size === 0
            ? 'No look-up has been watched yet. Type a name under Keys and look it up.'
            : 'Choose a look-up to see how it found its way.'}
        </p>
      )}
    </div>
  );
}

function LookupList({ model }: { model: SceneModel }) {
  // It reads signals, so it is not drawn again just because the panel around it is.
  usePaced([model.lookupsTick], REDRAW_MS);
  const [held, setHeld] = useState<LookupView[] | null>(null);
  const lookups = held ?? [...model.lookups.values()].reverse();
  if (lookups.length === 0) return null;
  return (
    // Whoever points at one wants it to stay where it is.
    <ul
      class="lookup-list"
      aria-label="Watched look-ups, the newest first"
      onPointerEnter={() => setHeld(lookups)}
      onPointerLeave={() => setHeld(null)}
    >
      {lookups.map((lookup) => {
        const chosen = view.selectedLookup.value === lookup.id;
        return (
          <li key={lookup.id}>
            <button
              type="button"
              class="plain lookup-row"
              aria-pressed={chosen}
              onClick={() => {
                view.selectedLookup.value = chosen ? 0 : lookup.id;
                view.lookupStep.value = -1;
              }}
            >
              <span class={`lookup-dot is-${lookup.state}`} aria-hidden="true" />
              <span class="lookup-name">
                {lookup.kind} {nameOf(lookup)}
              </span>
              <span class="soft small">node {lookup.from}</span>
              <span class="soft small lookup-time">{timeOf(lookup)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function LookupDetail({ lookup, model }: { lookup: LookupView; model: SceneModel }) {
  const step = view.lookupStep.value;
  const fall = layOut(lookup, step, model.atMs);
  const title = `${lookup.kind} ${nameOf(lookup)} from node ${lookup.from}`;
  const file = `ringlight-lookup-${lookup.id}`;
  return (
    <section class="lookup-detail" aria-label={title}>
      <p class={`lookup-result is-${lookup.state}`}>
        {lookup.state === 'running' ? 'On its way …' : lookup.result || lookup.state}
        {lookup.exact !== null && (
          <span class="soft"> {lookup.exact ? 'Exactly what is true.' : 'Not what is true.'}</span>
        )}
      </p>
      <LookupPlayer lookup={lookup} />
      <Path lookup={lookup} step={step} />
      <h3>Requests over time</h3>
      <div class="lookup-fall">
        <div class="lookup-ticks" aria-hidden="true">
          {fall.ticksMs.map((tick) => (
            <span key={tick} style={{ left: `${(tick / fall.spanMs) * 100}%` }}>
              {tick}
            </span>
          ))}
          <span class="lookup-unit">ms</span>
        </div>
        <ol>
          {fall.bars.map((bar) => (
            <Bar key={bar.step} bar={bar} active={bar.step === step} />
          ))}
        </ol>
      </div>
      <Shortlist lookup={lookup} step={step} />
      <div class="lookup-files">
        <button type="button" onClick={() => showMessages(lookup.id)}>
          Its messages
        </button>
        <FileButton name={file} kind="svg" text={() => waterfallSvg(fall, title)} />
        <FileButton name={file} kind="csv" text={() => stepsCsv(lookup)} />
      </div>
    </section>
  );
}

function showMessages(lookup: number): void {
  view.messageFilter.value = { ...ALL_MESSAGES, conversation: { of: 'lookup', lookup } };
  view.tab.value = 'message';
}

/** The hops of the best way, and how the distance to the target falls. */
function Path({ lookup, step }: { lookup: LookupView; step: number }) {
  const path = pathTo(lookup, bestStep(lookup, momentOf(lookup, step)));
  if (path.length === 0) return <p class="soft small">Nobody has answered yet.</p>;
  return (
    <>
      <h3>
        Path <span class="soft">distance to the target falls with each hop</span>
      </h3>
      <ol class="lookup-path">
        <li>
          <span class="lookup-hop">0</span>
          <NodeLink node={lookup.from} />
          <span class="soft small">asks</span>
        </li>
        {path.map((index, hop) => {
          const { node, distanceBits } = lookup.steps[index];
          return (
            <li key={index}>
              <span class="lookup-hop">{hop + 1}</span>
              <NodeLink node={node} />
              {distanceBits !== null && (
                <>
                  <span class="lookup-distance" aria-hidden="true">
                    <span style={{ width: `${nearness(distanceBits)}%` }} />
                  </span>
                  <span class="small lookup-bits" title={`Less than 2 to the ${distanceBits}`}>
                    &lt; {powerOfTwo(distanceBits)}
                  </span>
                </>
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
}

/** Bits of the largest distance; what is nearer than 2^132 is next door in any network there is. */
const ID_BITS = 160;
const NEAREST_BITS = 132;

function nearness(bits: number): number {
  return Math.max(2, ((bits - NEAREST_BITS) / (ID_BITS - NEAREST_BITS)) * 100);
}

function Bar({ bar, active }: { bar: WaterfallBar; active: boolean }) {
  const open = (flight: number) => {
    view.selectedFlight.value = flight;
    view.tab.value = 'message';
  };
  const name = bar.node < 0 ? 'outside' : `node ${bar.node}`;
  return (
    <li class={active ? 'active' : ''}>
      <NodeLink node={bar.node} />
      <span class="lookup-track">
        <button
          type="button"
          class={`lookup-bar is-${bar.standing}${bar.onPath ? ' on-path' : ''}`}
          style={{
            left: `${bar.from * 100}%`,
            width: `${Math.max(0.5, (bar.to - bar.from) * 100)}%`,
          }}
          aria-label={`${name}: ${bar.standing}. Show this step`}
          title={`${name}: ${bar.standing}`}
          onClick={() => {
            view.lookupStep.value = bar.step;
          }}
        />
      </span>
      <span class="lookup-messages">
        <button
          type="button"
          class="plain"
          disabled={bar.request === 0}
          title="The request, byte by byte"
          aria-label={`Request to ${name}`}
          onClick={() => open(bar.request)}
        >
          →
        </button>
        <button
          type="button"
          class="plain"
          disabled={bar.reply === 0}
          title="The reply, byte by byte"
          aria-label={`Reply of ${name}`}
          onClick={() => open(bar.reply)}
        >
          ←
        </button>
      </span>
    </li>
  );
}

const STANDING_WORDS = {
  unsent: 'heard of',
  waiting: 'asked',
  answered: 'answered',
  late: 'answered late',
  timeout: 'no answer',
  error: 'error',
  cancelled: 'given up',
} as const;

/** Rows of a shortlist that are read. */
const SHORTLIST_SHOWN = 16;

function Shortlist({ lookup, step }: { lookup: LookupView; step: number }) {
  const list = shortlistAt(lookup, momentOf(lookup, step));
  if (list.length === 0) return null;
  return (
    <>
      <h3>
        Shortlist{' '}
        <span class="soft">
          {step < 0 ? 'at the end' : `after step ${step + 1}`}, nearest first
        </span>
      </h3>
      <table class="lookup-shortlist">
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Distance</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {list.slice(0, SHORTLIST_SHOWN).map((candidate) => (
            <tr key={candidate.step}>
              <td>
                <NodeLink node={candidate.node} />
              </td>
              <td>
                {candidate.distanceBits === null ? (
                  '–'
                ) : (
                  <>&lt; {powerOfTwo(candidate.distanceBits)}</>
                )}
              </td>
              <td>
                <span class={`lookup-standing is-${candidate.standing}`}>
                  {STANDING_WORDS[candidate.standing]}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {list.length > SHORTLIST_SHOWN && (
        <p class="soft small">and {list.length - SHORTLIST_SHOWN} farther away</p>
      )}
    </>
  );
}

/** The number of a node, which selects it. */
function NodeLink({ node }: { node: number }) {
  if (node < 0) return <span class="soft lookup-node">outside</span>;
  return (
    <button
      type="button"
      class="plain lookup-node"
      onClick={() => {
        view.selectedNode.value = node;
      }}
      onPointerEnter={() => {
        view.hoveredNode.value = node;
      }}
      onPointerLeave={() => {
        view.hoveredNode.value = -1;
      }}
    >
      node {node}
    </button>
  );
}

function nameOf(lookup: LookupView): string {
  return lookup.label === lookup.target ? `${lookup.target.slice(0, 8)}…` : `“${lookup.label}”`;
}

function timeOf(lookup: LookupView): string {
  if (lookup.endedMs === null) return '…';
  return `${Math.round(lookup.endedMs - lookup.startedMs)} ms`;
}

/** All steps as a table for other programs. */
export function stepsCsv(lookup: LookupView): string {
  const head = 'step,node,id,told_by,hops,distance_bits,sent_ms,ended_ms,verdict'.split(',');
  const rows = lookup.steps.map((step, index) => [
    String(index),
    String(step.node),
    step.id ?? '',
    String(step.toldBy),
    String(step.hops),
    step.distanceBits === null ? '' : String(step.distanceBits),
    String(step.sentMs),
    step.endedMs === null ? '' : String(step.endedMs),
    step.verdict,
  ]);
  return csvOf([head, ...rows]);
}
