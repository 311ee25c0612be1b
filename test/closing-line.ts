import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends a run with one plain line that any CI can read. Before it, a line for each test that failed,
 * and one for each that passed only at its second try: where a log is cut, its end is what is left.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly { message: string }[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const told: string[] = [];
    const fail = (where: string, why: string) => {
      count.failed++;
      told.push(`FAILED ${where}: ${firstLine(why)}`);
    };
    for (const error of errors) fail('outside of any test', error.message);
    for (const module of modules) {
      for (const error of module.errors()) fail(module.relativeModuleId, error.message);
      // Where a hook of a suite fails its tests count as skipped: the failure counts, too.
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors()) fail(nameOf(suite), error.message);
      }
      for (const test of module.children.allTests()) {
        const { state, errors: reasons } = test.result();
        const why = reasons?.[0]?.message ?? '';
        if (state === 'failed') fail(nameOf(test), why);
        else count[state]++;
        if (test.diagnostic()?.flaky) told.push(`UNSTEADY ${nameOf(test)}: ${firstLine(why)}`);
      }
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    told.push(`${count.passed} passed, ${count.failed} failed${skipped}`);
    // After the default reporter's own summary.
    process.on('exit', () => console.log(told.join('\n')));
  }
}

const nameOf = (what: Pick<TestCase, 'module' | 'fullName'>): string =>
  `${what.module.relativeModuleId} > ${what.fullName}`;

const firstLine = (text: string): string => text.split('\n', 1)[0]!;
