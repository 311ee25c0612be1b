/** What `ringlight lab` shows of a run: while it goes on, what came out, and how to see it again. */
import type { Check } from '../../lab.ts';
import { bold, type Console, counted, green, milliseconds, red } from '../console.ts';
import type { CellOutcome, CellProgress } from './cell.ts';
import { replayLineOf } from './replay.ts';

export function progressText(progress: CellProgress): string {
  const { unit, done, of, messages, virtualMs, wallMs, rssBytes } = progress;
  const rate = Math.round(messages / wallMs);
  const left = done === 0 ? '?' : lengthText((wallMs * (of - done)) / done);
  return (
    `${counted(done, unit)} of ${of.toLocaleString('en')}  ${lengthText(virtualMs)} virtual  ` +
    `${rate}k messages/s  ${Math.round(rssBytes / 1e6)} MB  ${left} left`
  );
}

/** "42 s", "7 min", "3.5 h". */
export function lengthText(ms: number): string {
  if (ms < 100_000) return `${Math.ceil(ms / 1000)} s`;
  return ms < 6_000_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

/** What came out of one run. */
export function showOutcome(outcome: CellOutcome, console: Console): void {
  const { experiment, nodes, seed, metrics, messages, virtualMs, checks, figures } = outcome;
  console.say(`${bold(experiment)}  ${counted(nodes, 'node')}, seed ${seed}`);
  console.say();
  console.table([
    ...lookupRows(metrics),
    ['messages', `${counted(messages, 'datagram')} in ${(virtualMs / 1000).toFixed(1)} virtual s`],
    [
      'this run',
      `${milliseconds(outcome.wallMs)}, ${outcome.messagesPerSecond.toLocaleString('en')} ` +
        `messages/s, ${Math.round(outcome.peakRssBytes / 1e6)} MB at most`,
    ],
    ['trace hash', outcome.traceHash],
    ...Object.entries(figures).map(([name, value]) => [name, shortly(value)]),
  ]);
  console.say();
  for (const line of outcome.story ?? []) console.say(line);
  if (checks.length === 0) console.say('Nothing is known to compare this setting with.');
  else console.table(checks.map(checkRow));
  showFailures(outcome, console);
}

/** An experiment may have no lookups; then there is nothing to say of them. */
function lookupRows(metrics: CellOutcome['metrics']): string[][] {
  if (metrics.lookups === 0) return [];
  const { p50, p90, p99 } = metrics.latencyMs;
  return [
    ['lookups', `${metrics.lookups}, ${percent(metrics.successRate)} answered`],
    ['exact', `${percent(metrics.exactRate)}; ${percent(metrics.recall)} of the closest found`],
    ['hops, RPCs', `${metrics.hopsMean.toFixed(2)}, ${metrics.rpcsMean.toFixed(2)} on average`],
    ['latency', `${p50} / ${p90} / ${p99} virtual ms at 50 / 90 / 99 % of those answered`],
  ];
}

/** A failed check has a line to paste that brings it back. */
export function showFailures(outcome: CellOutcome, console: Console): void {
  const failed = outcome.checks.filter(({ pass }) => !pass);
  if (failed.length === 0) return;
  const told = failed.map(({ name, detail }) => (detail ? `${name} (${detail})` : name));
  console.say();
  console.say(`${red('FAIL')}  ${told.join(', ')}; to see it again:`);
  console.say(`  ${replayLineOf(outcome)}`);
}

function checkRow({ name, expected, tolerance, measured, pass }: Check): string[] {
  return [
    pass ? green('pass') : red('FAIL'),
    name,
    `measured ${measured.toFixed(3)}`,
    `expected ${shortly(expected)} ± ${tolerance.toFixed(3)}`,
  ];
}

/** As many digits as tell values of any size apart. */
export function shortly(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : String(+value.toPrecision(4));
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
