/** Registers in a living ring, and what is said when one was told what cannot be. */
import { describe, expect, test } from 'vitest';
import { FIRST_REGISTER_CALL, Registers } from '../../../src/lab/ring/registers.ts';
import { ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { ringPlanOf } from '../../../src/lab/ring/ring-soak.ts';
import { runRingTrial } from '../../../src/lab/ring/ring-trial.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { failure, type RingOutcome } from '../../../src/ring/outcome.ts';
import { VERDICTS } from '../../../src/ring/records/act.ts';
import { ringSettings } from '../../../src/ring/settings.ts';

const DONE = VERDICTS.indexOf('done');

/** Two registers, a word and a counter, of a ring of three; `answer` makes of each end what its program hears. */
function registers(answer: (outcome: RingOutcome, call: number) => RingOutcome) {
  const overlay = ringWorld(
    {
      ...{ seed: 5, nodes: 3, sha1, settings: ringSettings({ k: 1, titles: true }) },
      network: { latency: { kind: 'constant', ms: 10 } },
    },
    { onOutcome: (_node, call, outcome) => kept.ended(call, answer(outcome, call)), onEvent() {} },
  );
  const kept = new Registers(overlay, 5, 2);
  const { world } = overlay;
  world.run(world.now + 10_000);
  for (let i = 0; i < 60; i++) {
    kept.command(i % 3);
    world.run(world.now + 500);
  }
  world.run(world.now + 10_000);
  return kept;
}

describe('the registers of a ring', () => {
  test('that keeps its word could have been one after the other', () => {
    const kept = registers((outcome) => outcome);
    expect(kept.open).toBe(0);
    expect(kept.acknowledged).toBe(60);
    expect(kept.breach()).toBeNull();
  });

  test('are told a number twice, and that is seen', () => {
    let twice: RingOutcome | null = null;
    const kept = registers((outcome) => {
      const isAdded = outcome.value?.[0] === DONE && outcome.value[1] === 1;
      if (!isAdded) return outcome;
      twice ??= outcome;
      return { ...outcome, value: twice.value };
    });
    expect(kept.breach()).toMatch(/^register 1: no order of its \d+ acts is possible/);
  });

  test('an act that failed did not happen; one of unknown end may have', () => {
    const lost = registers((outcome, call) =>
      call === FIRST_REGISTER_CALL + 20 ? failure('unknown') : outcome,
    );
    expect(lost.breach()).toBeNull();
    expect(lost.acknowledged).toBe(59);
    const denied = registers((outcome) =>
      outcome.value?.[1] === 1 ? failure('unavailable') : outcome,
    );
    // All increments are said not to have happened, and reads see what they made.
    expect(denied.breach()).toMatch(/^register 1/);
  });
});

// In 131 the clock of an owner is corrected by minutes, between an act and its second coming; in 286 a record
// was kept for good by who had been a copy for a while.
test.each([3, 131, 286])('trials with registers hold, and act on them: seed %i', (seed) => {
  const result = runRingTrial({ ...ringPlanOf(seed), registers: 4 });
  expect(result.acts).toBeGreaterThan(20);
});
