/**
 * Counters as Prometheus reads them, version 0.0.4 of its text format: what the doors show as nested plain
 * numbers, under names that say whose they are.
 *
 *     stats.in.datagrams               ringlight_mainline_in_datagrams_total 42
 *     stats.in.queries.findNode        ringlight_mainline_in_queries_total{method="find_node"} 42
 *     stats.incarnation                ringlight_ring_incarnation_info{incarnation="00a1…"} 1
 *     several nodes                    …{node="127.0.0.1:6881"} 42, all samples of one name together
 */

/** Whose numbers they are: the middle of their names. */
export type Measured = 'mainline' | 'ring' | 'lab' | 'studio' | 'http' | 'resp';

/** The numbers of one, and labels that set it apart from others. */
export interface Measurement {
  stats: object;
  labels?: Readonly<Record<string, string>>;
}

/** Numbers that go up and down; all others only count up. */
const GAUGES = new Set([
  'uptime_ms',
  'table_size',
  'table_parts',
  'store_info_hashes',
  'store_peers',
  'store_items',
  'network_nodes',
  'network_error',
  'network_lookups',
  'requests_in_flight',
  'lookups_in_flight',
  'k',
  'effective_k',
  'copies_missing',
  'epoch',
  'clock_offset_seconds',
  'incarnation_info',
  'records',
  'bytes',
  'foreign',
  'connections',
  'streams_open',
  'virtual_ms',
  'nodes',
  'scenes',
  'viewers',
]);

/** Whatever these are groups of goes up and down, too. */
const GAUGE_GROUPS = /^lookups_(?:success_rate|exact_rate|recall|hops_mean|rpcs_mean|latency_ms_)/;

/** Groups whose names are values of one label. */
const LABELS: Readonly<Record<string, string>> = {
  in_queries: 'method',
  in_dropped: 'reason',
  epoch: 'identity',
  clock_offset_seconds: 'member',
};

/** Text that is a sample all the same, as a label of a 1. */
const INFOS = new Set(['incarnation']);

/** What a name does not say. */
const HELP: Readonly<Record<string, string>> = {
  copies_missing: 'Copies of its arcs that are not there in full.',
  epoch: 'Of the title under which it answers for the arc of an identity.',
  clock_offset_seconds:
    'How far the clock of a neighbour was ahead of its own when that one greeted it.',
  incarnation_info: 'Of its data: another one is a member that came back without them.',
};

/** What is known by other means, and no count. */
const LEFT_OUT = new Set(['port']);

/** All numbers of all of them, a line each. */
export function metricsText(whose: Measured, measurements: readonly Measurement[]): string {
  const families = new Map<string, Family>();
  for (const { stats, labels = {} } of measurements) {
    gather(families, '', stats as Record<string, unknown>, labels);
  }
  const prefix = `ringlight_${whose}_`;
  return [...families]
    .map(([name, family]) => help(prefix, name) + lines(prefix + name, family))
    .join('');
}

interface Family {
  type: 'gauge' | 'counter';
  samples: string[];
}

function gather(
  families: Map<string, Family>,
  path: string,
  values: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    const own = path === '' ? snake(name) : `${path}_${snake(name)}`;
    const label = LABELS[path];
    if (typeof value === 'object' && value !== null) {
      gather(families, own, value as Record<string, unknown>, labels);
    } else if (typeof value === 'string' && INFOS.has(own)) {
      sample(families, `${own}_info`, { ...labels, [own]: value }, 1);
    } else if (typeof value !== 'number' || !Number.isFinite(value) || LEFT_OUT.has(own)) {
      // Text is no sample, and what is not known yet is none either.
    } else if (label !== undefined) {
      sample(families, path, { ...labels, [label]: snake(name) }, value);
    } else {
      sample(families, own, labels, value);
    }
  }
}

function sample(
  families: Map<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>>,
  value: number,
): void {
  const isGauge = GAUGES.has(name) || GAUGE_GROUPS.test(name);
  const full = isGauge ? name : `${name}_total`;
  const family = families.get(full) ?? { type: isGauge ? 'gauge' : 'counter', samples: [] };
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  family.samples.push(`${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`);
  families.set(full, family);
}

function help(prefix: string, name: string): string {
  const text = HELP[name];
  return text === undefined ? '' : `# HELP ${prefix}${name} ${text}\n`;
}

function lines(name: string, { type, samples }: Family): string {
  return `# TYPE ${name} ${type}\n${samples.map((one) => `${name}${one}\n`).join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function snake(name: string): string {
  return name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
