/** The answer to sample_infohashes (BEP 51): some info-hashes, how many there are, and nodes near the target. */
import type { Address } from '../../core/address.ts';
import { ascii } from '../krpc/bencode.ts';
import type { Message } from '../krpc/message.ts';
import type { Writer } from '../krpc/writer.ts';
import type { MainlineState } from '../state.ts';
import { SAMPLE_INTERVAL_MS, Samples } from '../stored/samples.ts';
import { begin, refuse, writeNodes } from './replies.ts';

const INVALID_TARGET = ascii('Invalid target');
/** Bytes of `num` and `samples` without the hashes. */
const FRAME_BYTES = 40;

export function sampleInfohashes(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  if (query.targetStart <= 0) return refuse(from, query, out, 'invalid', INVALID_TARGET);
  node.samples ??= new Samples();
  node.samples.refresh(now, node.peers ?? [], node.shared.random);
  const { hashes } = node.samples;
  begin(node, from, query, out);
  out.interval(SAMPLE_INTERVAL_MS / 1000);
  writeNodes(node, now, from, query, out, FRAME_BYTES + hashes.length);
  out.samples(node.peers?.infoHashCount ?? 0, hashes);
  out.endReply(query);
  return true;
}
