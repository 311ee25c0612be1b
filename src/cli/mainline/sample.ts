/**
 * `ringlight mainline sample`: info-hashes that are stored in the DHT (BEP 51), a line as each is found,
 * from walks to points that lie evenly around the keyspace.
 */
import type { SampleResult } from '../../mainline.ts';
import { CommandError, type Console, counted, dim } from '../console.ts';
import { type LookupOptions, withNode } from './lookup.ts';
import { tellLookup } from './lookup-text.ts';

export interface SampleCommandOptions extends LookupOptions {
  target?: string;
  walks?: number;
  limit?: number;
}

export async function sample(options: SampleCommandOptions, console: Console): Promise<void> {
  const { target, walks, limit } = options;
  const named = {
    ...(target !== undefined && { target }),
    ...(walks !== undefined && { walks }),
    ...(limit !== undefined && { limit }),
  };
  await withNode(options, console, async (node, limits) => {
    const search = node.sample({ ...limits, ...named });
    for await (const { infoHash, node: from } of search) {
      console.emit('info-hash', { infoHash, node: from });
      console.say(infoHash);
    }
    const result = await search;
    console.progress('');
    console.emit('result', { ...result });
    console.aside.say(dim(summary(result)));
    if (options.trace) for (const lookup of result.lookups) tellLookup(lookup, console.aside);
    if (result.answered === 0) throw new CommandError('nobody answered', 1, 'NO_NODES');
  });
}

function summary({ infoHashes, nodes, asked, answered }: SampleResult): string {
  const stored = nodes.reduce((sum, { num }) => sum + num, 0);
  return (
    `${counted(infoHashes.length, 'info-hash', 'info-hashes')} from ${counted(nodes.length, 'node')} that know samples, ` +
    `which have ${stored} between them; ${asked} asked, ${answered} answered`
  );
}
