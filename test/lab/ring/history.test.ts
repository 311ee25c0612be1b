import { describe, expect, it } from 'vitest';
import { endingOf, History } from '../../../src/lab/ring/history.ts';
import { OUTCOME_CODES } from '../../../src/ring/outcome.ts';

function small(): History {
  const history = new History();
  const write = history.begin(10, { kind: 'insert', level: 'all', key: 'a', node: 2, value: 'x' });
  const read = history.begin(12, { kind: 'get', level: 'one', key: 'a', node: 3 });
  history.begin(15, { kind: 'remove', level: 'quorum', key: 'b', node: 4 });
  history.begin(16, { kind: 'exists', level: 'one', key: 'b', node: 3 });
  history.disturb(14, 'crash', 4);
  history.abandon(4);
  history.end(write, 20, { code: 'ok', found: false, version: '07', copies: 3 });
  history.end(read, 22, { code: 'ok', found: true, version: '07', value: 'x' });
  history.whole(30, 3);
  return history;
}

describe('a history', () => {
  it('tells how each operation ended', () => {
    const [write, read, remove, exists] = small().operations;
    expect(write).toMatchObject({ ending: 'acknowledged', value: 'x', endedMs: 20, copies: 3 });
    expect(read).toMatchObject({ ending: 'acknowledged', value: 'x', version: '07', found: true });
    expect(remove).toMatchObject({ ending: 'unknown', code: 'abandoned', endedMs: Infinity });
    expect(exists).toMatchObject({ ending: 'unknown', code: 'pending' });
  });

  it('has an ending for every code, and a write that fails is one that did not happen', () => {
    const endings = Object.fromEntries(OUTCOME_CODES.map((code) => [code, endingOf(code)]));
    expect(endings).toEqual({
      ok: 'acknowledged',
      'not-a-member': 'failed',
      unreachable: 'failed',
      unknown: 'unknown',
      'too-few-copies': 'unknown',
      'store-failed': 'unknown',
      'too-large': 'failed',
      busy: 'failed',
      'not-supported': 'failed',
      'not-permitted': 'failed',
      'too-many-hops': 'failed',
      unavailable: 'failed',
      'member-lives': 'failed',
      'no-such-member': 'failed',
    });
  });

  it('comes back from its lines, which are in the order of time', () => {
    const history = small();
    const lines = history.toLines();
    expect(lines.map((line) => JSON.parse(line).type)).toEqual([
      ...['operation', 'operation', 'disturbance', 'operation', 'operation', 'whole'],
    ]);
    expect(History.fromLines(lines)).toEqual(history);
  });

  it('says which line is none', () => {
    expect(() => History.fromLines(['{"type":"whole","atMs":1,"copies":1}', '{'])).toThrow(
      /line 2/,
    );
    expect(() => History.fromLines(['{"type":"picture"}'])).toThrow(/line 1/);
  });
});
