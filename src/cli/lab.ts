/**
 * `ringlight lab`: experiments on the product's own nodes under virtual time. A run prints what was
 * measured beside what was to be expected, and its trace hash; the same seed prints the same again.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Check,
  type ExperimentResult,
  KAD_HOPS_DEFAULTS,
  kadHops,
  type LatencyModel,
  type Progress,
} from '../lab.ts';
import {
  bold,
  CommandError,
  type Console,
  columns,
  counted,
  green,
  milliseconds,
  red,
} from './console.ts';

export const EXPERIMENTS: Record<string, string> = {
  'kad-hops': 'length and exactness of lookups in a converged network, against ideal tables',
};

export interface LabRunOptions {
  nodes: number;
  seed: number;
  lookups: number;
  k: number;
  alpha: number;
  latency: LatencyModel;
  loss: number;
  out?: string;
}

export const LAB_DEFAULTS: LabRunOptions = KAD_HOPS_DEFAULTS;

export function listExperiments(console: Console): void {
  const names = Object.entries(EXPERIMENTS);
  for (const [name, about] of names) console.emit('experiment', { name, about });
  console.say(columns(names.map(([name, about]) => [bold(name), about])));
}

export function runExperiment(name: string, options: LabRunOptions, console: Console): void {
  if (!(name in EXPERIMENTS)) {
    const known = Object.keys(EXPERIMENTS).join(', ');
    throw new CommandError(`there is no experiment "${name}"; there is ${known}`, 2, 'USAGE');
  }
  // Before the work starts: a folder that cannot be written is no reason to compute for an hour.
  const file = options.out === undefined ? null : summaryFile(options.out);
  console.progress(`filling the tables of ${counted(options.nodes, 'node')} …`);
  const startedAtMs = performance.now();
  const result = kadHops(options, (progress) => report(progress, startedAtMs, console));
  console.progress('');
  const wallMs = performance.now() - startedAtMs;
  const measured = {
    ...result,
    wallMs,
    messagesPerSecond: Math.round((result.messages * 1000) / wallMs),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    options,
  };
  show(result, measured, console);
  if (file) writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`);
  console.emit('result', measured);
  if (!result.pass) process.exitCode = 1;
}

function summaryFile(folder: string): string {
  const file = join(folder, 'summary.json');
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, '', { flag: 'wx' });
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const why = isTaken ? `${file} exists` : (error as Error).message;
    throw new CommandError(`cannot write there: ${why}`, 2, 'WRITE');
  }
  return file;
}

function report(progress: Progress, startedAtMs: number, console: Console): void {
  const { done, of, messages, virtualMs } = progress;
  const elapsedS = (performance.now() - startedAtMs) / 1000;
  const rate = Math.round(messages / elapsedS / 1000);
  const memoryMb = Math.round(process.memoryUsage.rss() / 1e6);
  const left = done === 0 ? '?' : `${Math.ceil((elapsedS * (of - done)) / done)} s`;
  console.progress(
    `${counted(done, 'lookup')} of ${of}  ${(virtualMs / 1000).toFixed(1)} virtual s  ` +
      `${rate}k messages/s  ${memoryMb} MB  ${left} left`,
  );
}

function show(
  result: ExperimentResult,
  run: { wallMs: number; messagesPerSecond: number; peakRssBytes: number },
  console: Console,
): void {
  const { metrics, messages, virtualMs, nodes, seed } = result;
  const { p50, p90, p99 } = metrics.latencyMs;
  console.say(`${bold(result.experiment)}  ${counted(nodes, 'node')}, seed ${seed}`);
  console.say();
  console.say(
    columns([
      ['lookups', `${metrics.lookups}, ${percent(metrics.successRate)} answered`],
      ['exact', `${percent(metrics.exactRate)}; ${percent(metrics.recall)} of the closest found`],
      ['hops, RPCs', `${metrics.hopsMean.toFixed(2)}, ${metrics.rpcsMean.toFixed(2)} on average`],
      ['latency', `${p50} / ${p90} / ${p99} virtual ms at 50 / 90 / 99 % of those answered`],
      [
        'messages',
        `${counted(messages, 'datagram')} in ${(virtualMs / 1000).toFixed(1)} virtual s`,
      ],
      [
        'this run',
        `${milliseconds(run.wallMs)}, ${run.messagesPerSecond.toLocaleString('en')} messages/s, ` +
          `${Math.round(run.peakRssBytes / 1e6)} MB at most`,
      ],
      ['trace hash', result.traceHash],
    ]),
  );
  console.say();
  if (result.checks.length === 0) console.say('Nothing is known to compare this setting with.');
  else console.say(columns(result.checks.map(checkRow)));
}

function checkRow({ name, expected, tolerance, measured, pass }: Check): string[] {
  return [
    pass ? green('pass') : red('FAIL'),
    name,
    `measured ${measured.toFixed(3)}`,
    `expected ${expected} ± ${tolerance.toFixed(3)}`,
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
