/**
 * The picture in words, for those who do not see it: each node with its state, in the order of the
 * circle, as buttons that select it. A large world tells its numbers instead.
 */
import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { describeNode } from './story.ts';

/** A list longer than this is walked by nobody. */
const LISTED = 200;

export function StageTwin({ model, label }: { model: SceneModel; label: string }) {
  // One string that changes when a state does: the list is not made anew for each frame.
  const states = useMemo(
    () =>
      computed(() => {
        model.tick.value;
        if (model.nodeCount > LISTED) return `${model.nodeCount}`;
        return `${model.placeCount}:${model.stateOf.subarray(0, model.nodeCount).join('')}`;
      }),
    [model],
  );
  states.value;
  if (model.nodeCount > LISTED) {
    return <p class="stage-unseen">{`${label}: ${model.nodeCount} nodes.`}</p>;
  }
  const nodes: number[] = [];
  for (const place of model.sortedPlaces) {
    const node = model.nodeOf[place];
    if (!nodes.includes(node)) nodes.push(node);
  }
  for (let node = 0; node < model.nodeCount; node++) {
    if (model.stateOf[node] !== 0 && !nodes.includes(node)) nodes.push(node);
  }
  return (
    <ul class="stage-unseen" aria-label={`${label}: nodes in the order of the ring`}>
      {nodes.map((node) => (
        <li key={node}>
          <button
            type="button"
            tabIndex={-1}
            onClick={() => {
              view.selectedNode.value = node;
            }}
          >
            {describeNode(model, node).join(', ')}
          </button>
        </li>
      ))}
    </ul>
  );
}
