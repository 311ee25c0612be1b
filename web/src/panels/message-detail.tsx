/**
 * One message taken apart. Its parts stand beside its raw bytes; whichever is pointed at, the other is
 * marked, and one sentence says what it is for. From here one goes to its answer, and to all that belongs
 * to the same conversation.
 */
import { useState } from 'preact/hooks';
import type { Explanation, Flight, Part } from 'ringlight/scene';
import { ALL_MESSAGES, type Conversation, isRequest, otherOf } from '../model/message-filter.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { messageText, nodeText } from '../model/words.ts';
import { charOfByte, hexOfByte, listParts, partAt, ROW_BYTES } from './message-bytes.ts';

export function MessageDetail({ model, canExplain }: { model: SceneModel; canExplain: boolean }) {
  const chosen = view.selectedFlight.value;
  const explanation = model.explanation.value;
  if (chosen === 0) {
    return (
      <p class="soft">
        Choose a message above, or a request or reply of a look-up, to see what each byte means.
      </p>
    );
  }
  const flight = flightOf(model, chosen);
  return (
    <>
      {flight && <Ties model={model} flight={flight} />}
      {canExplain ? (
        <Bytes explanation={explanation?.flight === chosen ? explanation : null} flight={flight} />
      ) : (
        <p class="soft">This source does not keep the bytes of its messages.</p>
      )}
    </>
  );
}

function Bytes({ explanation, flight }: BytesProps) {
  if (explanation === null) return <p class="soft">Asking for its bytes …</p>;
  return <Decoded key={explanation.flight} explanation={explanation} flight={flight} />;
}

interface BytesProps {
  explanation: Explanation | null;
  flight: Flight | undefined;
}

/** What became of a message, the way to its other half, and to all that it is part of. */
function Ties({ model, flight }: { model: SceneModel; flight: Flight }) {
  const other = otherOf(model, flight);
  const { exchange, from, lookup, to } = flight;
  const only = (conversation: Conversation) => {
    view.messageFilter.value = { ...ALL_MESSAGES, conversation };
  };
  return (
    <section class="message-ties" aria-label="What it belongs to">
      <p class="small">{messageText(flight, other)}.</p>
      <div class="message-tie-buttons">
        {other && (
          <button
            type="button"
            onClick={() => {
              view.selectedFlight.value = other.id;
            }}
          >
            To its {isRequest(flight) ? 'reply' : 'request'}
          </button>
        )}
        {exchange !== 0 && (
          <button type="button" onClick={() => only({ of: 'exchange', exchange })}>
            Only this exchange
          </button>
        )}
        {lookup > 0 && (
          <button type="button" onClick={() => only({ of: 'lookup', lookup })}>
            All of this look-up
          </button>
        )}
        {from >= 0 && to >= 0 && (
          <button type="button" onClick={() => only({ of: 'pair', nodes: [from, to] })}>
            All between {from} and {to}
          </button>
        )}
      </div>
    </section>
  );
}

function flightOf(model: SceneModel, id: number): Flight | undefined {
  return model.flights.find((flight) => flight.id === id);
}

function Decoded({ explanation, flight }: BytesProps & { explanation: Explanation }) {
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
            {nodeText(flight.from)} → {nodeText(flight.to)}, {bytes.length} bytes
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
