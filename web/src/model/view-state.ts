/**
 * What the viewer looks at, as signals: one for the whole page, also where two scenes stand side by
 * side, so that what is selected in one is selected in the other.
 */
import { type Signal, signal } from '@preact/signals';
import { ALL_MESSAGES, type MessageFilter } from './message-filter.ts';

export type ViewKind = 'ring' | 'trie';
export type Theme = 'system' | 'dark' | 'light';
export type PanelTab = 'keys' | 'lookup' | 'node' | 'figures' | 'message';
/** What the pointer does on the stage: select, or draw the line of a partition. */
export type Tool = 'select' | 'partition';
/** Which scene the hands reach where there are two. */
export type Pane = 'both' | 0 | 1;

/** A question that a click in the picture answers: with a node, or with the name of a key. */
export interface Picking {
  of: 'node' | 'key';
  take: (answer: number | string) => void;
}

export interface ViewState {
  /** -1 for none. */
  selectedNode: Signal<number>;
  hoveredNode: Signal<number>;
  /** 40 hexadecimal digits. */
  selectedKey: Signal<string | null>;
  /** 0 for none. */
  selectedLookup: Signal<number>;
  /** Steps of the selected lookup up to this index are shown; -1 for all of them. */
  lookupStep: Signal<number>;
  /** The flight that is shown taken apart; 0 for none. */
  selectedFlight: Signal<number>;
  /** Which messages are listed and drawn. */
  messageFilter: Signal<MessageFilter>;
  viewKind: Signal<ViewKind>;
  theme: Signal<Theme>;
  tab: Signal<PanelTab>;
  tool: Signal<Tool>;
  pane: Signal<Pane>;
  layout: Signal<'one' | 'two'>;
  handsOpen: Signal<boolean>;
  picking: Signal<Picking | null>;
  /** In a tree: whose path is drawn beside that of the selected node; -1 for none. */
  comparedNode: Signal<number>;
  /** On a ring: what the selected node believes is drawn over what is so. */
  showsBelief: Signal<boolean>;
}

/** What to look at. */
export interface Selection {
  node?: number;
  key?: string | null;
  keyName?: string;
  lookup?: number;
  newestLookup?: boolean;
  /** The first by its name, as soon as there is one. */
  someKey?: boolean;
  view?: ViewKind;
  tab?: PanelTab;
  compared?: number;
  belief?: boolean;
}

export function createViewState(): ViewState {
  return {
    selectedNode: signal(-1),
    hoveredNode: signal(-1),
    selectedKey: signal<string | null>(null),
    selectedLookup: signal(0),
    lookupStep: signal(-1),
    selectedFlight: signal(0),
    messageFilter: signal<MessageFilter>(ALL_MESSAGES),
    viewKind: signal<ViewKind>('ring'),
    theme: signal<Theme>('system'),
    tab: signal<PanelTab>('keys'),
    tool: signal<Tool>('select'),
    pane: signal<Pane>('both'),
    layout: signal<'one' | 'two'>('one'),
    handsOpen: signal(true),
    picking: signal<Picking | null>(null),
    comparedNode: signal(-1),
    showsBelief: signal(false),
  };
}

/** The page's own. */
export const view: ViewState = createViewState();
