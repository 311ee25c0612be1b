/**
 * A recording as a source: read and played by a worker of its own. What cannot be read is said before
 * anything is shown, so what was shown before stays.
 */

import type { Opened, OpenRecording } from './recording-worker.ts';
import type { OpenSource } from './source.ts';
import { drivenBy } from './worker-source.ts';

function newWorker(): Worker {
  return new Worker(new URL('./recording-worker.ts', import.meta.url), {
    type: 'module',
    name: 'ringlight recording',
  });
}

/**
 * A file of the viewer's, or a path on the host that this page came from. The source can be opened once.
 * @throws Error with one line for people.
 */
export async function openRecording(
  what: File | string,
  base: string = document.baseURI,
  make: () => Worker = newWorker,
): Promise<OpenSource> {
  const name = typeof what === 'string' ? what : what.name;
  const open = typeof what === 'string' ? addressOf(what, base) : what;
  const worker = make();
  const answer = await new Promise<Opened>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Opened>) => resolve(data);
    worker.onerror = () => resolve({ failed: 'it cannot be read here' });
    worker.postMessage({ open } satisfies OpenRecording);
  });
  if ('failed' in answer) {
    worker.terminate();
    throw new Error(`“${name}” cannot be played: ${answer.failed}.`);
  }
  return drivenBy(worker);
}

/** Nothing is loaded from elsewhere, whatever a link says. */
function addressOf(path: string, base: string): string {
  const address = new URL(path, base);
  if (address.origin !== new URL(base).origin) {
    throw new Error(`“${path}” cannot be played: recordings come from the host of this page only.`);
  }
  return address.href;
}
