/**
 * A node looked into: its facts, what it knows of others, what it stores, what it waits for, and what
 * it said. Each contact is a sign whose form tells whether it is alive, paler the longer ago it was
 * heard of; a click goes to it.
 */
import type { ContactRow, ContactView, NodeView } from 'ringlight/scene';
import type { PaneProps } from '../model/pane.ts';
import { view } from '../model/view-state.ts';
import { clockText, STATE_WORDS, stateText } from '../model/words.ts';
import { download } from '../ui/download.ts';
import { Icon } from '../ui/icon.tsx';
import { usePaced } from '../ui/paced.ts';
import { csvOf } from './csv.ts';
import './node-panel.css';

const REDRAW_MS = 200;
/** The newest lines of a log that are shown. */
const LOG_SHOWN = 40;
/** The most that a bucket holds in any network there is. */
const LARGEST_BUCKET = 20;
/** Heard of longer ago than this is as pale as can be: BEP 5 calls a node questionable then. */
const PALE_MS = 15 * 60_000;

export function NodePanel({ model }: PaneProps) {
  usePaced([model.nodeTick], REDRAW_MS);
  const chosen = view.selectedNode.value;
  if (chosen < 0) {
    return <p class="soft">Choose a node in the picture to look into it.</p>;
  }
  const inspected = model.node?.node === chosen ? model.node : null;
  return (
    <section class="node" aria-label={`Node ${chosen}`}>
      <h2>
        Node {chosen}
        <span class={`node-state is-${STATE_WORDS[model.stateOf[chosen] ?? 0]}`}>
          {stateText(model, chosen)}
        </span>
      </h2>
      {inspected ? (
        <Inspected node={inspected} />
      ) : (
        <p class="soft">
          {model.hello.value?.abilities.includes('inspect')
            ? 'Looking into it …'
            : 'This source does not let anybody look into its nodes.'}
        </p>
      )}
    </section>
  );
}

function Inspected({ node }: { node: NodeView }) {
  return (
    <>
      <dl class="node-facts">
        {node.addresses.length > 0 && <Fact name="address" value={node.addresses.join(', ')} />}
        {node.ids.map((id) => (
          <Fact key={id} name="id" value={id} mono />
        ))}
        {node.facts.map(({ name, value }) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      <Table node={node} />
      <Stored node={node} />
      {node.inFlight.length > 0 && (
        <>
          <h3>Waiting for</h3>
          <ul class="node-list">
            {node.inFlight.map((each, index) => (
              <li key={`${index}`}>
                <span>{each.what}</span>
                <span class="soft">{each.to}</span>
                <span class="soft small">
                  {Math.max(0, Math.round(node.atMs - each.sinceMs))} ms
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {node.log.length > 0 && (
        <>
          <h3>Log</h3>
          <ol class="node-log">
            {node.log
              .slice(-LOG_SHOWN)
              .reverse()
              .map((line, index) => (
                <li key={`${line.atMs} ${index}`}>
                  <span class="soft small">{clockText(line.atMs)}</span> {line.text}
                </li>
              ))}
          </ol>
        </>
      )}
    </>
  );
}

function Fact({ name, value, mono = false }: { name: string; value: string; mono?: boolean }) {
  return (
    <>
      <dt>{name}</dt>
      <dd class={mono ? 'mono' : ''}>{value}</dd>
    </>
  );
}

function Table({ node }: { node: NodeView }) {
  const known = node.rows.reduce((sum, row) => sum + row.contacts.length, 0);
  if (node.rows.length === 0) return null;
  return (
    <>
      <h3>
        Whom it knows <span class="soft">{known} contacts</span>
        <button
          type="button"
          class="plain icon"
          aria-label="The table as CSV"
          title="The table as CSV"
          onClick={() => download(`ringlight-node-${node.node}.csv`, tableCsv(node), 'text/csv')}
        >
          <Icon name="download" />
        </button>
      </h3>
      <p class="node-key small soft" aria-hidden="true">
        <span class="node-contact is-good" /> good <span class="node-contact is-questionable" />{' '}
        questionable <span class="node-contact is-bad" /> bad <span class="node-vacant" /> free
      </p>
      <ol class="node-rows">
        {node.rows.map((row) => (
          <Row key={row.label} row={row} />
        ))}
      </ol>
    </>
  );
}

function Row({ row }: { row: ContactRow }) {
  // Of a list that may be very long it says nothing how much of it is free.
  const vacant = row.capacity > LARGEST_BUCKET ? 0 : row.capacity - row.contacts.length;
  return (
    <li>
      <span class="node-label small" title={row.label}>
        {row.label}
      </span>
      <span class="node-contacts">
        {row.contacts.map((contact, index) => (
          <Contact key={`${contact.id} ${index}`} contact={contact} />
        ))}
        {Array.from({ length: Math.max(0, vacant) }, (_, index) => (
          <span key={`${index}`} class="node-vacant" />
        ))}
      </span>
    </li>
  );
}

function Contact({ contact }: { contact: ContactView }) {
  const { node, state, ageMs, failures } = contact;
  const name = node >= 0 ? `node ${node}` : contact.address;
  const age = ageMs === null ? 'never heard' : `heard ${clockText(ageMs)} ago`;
  const failed = failures > 0 ? `, ${failures} failed` : '';
  const title = `${name}: ${state}, ${age}${failed}`;
  const pale = ageMs === null ? 0.5 : 1 - 0.6 * Math.min(1, ageMs / PALE_MS);
  return (
    <button
      type="button"
      class={`node-contact is-${state}`}
      style={{ opacity: state === 'good' ? pale : 1 }}
      aria-label={title}
      title={title}
      disabled={node < 0}
      onClick={() => {
        view.selectedNode.value = node;
      }}
      onPointerEnter={() => {
        view.hoveredNode.value = node;
      }}
      onPointerLeave={() => {
        view.hoveredNode.value = -1;
      }}
    />
  );
}

function Stored({ node }: { node: NodeView }) {
  if (node.storedCount === 0) return <p class="soft small">It stores nothing.</p>;
  return (
    <>
      <h3>
        Stores <span class="soft">{node.storedCount.toLocaleString('en')}</span>
      </h3>
      <table class="node-stored">
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">As</th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          {node.stored.map((record) => (
            <tr key={`${record.key} ${record.role}`}>
              <td>
                <button
                  type="button"
                  class="plain node-stored-key"
                  title={record.key}
                  onClick={() => {
                    view.selectedKey.value = record.key;
                  }}
                >
                  {record.name ?? <span class="mono">{record.key.slice(0, 10)}…</span>}
                </button>
              </td>
              <td class={`node-role is-${record.role}`}>{record.role}</td>
              <td>{record.what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {node.storedCount > node.stored.length && (
        <p class="soft small">The first {node.stored.length} of them.</p>
      )}
    </>
  );
}

/** All contacts of a node as a table for other programs. */
export function tableCsv(node: NodeView): string {
  const head = ['row', 'prefix_bits', 'node', 'id', 'address', 'state', 'age_ms', 'failures'];
  const rows = node.rows.flatMap((row) =>
    row.contacts.map((contact) => [
      row.label,
      String(row.prefixBits),
      String(contact.node),
      contact.id,
      contact.address,
      contact.state,
      contact.ageMs === null ? '' : String(contact.ageMs),
      String(contact.failures),
    ]),
  );
  return csvOf([head, ...rows]);
}
