/**
 * The worker that reads a recording and plays it: a file of 100 MB must not hold the page up. The first
 * message names the file; the answer is `opened`, or `failed` with one line for people.
 */
import { type Command, Playback, RecordingReader } from 'ringlight/scene';
import { type DriverHost, SimulationDriver } from './simulation-driver.ts';
import { workerHost } from './worker-host.ts';

/** What the page says first: a file of the viewer's, or an address of the same host. */
export interface OpenRecording {
  open: File | string;
}

/** What the worker answers to it. */
export type Opened = { opened: true } | { failed: string };

const scope = self as unknown as {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<OpenRecording | Command | 'drawn'>) => void) | null;
};

const host: DriverHost = workerHost();
let driver: SimulationDriver | null = null;

scope.onmessage = ({ data }) => {
  if (data === 'drawn') driver?.ready();
  else if ('open' in data) void open(data.open);
  else driver?.command(data);
};

async function open(what: File | string): Promise<void> {
  try {
    const recording = await read(await streamOf(what));
    scope.postMessage({ opened: true } satisfies Opened);
    driver = new SimulationDriver((emit) => new Playback(recording, emit), host);
    driver.begin();
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    scope.postMessage({ failed } satisfies Opened);
  }
}

async function streamOf(what: File | string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  if (typeof what !== 'string') return what.stream();
  let response: Response;
  try {
    response = await fetch(what);
  } catch {
    throw new Error('the server cannot be reached');
  }
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.body!;
}

async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = new RecordingReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const pieces = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await pieces.read();
      reader.push(decoder.decode(value, { stream: !done }));
      if (done) return reader.finish();
    }
  } catch (error) {
    // The decoder's own words are about encodings.
    if (error instanceof TypeError) throw new Error('this is no text');
    throw error;
  }
}
