/** What is looked at is asked of the sources: the node that is selected, the bytes of a message, the nodes whose messages are wanted. */
import { computed, effect } from '@preact/signals';
import type { Command } from 'ringlight/scene';
import { followedBy } from './message-filter.ts';
import type { ViewState } from './view-state.ts';

type Send = (command: Command) => void;

/** Asks whenever something else is looked at; returns how to stop that. */
export function lookAtSelected(view: ViewState, send: Send): () => void {
  const followed = computed(() => followedBy(view.messageFilter.value).join(' '));
  const stops = [
    effect(() => send({ do: 'inspect', node: view.selectedNode.value })),
    effect(() => {
      const flight = view.selectedFlight.value;
      if (flight > 0) send({ do: 'explain', flight });
    }),
    effect(() => {
      followed.value;
      send({ do: 'follow', nodes: followedBy(view.messageFilter.peek()) });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** A source that came back knows nothing of what we were looking at. */
export function askAgain(view: ViewState, send: Send): void {
  const node = view.selectedNode.peek();
  if (node >= 0) send({ do: 'inspect', node });
  const nodes = followedBy(view.messageFilter.peek());
  if (nodes.length > 0) send({ do: 'follow', nodes });
}
