/** `ringlight mainline follow`: each newer version of a mutable torrent (BEP 46), a line as it comes. */
import { DhtError } from '../../mainline.ts';
import { type Console, dim } from '../console.ts';
import { untilStopped } from '../stopping.ts';
import { itemFields } from './items.ts';
import { type NodeOptions, openNode, requireBootstrap } from './node-options.ts';

export interface FollowCommandOptions extends NodeOptions {
  every: number;
  count?: number;
  for?: number;
}

export async function follow(
  link: string,
  options: FollowCommandOptions,
  console: Console,
): Promise<void> {
  requireBootstrap(options);
  const { every: everyMs, count = Number.POSITIVE_INFINITY } = options;
  const node = await openNode(options, { readOnly: true });
  const over = new AbortController();
  void untilStopped(options.for).then(() => over.abort());
  let told = 0;
  try {
    for await (const { infoHash, seq, item } of node.follow(link, {
      everyMs,
      signal: over.signal,
    })) {
      console.emit('version', { infoHash, ...itemFields(item) });
      console.say(`${infoHash ?? 'no info-hash'}  ${dim(`version ${seq}`)}`);
      if (++told >= count) break;
    }
  } catch (error) {
    if (!over.signal.aborted || !(error instanceof DhtError)) throw error;
  } finally {
    await node.close();
  }
}
