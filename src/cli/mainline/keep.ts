/**
 * `ringlight mainline announce --keep` and `put --keep`: the node stays, does it again when it is due, and
 * says each time what it came to. With `--state` the next run, or `serve` with that file, goes on with it.
 */
import type { AnnounceReport, Mainline, PutReport } from '../../mainline.ts';
import { type Console, counted, dim } from '../console.ts';
import { untilStopped } from '../stopping.ts';
import { type NodeOptions, openNode } from './node-options.ts';

export interface KeepChoice {
  keep?: boolean;
  state?: string;
  for?: number;
}

/** @param begin what is to be kept; it is told of each turn. */
export async function keepUp(
  options: NodeOptions & KeepChoice,
  console: Console,
  begin: (node: Mainline) => AsyncIterable<AnnounceReport | PutReport>,
): Promise<void> {
  const stopped = untilStopped(options.for);
  const { state } = options;
  const node = await openNode(options, {
    ...(state !== undefined && { state }),
    onError: (error) => console.aside.say(`ringlight: ${(error as Error).message}`),
  });
  try {
    const kept = begin(node);
    void stopped.then(() => node.close());
    for await (const report of kept) tell(report, console);
  } finally {
    await node.close();
  }
}

function tell(report: AnnounceReport | PutReport, console: Console): void {
  const { stored, failed, error } = report;
  const at = new Date(report.atMs).toISOString();
  const copies = 'copies' in report ? report.copies : null;
  console.emit('turn', {
    ...{ at, stored, failed, ...(copies !== null && { copies }) },
    error: error?.message ?? null,
  });
  if (error) console.say(`${at}  ${error.message}`);
  else if (stored === 0) console.say(`${at}  ${counted(copies ?? 0, 'node')} have it still`);
  else
    console.say(
      `${at}  stored by ${counted(stored, 'node')}${dim(failed ? `, ${failed} failed` : '')}`,
    );
}
