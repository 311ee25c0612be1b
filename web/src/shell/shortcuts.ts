/** Keys that work wherever no field and no control with keys of its own has the focus. */
import type { Studio } from '../studio.ts';
import { STEP_MS } from './timeline.tsx';

export interface Shortcut {
  /** As they are drawn. */
  keys: readonly string[];
  what: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['Space'], what: 'play or pause' },
  { keys: ['←', '→'], what: 'one second back, one second on' },
  { keys: ['.'], what: 'to the next message' },
  { keys: ['Home'], what: 'back to the start' },
  { keys: ['1', '…', '5'], what: 'keys, look-up, node, figures, messages' },
  { keys: ['Ctrl Z', 'Ctrl Y'], what: 'undo, redo (Ctrl ⇧ Z, too)' },
  { keys: ['v'], what: 'circle or tree' },
  { keys: ['c'], what: 'crash the selected node' },
  { keys: ['Tab'], what: 'into the picture; there, arrows go from node to node' },
  { keys: ['⇧ F10'], what: 'in the picture: what can be done to the node' },
  { keys: ['Esc'], what: 'select nothing' },
  { keys: ['?'], what: 'this sheet' },
];

const TABS = ['keys', 'lookup', 'node', 'figures', 'message'] as const;

/** Was it a shortcut? Then it has been done. */
export function pressed(studio: Studio, event: KeyboardEvent): boolean {
  if (isUndo(event) && !studio.helpOpen.value && !isTypedInto(event.target)) {
    if (event.shiftKey || event.key.toLowerCase() === 'y') studio.session.branches.redo();
    else studio.session.branches.undo();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  if (studio.helpOpen.value || hasOwnKeys(event.target, event.key)) return false;
  const { session } = studio;
  const { view } = session;
  switch (event.key) {
    case ' ':
      session.toggle();
      return true;
    case 'ArrowLeft':
      session.stepMs(-STEP_MS);
      return true;
    case 'ArrowRight':
      session.stepMs(STEP_MS);
      return true;
    case '.':
      session.stepMessage();
      return true;
    case 'Home':
      session.toStart();
      return true;
    case 'v':
      view.viewKind.value = view.viewKind.value === 'ring' ? 'trie' : 'ring';
      return true;
    case 'c':
      if (view.selectedNode.value < 0 || !canCrash(studio)) return false;
      session.act({ kind: 'crash', nodes: [view.selectedNode.value] });
      return true;
    case 'Escape':
      view.tool.value = 'select';
      view.selectedNode.value = -1;
      view.selectedKey.value = null;
      view.selectedLookup.value = 0;
      return true;
    case '?':
      studio.helpOpen.value = true;
      return true;
    default: {
      const tab = TABS[Number(event.key) - 1];
      if (tab === undefined) return false;
      view.tab.value = tab;
      return true;
    }
  }
}

function isUndo({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return (ctrlKey || metaKey) && !altKey && ['z', 'y'].includes(key.toLowerCase());
}

/** A field takes back by itself what was typed into it; a slider or a choice does not. */
function isTypedInto(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest('textarea, input:not([type=range]), [contenteditable]') !== null;
}

function canCrash({ session }: Studio): boolean {
  return session.main?.model.hello.value?.abilities.includes('nodes') ?? false;
}

/** Fields take every key; buttons take the space bar; sliders, tabs and the picture take arrows. */
function hasOwnKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('input, textarea, select, [contenteditable]')) return true;
  if (key === ' ') return target.closest('button, a, summary') !== null;
  const isMove = key.startsWith('Arrow') || key === 'Home';
  return isMove && target.closest('[role], canvas') !== null;
}
