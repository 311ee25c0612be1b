/** Sources are asked for what is looked at, once for each change, and again when they come back. */
import type { Command } from 'ringlight/scene';
import { expect, test } from 'vitest';
import { askAgain, lookAtSelected } from '../../../web/src/model/looking.ts';
import { ALL_MESSAGES } from '../../../web/src/model/message-filter.ts';
import { createViewState } from '../../../web/src/model/view-state.ts';

test('a node, a message and those whose messages are wanted are asked for', () => {
  const view = createViewState();
  const sent: Command[] = [];
  const stop = lookAtSelected(view, (command) => sent.push(command));
  sent.length = 0;
  view.selectedNode.value = 4;
  view.selectedFlight.value = 9;
  view.messageFilter.value = { ...ALL_MESSAGES, node: 4 };
  view.messageFilter.value = { ...ALL_MESSAGES, node: 4, kind: 'get' }; // the same nodes
  view.messageFilter.value = ALL_MESSAGES;
  view.selectedFlight.value = 0;
  expect(sent).toEqual([
    { do: 'inspect', node: 4 },
    { do: 'explain', flight: 9 },
    { do: 'follow', nodes: [4] },
    { do: 'follow', nodes: [] },
  ]);
  stop();
  view.selectedNode.value = 5;
  expect(sent).toHaveLength(4);
});

test('who comes back is told what is looked at, and nothing when nothing is', () => {
  const view = createViewState();
  const sent: Command[] = [];
  askAgain(view, (command) => sent.push(command));
  expect(sent).toEqual([]);
  view.selectedNode.value = 2;
  view.messageFilter.value = { ...ALL_MESSAGES, node: 3 };
  askAgain(view, (command) => sent.push(command));
  expect(sent).toEqual([
    { do: 'inspect', node: 2 },
    { do: 'follow', nodes: [3] },
  ]);
});
