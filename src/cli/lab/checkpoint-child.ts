/**
 * The process of a world that is saved. Node.js can write the whole heap of a process to a file when
 * nothing of the program is on the stack (`--build-snapshot`), and begin another process with it: worlds,
 * machines, and the functions that wait for a reply, all as they were.
 *
 *     build    read the order ─ run to the moment ─┐
 *                                                  ├─ the heap is written, the process ends
 *     go on                                        └─ another process begins here ─ the rest of the run
 *
 * A process that is to be written loads no modules, so this file is built as a script, too
 * (tools/vendor.mjs), which checkpoint.ts begins.
 */
import { readFileSync, writeSync } from 'node:fs';
import { deserialize, serialize, startupSnapshot } from 'node:v8';
import { compileFunction, constants } from 'node:vm';
import { Recorder, type Steps } from '../../lab.ts';
import type { runCell } from './cell.ts';
import { residentBytes } from './memory.ts';
import { SAVABLE } from './savable.ts';

/** What is to be run, and until when. */
export interface SaveOrder {
  experiment: string;
  options: object;
  sample: number;
  atMs: number;
}

/** A line for whoever began this process; a stream would be one more thing that cannot be saved. */
function tell(message: object): void {
  writeSync(1, `${serialize(message).toString('base64')}\n`);
}

function fail(message: string, code: string, status: number): never {
  tell({ failure: { message, code, status } });
  process.exit(1);
}

/** Runs to the first rest at or after the moment; an experiment of many worlds adds up their times. */
function runTo(steps: Steps, untilMs: number): void {
  let beforeMs = 0;
  let worldMs = 0;
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      const endMs = beforeMs + worldMs;
      return fail(`the run ends after ${endMs} ms, before that moment`, 'USAGE', 2);
    }
    if (value.virtualMs < worldMs) beforeMs += worldMs;
    worldMs = value.virtualMs;
    const machine = { wallMs: performance.now(), rssBytes: residentBytes() };
    tell({ progress: { ...value, ...machine } });
    if (beforeMs + worldMs < untilMs) continue;
    return tell({ saved: { atMs: beforeMs + worldMs, messages: value.messages } });
  }
}

/** @param steps the rest of the run; the address of cell.js and the cell are the words of this process. */
async function goOn(steps: Steps, recorder: Recorder): Promise<void> {
  const [, module, order] = process.argv;
  try {
    // A process that began with a heap has no loader of its own, but that of Node.js.
    const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    const load = compileFunction('return import(url)', ['url'], { importModuleDynamically });
    const cells = (await load(module!)) as { runCell: typeof runCell };
    const { source, ...cell } = deserialize(Buffer.from(order!, 'base64'));
    const begun = { steps, recorder, source };
    tell({ outcome: await cells.runCell(cell, (progress) => tell({ progress }), begun) });
  } catch (error) {
    const {
      message,
      code = 'INTERNAL',
      status = 70,
    } = error as {
      message: string;
      code?: string;
      status?: number;
    };
    fail(code === 'INTERNAL' ? `internal error: ${message}` : message, code, status);
  }
}

/** Exported for the script around it; the order's file is the word of this process. */
export function build(): void {
  const read = deserialize(readFileSync(process.argv[2]!)) as SaveOrder;
  const recorder = new Recorder({ sample: read.sample });
  const steps = SAVABLE[read.experiment]!(read.options as never, recorder);
  runTo(steps, read.atMs);
  startupSnapshot.setDeserializeMainFunction(() => void goOn(steps, recorder));
}
