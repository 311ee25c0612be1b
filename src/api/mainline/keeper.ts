/**
 * Keeps what a node knows from one run to the next, in a file or in a program's own store. Neither ends
 * the node when it fails, and none can hold it up: a store that does not answer is given up.
 *
 *     open ── load ── whole ─────────────▶ id, contacts, announcements, items
 *                  ├─ damaged ── aside ──▶ what is whole of them, and it is said
 *                  └─ none ──────────────▶ nothing
 *     after 1 min, every 5 min, at the end ── save ── fails ──▶ it is said, and the node goes on
 */
import { shown } from '../../core/argument.ts';
import type { Clock } from '../../io/clock.ts';
import { DhtError } from '../../io/errors.ts';
import type { Teller } from '../../io/guard.ts';
import { readStateFile, setAside, writeStateFile } from '../../io/state-file.ts';
import {
  keptContacts,
  type MainlineSnapshot,
  nothing,
  snapshotFrom,
  snapshotOf,
  snapshotText,
} from './snapshot.ts';

/** A program's own place for a node's state. */
export interface StateStore {
  /** What `save` was given last; null or undefined when there is nothing yet. */
  load(): unknown;
  save(state: MainlineSnapshot): unknown;
}

/** A file, or a store of the program's own. */
export type StateChoice = string | StateStore;

/** A node that joins has a table worth keeping after this. */
const FIRST_SAVE_MS = 60_000;
/** A crash forgets what was learnt since the last time. */
export const SAVE_EVERY_MS: number = 5 * 60_000;
/** A disk or a program's store that takes longer is waited for no more. */
export const STORE_PATIENCE_MS = 10_000;

/** @throws TypeError. */
export function checkState(choice: unknown): void {
  if (choice === undefined || (typeof choice === 'string' && choice !== '')) return;
  const { load, save } = Object(choice) as Partial<StateStore>;
  if (typeof load === 'function' && typeof save === 'function') return;
  throw new TypeError(`"state" expected a file or { load, save }, got ${shown(choice)}`);
}

/**
 * Loads the state and keeps it from then on. Damage is told to `tell`.
 * @throws DhtError STATE_UNUSABLE when there is one and it cannot be read, or is none of ours.
 */
export async function openKeeper(choice: StateChoice, clock: Clock, tell: Teller): Promise<Keeper> {
  const loading = typeof choice === 'string' ? fromFile(choice, tell) : fromStore(choice, tell);
  const before = await inTime(clock, loading, 'load');
  const save =
    typeof choice === 'string'
      ? (snapshot: MainlineSnapshot) => writeStateFile(choice, snapshotText(snapshot))
      : async (snapshot: MainlineSnapshot) => void (await choice.save(snapshot));
  return new Keeper(before, save, clock, tell);
}

export class Keeper {
  /** What was loaded. */
  readonly before: MainlineSnapshot;
  readonly #save: (snapshot: MainlineSnapshot) => Promise<void>;
  readonly #clock: Clock;
  readonly #tell: Teller;
  #take: (() => MainlineSnapshot) | null = null;
  #stopTimer: () => void = () => {};
  #saving: Promise<void> | null = null;
  #triedAtMs = -Infinity;
  #closed = false;

  constructor(
    before: MainlineSnapshot,
    save: (snapshot: MainlineSnapshot) => Promise<void>,
    clock: Clock,
    tell: Teller,
  ) {
    this.before = before;
    this.#save = save;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Saves what `take` gives, from time to time. */
  begin(take: () => MainlineSnapshot): void {
    this.#take = take;
    this.#later(FIRST_SAVE_MS);
  }

  /** Resolves when it is saved. @throws DhtError STATE_UNUSABLE, or what a program's store threw. */
  async save(): Promise<void> {
    // One at a time: the last one counts, and it is taken when it is its turn.
    const saving = (this.#saving ?? Promise.resolve()).catch(() => {}).then(() => this.#saveNow());
    this.#saving = saving;
    await saving;
  }

  /** Saves a last time, unless that was tried just now. Does not throw. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTimer();
    if (this.#clock.now() - this.#triedAtMs > 1000) await this.save().catch(this.#tell);
    else await this.#saving?.catch(() => {});
  }

  #later(delayMs: number): void {
    this.#stopTimer = this.#clock.after(delayMs, () => {
      this.save()
        .catch(this.#tell)
        .finally(() => {
          if (!this.#closed) this.#later(SAVE_EVERY_MS);
        });
    });
  }

  async #saveNow(): Promise<void> {
    if (this.#take === null) return;
    this.#triedAtMs = this.#clock.now();
    const taken = this.#take();
    const contacts = keptContacts(taken.contacts, this.before.contacts);
    await inTime(this.#clock, this.#save({ ...taken, contacts }), 'save');
  }
}

async function fromFile(file: string, tell: Teller): Promise<MainlineSnapshot> {
  const text = await readStateFile(file);
  if (text === null) return nothing();
  const found = snapshotFrom(text);
  if (found === null) {
    throw new DhtError('STATE_UNUSABLE', `${file} is no state file of ringlight`);
  }
  if (found.damaged > 0) {
    const aside = await setAside(file);
    tell(new DhtError('STATE_DAMAGED', `${file} is damaged (${whole(found)}); kept as ${aside}`));
  }
  return found.snapshot;
}

async function fromStore(store: StateStore, tell: Teller): Promise<MainlineSnapshot> {
  const value = await store.load();
  if (value === null || value === undefined) return nothing();
  const found = snapshotOf(value);
  if (found.damaged > 0) {
    tell(new DhtError('STATE_DAMAGED', `the state that was loaded is damaged (${whole(found)})`));
  }
  return found.snapshot;
}

function whole({ snapshot, damaged }: { snapshot: MainlineSnapshot; damaged: number }): string {
  const { id, contacts, announcements, items } = snapshot;
  const kept = [
    id === null ? 'no id' : 'the id',
    `${contacts.length} contacts`,
    `${announcements.length} announcements`,
    `${items.length} items`,
  ];
  return `whole of it: ${kept.join(', ')}; entries lost: ${damaged}`;
}

/** @throws DhtError STATE_UNUSABLE when it takes too long. */
async function inTime<T>(clock: Clock, work: Promise<T>, verb: string): Promise<T> {
  let stop = (): void => {};
  const late = new Promise<never>((_, fail) => {
    stop = clock.after(STORE_PATIENCE_MS, () => {
      const what = `cannot ${verb} the state: no answer within ${STORE_PATIENCE_MS} ms`;
      fail(new DhtError('STATE_UNUSABLE', what));
    });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop();
  }
}
