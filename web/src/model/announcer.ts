/**
 * What changed since the last look, said aloud: "node 7 crashed", "“apple” is lost". It looks a few
 * times a second, and says at most one sentence each time, so that many changes become one count.
 */
import { NodeState } from 'ringlight/scene';
import type { SceneModel } from './scene-model.ts';
import { countText, keyName, nodesText } from './words.ts';

const STATE_VERBS: Record<number, string> = {
  [NodeState.absent]: 'left',
  [NodeState.up]: 'up',
  [NodeState.crashed]: 'crashed',
  [NodeState.paused]: 'paused',
  [NodeState.joining]: 'joining',
  [NodeState.leaving]: 'leaving',
};

export class Announcer {
  #states = new Uint8Array();
  #keys = new Map<string, string>();
  #world: unknown = null;
  #atMs = 0;

  /** What is new, '' when nothing is; null when time went back or the world is another. */
  look(model: SceneModel): string | null {
    const isAnother = this.#world !== model.hello.value || model.atMs < this.#atMs;
    const sentences = isAnother ? [] : [...this.#nodeNews(model), ...this.#keyNews(model)];
    this.#world = model.hello.value;
    this.#atMs = model.atMs;
    this.#states = model.stateOf.slice(0, model.nodeCount);
    this.#keys = new Map([...model.keys].map(([key, view]) => [key, view.state]));
    return isAnother ? null : sentences.join(' ');
  }

  *#nodeNews(model: SceneModel): Generator<string> {
    const changed = new Map<number, number[]>();
    for (let node = 0; node < model.nodeCount; node++) {
      const before = this.#states[node] ?? NodeState.absent;
      const now = model.stateOf[node]!;
      if (now === before) continue;
      const nodes = changed.get(now);
      if (nodes) nodes.push(node);
      else changed.set(now, [node]);
    }
    for (const [state, nodes] of changed) {
      const text = nodesText(nodes);
      const who = text.charAt(0).toUpperCase() + text.slice(1);
      const verb = STATE_VERBS[state] ?? 'changed';
      const is = nodes.length === 1 ? 'is' : 'are';
      const past = state === NodeState.absent || state === NodeState.crashed;
      yield past ? `${who} ${verb}.` : `${who} ${is} ${verb}.`;
    }
  }

  *#keyNews(model: SceneModel): Generator<string> {
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

function few(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]} is` : `${names.length} keys are`;
}
