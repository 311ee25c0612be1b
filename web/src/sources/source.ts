/**
 * Where a scene comes from. A source takes commands and gives messages; what stands behind it, a
 * worker of this tab, a server or a file, is its own affair, and so is getting it back when it is gone.
 *
 *     worker ─┐
 *     live   ─┼─▶ onMessage(SceneMessage)    what is to be seen
 *     file   ─┘   onLink(LinkState)          whether there is anything to see
 */
import type { Command, SceneMessage } from 'ringlight/scene';

export interface Source {
  send(command: Command): void;
  close(): void;
  /** Only of sources that can be locked: a token, or null to go on without. */
  unlock?(token: string | null): void;
}

/** How a source is: shown as it is, so that nobody looks at a dead picture without knowing. */
export type LinkState =
  | { state: 'opening' }
  | { state: 'open' }
  /** Lost, and tried again at `retryAtMs` of the page's clock. */
  | { state: 'waiting'; message: string; retryAtMs: number }
  /** A token is needed, or the one given was wrong. */
  | { state: 'locked'; message: string }
  /** For good. */
  | { state: 'broken'; message: string };

export interface SourceListener {
  onMessage(message: SceneMessage): void;
  onLink(link: LinkState): void;
}

export type OpenSource = (listener: SourceListener) => Source;
