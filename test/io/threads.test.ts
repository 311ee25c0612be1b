import * as threads from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { threadsHere } from '../../src/io/threads.ts';

test('there are threads in Node.js, and none where there is no such process', () => {
  expect(threadsHere()!.Worker).toBe(threads.Worker);
  vi.stubGlobal('process', undefined);
  try {
    expect(threadsHere()).toBeNull();
  } finally {
    vi.unstubAllGlobals();
  }
});
