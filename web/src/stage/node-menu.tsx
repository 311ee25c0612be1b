/**
 * What can be done to a node where it stands: by a right click, a long press, or the key for menus. Escape
 * and a press elsewhere close it.
 */
import { useEffect } from 'preact/hooks';
import { type Act, NodeState } from 'ringlight/scene';
import type { SceneModel } from '../model/scene-model.ts';
import { keyName } from '../model/words.ts';
import { useBesidePoint } from './beside-point.ts';
import type { Picture } from './picture.ts';

/** Where the menu is open, and of what. */
export interface MenuAt {
  x: number;
  y: number;
  node: number;
  /** 40 hexadecimal digits; null for a menu of a node. */
  key: string | null;
}

interface NodeMenuProps {
  at: MenuAt;
  model: SceneModel;
  act: (act: Act) => void;
  close: () => void;
}

interface Entry {
  label: string;
  act: Act;
  isDanger?: boolean;
}

/** What lies at a point; null where nothing does, or nothing can be done to it. */
export function menuAt(picture: Picture, model: SceneModel, x: number, y: number): MenuAt | null {
  const key = picture.pickKey(x, y);
  const node = key === null ? picture.pick(x, y) : -1;
  if (key === null && node < 0) return null;
  const at = { x, y, node, key };
  return entriesOf(model, at).length > 0 ? at : null;
}

export function NodeMenu({ at, model, act, close }: NodeMenuProps) {
  const box = useBesidePoint(at);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector('button')?.focus({ preventScroll: true });
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) close();
    };
    document.addEventListener('pointerdown', outside, true);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [close]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys are heard from the buttons inside
    <div class="stage-menu" ref={box} onKeyDown={(event) => onKey(event, box.current!, close)}>
      <strong class="small">{titleOf(model, at)}</strong>
      {entriesOf(model, at).map((entry) => (
        <button
          type="button"
          key={entry.label}
          class={entry.isDanger ? 'plain danger' : 'plain'}
          onClick={() => {
            close();
            act(entry.act);
          }}
        >
          {entry.label}
        </button>
      ))}
    </div>
  );
}

function onKey(event: KeyboardEvent, box: HTMLElement, close: () => void): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === 'Escape') close();
  else if (by !== undefined) {
    const buttons = [...box.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function titleOf(model: SceneModel, { node, key }: MenuAt): string {
  if (key === null) return `Node ${node}`;
  const view = model.keys.get(key);
  return view ? keyName(view) : key.slice(0, 8);
}

function entriesOf(model: SceneModel, { node, key }: MenuAt): Entry[] {
  const hello = model.hello.peek();
  if (!hello) return [];
  const isRing = hello.overlay === 'ring';
  if (key !== null) return hello.abilities.includes('act') ? keyEntries(model, key, isRing) : [];
  if (!hello.abilities.includes('nodes')) return [];
  return nodeEntries(model.stateOf[node], node, hello.abilities.includes('time'), isRing);
}

function keyEntries(model: SceneModel, key: string, isRing: boolean): Entry[] {
  const name = model.keys.get(key)?.name ?? key;
  return [
    { label: 'Look it up', act: { kind: 'lookup', name } },
    { label: isRing ? 'Get its value' : 'Find its peers', act: { kind: 'get', name } },
    ...(isRing
      ? [{ label: 'Remove it', act: { kind: 'remove', name } as const, isDanger: true }]
      : []),
  ];
}

/** `isLab`: what needs virtual time is possible. Live nodes keep nothing, and of Mainline they say no good-bye. */
function nodeEntries(state: number, node: number, isLab: boolean, isRing: boolean): Entry[] {
  const nodes = [node];
  const isUp = state === NodeState.up || state === NodeState.joining;
  if (isUp) {
    return [
      { label: 'Crash it', act: { kind: 'crash', nodes }, isDanger: true },
      ...(isLab || isRing
        ? ([{ label: 'Let it leave', act: { kind: 'leave', nodes } }] as const)
        : []),
      ...(isLab ? ([{ label: 'Pause it', act: { kind: 'pause', nodes } }] as const) : []),
      ...(isLab
        ? ([{ label: 'Cut it off', act: { kind: 'partition', nodes, oneWay: false } }] as const)
        : []),
    ];
  }
  if (state === NodeState.paused)
    return [{ label: 'Let it go on', act: { kind: 'resume', nodes } }];
  if (state === NodeState.leaving) return [];
  return [
    ...(isLab
      ? ([{ label: 'Restart it', act: { kind: 'restart', nodes, memory: true } }] as const)
      : []),
    { label: 'Restart it empty', act: { kind: 'restart', nodes, memory: false } },
  ];
}
