/**
 * The bounds of a scene, each named once: whoever checks a link, a file, a request or a field of the page
 * takes them from here.
 */

/** Changes when a recording of before could not be read any more. */
export const SCENE_VERSION = 1;

// A world of the lab.

/** A browser draws and remembers no more: 100,000 Mainline nodes take 0.4 GB. */
export const MAINLINE_NODES_MAX = 100_000;
/** A ring node has a store, connections and lists of its own. */
export const RING_NODES_MAX = 10_000;
/** Buckets of Mainline. */
export const BUCKET_SIZE_MAX = 64;
/** Backups in a ring. */
export const BACKUPS_MAX = 8;
export const ALPHA_MAX = 16;
export const IDENTITIES_MAX = 16;
/** One way; longer than any time-out of a node. */
export const LATENCY_MS_MAX = 10_000;
export const LOOKUPS_PER_SECOND_MAX = 1000;
export const KEYS_MAX = 1000;
/** Median of an exponential session, in minutes. */
export const CHURN_MINUTES_MIN = 0.1;
export const CHURN_MINUTES_MAX = 100_000;

// What is done to it.

/** Acts that a world remembers. */
export const ACTS_MAX = 1000;
/** Nodes that one act adds. */
export const ADDED_MAX = 1024;
/** Nodes of all adversaries of a siege. */
export const ADVERSARY_NODES_MAX = 1024;
/** Node numbers at most: adversaries and who has been added count on. */
export const NODE_MAX: number = MAINLINE_NODES_MAX + ADVERSARY_NODES_MAX + ADDED_MAX - 1;
/** Of a name that is typed, in characters. */
export const NAME_LENGTH_MAX = 1024;
/** Of a value that is typed, in characters: as much as a request to a live scene may hold. */
export const VALUE_LENGTH_MAX: number = 128 << 10;
/** Names and values of all acts together: a world's history is one line of a recording. */
export const ACTS_LENGTH_MAX: number = 2 ** 24;
/** A virtual year. */
export const MOMENT_MS_MAX: number = 366 * 24 * 3_600_000;
/** Virtual ms per second at most: a day. */
export const PACE_MAX = 86_400_000;
/** Steps of one command at most. */
export const STEPS_MAX = 1_000_000;

// What is told of it.

/** Records of a node that are shown at most. */
export const STORED_SHOWN = 200;
/** Lines of a node's log that are shown. */
export const LOG_SHOWN = 50;
/** Parts of a message taken apart may lie in each other so deep. */
export const PART_DEPTH_MAX = 16;
