/**
 * The figures of a run as charts. A lookup that failed has no latency: were it left out, a network that
 * loses the hard ones would look faster than one that finds them. So failures are a bar of their own
 * beside the latencies, and the curve of these ends where the share of successes does.
 */
import type { FigureSeries } from '../model/figure-series.ts';
import type { OutcomeColumns } from '../model/outcome-columns.ts';
import type { Chart } from './chart.ts';

/** Points of a curve: more than a chart has pixels are the same curve. */
const CURVE_POINTS = 400;
const BINS = 40;

/** `results` of outcomes. */
const FAILED = 0;

/** Share of all lookups that had succeeded after so many ms. */
export function latencyChart(outcomes: OutcomeColumns): Chart {
  const durations: number[] = [];
  for (let i = 0; i < outcomes.length; i++) {
    if (outcomes.results[i] !== FAILED) durations.push(outcomes.durationsMs[i]);
  }
  durations.sort((a, b) => a - b);
  const all = outcomes.length;
  const x: number[] = [];
  const values: number[] = [];
  const points = Math.min(CURVE_POINTS, durations.length);
  for (let point = 1; point <= points; point++) {
    const rank = Math.ceil((point / points) * durations.length);
    x.push(durations[rank - 1]);
    values.push(rank / all);
  }
  const failed = all === 0 ? 0 : (all - durations.length) / all;
  return {
    id: 'latency',
    title: 'Latency of look-ups',
    note: 'How many of all look-ups were done within so long. Those that failed are the bar beside it.',
    kind: 'steps',
    xLabel: 'ms',
    yLabel: 'share of look-ups',
    shares: true,
    x,
    series: [{ name: 'done', colour: 'route', values }],
    aside: { label: 'failed', share: failed, colour: 'danger' },
  };
}

/** How many lookups took so many of something. */
function countChart(
  counts: Map<number, number>,
  parts: Pick<Chart, 'id' | 'title' | 'note' | 'xLabel'>,
): Chart {
  const most = Math.max(-1, ...counts.keys());
  const x = Array.from({ length: most + 1 }, (_, value) => value);
  return {
    ...parts,
    kind: 'bars',
    yLabel: 'look-ups',
    shares: false,
    x,
    series: [
      { name: 'look-ups', colour: 'route', values: x.map((value) => counts.get(value) ?? 0) },
    ],
    aside: null,
  };
}

export function hopsChart(outcomes: OutcomeColumns): Chart {
  const counts = new Map<number, number>();
  for (let i = 0; i < outcomes.length; i++) {
    if (outcomes.results[i] === FAILED) continue;
    counts.set(outcomes.hops[i], (counts.get(outcomes.hops[i]) ?? 0) + 1);
  }
  return countChart(counts, {
    id: 'hops',
    title: 'Hops',
    note: 'Nodes on the way from the asker to the answer, of look-ups that succeeded.',
    xLabel: 'hops',
  });
}

export function messagesChart(outcomes: OutcomeColumns): Chart {
  const counts = new Map<number, number>();
  for (let i = 0; i < outcomes.length; i++) {
    counts.set(outcomes.messages[i], (counts.get(outcomes.messages[i]) ?? 0) + 1);
  }
  return countChart(counts, {
    id: 'messages',
    title: 'Messages per look-up',
    note: 'What a look-up costs: requests and replies, failed ones among them.',
    xLabel: 'messages',
  });
}

