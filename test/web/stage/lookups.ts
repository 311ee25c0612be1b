/** A small lookup for tests: two answers, one that never came, one that came after it was over. */
import type { LookupStepView, LookupView } from 'ringlight/scene';

export const step = (parts: Partial<LookupStepView> & { node: number }): LookupStepView => ({
  id: null,
  toldBy: -1,
  hops: 1,
  distanceBits: 150,
  sentMs: 0,
  endedMs: null,
  verdict: 'waiting',
  request: 0,
  reply: 0,
  ...parts,
});

export const lookup: LookupView = {
  type: 'lookup',
  id: 3,
  kind: 'get',
  label: 'apple',
  target: '4'.repeat(40),
  from: 9,
  startedMs: 1000,
  endedMs: 1400,
  state: 'succeeded',
  result: 'found 5 bytes',
  exact: true,
  steps: [
    step({
      node: 1,
      distanceBits: 158,
      sentMs: 1000,
      endedMs: 1100,
      verdict: 'answered',
      request: 11,
      reply: 12,
    }),
    step({
      node: 2,
      distanceBits: 157,
      sentMs: 1000,
      endedMs: 1300,
      verdict: 'timeout',
      request: 13,
    }),
    step({
      node: 3,
      toldBy: 0,
      hops: 2,
      distanceBits: 150,
      sentMs: 1110,
      endedMs: 1200,
      verdict: 'answered',
    }),
    step({
      node: 4,
      toldBy: 2,
      hops: 3,
      distanceBits: 140,
      sentMs: 1210,
      endedMs: 1400,
      verdict: 'answered',
    }),
  ],
};
