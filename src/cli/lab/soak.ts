/**
 * `ringlight lab soak`: random trials, one seed after the other, until one fails or the time is over.
 * A failure prints what to type to see it again, and its seed is worth keeping.
 */
import {
  RingSoakFailure,
  type RingSoakReport,
  type RingTrialResult,
  ringSoak,
  SoakFailure,
  type SoakReport,
  soak,
  type TrialResult,
} from '../../lab.ts';
import { bold, CommandError, type Console, counted, milliseconds } from '../console.ts';
import { residentBytes } from './memory.ts';

export interface SoakCommandOptions {
  seed: number;
  runs: number;
  /** Milliseconds; a trial that has begun is finished. */
  for?: number;
  nodes?: number;
  /** Whose nodes are tried. */
  overlay: 'mainline' | 'ring';
  /** Keys of atomic acts in each trial of a ring. */
  registers: number;
  /** Small rings, for a short time. */
  short?: boolean;
}

export function runSoak(options: SoakCommandOptions, version: string, console: Console): void {
  const { seed, runs, for: forMs = Infinity, nodes, overlay, registers } = options;
  const wrong = overlay === 'ring' ? null : onlyOfRings(options);
  if (wrong !== null) throw new CommandError(wrong, 2, 'USAGE');
  const startedAtMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedAtMs;
  let trials = 0;
  const passed = (result: TrialResult | RingTrialResult): void => {
    console.emit('trial', { ...result });
    const rate = ((++trials * 60_000) / elapsedMs()).toFixed(0);
    console.progress(
      `${counted(trials, 'trial')} passed  seed ${result.seed}  ${rate} a minute  ` +
        `${Math.round(residentBytes() / 1e6)} MB`,
    );
  };
  const goesOn = (): boolean => elapsedMs() < forMs;
  try {
    const chosen = { seed, runs, version, goesOn, passed, ...(nodes && { nodes }) };
    const isShort = options.short === true;
    const report = overlay === 'ring' ? ringSoak({ ...chosen, registers, isShort }) : soak(chosen);
    console.progress('');
    show(report, seed, elapsedMs(), console);
  } catch (error) {
    if (!(error instanceof SoakFailure || error instanceof RingSoakFailure)) throw error;
    const { plan, replay, message } = error;
    console.emit('failure', { message, replay, plan });
    throw new CommandError(message, 1, 'VIOLATED');
  }
}

function onlyOfRings({ registers, short }: SoakCommandOptions): string | null {
  if (registers > 0) return '--registers is for --overlay ring: Mainline has no atomic acts';
  return short ? '--short is for --overlay ring' : null;
}

function actsOf({ acts, unjudged }: RingSoakReport): string {
  const judged = `${counted(acts, 'atomic act')}`;
  if (unjudged === 0) return judged;
  return `${judged}, ${counted(unjudged, 'history', 'histories')} too long to be judged`;
}

function show(
  report: SoakReport | RingSoakReport,
  seed: number,
  wallMs: number,
  console: Console,
): void {
  const { trials, checks, virtualMs } = report;
  const work =
    'messages' in report
      ? ['messages', counted(report.messages, 'datagram')]
      : ['operations', `${counted(report.operations, 'command')}, ${report.disturbances} faults`];
  console.say(`${bold('soak')}  ${counted(trials, 'trial')} from seed ${seed}, all passed`);
  console.say();
  console.table([
    ['checks', checks.toLocaleString('en')],
    work,
    ...('acts' in report && report.acts > 0 ? [['registers', actsOf(report)]] : []),
    ['time', `${(virtualMs / 3_600_000).toFixed(1)} virtual h in ${milliseconds(wallMs)}`],
  ]);
  console.emit('result', { ...report, seed, wallMs, pass: true });
}
