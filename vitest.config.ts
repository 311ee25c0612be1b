import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two at a time: tests with real sockets measure real time.
    maxWorkers: 2,
    reporters: ['default', './test/closing-line.ts'],
  },
});
