import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkedOptions } from '../../../src/cli/lab/options.ts';
import { otherCode, recordedFrom, replayLineOf } from '../../../src/cli/lab/replay.ts';
import { scenarioExperiment } from '../../../src/cli/lab/scenario-experiment.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));

const options = checkedOptions(scenarioExperiment, {
  ...{ seed: 7, nodes: 50, churn: 'kad' },
  schedule: [{ at: '1 min', crash: { share: 0.5 } }],
});
const code = { version: '0.1.0', commit: 'abc' };
const run = { experiment: 'scenario', options, traceHash: '06e350c50c748d79', ...code };

describe('a replay line', () => {
  test('is short, pasted into a shell it stays whole, and brings the run back', () => {
    const line = replayLineOf(run);
    expect(line).toBe(
      `npx ringlight lab replay 'scenario {"seed":7,"nodes":50,"churn":"kad",` +
        `"schedule":[{"at":"1 min","crash":{"share":0.5}}],"safety":true} ` +
        `trace 06e350c50c748d79 of 0.1.0 abc'`,
    );
    const [, quoted] = /'(.*)'$/.exec(line)!;
    expect(recordedFrom(quoted)).toEqual({
      ...{ experiment: 'scenario', options, traceHash: run.traceHash, source: code },
    });
  });

  test('a quote in it and no commit are no trouble', () => {
    const odd = { ...options, churn: { trace: "# it's\n5 3 leave" } };
    const line = replayLineOf({ ...run, options: odd, commit: '' });
    const [, quoted] = /'(.*)'$/s.exec(line)!;
    expect(quoted).not.toContain("'");
    expect(recordedFrom(quoted)).toMatchObject({ options: odd, source: { commit: '' } });
  });
});

describe('a recorded run', () => {
  test('is read from its folder, its summary, or what --json printed', () => {
    const { version: _, commit: __, ...summary } = { ...run, origin: code };
    mkdirSync(join(folder, 'run'));
    writeFileSync(join(folder, 'run', 'summary.json'), JSON.stringify(summary, null, 2));
    writeFileSync(join(folder, 'line.json'), JSON.stringify({ event: 'result', ...run }));
    const wanted = { experiment: 'scenario', options, traceHash: run.traceHash, source: code };
    expect(recordedFrom(join(folder, 'run'))).toEqual(wanted);
    expect(recordedFrom(join(folder, 'run', 'summary.json'))).toEqual(wanted);
    expect(recordedFrom(join(folder, 'line.json'))).toEqual(wanted);
  });

  test.each([
    ['nothing', /^expected a folder of a run, its summary\.json or a line, got "nothing"$/],
    ['kad-hops {"seed":} trace 00 of 1 -', /^the line expected JSON/],
    ['kad-hops {"nodes":0} trace 00 of 1 -', /^"nodes" expected a whole number/],
    ['kad-haps {} trace 00 of 1 -', /^there is no experiment "kad-haps"/],
  ])('%s is one line', (target, message) => {
    expect(() => recordedFrom(target)).toThrow(message);
  });

  test('a file that is something else is one line', () => {
    const file = join(folder, 'other.json');
    for (const [text, message] of [
      ['{"experiment":"kad-hops"}', /other\.json is no summary of a run: options$/],
      ['[]', /is no summary of a run: no object$/],
      ['{', /expected JSON, got something else$/],
    ] as const) {
      writeFileSync(file, text);
      expect(() => recordedFrom(file)).toThrow(message);
    }
  });

  test('of other code says so', () => {
    const now = { version: '0.2.0', commit: 'abc' };
    expect(otherCode(now, now)).toBeNull();
    expect(otherCode({ ...now, version: '0.1.0' }, now)).toMatch(
      /of version 0\.1\.0, this is 0\.2\.0/,
    );
    expect(otherCode({ ...now, commit: 'def' }, now)).toMatch(/of commit def, this is abc/);
    expect(otherCode({ ...now, commit: '' }, now)).toMatch(/of commit unknown/);
    const dirty = { ...now, commit: 'abc-dirty' };
    expect(otherCode(dirty, dirty)).toMatch(/changed since/);
  });
});
