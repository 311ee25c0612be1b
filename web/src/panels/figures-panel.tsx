/** Placeholder until helper D's panel is here. */
import type { PaneProps } from '../model/pane.ts';

export function FiguresPanel(_props: PaneProps) {
  return <p class="soft">…</p>;
}
