import { expect, test } from 'vitest';
import { networkOf, Scope, scopeOf } from '../../../src/core/address.ts';
import { isSecureId } from '../../../src/core/secure-id.ts';
import { settled } from '../../../src/lab/attacks/settlement.ts';
import { keyOf } from '../../../src/lab/mainline/population.ts';

test('honest nodes have a network each and right ids that ascend; attackers share theirs', () => {
  for (const seed of [1, 2, 3]) {
    const { ids, addresses } = settled({ seed, honest: 300, attackers: 10, networks: 3 });
    expect(new Set(addresses).size).toBe(310);
    const honest = addresses.slice(0, 300);
    expect(new Set(honest.map(networkOf)).size).toBe(300);
    expect(new Set(addresses.slice(300).map(networkOf)).size).toBe(3);
    for (const [node, address] of addresses.entries()) {
      expect(scopeOf(address)).toBe(Scope.public);
      expect(isSecureId(ids, node * 20, address)).toBe(true);
      if (node > 0 && node < 300) {
        expect(keyOf(ids, node * 20)).toBeGreaterThan(keyOf(ids, (node - 1) * 20));
      }
    }
  }
});

test('attackers have the ids that they choose, and honest nodes do not hang on them', () => {
  const plan = { seed: 4, honest: 50, networks: 1 };
  const alone = settled({ ...plan, attackers: 0 });
  const { ids } = settled({
    ...{ ...plan, attackers: 2 },
    idOf: (attacker, _random, out) => out.fill(attacker + 1),
  });
  expect(ids.subarray(0, 1000)).toEqual(alone.ids);
  expect([...ids.subarray(1000, 1020)]).toEqual(Array(20).fill(1));
  expect([...ids.subarray(1020)]).toEqual(Array(20).fill(2));
});
