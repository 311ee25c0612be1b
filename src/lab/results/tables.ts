/**
 * What a run leaves behind, as tables: the one place where their columns are defined. Writers, the
 * query command and the documentation all read this list.
 *
 *     runs ──┬── nodes ─────────── who there was, and how each one ended
 *            ├── sessions ──────── when each was there
 *            ├── lookups ── rpcs ─ what was looked for, and each question asked for it (sampled)
 *            ├── snapshots_neighbors ─ who had whom in the table at the end
 *            └── metrics ───────── the whole world, from time to time
 *
 * Every table begins with `run_id`, so that the rows of many runs can lie in one place. Names and the
 * 64-bit id prefixes (`…discovery_id_prefix`) are those of the crawler Nebula: a crawl of the live
 * network and a look at a simulated one can be read by the same queries. Units are in the names; all
 * times are virtual, in ms since the world began.
 */

/** Raised when a column changes its name, type or meaning. */
export const SCHEMA_VERSION = 2;

/** `int64` holds whole numbers up to 2^53, `uint64` the first 64 bits of an id. */
export type ColumnType = 'boolean' | 'int32' | 'int64' | 'uint64' | 'float64' | 'string';

/** One value of a table; null only where the column is `nullable`. */
export type Cell = boolean | number | bigint | string | null;

export interface ColumnDefinition {
  readonly type: ColumnType;
  readonly about: string;
  readonly nullable?: true;
}

/** A column of a finished table: `values` is an array or anything that is read like one. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly values: { readonly length: number; at(row: number): Cell | undefined };
}

export interface Table {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** The first column of every table. */
const RUN_ID = {
  type: 'string',
  about: 'the run: a hash of config, seed, version and commit',
} as const;

