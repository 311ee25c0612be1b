/**
 * What changed since the last look, said aloud: "node 7 crashed", "“apple” is lost". It looks a few
 * times a second, and says at most one sentence each time, so that many changes become one count. Of a
 * large world whose nodes all changed at once it counts, and keeps no list of them.
 */
import { NodeState } from 'ringlight/scene';
import type { SceneModel } from './scene-model.ts';
import { countText, keyName, NODES_NAMED, nodesText } from './words.ts';

const STATE_VERBS: Record<number, string> = {
  [NodeState.absent]: 'left',
  [NodeState.up]: 'up',
  [NodeState.crashed]: 'crashed',
  [NodeState.paused]: 'paused',
  [NodeState.joining]: 'joining',
  [NodeState.leaving]: 'leaving',
};

/** Nodes that entered a state: the first few by number. */
interface Arrivals {
  count: number;
  named: number[];
}

export class Announcer {
  #states = new Uint8Array();
  #statesVersion = -1;
  #keys = new Map<string, string>();
  #keysTick = -1;
  #world: unknown = null;
  #atMs = 0;

  /** What is new, '' when nothing is; null when time went back or the world is another. */
  look(model: SceneModel): string | null {
    const isAnother = this.#world !== model.hello.value || model.atMs < this.#atMs;
    const sentences = isAnother ? [] : [...this.#nodeNews(model), ...this.#keyNews(model)];
    this.#world = model.hello.value;
    this.#atMs = model.atMs;
    this.#remember(model, isAnother);
    return isAnother ? null : sentences.join(' ');
  }

  #remember(model: SceneModel, isAnother: boolean): void {
    if (isAnother || model.statesVersion !== this.#statesVersion) {
      this.#statesVersion = model.statesVersion;
      this.#states = model.stateOf.slice(0, model.nodeCount);
    }
    const keysTick = model.keysTick.peek();
    if (isAnother || keysTick !== this.#keysTick) {
      this.#keysTick = keysTick;
      this.#keys = new Map(Array.from(model.keys, ([key, view]) => [key, view.state]));
    }
  }

  *#nodeNews(model: SceneModel): Generator<string> {
    if (model.statesVersion === this.#statesVersion) return;
    for (const [state, { count, named }] of arrivals(this.#states, model)) {
      const text = nodesText(named, count);
      const who = text.charAt(0).toUpperCase() + text.slice(1);
      const verb = verbOf(state, model);
      const is = count === 1 ? 'is' : 'are';
      const past = state === NodeState.absent || state === NodeState.crashed;
      yield past ? `${who} ${verb}.` : `${who} ${is} ${verb}.`;
    }
  }

  *#keyNews(model: SceneModel): Generator<string> {
    if (model.keysTick.peek() === this.#keysTick) return;
    const lost: string[] = [];
    const unsafe: string[] = [];
    let safe = 0;
    for (const [key, view] of model.keys) {
      const before = this.#keys.get(key);
      if (before === view.state) continue;
      if (view.state === 'lost') lost.push(keyName(view));
      else if (view.state === 'unsafe') unsafe.push(keyName(view));
      else if (view.state === 'safe' && before !== undefined) safe++;
    }
    if (lost.length > 0) yield `${few(lost)} lost.`;
    if (unsafe.length > 0) yield `${few(unsafe)} unsafe.`;
    if (safe > 0 && lost.length + unsafe.length === 0) {
      yield `${countText(safe, 'key is', 'keys are')} safe again.`;
    }
  }
}

/** Of a live node that is gone nobody knows whether it left in good order, of a silent one whether it stands still. */
function verbOf(state: number, { hello }: SceneModel): string {
  const isLive = hello.peek()?.origin === 'live';
  if (isLive && state === NodeState.absent) return 'went away';
  if (isLive && state === NodeState.paused) return 'silent';
  return STATE_VERBS[state] ?? 'changed';
}

/** By state, who is in it now and was not `before`, in the order in which the first of them comes. */
function arrivals(before: Uint8Array, { stateOf, nodeCount }: SceneModel): Map<number, Arrivals> {
  const found = new Map<number, Arrivals>();
  let state = -1;
  let arrived: Arrivals = { count: 0, named: [] };
  for (let node = 0; node < nodeCount; node++) {
    const now = stateOf[node];
    const then = node < before.length ? before[node] : NodeState.absent;
    if (now === then) continue;
    if (now !== state) {
      state = now;
      arrived = found.get(now) ?? { count: 0, named: [] };
      found.set(now, arrived);
    }
    if (arrived.count++ < NODES_NAMED) arrived.named.push(node);
  }
  return found;
}

function few(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]} is` : `${names.length} keys are`;
}
