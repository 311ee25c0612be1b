/** Options of the command as options of the library: each one arrives, and nothing else does. */
import { Command } from 'commander';
import { expect, test } from 'vitest';
import {
  addNodeChoices,
  type NodeChoiceOptions,
  nodeChoices,
} from '../../../src/cli/mainline/node-choices.ts';
import { openMainline } from '../../../src/mainline.ts';

function parsed(...args: string[]): NodeChoiceOptions {
  return addNodeChoices(new Command(), true).parse(args, { from: 'user' }).opts();
}

test.each([
  ['', {}],
  ['--no-one-per-ip --no-secure-ids', { onePerIp: false, secureIds: false }],
  ['--k 20 --alpha 8', { k: 20, alpha: 8 }],
  ['--new-endpoints 5', { outbound: { newEndpoints: 5, newEndpointsBurst: 20 } }],
  ['--new-endpoints 0', { outbound: false }],
  ['--queries-per-ip 3', { inbound: { perSource: 3, perSourceBurst: 15 } }],
  ['--queries-per-ip 0', { inbound: false }],
  ['--queries 9', { inbound: { total: 9, totalBurst: 18 } }],
  [
    '--info-hashes 1 --peers-per-info-hash 2 --peers 3 --peer-age 4s',
    { peers: { infoHashes: 1, peersPerInfoHash: 2, peers: 3, ttlMs: 4000 } },
  ],
  ['--items 7 --item-age 1h', { items: { items: 7, ttlMs: 3_600_000 } }],
])('%s', async (line, expected) => {
  const choices = nodeChoices(parsed(...line.split(' ').filter((word) => word !== '')));
  expect(choices).toEqual(expected);
  // The library knows each of them.
  await (await openMainline({ host: '127.0.0.1', bootstrap: false, ...choices })).close();
});

test('a command that only asks has no stores, and choices that contradict each other are refused', () => {
  const asking = addNodeChoices(
    new Command().exitOverride().configureOutput({ writeErr() {} }),
    false,
  );
  expect(() => asking.parse(['--items', '5'], { from: 'user' })).toThrow('unknown option');
  expect(() => nodeChoices(parsed('--queries-per-ip', '0', '--queries', '5'))).toThrow('--queries');
});
