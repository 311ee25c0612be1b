/** The lab in this tab: a worker of its own for each scene, so that the page stays quick. */
import type { Command, SceneMessage } from 'ringlight/scene';
import type { OpenSource, Source, SourceListener } from './source.ts';

function newWorker(): Worker {
  return new Worker(new URL('./simulation-worker.ts', import.meta.url), {
    type: 'module',
    name: 'ringlight lab',
  });
}

/** Says `drawn` once the browser has drawn: a page in the background is sent nothing more. */
const afterDrawing = (then: () => void) => requestAnimationFrame(then);

export function workerSource(
  make: () => Worker = newWorker,
  drawn: (then: () => void) => void = afterDrawing,
): OpenSource {
  return (listener) => new WorkerSource(make(), listener, drawn);
}

/** The same for a worker that is there already. */
export function drivenBy(worker: Worker): OpenSource {
  return (listener) => new WorkerSource(worker, listener, afterDrawing);
}

class WorkerSource implements Source {
  readonly #worker: Worker;
  #isClosed = false;

  constructor(worker: Worker, listener: SourceListener, drawn: (then: () => void) => void) {
    this.#worker = worker;
    listener.onLink({ state: 'opening' });
    let isOpen = false;
    worker.onmessage = ({ data }: MessageEvent<readonly SceneMessage[]>) => {
      if (this.#isClosed) return;
      if (!isOpen) listener.onLink({ state: 'open' });
      isOpen = true;
      for (const message of data) listener.onMessage(message);
      drawn(() => {
        if (!this.#isClosed) worker.postMessage('drawn');
      });
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      const reason = event.message ? `: ${event.message}` : '';
      listener.onLink({
        state: 'broken',
        message: `The lab of this tab has stopped${reason}. Reload the page to begin again.`,
      });
    };
    worker.onmessageerror = () =>
      listener.onLink({ state: 'broken', message: 'The lab of this tab cannot be understood.' });
  }

  send(command: Command): void {
    if (!this.#isClosed) this.#worker.postMessage(command);
  }

  close(): void {
    this.#isClosed = true;
    this.#worker.terminate();
  }
}
