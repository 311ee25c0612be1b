/**
 * Samples asked for (BEP 51): a lookup that asks each node on its way for some of the info-hashes that are
 * stored there. Every answer says how long it stays the same; a node that rests is asked for nodes only,
 * so that the lookup gets on without being a burden. Who knows no samples answers as to a find_node.
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { SampleErrand } from '../errand.ts';
import { Method } from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import type { Lookup } from '../rows/lookup.ts';
import type { MainlineState } from '../state.ts';

/** BEP 51: intervals are of 0 to 6 hours; what lies outside counts as the nearer end. */
export const SAMPLE_INTERVAL_MS_MAX: number = 6 * 3_600_000;
/** Info-hashes taken from one answer; 34 fit into 1024 bytes, and 60 into what the Internet carries. */
export const SAMPLES_PER_REPLY = 128;

/** What a node on the way is asked: for samples, unless it rests. */
export function sampleMethod(node: MainlineState, now: number, to: Address): Method {
  const { resting } = node.shared;
  if (!resting.mayAsk(now, to)) return Method.findNode;
  // Until it answers, so that another walk does not ask it at the same time.
  resting.rest(now, to, node.settings.timeoutMs);
  return Method.sampleInfohashes;
}

export function readSample(
  node: MainlineState,
  now: number,
  from: Address,
  lookup: Lookup,
  message: Message,
): void {
  const errand = node.errands!.get(lookup) as SampleErrand;
  const { bytes, idStart, storage } = message;
  const { samplesStart, samplesLength } = storage;
  if (samplesStart <= 0) return;
  const intervalMs = intervalOf(storage.interval);
  node.shared.resting.rest(now, from, intervalMs);
  const count = Math.min(SAMPLES_PER_REPLY, Math.floor(samplesLength / ID_BYTES));
  errand.found({
    id: bytes.slice(idStart, idStart + ID_BYTES),
    address: from,
    hashes: bytes.slice(samplesStart, samplesStart + count * ID_BYTES),
    num: Math.max(count, storage.num || 0),
    intervalMs,
  });
}

/** Some answer to what they do not know with an error, and so give no nodes either. */
export function refusedSample(node: MainlineState, now: number, from: Address): void {
  node.shared.resting.rest(now, from, SAMPLE_INTERVAL_MS_MAX);
}

/** Who says nothing about it, or nonsense, is not asked again soon. */
function intervalOf(seconds: number): number {
  const isGiven = seconds >= 0;
  return isGiven ? Math.min(seconds * 1000, SAMPLE_INTERVAL_MS_MAX) : SAMPLE_INTERVAL_MS_MAX;
}