/** Share of lookups that succeeded, and that were exact, over time. */
export function successChart(outcomes: OutcomeColumns): Chart {
  const first = outcomes.length === 0 ? 0 : outcomes.endedMs[0];
  const last = outcomes.length === 0 ? 0 : outcomes.endedMs[outcomes.length - 1];
  const width = Math.max(1, (last - first) / BINS);
  const all = new Float64Array(BINS + 1);
  const done = new Float64Array(BINS + 1);
  const graded = new Float64Array(BINS + 1);
  const exact = new Float64Array(BINS + 1);
  for (let i = 0; i < outcomes.length; i++) {
    const bin = Math.max(0, Math.min(BINS, Math.floor((outcomes.endedMs[i] - first) / width)));
    const result = outcomes.results[i];
    all[bin]++;
    if (result !== FAILED) done[bin]++;
    if (result >= 2) graded[bin]++;
    if (result === 2) exact[bin]++;
  }
  const x: number[] = [];
  const succeeded: number[] = [];
  const right: number[] = [];
  for (let bin = 0; bin <= BINS; bin++) {
    if (all[bin] === 0) continue;
    x.push((first + (bin + 0.5) * width) / 1000);
    succeeded.push(done[bin] / all[bin]);
    right.push(graded[bin] === 0 ? Number.NaN : exact[bin] / graded[bin]);
  }
  const anyGraded = right.some((value) => !Number.isNaN(value));
  return {
    id: 'success',
    title: 'Success',
    note: 'Look-ups that succeeded, and of those that could be graded the share that found exactly what is true.',
    kind: 'line',
    xLabel: 's',
    yLabel: 'share of look-ups',
    shares: true,
    x,
    series: [
      { name: 'succeeded', colour: 'route', values: succeeded },
      ...(anyGraded ? [{ name: 'exact', colour: 'copy' as const, values: right }] : []),
    ],
    aside: null,
  };
}

/** How many nodes have taken in so many messages. */
export function loadChart(loads: Uint32Array, members: (node: number) => boolean): Chart {
  let most = 0;
  for (let node = 0; node < loads.length; node++) {
    if (members(node) && loads[node] > most) most = loads[node];
  }
  const width = Math.max(1, Math.ceil((most + 1) / BINS));
  const counts = new Array<number>(most === 0 ? 0 : Math.floor(most / width) + 1).fill(0);
  if (most > 0) {
    for (let node = 0; node < loads.length; node++) {
      if (members(node)) counts[Math.floor(loads[node] / width)]++;
    }
  }
  return {
    id: 'load',
    title: 'Load of nodes',
    note: 'Messages that each node has taken in: the farther the bars reach, the less evenly work is shared.',
    kind: 'bars',
    xLabel: 'messages taken in',
    yLabel: 'nodes',
    shares: false,
    x: counts.map((_, bin) => (bin + 0.5) * width),
    series: [{ name: 'nodes', colour: 'node', values: counts }],
    aside: null,
  };
}

/** Keys with fewer copies than asked for, and with none, over time. */
export function keysChart(figures: FigureSeries): Chart {
  return {
    id: 'keys',
    title: 'Keys in danger',
    note: 'Unsafe: fewer living copies than asked for. Lost: none.',
    kind: 'line',
    xLabel: 's',
    yLabel: 'keys',
    shares: false,
    x: figures.atMs.map((atMs) => atMs / 1000),
    series: [
      { name: 'unsafe', colour: 'warn', values: figures.samples.map((each) => each.unsafeKeysNow) },
      { name: 'lost', colour: 'danger', values: figures.samples.map((each) => each.lostKeysNow) },
    ],
    aside: null,
  };
}

/** Messages in a second for each node, over time. */
export function trafficChart(figures: FigureSeries): Chart {
  const x: number[] = [];
  const values: number[] = [];
  // Neighbouring samples may be a frame apart: a rate needs a longer base.
  const stride = Math.max(1, Math.floor(figures.length / 120));
  for (let i = stride; i < figures.length; i += stride) {
    const seconds = (figures.atMs[i] - figures.atMs[i - stride]) / 1000;
    const nodes = figures.samples[i].nodesNow;
    if (seconds <= 0 || nodes === 0) continue;
    x.push(figures.atMs[i] / 1000);
    values.push(
      (figures.samples[i].messages - figures.samples[i - stride].messages) / seconds / nodes,
    );
  }
  return {
    id: 'traffic',
    title: 'Messages per node',
    note: 'What each node sends in a second, on average.',
    kind: 'line',
    xLabel: 's',
    yLabel: 'messages per second',
    shares: false,
    x,
    series: [{ name: 'messages', colour: 'ink-soft', values }],
    aside: null,
  };
}
