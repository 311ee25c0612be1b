/** Hosts in both networks: each family finds its way in by the other. */
import { describe, expect, test } from 'vitest';
import { type DualStack, livingDualStack } from '../../../src/lab/mainline/dual-stack.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import type { DualStackNetwork } from '../../../src/lab.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import type { MainlineObserver } from '../../../src/mainline/state.ts';

const BOTH: DualStackNetwork = { latency: { kind: 'king' }, family: 'both' };
/** With the first, a host asked those near its id alone, who all had IPv4 only, and never found the other family. */
const seeds = [553459, ...Array.from({ length: 4 }, () => Math.floor(Math.random() * 2 ** 32))];

describe('two islands', () => {
  const SILENT: MainlineObserver = {
    onPeer() {},
    onLookup() {},
    onAnswer() {},
    onSilence() {},
    onJoin() {},
  };

  /** Everybody joins through doors of the test's choice, two a second. */
  function empty(seed: number, nodes: number): DualStack {
    const open = { onePerIp: false, inbound: false, outbound: false } as const;
    const { stack } = livingDualStack(
      {
        ...{ seed, nodes, network: { ...BOTH, ipv4Only: 0.4, ipv6Only: 0.4 }, sha1 },
        ...{ settings: settingsFrom(open), upkeep: true, start: { kind: 'protocol', up: 0 } },
      },
      [SILENT, SILENT],
    );
    return stack;
  }

  /**
   * Those of IPv6 only know one host that has both; all others that have both are told of hosts of IPv4 only.
   * They find the network of IPv6 because the first answers what they want.
   */
  test.each(seeds)('hosts with both find the other network by want, seed %i', (seed) => {
    const stack = empty(seed, 90);
    const [v4, v6] = stack.families;
    const hosts = Array.from({ length: 90 }, (_, host) => host);
    const has = (host: number) => [v4, v6].map(({ population }) => population.has(host));
    const both = hosts.filter((host) => has(host).every(Boolean));
    const only4 = hosts.filter((host) => !has(host)[1]);
    const only6 = hosts.filter((host) => !has(host)[0]);
    const [bridge, ...others] = both as [number, ...number[]];
    const join = (host: number, doors: number[]) => {
      stack.restart(
        host,
        doors.map((door) => stack.addressOf(door)),
        false,
      );
      stack.world.run(stack.world.now + 500);
    };
    for (const host of only4) join(host, only4.slice(0, 2));
    join(bridge, only4.slice(0, 2));
    const sixth = v6.addressOf(bridge);
    for (const host of only6) {
      stack.restart(host, [sixth], false);
      stack.world.run(stack.world.now + 500);
    }
    for (const host of others) join(host, only4.slice(0, 2));
    stack.world.run(stack.world.now + 30 * 60_000);
    expect(others.length).toBeGreaterThan(3);
    for (const family of stack.families) {
      for (const host of hosts) {
        const contacts = family.population.has(host) ? family.node(host).table.count : -1;
        if (contacts >= 0) expect(contacts).toBeGreaterThan(7);
      }
    }
  });
});
