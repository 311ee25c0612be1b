/** Attacks at a size for tests, over seeds that nobody chose for them: a CI's follow from its commit. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Attack, judged, Trial } from '../../../src/lab/attacks/attack.ts';

const HONEST = 100;
const COUNT = 5;

/** Each does what it does without its defence, and not with it; a failure names the seed. */
export function tryOut(attacks: readonly Attack[]): void {
  for (const attack of attacks) {
    const [seed] = fc.sample(fc.nat(2 ** 32 - 1), 1) as [number];
    for (const isDefended of [false, true]) {
      const bounds = isDefended ? attack.defended : attack.undefended;
      if (bounds === null) continue;
      const measured = attack.measure(new Trial(seed, HONEST, COUNT), isDefended);
      const found = judged(attack.name, attack, bounds, COUNT, measured);
      const at = `${attack.name}, seed ${seed}, ${isDefended ? 'defended' : 'undefended'}`;
      expect(found, at).toMatchObject({ pass: true });
    }
  }
}
