/** The list of keys as a table: filtered, sorted, and as a file. */
import type { KeyView } from 'ringlight/scene';
import { NOBODY, type SceneModel } from '../model/scene-model.ts';
import { isAlive } from '../model/words.ts';
import { csvOf } from './csv.ts';

export interface KeyRow {
  key: string;
  name: string;
  /** A node; -1 for nobody. */
  owner: number;
  /** Living nodes with the newest value, the owner among them. */
  copies: number;
  state: KeyView['state'];
  bytes: number;
}

export type KeyColumn = 'name' | 'owner' | 'copies' | 'state';

/** The worst first. */
const SEVERITY: Record<KeyView['state'], number> = { lost: 0, unsafe: 1, safe: 2, removed: 3 };

export function keyRows(
  model: SceneModel,
  filter: string,
  column: KeyColumn,
  descending: boolean,
): KeyRow[] {
  const wanted = filter.trim().toLowerCase();
  const rows: KeyRow[] = [];
  for (const view of model.keys.values()) {
    const name = view.name ?? '';
    if (!name.toLowerCase().includes(wanted) && !view.key.startsWith(wanted)) continue;
    rows.push({
      key: view.key,
      name,
      owner: view.owner === NOBODY ? NOBODY : (model.nodeOf[view.owner] ?? NOBODY),
      copies: view.holders.filter((node) => isAlive(model, node)).length,
      state: view.state,
      bytes: view.bytes,
    });
  }
  const sign = descending ? -1 : 1;
  return rows.sort((a, b) => sign * compare(a, b, column) || compareNames(a, b));
}

function compare(a: KeyRow, b: KeyRow, column: KeyColumn): number {
  switch (column) {
    case 'name':
      return compareNames(a, b);
    case 'owner':
      return a.owner - b.owner;
    case 'copies':
      return a.copies - b.copies;
    case 'state':
      return SEVERITY[a.state] - SEVERITY[b.state];
  }
}

function compareNames(a: KeyRow, b: KeyRow): number {
  return (a.name || a.key).localeCompare(b.name || b.key, 'en', { numeric: true });
}

export function keysCsv(rows: readonly KeyRow[]): string {
  const lines = [['key', 'name', 'owner', 'copies', 'state', 'bytes']];
  for (const { key, name, owner, copies, state, bytes } of rows) {
    lines.push([key, name, owner < 0 ? '' : `${owner}`, `${copies}`, state, `${bytes}`]);
  }
  return csvOf(lines);
}
