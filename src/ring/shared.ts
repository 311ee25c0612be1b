/**
 * What the ring nodes of one process may share instead of each owning it: the members they know, and
 * the buffers that they read and write with, which are needed for the length of one turn only. One
 * real node has one of its own; a lab gives its 10,000 nodes the same.
 */

import { Members, type Sha1 } from './circle/member.ts';
import { Frame, FrameWriter } from './frames.ts';
import { Intake } from './intake.ts';

/** Writers kept for the next turn, and the largest that is worth keeping. */
const IDLE_WRITERS = 32;
const WRITER_BYTES_KEPT = 1 << 19;

export class RingShared {
  readonly members: Members;
  /** The frame being looked at. */
  readonly frame: Frame = new Frame();
  /** Memory for frames that came in part: of strangers and of members. */
  readonly strangersIntake: Intake = new Intake();
  readonly membersIntake: Intake = new Intake();
  readonly #writers: FrameWriter[] = [];

  /** @param membersLimit members interned, if more than the default are known to exist. */
  constructor(sha1: Sha1, membersLimit?: number) {
    this.members = new Members(sha1, membersLimit);
  }

  takeWriter(): FrameWriter {
    return this.#writers.pop() ?? new FrameWriter();
  }

  giveWriter(writer: FrameWriter): void {
    if (this.#writers.length >= IDLE_WRITERS || writer.bytes.length > WRITER_BYTES_KEPT) return;
    writer.length = 0;
    this.#writers.push(writer);
  }
}
