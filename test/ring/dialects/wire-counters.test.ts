/**
 * Every command and every ending has its own place.
 */
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/ring/dialects/wire.ts';
import { ENDINGS, WireCounters } from '../../../src/ring/dialects/wire-counters.ts';

test('counts each by itself', () => {
  const counters = new WireCounters();
  ENDINGS.forEach((ending, i) => {
    for (let n = 0; n <= i; n++) counters.end(ending);
  });
  COMMANDS.forEach((command, i) => {
    for (let n = 0; n <= i; n++) counters.command(command);
  });
  expect(ENDINGS.map((ending) => counters.ended(ending))).toEqual(ENDINGS.map((_, i) => i + 1));
  expect([...counters.commands]).toEqual(COMMANDS.map((_, i) => i + 1));
});
