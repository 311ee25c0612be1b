/**
 * Messages: one taken apart, and those that one chose to look at, as a list or as a space-time diagram.
 */
import { type Signal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { newestMessages, type PairedFlight } from '../model/message-filter.ts';
import type { PaneProps } from '../model/pane.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { exactClockText, msText } from '../model/words.ts';
import { FileButton } from '../ui/file-button.tsx';
import { usePaced } from '../ui/paced.ts';
import { csvOf } from './csv.ts';
import { MessageDetail } from './message-detail.tsx';
import { MessageFilterBar, NoMessages } from './message-filter-bar.tsx';
import './message-panel.css';

const ROWS_SHOWN = 80;
/** A list that runs faster is not read. */
const REDRAW_MS = 500;

/** How messages are shown: the same in both of two scenes. */
const asDiagram: Signal<boolean> = signal(false);

export function MessagePanel({ model }: PaneProps) {
  usePaced([model.lookupsTick, model.tick], REDRAW_MS);
  const canExplain = model.hello.value?.abilities.includes('explain') ?? false;
  return (
    <div class="message">
      <Messages model={model} />
      <MessageDetail model={model} canExplain={canExplain} />
    </div>
  );
}

function Messages({ model }: { model: SceneModel }) {
  // It reads signals, so it is not drawn again just because the panel around it is.
  usePaced([model.lookupsTick, model.tick], REDRAW_MS);
  const filter = view.messageFilter.value;
  const isDiagram = asDiagram.value;
  return (
    <section class="message-list" aria-label="Newest messages">
      <MessageFilterBar model={model} />
      <div class="message-forms">
        <FormButton label="List" isDiagram={false} />
        <FormButton label="Diagram" isDiagram={true} />
      </div>
      {isDiagram ? (
        <Diagram model={model} />
      ) : (
        <List model={model} messages={newestMessages(model, filter, ROWS_SHOWN)} />
      )}
    </section>
  );
}

function FormButton({ label, isDiagram }: { label: string; isDiagram: boolean }) {
  return (
    <button
      type="button"
      aria-pressed={asDiagram.value === isDiagram}
      onClick={() => {
        asDiagram.value = isDiagram;
      }}
    >
      {label}
    </button>
  );
}

function List({ model, messages }: { model: SceneModel; messages: readonly PairedFlight[] }) {
  if (messages.length === 0) return <NoMessages model={model} />;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <section class="message-scroll" aria-label="Messages, the newest first" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Message</th>
              <th scope="col">Way</th>
              <th scope="col">Bytes</th>
              <th scope="col">Sent</th>
              <th scope="col">Answer</th>
            </tr>
          </thead>
          <tbody>
            {messages.map((one) => (
              <Row key={one.flight.id} {...one} />
            ))}
          </tbody>
        </table>
      </section>
      <div class="message-files">
        <FileButton
          name="ringlight-messages"
          kind="csv"
          title="These messages as a table for other programs"
          text={() => flightsCsv(messages)}
        />
      </div>
    </>
  );
}

function Row({ flight, other }: PairedFlight) {
  const { bytes, exchange, fate, from, id, kind, sentMs, to } = flight;
  const chosen = view.selectedFlight.value;
  const standing = id === chosen ? 'selected' : other?.id === chosen ? 'is-pair' : '';
  const choose = (flightId: number) => {
    view.selectedFlight.value = flightId;
  };
  const isFine = fate === 'delivered' || fate === 'unknown';
  return (
    <tr class={standing}>
      <td>
        <button
          type="button"
          class={`plain message-kind is-${fate}`}
          aria-pressed={id === chosen}
          onClick={() => choose(id)}
        >
          {kind}
          {!isFine && <span> ({fate})</span>}
        </button>
      </td>
      <td>
        {endText(from)} → {endText(to)}
      </td>
      <td>{bytes}</td>
      <td class="soft small">{exactClockText(sentMs)}</td>
      <td class="small">
        {other ? (
          <button
            type="button"
            class="plain message-other"
            title={exchange === id ? `Its reply ${other.kind}` : `Its request ${other.kind}`}
            onClick={() => choose(other.id)}
          >
            {exchange === id ? `↓ ${roundTrip(flight, other)}` : `↑ ${other.kind}`}
          </button>
        ) : (
          exchange === id && <span class="soft">none yet</span>
        )}
      </td>
    </tr>
  );
}

const endText = (node: number) => (node < 0 ? 'outside' : String(node));

function roundTrip(request: { sentMs: number }, reply: PairedFlight['flight']): string {
  return msText((reply.arrivesMs ?? reply.sentMs) - request.sentMs);
}

type DiagramView = typeof import('./message-diagram.tsx').MessageDiagram;

/** Loaded when it is asked for. */
function Diagram({ model }: { model: SceneModel }) {
  const [View, setView] = useState<{ View: DiagramView } | null>(null);
  useEffect(() => {
    void import('./message-diagram.tsx').then(({ MessageDiagram }) =>
      setView({ View: MessageDiagram }),
    );
  }, []);
  return View === null ? <p class="soft">Drawing …</p> : <View.View model={model} />;
}

export function flightsCsv(messages: readonly PairedFlight[]): string {
  const head = 'id,kind,fate,from,to,bytes,sent_ms,arrives_ms,lookup,exchange'.split(',');
  const rows = messages.map(({ flight }) => [
    String(flight.id),
    flight.kind,
    flight.fate,
    String(flight.from),
    String(flight.to),
    String(flight.bytes),
    String(flight.sentMs),
    flight.arrivesMs === null ? '' : String(flight.arrivesMs),
    String(flight.lookup),
    String(flight.exchange),
  ]);
  return csvOf([head, ...rows]);
}
