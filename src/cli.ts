#!/usr/bin/env node
/** The command `ringlight`. Each command is a file in `cli/`; this door only leads to them. */
import { main } from './cli/program.ts';

process.exitCode = await main(process.argv.slice(2));
