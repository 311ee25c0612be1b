#!/usr/bin/env node
/** The command `ringlight`. Each command is a file in `cli/`; this door only leads to them. */
import { main } from './cli/program.ts';

const status = await main(process.argv.slice(2));
// What was said has gone out, then it is over: the system's resolver cannot be called off, and would
// keep a process that has nothing more to do for as long as it waits for a name server.
for (const stream of [process.stdout, process.stderr]) {
  if (stream.writableLength === 0 || stream.destroyed) continue;
  await new Promise<void>((resolve) => {
    for (const event of ['drain', 'error', 'close']) stream.once(event, resolve);
  });
}
process.exit(status);
