/**
 * What goes on for long on a host of both families: whoever follows hears of each version once, whichever
 * family has it first; walks and crawls go through both networks, which are two.
 *
 *     IPv4 ── 5 ───── 6 ───────── 7
 *     IPv6 ────── 5 ─────── 7             told: 5, 6, 7
 */
import type { FollowOptions, Pointer, Version } from './follow.ts';
import type { Mainline } from './mainline.ts';
import type { SampledInfoHash, SampleOptions, SampleResult } from './samples.ts';

/** @throws TypeError or RangeError at once, for a link or an option that is none. */
export function followAll(
  askers: readonly Mainline[],
  link: Pointer,
  options: FollowOptions,
): AsyncGenerator<Version, void, undefined> {
  const { over, release } = controllerUnder(options.signal);
  const own = { ...options, signal: over.signal };
  const streams = askers.map((node) => node.follow(link, own));
  return newest(streams, () => {
    release();
    over.abort();
  });
}

/** A controller that gives up when `signal` does, too, until it is released. */
export function controllerUnder(signal: AbortSignal | undefined): {
  over: AbortController;
  release(): void;
} {
  const over = new AbortController();
  const onAbort = (): void => over.abort(signal!.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  return { over, release: () => signal?.removeEventListener('abort', onAbort) };
}

type Stream = AsyncGenerator<Version, void, undefined>;

async function* newest(streams: readonly Stream[], end: () => void): Stream {
  const step = (stream: Stream) => stream.next().then((result) => ({ stream, result }));
  const waiting = new Map(streams.map((stream) => [stream, step(stream)]));
  let seq = -1n;
  try {
    while (waiting.size > 0) {
      const { stream, result } = await Promise.race(waiting.values());
      if (result.done) {
        waiting.delete(stream);
        continue;
      }
      waiting.set(stream, step(stream));
      if (result.value.seq <= seq) continue;
      seq = result.value.seq;
      yield result.value;
    }
  } finally {
    end();
    await Promise.allSettled(waiting.values());
  }
}

/** One family after the other: each walk is as long as it was asked to be. */
export async function sampleAll(
  askers: readonly Mainline[],
  options: SampleOptions,
  found: (one: SampledInfoHash) => void,
): Promise<SampleResult> {
  const known = new Set<string>();
  const results: SampleResult[] = [];
  for (const node of askers) {
    const search = node.sample(options);
    for await (const one of search) {
      if (known.has(one.infoHash)) continue;
      known.add(one.infoHash);
      found(one);
    }
    results.push(await search);
  }
  const sum = (field: 'asked' | 'answered'): number =>
    results.reduce((all, one) => all + one[field], 0);
  return {
    infoHashes: [...known],
    nodes: results.flatMap(({ nodes }) => nodes),
    asked: sum('asked'),
    answered: sum('answered'),
    lookups: results.flatMap(({ lookups }) => lookups),
  };
}
