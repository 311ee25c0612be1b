/**
 * `ringlight mainline replay`: a capture, played to a node of the lab under virtual time, and what it does
 * compared with what was done then; or made into a recording that the studio plays.
 */
import { readFileSync } from 'node:fs';
import { fileReason } from '../../files.ts';
import { type ReplayReport, replayCapture } from '../../lab.ts';
import { type CapturedPacket, readCapture } from '../../mainline.ts';
import { bold, CommandError, type Console, counted } from '../console.ts';
import { WrittenFile } from '../written-file.ts';

export interface ReplayCommandOptions {
  local?: string;
  recording?: string;
  limits: boolean;
  seed: number;
}

export async function replayFile(
  file: string,
  options: ReplayCommandOptions,
  console: Console,
): Promise<void> {
  const packets = packetsOf(file, options);
  if (options.recording !== undefined) await record(packets, options.recording, console);
  const limits = options.limits ? {} : { inbound: false as const };
  const report = replayCapture(packets, { readOnly: false, ...limits }, options.seed);
  console.emit('replayed', report);
  tell(report, console);
}

function packetsOf(file: string, { local }: ReplayCommandOptions): CapturedPacket[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${fileReason(error)}`, 2, 'READ');
  }
  try {
    const packets = readCapture(bytes, local === undefined ? {} : { local });
    if (packets.length > 0) return packets;
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`, 2, 'READ');
  }
  throw new CommandError(`${file} has no packets`, 2, 'READ');
}

async function record(
  packets: readonly CapturedPacket[],
  path: string,
  console: Console,
): Promise<void> {
  const { captureScene, Recorder } = await import('../../scene.ts');
  const out = new WrittenFile(path);
  let isFull = false;
  try {
    const recorder = new Recorder((line) => out.line(line));
    captureScene(packets, (message) => recorder.take(message));
    isFull = recorder.isOver;
  } finally {
    out.close();
  }
  console.emit('recorded', { file: path, bytes: out.length, isFull });
  console.say(`Recorded: ${bold(path)}, ${(out.length / 2 ** 20).toFixed(1)} MiB.`);
  if (isFull) console.say('It ends early because a recording is not larger than that.');
  console.say(`Play it:  npx ringlight studio --recording ${path}`);
}

function tell(report: ReplayReport, console: Console): void {
  const { packets, queries, same, differences, replies, repliesUsed, contacts } = report;
  console.say(
    `${counted(packets, 'packet')}; ${counted(queries, 'query', 'queries')} played to a node of the lab, ${same} with the same outcome.`,
  );
  console.table([
    ['', 'answered', 'refused', 'silent'],
    ...(['captured', 'replayed'] as const).map((when) => {
      const { answered, refused, silent } = report[when];
      return [when, `${answered}`, `${refused}`, `${silent}`];
    }),
  ]);
  for (const { packet, method, captured, replayed } of differences) {
    console.say(`packet ${packet}, ${method}: ${captured} then, ${replayed} now`);
  }
  const untold = queries - same - differences.length;
  if (untold > 0) console.say(`… and ${counted(untold, 'more difference', 'more differences')}`);
  for (const [reason, count] of Object.entries(report.dropped)) {
    console.say(`dropped for ${reason}: ${count}`);
  }
  console.say(
    `${repliesUsed} of ${counted(replies, 'captured reply', 'captured replies')} answered it, ${counted(contacts, 'contact')} in its table.`,
  );
}
