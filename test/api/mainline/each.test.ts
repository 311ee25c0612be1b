import { expect, test } from 'vitest';
import { each } from '../../../src/api/mainline/each.ts';
import { DhtError } from '../../../src/io/errors.ts';

const nobody = new DhtError('NO_NODES', 'nobody');
const late = new DhtError('TIMEOUT', 'late');

test('who fails is left out where another does not; of failures one that says why is told', async () => {
  const run = (outcomes: unknown[]) =>
    each(outcomes, async (outcome) => {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    });
  expect(await run([1, nobody, 2])).toEqual([1, 2]);
  await expect(run([nobody, late])).rejects.toBe(late);
  await expect(run([nobody])).rejects.toBe(nobody);
});
