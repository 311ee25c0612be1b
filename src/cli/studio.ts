/**
 * `ringlight studio`: the page by itself. It needs no nodes, for the lab runs in the tab; with a
 * recording it plays that, and with members of a ring to ask it shows that ring from outside.
 */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileReason } from '../files.ts';
import type { LiveScene } from '../studio.ts';
import { CommandError, type Console } from './console.ts';
import { untilStopped } from './stopping.ts';
import { openStudioFor } from './studio-options.ts';

/** The page reads a recording into memory. */
const RECORDING_BYTES_MAX = 256 << 20;

export interface StudioCommandOptions {
  port: number;
  /** The same by the name that it has elsewhere. */
  studio?: number;
  recording?: string;
  attach?: string[];
  studioHost: string;
  controlToken?: string;
  for?: number;
}

export async function studio(options: StudioCommandOptions, console: Console): Promise<void> {
  const stopped = untilStopped(options.for);
  const recordings = new Map<string, Uint8Array>();
  let opens = '';
  if (options.recording !== undefined) {
    const name = basename(options.recording);
    recordings.set(name, await recordingIn(options.recording));
    opens = `recording=api/recordings/${encodeURIComponent(name)}`;
  }
  const scenes: LiveScene[] = [];
  if (options.attach !== undefined) {
    scenes.push(await attach(options.attach));
    opens ||= 'live=ring';
  }
  const choice = { ...options, studio: options.studio ?? options.port };
  const opened = await openStudioFor({ scenes, recordings, opens }, choice, console);
  console.say(console.watched ? 'Ctrl-C ends it.' : 'Running; SIGINT or SIGTERM ends it.');
  await stopped;
  await opened.close();
  console.say('Closed.');
  console.emit('stopped');
}

/** A ring as somebody sees it who only asks. @throws DhtError when nobody of it answers. */
async function attach(entries: readonly string[]): Promise<LiveScene> {
  const [{ connectRing }, { LiveRing }] = await Promise.all([
    import('../ring.ts'),
    import('../studio.ts'),
  ]);
  const client = await connectRing(entries);
  await client.close();
  return new LiveRing({
    name: 'ring',
    title: `A ring, seen from outside by ${entries[0]}`,
    entries,
  });
}

/** The file's bytes, looked through: what cannot be played is told here and not on the page. */
async function recordingIn(file: string): Promise<Uint8Array> {
  const { RecordingError, readRecording } = await import('../scene.ts');
  const bytes = readWhole(file);
  try {
    readRecording(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return bytes;
  } catch (error) {
    const why = error instanceof RecordingError ? error.message : 'this is no text';
    throw new CommandError(`cannot play ${file}: ${why}`, 2, 'RECORDING');
  }
}

function readWhole(file: string): Uint8Array {
  try {
    if (statSync(file).size <= RECORDING_BYTES_MAX) return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${fileReason(error)}`, 2, 'RECORDING');
  }
  const limit = RECORDING_BYTES_MAX >>> 20;
  throw new CommandError(`${file} has more than ${limit} MiB`, 2, 'RECORDING');
}
