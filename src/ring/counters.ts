/**
 * What passed through a ring node, in plain numbers. Every frame that comes in is a request, a reply
 * or one of the `broken`; every stream that ends is counted with its reason.
 */
export class RingCounters {
  framesIn = 0;
  framesOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  requestsIn = 0;
  requestsOut = 0;
  repliesIn = 0;
  /** Replies to nobody: their request had timed out. */
  lateReplies = 0;
  timeouts = 0;
  /** Frames that no sane node sends; the connection is dropped. */
  broken = 0;
  /** Requests for which the other side has no rights; the connection is dropped. */
  refusedRequests = 0;
  /** Greetings that led to nothing: an older version, another ring, no proof of the secret. */
  rejectedGreetings = 0;
  /** Strangers that had been idle, closed to make room for others. */
  evicted = 0;
  dialed = 0;
  accepted = 0;
  /** Streams refused because too many were open. */
  refusedStreams = 0;
  /** Kept connections closed because nobody used them. */
  idleCloses = 0;
  /** Connections that went away while something was under way on them. */
  brokenOff = 0;
  /** Records written by clients of this owner, and copies taken for others. */
  writes = 0;
  replicas = 0;
  /** Records from the future, which were not taken: somebody's clock is wrong. */
  refusedVersions = 0;
  /** Copies that were older than what was here. */
  stale = 0;
  /** Changes that came after their time, and were not made. */
  lateActs = 0;
  /** Changes that came again after they had been made, and were only answered. */
  repeatedActs = 0;
  reads = 0;
  readRepairs = 0;
  /** Records moved by comparing arcs, and their bytes. */
  repairedRecords = 0;
  repairedBytes = 0;
  /** Records of others, dropped after their owner confirmed them. */
  released = 0;
  /** Tombstones that had done their duty. */
  forgotten = 0;
  /** Records whose time was over. */
  expired = 0;
  joins = 0;
  handovers = 0;
  handoversFailed = 0;
  lost = 0;
  /** Of those lost, who was silent; the others said that they were no members. */
  takenForDead = 0;
  storeErrors = 0;
  /** Records that the disk did not give when they were to be read. */
  readErrors = 0;
}
