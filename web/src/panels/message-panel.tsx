/**
 * Messages: the newest as a list, and one taken apart. Its parts stand beside its raw bytes; whichever
 * is pointed at, the other is marked, and one sentence says what it is for.
 */
import { useState } from 'preact/hooks';
import type { Explanation, Flight, Part } from 'ringlight/scene';
import type { PaneProps } from '../model/pane.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { clockText } from '../model/words.ts';
import { download } from '../ui/download.ts';
import { Icon } from '../ui/icon.tsx';
import { usePaced } from '../ui/paced.ts';
import { csvOf } from './csv.ts';
import { charOfByte, hexOfByte, listParts, partAt, ROW_BYTES } from './message-bytes.ts';
import './message-panel.css';

const ROWS_SHOWN = 80;
/** A list that runs faster is not read. */
const REDRAW_MS = 500;

export function MessagePanel({ model }: PaneProps) {
  usePaced([model.lookupsTick, model.tick], REDRAW_MS);
  const canExplain = model.hello.value?.abilities.includes('explain') ?? false;
  return (
    <div class="message">
      <MessageDetail model={model} canExplain={canExplain} />
      <MessageList model={model} />
    </div>
  );
}

function MessageDetail({ model, canExplain }: { model: SceneModel; canExplain: boolean }) {
  const chosen = view.selectedFlight.value;
  const explanation = model.explanation.value;
  if (chosen === 0) {
    return <p class="soft">Choose a message below, or a request or reply of a look-up.</p>;
  }
  if (!canExplain) return <p class="soft">This source does not keep the bytes of its messages.</p>;
  if (explanation?.flight !== chosen) return <p class="soft">Asking for its bytes …</p>;
  return <Decoded key={chosen} explanation={explanation} flight={flightOf(model, chosen)} />;
}

function flightOf(model: SceneModel, id: number): Flight | undefined {
  return model.flights.find((flight) => flight.id === id);
}

function Decoded({
  explanation,
  flight,
}: {
  explanation: Explanation;
  flight: Flight | undefined;
}) {
  const { bytes, root, kind } = explanation;
  const [pointed, setPointed] = useState<Part | null>(null);
  const [kept, setKept] = useState<Part | null>(null);
  const marked = pointed ?? kept;
  const isMarked = (byte: number) => marked !== null && byte >= marked.start && byte < marked.end;
  const rows: number[] = [];
  for (let start = 0; start < bytes.length; start += ROW_BYTES) rows.push(start);
  return (
    <section class="message-decoded" aria-label={`The message ${kind}, taken apart`}>
      <h3>
        {kind}
        {flight && (
          <span class="soft">
            {' '}
            node {flight.from} → node {flight.to}, {bytes.length} bytes
          </span>
        )}
      </h3>
      <p class="message-note small" aria-live="polite">
        {marked ? marked.note || `${marked.label}: ${marked.end - marked.start} bytes` : NOTE}
      </p>
      <ul class="message-parts" onPointerLeave={() => setPointed(null)}>
        {listParts(root).map(({ part, depth }, index) => (
          <li key={`${index}`} style={{ '--depth': depth }}>
            <button
              type="button"
              class={`plain${marked === part ? ' marked' : ''}`}
              aria-pressed={kept === part}
              onPointerEnter={() => setPointed(part)}
              onFocus={() => setPointed(part)}
              onBlur={() => setPointed(null)}
              onClick={() => setKept(kept === part ? null : part)}
            >
              <span>{part.label}</span>
              <span class="message-value">{part.value}</span>
            </button>
          </li>
        ))}
      </ul>
      <div class="message-dump" role="img" aria-label={`${bytes.length} bytes in hexadecimal`}>
        {rows.map((start) => (
          <div key={start} class="message-line">
            <span class="message-offset">{start.toString(16).padStart(4, '0')}</span>
            <span class="message-hex" onPointerLeave={() => setPointed(null)}>
              {Array.from(bytes.subarray(start, start + ROW_BYTES), (byte, i) => (
                <span
                  key={start + i}
                  class={isMarked(start + i) ? 'marked' : ''}
                  onPointerEnter={() => setPointed(partAt(root, start + i))}
                >
                  {hexOfByte(byte)}
                </span>
              ))}
            </span>
            <span class="message-text">
              {Array.from(bytes.subarray(start, start + ROW_BYTES), (byte, i) => (
                <span key={start + i} class={isMarked(start + i) ? 'marked' : ''}>
                  {charOfByte(byte)}
                </span>
              ))}
            </span>
          </div>
        ))}
      </div>
    </section>
  );
}

