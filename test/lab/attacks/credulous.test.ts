import { expect, test } from 'vitest';
import { flood, honestSettings, Trial } from '../../../src/lab/attacks/attack.ts';
import { credulous } from '../../../src/lab/attacks/credulous.ts';

test('it makes a contact of whoever asks, be there anybody or not', () => {
  const contacts = [credulous, honestSettings().handler].map((handler) => {
    const trial = new Trial(3, 40, 1);
    const { schedule, endMs } = flood(5000);
    const phantoms = { kind: 'phantoms', at: { node: 7 }, perSecond: 10, schedule } as const;
    const stage = trial.against(phantoms, { ...honestSettings(), handler }, endMs);
    return stage.contactsOf(7).filter((address) => stage.overlay.nodeAt(address) < 0).length;
  });
  expect(contacts[0]).toBeGreaterThan(0);
  expect(contacts[1]).toBe(0);
});
