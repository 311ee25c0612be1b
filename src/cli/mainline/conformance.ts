/**
 * `ringlight mainline conformance`: a node's scorecard. What it violates is shown with what was sent and
 * what came back; exit status 1 says that there was something.
 */
import { checkConformance, type RuleResult } from '../../mainline.ts';
import type { Console } from '../console.ts';
import { styled } from '../terminal.ts';

export interface ConformanceCommandOptions {
  timeout: number;
  host?: string;
  all?: boolean;
  json?: boolean;
}

export async function conformance(
  address: string,
  options: ConformanceCommandOptions,
  console: Console,
): Promise<void> {
  const { holds, violates, untested } = await checkConformance(address, {
    timeoutMs: options.timeout,
    ...(options.host !== undefined && { host: options.host }),
    onRule: (result) => {
      console.emit('rule', result);
      if (result.verdict === 'violates' || options.all) show(result, console);
      else console.progress(`${result.number}  ${result.rule}`);
    },
  });
  console.progress('');
  console.emit('conformance', { holds, violates, untested });
  console.say(`${holds} rules hold, ${violates} are violated, ${untested} were not tested`);
  if (violates > 0) process.exitCode = 1;
}

function show({ number, rule, verdict, why, sent, came }: RuleResult, console: Console): void {
  const isBad = verdict === 'violates';
  const word = isBad ? styled('red', verdict) : verdict;
  console.say(`${String(number).padStart(3)}  ${word}  ${rule}${why === '' ? '' : `: ${why}`}`);
  if (!isBad) return;
  console.say(`     sent  ${sent}`);
  console.say(`     came  ${came === '' ? 'nothing' : came}`);
}
