/** A lookup as people read it: one line per query, in the order in which they went out. */
import type { LookupStep, LookupTrace } from '../../mainline.ts';
import { bold, counted, dim, green, milliseconds, type Pen, red } from '../console.ts';

/** Left out first where a terminal is narrow: when it was sent, the id, who told of it. */
const SPARE = [6, 2, 3];

export function tellLookup(trace: LookupTrace, pen: Pen): void {
  const head = ['#', 'asked', 'id', 'told by', 'hop', 'distance', 'sent', 'round trip', 'verdict'];
  const rows = trace.steps.map((step, index) => [
    String(index + 1),
    `${step.host}:${step.port}`,
    step.id === null ? '?' : `${step.id.slice(0, 8)}…`,
    typeof step.toldBy === 'number' ? `#${step.toldBy + 1}` : step.toldBy,
    String(step.hops),
    step.distanceBits === null ? '?' : `2^${step.distanceBits}`,
    `+${milliseconds(step.sentMs)}`,
    step.rttMs === null ? '–' : milliseconds(step.rttMs),
    verdictText(step),
  ]);
  pen.table([head.map(bold), ...rows], SPARE);
}

export function lookupSummary(trace: LookupTrace): string {
  const asked = counted(trace.steps.length, 'query', 'queries');
  const failed = trace.failed > 0 ? `, ${trace.failed} unanswered` : '';
  return `${asked}, ${trace.answered} answered${failed}, ${milliseconds(trace.durationMs)}`;
}

function verdictText(step: LookupStep): string {
  const peers = step.peers > 0 ? `, ${counted(step.peers, 'peer')}` : '';
  if (step.verdict === 'answered') return step.peers > 0 ? green(`answered${peers}`) : 'answered';
  if (step.verdict === 'cancelled') return dim('not waited for');
  return step.verdict === 'late' ? `late${peers}` : red(step.verdict);
}
