/** What a lab may be told, completed. */
import { expect, test } from 'vitest';
import { LAB_NODES_LIMIT, planFrom } from '../../../src/api/lab/lab-plan.ts';

const nobody = () => -1;

test('what is left out is as it usually is', () => {
  const { seed, nodes, upkeep, network, churn, schedule } = planFrom({}, nobody);
  expect({ seed, nodes, upkeep, churn, schedule }).toEqual({
    ...{ seed: 1, nodes: 1000, upkeep: true, churn: null, schedule: [] },
  });
  expect(network).toEqual({ latency: { kind: 'king' }, loss: 0 });
  const { settings, settingsOf } = planFrom({ node: { alpha: 7 } }, nobody);
  expect([settings.alpha, settings.onePerIp, settings.inbound]).toEqual([7, false, null]);
  expect(settingsOf({ readOnly: true }).readOnly).toBe(true);
});

test.each([
  [{ nodes: LAB_NODES_LIMIT + 1 }, '"nodes"'],
  [{ seed: -1 }, '"seed"'],
  [{ alpha: 3 }, '"alpha" is no option of createLab; it belongs into "node"'],
  [{ jitter: {} }, 'it belongs into "network"'],
  [{ upkep: true }, '"upkep"'],
  [{ node: { alfa: 3 } }, 'alfa'],
])('%o is refused by name', (options, message) => {
  expect(() => planFrom(options as never, nobody)).toThrow(message);
});
