import { expect, test } from 'vitest';
import { lookupSummary, tellLookup } from '../../../src/cli/mainline/lookup-text.ts';
import type { LookupStep, LookupTrace } from '../../../src/mainline.ts';
import { listen } from '../heard.ts';

const step: LookupStep = {
  id: 'ab'.repeat(20),
  host: '10.0.0.1',
  port: 6881,
  toldBy: 'bootstrap',
  hops: 1,
  distanceBits: 157,
  sentMs: 0,
  rttMs: 12.34,
  verdict: 'answered',
  peers: 0,
};

const trace: LookupTrace = {
  kind: 'get_peers',
  target: '00'.repeat(20),
  durationMs: 40,
  steps: [
    step,
    { ...step, toldBy: 0, hops: 2, peers: 2, sentMs: 12.5 },
    { ...step, id: null, distanceBits: null, rttMs: null, verdict: 'timeout' },
    { ...step, rttMs: 900, verdict: 'late', peers: 1 },
    { ...step, rttMs: null, verdict: 'cancelled' },
  ],
  closest: [],
  answered: 3,
  failed: 2,
};

test('each query is a line: whom, told by whom, how far, how long, what came of it', () => {
  const { console, said: lines } = listen();
  tellLookup(trace, console);
  expect(lines).toHaveLength(6);
  expect(lines[1]).toMatch(
    /^ {2}1 .*10\.0\.0\.1:6881 .*abababab… .*bootstrap .*2\^157 .*12\.3 ms .*answered$/,
  );
  expect(lines[2]).toMatch(/^ {2}2 .*#1 .*\+12\.5 ms .*answered, 2 peers$/);
  expect(lines[3]).toMatch(/\? .*\? .*– .*timeout$/);
  expect(lines[4]).toMatch(/late, 1 peer$/);
  expect(lines[5]).toMatch(/not waited for$/);
});

test('the summary counts', () => {
  expect(lookupSummary(trace)).toBe('5 queries, 3 answered, 2 unanswered, 40.0 ms');
  expect(lookupSummary({ ...trace, steps: [step], answered: 1, failed: 0 })).toBe(
    '1 query, 1 answered, 40.0 ms',
  );
});
