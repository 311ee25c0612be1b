/**
 * What became of streams and of the bytes on them. At any time
 *
 *     bytesWritten = bytesDelivered + bytesDropped + those that the ends keep or that are under way
 */
export class StreamTraffic {
  connects = 0;
  accepted = 0;
  opened = 0;
  /** Ends that a machine destroyed, and that went with their process. */
  destroyed = 0;
  killed = 0;
  /** Ends whose machine heard `closed`, by why (`Closed`). */
  readonly closed: Uint32Array = new Uint32Array(5);
  bytesWritten = 0;
  bytesDelivered = 0;
  /** Written, and given up with the stream. */
  bytesDropped = 0;
  /** Pieces delivered: each is one call of a machine. */
  pieces = 0;
}
