/**
 * The workbench: what a node needs while it handles one message, and no longer. All nodes of a
 * process work at the same one, because no machine is ever entered while another is at work.
 */

import { ID_BYTES } from '../core/id.ts';
import { Message } from './krpc/message.ts';
import { Writer } from './krpc/writer.ts';
import type { Ground } from './rows/ground.ts';
import { Nearest } from './table/table.ts';
import { NODES_PER_REPLY } from './walks.ts';

/** An id where it lies. */
export interface IdView {
  bytes: Uint8Array;
  start: number;
}

export class Workbench {
  readonly message: Message = new Message();
  readonly reply: Writer = new Writer();
  readonly query: Writer = new Writer();
  readonly nearest: Nearest;
  readonly idView: IdView = { bytes: new Uint8Array(ID_BYTES), start: 0 };
  readonly id: Uint8Array = new Uint8Array(ID_BYTES);

  constructor(ground: Ground) {
    this.nearest = new Nearest(ground.contacts, NODES_PER_REPLY);
  }
}
