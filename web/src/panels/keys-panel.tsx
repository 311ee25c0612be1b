/**
 * Keys: type a name to put, get, look up or remove it, and see who owns what and how safe it is. A row
 * selects its key in the picture.
 */
import { useId, useState } from 'preact/hooks';
import { NodeState } from 'ringlight/scene';
import type { SceneModel } from '../model/scene-model.ts';
import type { Session } from '../model/session.ts';
import { countText } from '../model/words.ts';
import { FileButton } from '../ui/file-button.tsx';
import { usePaced } from '../ui/paced.ts';
import { type KeyColumn, type KeyRow, keyRows, keysCsv } from './key-rows.ts';
import './keys-panel.css';

/** Rows in the page at a time: more are found by filtering. */
export const ROWS_SHOWN = 300;

interface KeysProps {
  session: Session;
  model: SceneModel;
}

export function KeysPanel({ session, model }: KeysProps) {
  const hello = model.hello.value;
  if (!hello) return null;
  const isRing = hello.overlay === 'ring';
  const canAct = hello.abilities.includes('act');
  return (
    <div class="keys">
      {canAct && <KeyForm session={session} model={model} isRing={isRing} />}
      <KeyTable session={session} model={model} isRing={isRing} k={hello.k} canAct={canAct} />
    </div>
  );
}

function KeyForm({ session, model, isRing }: KeysProps & { isRing: boolean }) {
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [level, setLevel] = useState<'one' | 'quorum' | 'all'>('quorum');
  const [network, setNetwork] = useState<4 | 6>(4);
  const ids = { name: useId(), value: useId(), level: useId(), network: useId() };
  const hasBoth = model.hello.value?.config?.family === 'both';
  const over = hasBoth ? { family: network } : {};
  const typed = name.trim();
  const from = () => {
    const node = session.view.selectedNode.value;
    return node >= 0 && model.stateOf[node] === NodeState.up ? { from: node } : {};
  };
  const put = () =>
    session.act({
      kind: 'put',
      name: typed,
      value,
      ...(isRing ? { level } : {}),
      ...from(),
      ...over,
    });
  const ask = (kind: 'get' | 'remove' | 'lookup') => () =>
    session.act({ kind, name: typed, ...from(), ...over });
  return (
    <form
      class="keys-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed !== '') ask('lookup')();
      }}
    >
      <div class="keys-fields">
        <div>
          <label for={ids.name}>Name</label>
          <input
            id={ids.name}
            type="text"
            placeholder="apple"
            autocomplete="off"
            spellcheck={false}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </div>
        {isRing && (
          <div>
            <label for={ids.value}>Value</label>
            <input
              id={ids.value}
              type="text"
              placeholder="anything"
              autocomplete="off"
              value={value}
              onInput={(event) => setValue(event.currentTarget.value)}
            />
          </div>
        )}
      </div>
      <div class="keys-buttons">
        <button type="submit" class="primary" disabled={typed === ''}>
          Look up
        </button>
        <button type="button" disabled={typed === ''} onClick={ask('get')}>
          {isRing ? 'Get' : 'Find peers'}
        </button>
        <button type="button" disabled={typed === ''} onClick={put}>
          {isRing ? 'Put' : 'Announce'}
        </button>
        {isRing && (
          <button type="button" disabled={typed === ''} onClick={ask('remove')}>
            Remove
          </button>
        )}
      </div>
      {hasBoth && (
        <div class="keys-level small">
          <label for={ids.network} title="Nodes are in two networks: which of them is asked.">
            Over
          </label>
          <select
            id={ids.network}
            value={network}
            onChange={(event) => setNetwork(event.currentTarget.value === '6' ? 6 : 4)}
          >
            <option value="4">IPv4</option>
            <option value="6">IPv6</option>
          </select>
        </div>
      )}
      {isRing && (
        <div class="keys-level small">
          <label for={ids.level} title="When a put counts as done.">
            Put waits for
          </label>
          <select
            id={ids.level}
            value={level}
            onChange={(event) => setLevel(event.currentTarget.value as typeof level)}
          >
            <option value="one">the owner</option>
            <option value="quorum">most copies</option>
            <option value="all">all copies</option>
          </select>
        </div>
      )}
    </form>
  );
}

