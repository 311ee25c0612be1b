/** What must hold again: kept by a whole network, missed by name by one that was tampered with. */

import { describe, expect, test } from 'vitest';
import { addressOf, ipOf } from '../../../src/core/address.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { State } from '../../../src/lab/life/life.ts';
import { lookupBoundMs } from '../../../src/lab/mainline/checks.ts';
import { Liveness } from '../../../src/lab/mainline/liveness.ts';
import { livingWorld } from '../../../src/lab/mainline/start.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { Violation } from '../../../src/lab/violation.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { CHOICES } from '../graded.ts';

const HASH = new Uint8Array(20).fill(0x5a);
const EXPECTED = { exactShare: 1, deadShare: 0.01 };

function world(nodes = 120) {
  let liveness: Liveness | null = null;
  const { overlay, life } = livingWorld(
    {
      ...{ seed: 3, nodes, network: { latency: { kind: 'constant', ms: 50 } } },
      ...{ settings: settingsFrom(CHOICES), upkeep: true, sha1 },
    },
    {
      onLookup: (call, lookup) => void liveness?.ended(call, lookup),
      onPeer: (call, peer) => liveness?.found(call, peer),
      onAnswer() {},
      onSilence() {},
      onJoin() {},
    },
  );
  liveness = new Liveness(overlay, life);
  const announce = (node: number): void => {
    const announcement = { port: 777, impliedPort: false, seed: false };
    overlay.node(node).lookup(overlay.world.now, LookupKind.announce, HASH, 1, announcement);
    overlay.world.arm(node);
    overlay.world.run(overlay.world.now + 5000);
    liveness.announced(HASH, node, 777, overlay.world.now);
  };
  const judge = (): string => {
    try {
      liveness.begin([HASH], new SeededRandom(1));
      overlay.world.run(overlay.world.now + lookupBoundMs(overlay.node(0).settings));
      liveness.judge(EXPECTED);
    } catch (error) {
      if (error instanceof Violation) return error.check;
      throw error;
    }
    return 'none';
  };
  return { overlay, life, liveness, announce, judge };
}

describe('liveness', () => {
  test('holds in a network in which nothing happened, and among very few', () => {
    const whole = world();
    whole.announce(5);
    expect(whole.judge()).toBe('none');
    expect(world(3).judge()).toBe('none');
  });

  test('misses whoever is not found', () => {
    const { overlay, judge } = world();
    // Somebody whom nobody knows: as if all had forgotten him.
    for (let node = 0; node < 120; node++) {
      const { table } = overlay.node(node);
      table.changed(overlay.world.now, overlay.addressOf(60));
    }
    const closest = overlay.oracle.closest.bind(overlay.oracle);
    expect(closest(HASH, 8, 0)).toHaveLength(8);
    expect(judge()).toBe('exact again');
  });

  test('misses a peer that the closest have and no reply names', () => {
    const { overlay, liveness, announce, judge } = world();
    announce(5);
    const stranger = addressOf(ipOf(overlay.addressOf(5)) + 1, 777);
    for (const handle of overlay.oracle.closest(HASH, 8, 0)) {
      const peers = overlay.node(handle - 1).peers!;
      // What is announced to a store is found; what appears in it only when it is looked at is not.
      const all = peers[Symbol.iterator].bind(peers);
      peers[Symbol.iterator] = function* () {
        for (const record of all()) {
          yield { infoHash: record.infoHash, addresses: [...record.addresses, stranger] };
        }
      };
    }
    liveness.announced(HASH, 6, 777, overlay.world.now);
    expect(judge()).toBe('peers are found');
  });

  test('misses that the dead are still believed to live', () => {
    const { life, judge } = world();
    for (let node = 0; node < 120; node += 10) life.crash(node);
    expect(['few dead', 'exact again']).toContain(judge());
  });

  test('misses a lookup that has not ended', () => {
    const { life, overlay, judge } = world();
    const run = overlay.world.run.bind(overlay.world);
    overlay.world.run = (untilMs) => run(Math.min(untilMs, overlay.world.now + 120));
    expect(judge()).toBe('calls end');
    expect(life.states[0]).toBe(State.up);
  });
});
