/**
 * The process of one cell: is sent the cell, tells how far it is, sends what came out, and ends. When
 * whoever sent it is gone there is nobody to work for.
 */

import { CommandError } from '../console.ts';
import { type Cell, runCell } from './cell.ts';

const send = (message: object): void => void process.send?.(message);

process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();
process.once('message', (cell: Cell) => {
  runCell(cell, (progress) => send({ progress }))
    .then(
      (outcome) => send({ outcome }),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        const { status = 70, code = 'INTERNAL' } = error instanceof CommandError ? error : {};
        const text = code === 'INTERNAL' ? `internal error: ${message}` : message;
        send({ failure: { message: text, status, code } });
      },
    )
    .finally(() => process.disconnect());
});
