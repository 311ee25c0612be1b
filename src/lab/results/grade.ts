/**
 * Grades: what lookups were worth, one by one and together. A lookup that found somebody is not yet
 * one that found the right ones, and one that failed must not vanish from the averages of time.
 */

export interface Grade {
  /** The node that looked up. */
  node: number;
  /** It answered with exactly the k closest living nodes, in order. */
  exact: boolean;
  /** How many of the k truly closest it found. */
  found: number;
  /** How many there were to find: k, or fewer in a small world. */
  wanted: number;
  /** Requests sent. */
  rpcs: number;
  /** Length of the chain that led to the closest node found; 0 when nobody answered. */
  hops: number;
  /** Virtual time from the call to the end. */
  latencyMs: number;
  /** Nobody answered. */
  failed: boolean;
}

/** A grade, and which call got it when: by these all grades of a run have one order. */
export interface PlacedGrade extends Grade {
  endedMs: number;
  call: number;
}

/** What many lookups were worth together. Latencies are of those that found somebody. */
export interface Summary {
  lookups: number;
  successRate: number;
  exactRate: number;
  /** Truly closest nodes found, of those there were. */
  recall: number;
  hopsMean: number;
  rpcsMean: number;
  latencyMs: { p50: number; p90: number; p99: number };
}

export function summaryOf(grades: readonly Grade[]): Summary {
  const answered = grades.filter(({ failed }) => !failed);
  const latencies = Float64Array.from(answered, ({ latencyMs }) => latencyMs).sort();
  const at = (share: number): number =>
    latencies.length === 0 ? Number.NaN : latencies[Math.floor((latencies.length - 1) * share)];
  return {
    lookups: grades.length,
    successRate: answered.length / grades.length,
    exactRate: mean(grades, ({ exact }) => (exact ? 1 : 0)),
    recall: sum(grades, ({ found }) => found) / sum(grades, ({ wanted }) => wanted),
    hopsMean: mean(answered, ({ hops }) => hops),
    rpcsMean: mean(grades, ({ rpcs }) => rpcs),
    latencyMs: { p50: at(0.5), p90: at(0.9), p99: at(0.99) },
  };
}

/** As calls ended; those of one millisecond by their numbers. */
export function inOrder(grades: readonly PlacedGrade[]): PlacedGrade[] {
  return grades.toSorted((a, b) => a.endedMs - b.endedMs || a.call - b.call);
}

function sum(grades: readonly Grade[], value: (grade: Grade) => number): number {
  return grades.reduce((total, grade) => total + value(grade), 0);
}

function mean(grades: readonly Grade[], value: (grade: Grade) => number): number {
  return sum(grades, value) / grades.length;
}
