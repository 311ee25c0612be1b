/**
 * What hands have asked for arrives later: the look-up that an act began, its answer, a key that was put.
 * When it is there it is selected, so that the picture and the panels speak of what was asked, and the
 * answer is said.
 */
import { effect } from '@preact/signals';
import type { Act } from 'ringlight/scene';
import type { SceneModel } from './scene-model.ts';
import type { ViewState } from './view-state.ts';
import { answerText } from './words.ts';

/** Acts that ask the way to a key. */
const ASKS: ReadonlySet<Act['kind']> = new Set(['put', 'get', 'remove', 'lookup']);

export class Arrivals {
  readonly #view: ViewState;
  readonly #say: (text: string) => void;
  /** The next look-up that begins is shown. */
  #expectsLookup = false;
  /** It was asked for by hand: its key is looked at, its answer said. */
  #isAsked = false;
  /** The look-up that hands asked for, until its answer was said; 0 for none. */
  #asked = 0;
  /** Any key will do, the first by its name. */
  #expectsSome = false;
  /** The name of a key that was just typed. */
  #expectedKey: string | null = null;

  constructor(view: ViewState, say: (text: string) => void) {
    this.#view = view;
    this.#say = say;
  }

  expectOf(act: Act): void {
    if (ASKS.has(act.kind)) this.#expectsLookup = this.#isAsked = true;
    if (act.kind === 'put') this.#expectedKey = act.name;
  }

  expectLookup(): void {
    this.#expectsLookup = true;
  }

  expectKey(name: string, model: SceneModel | undefined): void {
    this.#expectedKey = name;
    if (model) this.#selectKey(model);
  }

  expectSomeKey(): void {
    this.#expectsSome = true;
  }

  forget(): void {
    this.#expectsSome = false;
    this.#expectsLookup = this.#isAsked = false;
    this.#asked = 0;
    this.#expectedKey = null;
  }

  /** Looks at what comes; returns how to stop that. */
  watch(model: SceneModel): () => void {
    let newest = 0;
    return effect(() => {
      model.lookupsTick.value;
      model.keysTick.value;
      let last = 0;
      for (const id of model.lookups.keys()) last = Math.max(last, id);
      if (last > newest) this.#begun(model, last);
      newest = last;
      this.#answer(model);
      this.#selectKey(model);
    });
  }

  #begun(model: SceneModel, id: number): void {
    if (!this.#expectsLookup && this.#view.selectedLookup.peek() !== 0) return;
    const { target } = model.lookups.get(id)!;
    if (this.#isAsked) this.#asked = id;
    // The first way that a live scene shows is that to the key which one sees.
    const isFirst = model.hello.peek()?.origin === 'live' && model.keys.has(target);
    if (this.#isAsked || isFirst) this.#view.selectedKey.value = target;
    this.#expectsLookup = this.#isAsked = false;
    this.#view.selectedLookup.value = id;
    this.#view.lookupStep.value = -1;
  }

  #answer(model: SceneModel): void {
    const lookup = model.lookups.get(this.#asked);
    if (lookup === undefined || lookup.state === 'running') return;
    this.#asked = 0;
    this.#say(answerText(lookup));
  }

  #selectSome(model: SceneModel): void {
    const names = [...model.keys.values()].map(({ name }) => name).filter((name) => name !== null);
    if (names.length === 0) return;
    this.#expectsSome = false;
    if (this.#view.selectedKey.peek() === null) this.#expectedKey = names.sort()[0];
  }

  #selectKey(model: SceneModel): void {
    if (this.#expectsSome) this.#selectSome(model);
    if (this.#expectedKey === null) return;
    for (const key of model.keys.values()) {
      if (key.name !== this.#expectedKey) continue;
      this.#expectedKey = null;
      this.#view.selectedKey.value = key.key;
      return;
    }
  }
}
