/**
 * A feed tells whoever iterates it what happens from then on:
 *
 *     for await (const report of service) …
 *
 * Each iteration has a line of its own with a bound: one who reads too slowly misses the oldest, which is
 * counted, and nobody waits for him.
 */

/** What may wait in a line; more than that drops the oldest. */
export interface LineBounds<Item> {
  items: number;
  /** By the measure of `sizeOf`. Default: no bound. */
  size?: number;
  sizeOf?: (item: Item) => number;
  /** Told with an item that comes after some that were missed: how many. */
  missed?: (item: Item, count: number) => void;
}

/** Beyond so many items that were read, what they left empty is given back. */
const READ_KEPT = 1024;

/** What waits for one who iterates. */
export class Line<Item> {
  readonly #bounds: LineBounds<Item>;
  #items: Item[] = [];
  /** Those before it were read. */
  #first = 0;
  #size = 0;
  #gap = 0;
  #isOver = false;
  #wake: () => void = () => {};
  /** Items that were dropped because they were not read in time. */
  missed = 0;

  constructor(bounds: LineBounds<Item>) {
    this.#bounds = bounds;
  }

  push(item: Item): void {
    if (this.#isOver) return;
    const { items, size = Infinity } = this.#bounds;
    this.#items.push(item);
    this.#size += this.#sizeOf(item);
    while (this.#count > items || (this.#size > size && this.#count > 1)) {
      this.#take();
      this.#gap++;
      this.missed++;
    }
    this.#wake();
  }

  /** What is there can still be read. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** Reads until the end; one reader at a time. */
  async *read(): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      while (this.#count > 0) {
        const gap = this.#gap;
        this.#gap = 0;
        const item = this.#take();
        if (gap > 0) this.#bounds.missed?.(item, gap);
        yield item;
      }
      if (this.#isOver) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get #count(): number {
    return this.#items.length - this.#first;
  }

  #sizeOf(item: Item): number {
    return this.#bounds.sizeOf?.(item) ?? 0;
  }

  #take(): Item {
    const item = this.#items[this.#first]!;
    this.#items[this.#first++] = undefined as Item;
    this.#size -= this.#sizeOf(item);
    if (this.#first >= READ_KEPT || this.#first === this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }
}

/** What comes, for one reader. Leaving it, `close()`, a signal or the end of all its sources ends it. */
export class LineStream<Item> implements AsyncIterable<Item> {
  readonly #line: Line<Item>;
  readonly #left: () => void;

  /** @internal */
  constructor(line: Line<Item>, left: () => void) {
    this.#line = line;
    this.#left = left;
  }

  /** Those that were dropped because nobody read them in time. */
  get missed(): number {
    return this.#line.missed;
  }

  /** No more of them; what is there can still be read. */
  close(): void {
    this.#left();
    this.#line.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    try {
      yield* this.#line.read();
    } finally {
      this.close();
    }
  }
}

/** Fills a line from now on, and says when it has ended. Returns how to leave it. */
export type Source<Item> = (line: Line<Item>, ended: () => void) => () => void;

/** A line that several sources fill. */
export function streamOf<Item>(
  line: Line<Item>,
  sources: readonly Source<Item>[],
  signal: AbortSignal | undefined,
): LineStream<Item> {
  const close = (): void => stream.close();
  let open = sources.length;
  const ended = (): void => {
    if (--open === 0) close();
  };
  const leave = sources.map((source) => source(line, ended));
  const stream = new LineStream<Item>(line, () => {
    signal?.removeEventListener('abort', close);
    for (const end of leave) end();
  });
  signal?.addEventListener('abort', close);
  if (signal?.aborted) close();
  return stream;
}

export class Feed<Item> implements AsyncIterable<Item> {
  readonly #lines = new Set<Line<Item>>();
  readonly #limit: number;
  #over = false;

  /** @param limit items that wait for one who iterates. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Is anybody iterating? */
  get isHeard(): boolean {
    return this.#lines.size > 0;
  }

  push(item: Item): void {
    for (const line of this.#lines) line.push(item);
  }

  /** Ends all iterations when they have read what is there. */
  end(): void {
    this.#over = true;
    for (const line of this.#lines) line.end();
  }

  /** Begins to hear now, not when the first item is asked for. */
  [Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    const line = new Line<Item>({ items: this.#limit });
    this.#lines.add(line);
    if (this.#over) line.end();
    return this.#iterate(line);
  }

  async *#iterate(line: Line<Item>): AsyncGenerator<Item, void, undefined> {
    try {
      yield* line.read();
    } finally {
      this.#lines.delete(line);
    }
  }
}
