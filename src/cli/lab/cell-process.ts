/**
 * A cell in a process of its own: it can have a larger heap than ours, work while others work, be
 * ended in the middle, and take nobody with it when memory runs out.
 */
import { fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { partialOf } from '../../results/partial.ts';
import { CommandError } from '../console.ts';
import type { Cell, CellOutcome, CellProgress } from './cell.ts';

const CHILD = new URL('./cell-child.js', import.meta.url);

export interface Apart {
  /** Heap of the process; null: as Node.js has it. */
  heapMb: number | null;
  report(progress: CellProgress): void;
  /** Ends the process at once. */
  signal?: AbortSignal;
}

type Message =
  | { progress: CellProgress }
  | { outcome: CellOutcome }
  | { failure: { message: string; status: number; code: string } };

/** @throws CommandError when it fails, runs out of memory or is ended. */
export function runApart(cell: Cell, { heapMb, report, signal }: Apart): Promise<CellOutcome> {
  return new Promise((fulfil, reject) => {
    const execArgv = heapMb === null ? [] : [`--max-old-space-size=${heapMb}`];
    // What V8 says of its heap when it gives up is pages long.
    const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const;
    const child = fork(CHILD, [], { execArgv, serialization: 'advanced', stdio: [...stdio] });
    const end = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', end, { once: true });
    let outcome: CellOutcome | null = null;
    let error: Error | null = null;
    child.on('message', (message: Message) => {
      if ('progress' in message) report(message.progress);
      else if ('outcome' in message) outcome = message.outcome;
      else {
        const { message: text, status, code } = message.failure;
        error = new CommandError(text, status, code);
      }
    });
    child.on('error', (cause) => {
      error ??= cause;
    });
    child.on('close', (status, killer) => {
      signal?.removeEventListener('abort', end);
      if (outcome && !error) return fulfil(outcome);
      // What it was just writing.
      if (cell.keep && child.pid !== undefined) {
        rmSync(partialOf(cell.keep.folder, child.pid), { recursive: true, force: true });
      }
      reject(error ?? endOf(status, killer, signal?.aborted === true));
    });
    child.send(cell);
    if (signal?.aborted) end();
  });
}

function endOf(status: number | null, killer: string | null, isEnded: boolean): CommandError {
  if (isEnded) return new CommandError('interrupted', 130, 'INTERRUPTED');
  // V8 aborts when its heap is full; the system kills whoever takes the last of its memory.
  if (killer === 'SIGABRT' || killer === 'SIGKILL' || status === 134) {
    return new CommandError('out of memory', 1, 'MEMORY');
  }
  return new CommandError(`its process ended with ${killer ?? `status ${status}`}`, 1, 'CELL');
}