export const TABLES = {
  runs: {
    about: 'one row per run: what was run, and how it ended',
    columns: {
      experiment: { type: 'string', about: 'its name' },
      seed: { type: 'int64', about: 'the same seed gives the same run' },
      version: { type: 'string', about: 'of Ringlight' },
      commit: { type: 'string', about: 'of its source; empty when it was installed as a package' },
      schema_version: { type: 'int32', about: 'of these tables' },
      config_hash: { type: 'string', about: 'of experiment and config, seed apart' },
      config: { type: 'string', about: 'all options, as JSON' },
      nodes: { type: 'int32', about: 'how many there are in the world' },
      pass: { type: 'boolean', about: 'did every check pass?' },
      trace_hash: { type: 'string', about: 'stands for every datagram that was delivered' },
      messages: { type: 'int64', about: 'datagrams, or pieces of streams, delivered' },
      duration_ms: { type: 'float64', about: 'virtual time that passed' },
    },
  },
  nodes: {
    about: 'one row per node, as it was at the end',
    columns: {
      node: { type: 'int32', about: 'its number in the world; ids of Mainline ascend with it' },
      peer_id: { type: 'string', about: 'its id, 40 hexadecimal digits' },
      discovery_id_prefix: { type: 'uint64', about: 'the first 64 bits of its id' },
      address: { type: 'string', about: 'ip:port' },
      alive: { type: 'boolean', about: 'is it there?' },
      contacts: { type: 'int32', about: 'in its routing table; members that it knows of a ring' },
      buckets: { type: 'int32', about: 'of its routing table; its places in a ring' },
      messages_received: {
        type: 'int64',
        about: 'datagrams, or pieces of streams, delivered to it',
      },
    },
  },
  sessions: {
    about: 'one row per stay of a node in the network',
    columns: {
      node: { type: 'int32', about: 'number of the node' },
      started_ms: { type: 'float64', about: 'when it came' },
      ended_ms: { type: 'float64', about: 'when it went; null while it is there', nullable: true },
    },
  },
  lookups: {
    about: 'one row per lookup, of all worlds, graded by the oracle',
    columns: {
      lookup: { type: 'int32', about: 'its number, in the order in which lookups ended' },
      world: { type: 'int32', about: 'number of its world, from 1: an experiment may make many' },
      condition: {
        type: 'string',
        about: 'what sets its world apart, such as dead 0.2; empty for one',
      },
      node: { type: 'int32', about: 'who looked' },
      kind: {
        type: 'string',
        about: 'find_node, get_peers, announce_peer, get, put; owns, get, insert',
      },
      target_id_prefix: { type: 'uint64', about: 'the first 64 bits of what was looked for' },
      started_ms: { type: 'float64', about: 'when it began' },
      latency_ms: { type: 'float64', about: 'from the call to its end, also of one that failed' },
      failed: { type: 'boolean', about: 'nobody answered' },
      exact: {
        type: 'boolean',
        about: 'it found exactly the k closest living nodes, in order; the owner',
      },
      found: { type: 'int32', about: 'how many of the k truly closest it found' },
      wanted: { type: 'int32', about: 'how many of them there were' },
      hops: { type: 'int32', about: 'length of the chain that led to the closest; 0 if it failed' },
      rpcs: { type: 'int32', about: 'requests sent' },
      answered: { type: 'int32', about: 'requests answered' },
      timeouts: { type: 'int32', about: 'requests given up after their full time-out' },
    },
  },
  rpcs: {
    about: 'one row per request of every n-th lookup',
    columns: {
      lookup: { type: 'int32', about: 'number of the lookup' },
      step: { type: 'int32', about: 'the how-manieth request of its lookup, from 1' },
      told_by: { type: 'int32', about: 'step whose answer named this node; 0 is the own table' },
      peer_discovery_id_prefix: { type: 'uint64', about: 'who was asked; 0 if its id is unknown' },
      hops: { type: 'int32', about: 'length of the chain that led to it, from 1' },
      distance_bits: {
        type: 'float64',
        about: 'log2 of its distance to the target, rounded up; null if its id is unknown',
        nullable: true,
      },
      sent_ms: { type: 'float64', about: 'since the lookup began' },
      rtt_ms: { type: 'float64', about: 'round trip; null without an answer', nullable: true },
      verdict: {
        type: 'string',
        about: 'answered, late, timeout, error, or cancelled: not waited for to the end',
      },
    },
  },
  snapshots_neighbors: {
    about: 'one row per contact in the routing tables of a sample of living nodes, at the end',
    columns: {
      at_ms: { type: 'float64', about: 'when the tables were looked at' },
      peer_discovery_id_prefix: { type: 'uint64', about: 'whose table' },
      neighbor_discovery_id_prefix: { type: 'uint64', about: 'who is in it' },
      bucket: { type: 'int32', about: 'where: 0 is the far half of all ids, or of the circle' },
      failures: { type: 'int32', about: 'requests in a row it left unanswered' },
      heard_ago_ms: {
        type: 'float64',
        about: 'since it was last heard; null where that is not noted',
        nullable: true,
      },
      alive: { type: 'boolean', about: 'is the contact really there?' },
    },
  },
  metrics: {
    about: 'the whole world from time to time; counts are totals since the beginning',
    columns: {
      at_ms: { type: 'float64', about: 'when' },
      nodes_alive: { type: 'int32', about: 'nodes that are there' },
      lookups_done: { type: 'int64', about: 'ended so far' },
      lookups_failed: { type: 'int64', about: 'of those, with no answer' },
      lookups_exact: { type: 'int64', about: 'of those, exact' },
      messages_sent: {
        type: 'int64',
        about: 'datagrams, or frames, that nodes gave to the network',
      },
      messages_duplicated: { type: 'int64', about: 'copies that the network made' },
      messages_delivered: { type: 'int64', about: 'datagrams, or frames, that arrived' },
      messages_undeliverable: { type: 'int64', about: 'to an address of nobody, or nobody alive' },
      messages_lost: { type: 'int64', about: 'lost by chance' },
      messages_queue_dropped: { type: 'int64', about: 'that found an uplink full' },
      messages_cut: { type: 'int64', about: 'that met a partition' },
      messages_clogged: { type: 'int64', about: 'that met a clogged path' },
      messages_nat_blocked: { type: 'int64', about: 'turned away by a NAT or firewall' },
      sent_bytes: { type: 'int64', about: 'of all datagrams sent' },
      timeouts: { type: 'int64', about: 'requests that nobody answered' },
      contacts_mean: {
        type: 'float64',
        about: 'contacts per table, over the living of 100 nodes',
      },
    },
  },
} as const;

export type TableName = keyof typeof TABLES;

type CellOf<D extends ColumnDefinition> =
  | (D['type'] extends 'boolean'
      ? boolean
      : D['type'] extends 'uint64'
        ? bigint
        : D['type'] extends 'string'
          ? string
          : number)
  | (D extends { nullable: true } ? null : never);

/** A row of a table as an object, without `run_id`, which is the same in all rows. */
export type Row<T extends TableName> = {
  -readonly [C in keyof (typeof TABLES)[T]['columns']]: CellOf<
    (typeof TABLES)[T]['columns'][C] extends infer D extends ColumnDefinition ? D : never
  >;
};

/** Columns of a table in order, `run_id` first. */
export function columnsOf(table: TableName): [name: string, definition: ColumnDefinition][] {
  const own: Record<string, ColumnDefinition> = TABLES[table].columns;
  return [['run_id', RUN_ID], ...Object.entries(own)];
}

/** A table whose cells are computed when they are read: nothing is stored twice. */
export function tableOf<T extends TableName>(
  name: T,
  runId: string,
  rows: number,
  read: { [C in keyof Row<T>]: (row: number) => Cell },
): Table {
  const readers = read as Record<string, (row: number) => Cell>;
  const columns = columnsOf(name).map(([column, { type, nullable = false }]): Column => {
    const at = column === 'run_id' ? () => runId : readers[column];
    return { name: column, type, nullable, values: { length: rows, at } };
  });
  return { name, rows, columns };
}