const NOTE = 'Point at a part or at a byte to see what it is for.';

function MessageList({ model }: { model: SceneModel }) {
  // It reads signals, so it is not drawn again just because the panel around it is.
  usePaced([model.lookupsTick, model.tick], REDRAW_MS);
  const [filter, setFilter] = useState('');
  const flights = newest(model, filter, ROWS_SHOWN);
  return (
    <section class="message-list" aria-label="Newest messages">
      <div class="message-filter">
        <input
          type="search"
          aria-label="Show only messages with"
          placeholder="Filter: get, lost, node 5 …"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <button
          type="button"
          title="These messages as a table for other programs"
          onClick={() => download('ringlight-messages.csv', flightsCsv(flights), 'text/csv')}
        >
          <Icon name="download" />
          CSV
        </button>
      </div>
      {flights.length === 0 ? (
        <p class="soft">
          {model.flights.length === 0 ? 'No messages yet.' : `No message has “${filter.trim()}”.`}
        </p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Message</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Bytes</th>
              <th scope="col">Sent</th>
            </tr>
          </thead>
          <tbody>
            {flights.map((flight) => (
              <tr key={flight.id} class={flight.id === view.selectedFlight.value ? 'selected' : ''}>
                <td>
                  <button
                    type="button"
                    class={`plain message-kind is-${flight.fate}`}
                    onClick={() => {
                      view.selectedFlight.value = flight.id;
                    }}
                  >
                    {flight.kind}
                    {flight.fate !== 'delivered' && flight.fate !== 'unknown' && (
                      <span> ({flight.fate})</span>
                    )}
                  </button>
                </td>
                <td>{flight.from < 0 ? 'outside' : flight.from}</td>
                <td>{flight.to < 0 ? 'outside' : flight.to}</td>
                <td>{flight.bytes}</td>
                <td class="soft small">{clockText(flight.sentMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/**
 * The newest flights with all words of a filter: a kind, a fate, `node 5`, or `lookup 3`. Looks at no
 * more of them than it must.
 */
export function newest(model: SceneModel, filter: string, most: number): Flight[] {
  const node = /\bnode (\d+)/.exec(filter);
  const lookup = /\blookup (\d+)/.exec(filter);
  const words = filter
    .replace(/\b(node|lookup) \d+/g, '')
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found: Flight[] = [];
  for (let i = model.flights.length - 1; i >= 0 && found.length < most; i--) {
    const flight = model.flights[i];
    if (node && flight.from !== Number(node[1]) && flight.to !== Number(node[1])) continue;
    if (lookup && flight.lookup !== Number(lookup[1])) continue;
    const text = `${flight.kind} ${flight.fate}`.toLowerCase();
    if (words.every((word) => text.includes(word))) found.push(flight);
  }
  return found;
}

export function flightsCsv(flights: readonly Flight[]): string {
  const head = 'id,kind,fate,from,to,bytes,sent_ms,arrives_ms,lookup'.split(',');
  const rows = flights.map((flight) => [
    String(flight.id),
    flight.kind,
    flight.fate,
    String(flight.from),
    String(flight.to),
    String(flight.bytes),
    String(flight.sentMs),
    flight.arrivesMs === null ? '' : String(flight.arrivesMs),
    String(flight.lookup),
  ]);
  return csvOf([head, ...rows]);
}
