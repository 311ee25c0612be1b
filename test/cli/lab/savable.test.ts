import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { experimentNamed } from '../../../src/cli/lab/experiments.ts';
import { checkedOptions } from '../../../src/cli/lab/options.ts';
import { SAVABLE } from '../../../src/cli/lab/savable.ts';
import { SMALL } from '../../lab/small-experiments.ts';

const HASHES = JSON.parse(
  readFileSync(new URL('../../lab/trace-hashes.json', import.meta.url), 'utf8'),
);

test.each(Object.keys(SAVABLE))('%s rests, and is the run that it is without rests', (name) => {
  const options = checkedOptions(experimentNamed(name), { ...SMALL[name] });
  const steps = SAVABLE[name]!(options as never, null);
  let rests = 0;
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      expect(value.traceHash).toBe(HASHES[name]);
      break;
    }
    expect(value.virtualMs).toBeGreaterThan(0);
    rests++;
  }
  expect(rests).toBeGreaterThan(1);
});
