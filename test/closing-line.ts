import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line that any CI can read. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state]++;
      if (module.errors().length > 0) count.failed++;
      // Where a hook of a suite fails its tests count as skipped: the failure counts, too.
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) count.failed++;
      }
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    // After the default reporter's own summary.
    process.on('exit', () =>
      console.log(`${count.passed} passed, ${count.failed} failed${skipped}`),
    );
  }
}