interface KeyTableProps extends KeysProps {
  isRing: boolean;
  k: number;
  canAct: boolean;
}

function KeyTable({ session, model, isRing, k, canAct }: KeyTableProps) {
  usePaced([model.keysTick], 200);
  const [filter, setFilter] = useState('');
  const [column, setColumn] = useState<KeyColumn>('name');
  const [descending, setDescending] = useState(false);
  const rows = keyRows(model, filter, column, descending);
  const pick = (next: KeyColumn) => {
    setDescending(next === column && !descending);
    setColumn(next);
  };
  const head = (name: KeyColumn, label: string, hint: string) => (
    <th
      key={name}
      scope="col"
      aria-sort={column === name ? (descending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" class="plain" title={hint} onClick={() => pick(name)}>
        {label}
        <span aria-hidden="true">{column === name ? (descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
  if (model.keys.size === 0) {
    return (
      <p class="keys-none soft">
        {isRing ? 'No keys yet.' : 'Nobody has announced anything yet.'}
        {canAct &&
          (isRing ? ' Type a name and a value, and put it.' : ' Type a name and announce it.')}
      </p>
    );
  }
  return (
    <>
      <div class="keys-filter">
        <input
          type="search"
          aria-label="Show only keys with"
          placeholder={`Filter ${countText(model.keys.size, 'key')}`}
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <FileButton
          name="ringlight-keys"
          kind="csv"
          title="The list as a table for other programs"
          text={() => keysCsv(rows)}
        />
      </div>
      <table class="keys-table">
        <caption class="hidden-text">Keys, their owners and copies</caption>
        <thead>
          <tr>
            {head('name', 'Key', 'Sort by name')}
            {isRing && head('owner', 'Owner', 'The node that owns the key')}
            {head('copies', isRing ? 'Copies' : 'Nodes', 'Living nodes that hold it')}
            {head('state', 'State', 'Sort by what needs help first')}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_SHOWN).map((row) => (
            <Row key={row.key} row={row} session={session} isRing={isRing} k={k} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="keys-none soft">No key has “{filter.trim()}” in its name.</p>}
      {rows.length > ROWS_SHOWN && (
        <p class="keys-none soft">
          The first {ROWS_SHOWN} of {rows.length.toLocaleString('en')}. Filter to see others.
        </p>
      )}
    </>
  );
}

interface RowProps {
  row: KeyRow;
  session: Session;
  isRing: boolean;
  k: number;
}

function Row({ row, session, isRing, k }: RowProps) {
  const { selectedKey, selectedNode } = session.view;
  const isSelected = selectedKey.value === row.key;
  return (
    <tr class={isSelected ? 'selected' : ''}>
      <th scope="row">
        <button
          type="button"
          class="plain keys-name"
          aria-pressed={isSelected}
          title={row.key}
          onClick={() => (selectedKey.value = isSelected ? null : row.key)}
        >
          {row.name || <span class="mono">{row.key.slice(0, 10)}…</span>}
        </button>
      </th>
      {isRing && (
        <td>
          {row.owner < 0 ? (
            <span class="soft">nobody</span>
          ) : (
            <button
              type="button"
              class="plain keys-owner"
              onClick={() => (selectedNode.value = row.owner)}
            >
              node {row.owner}
            </button>
          )}
        </td>
      )}
      <td>
        <Copies count={row.copies} wanted={isRing ? k + 1 : 0} />
      </td>
      <td>
        <span class={`keys-state is-${row.state}`}>{row.state}</span>
      </td>
    </tr>
  );
}

/** One dot for each copy that is wanted, full where there is one. */
function Copies({ count, wanted }: { count: number; wanted: number }) {
  if (wanted === 0) return <>{count}</>;
  return (
    <span class="keys-copies" title={`${count} of ${wanted}`}>
      <span class="hidden-text">
        {count} of {wanted}
      </span>
      <span aria-hidden="true">
        {'●'.repeat(Math.min(count, wanted))}
        <span class="keys-missing">{'○'.repeat(Math.max(0, wanted - count))}</span>
        {count > wanted ? ` +${count - wanted}` : ''}
      </span>
    </span>
  );
}
