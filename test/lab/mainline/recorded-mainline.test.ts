import { expect, test } from 'vitest';
import { formatId } from '../../../src/core/id.ts';
import { mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { RecordedMainline } from '../../../src/lab/mainline/recorded-mainline.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CONTACT_BYTES } from '../../../src/mainline/rows/contacts.ts';

test('what a table holds, contact by contact, and who of them is there', () => {
  const overlay = mainlineWorld(
    {
      seed: 1,
      nodes: 100,
      network: { latency: { kind: 'constant', ms: 100 } },
      settings: settingsFrom({ onePerIp: false, inbound: false, outbound: false }),
      upkeep: false,
      sha1,
    },
    { onLookup() {}, onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} },
  );
  overlay.crash(7);
  const recorded = new RecordedMainline(overlay);
  const crashed = formatId(recorded.idOf(7));
  const ids = new Set(Array.from({ length: 100 }, (_, node) => formatId(recorded.idOf(node))));
  expect(ids.size).toBe(100);
  let dead = 0;
  for (let node = 0; node < 100; node++) {
    const own = recorded.idOf(node);
    let contacts = 0;
    recorded.visit(node, (bytes, start, part, failures, heardAgoMs, isAlive) => {
      contacts++;
      const id = formatId(bytes, start);
      expect(ids.has(id)).toBe(true);
      expect(isAlive).toBe(id !== crashed);
      if (!isAlive) dead++;
      expect(failures).toBe(0);
      expect(heardAgoMs).toBeGreaterThanOrEqual(0);
      expect(part).toBeLessThan(recorded.partsOf(node));
      // A contact of bucket n shares its first n bits with the owner of the table.
      const shared = [...Array(part).keys()].every(
        (bit) => ((own[bit >> 3] ^ bytes[start + (bit >> 3)]) & (128 >> (bit & 7))) === 0,
      );
      expect(shared).toBe(true);
    });
    expect(contacts).toBe(recorded.contactsOf(node));
  }
  expect(dead).toBeGreaterThan(0);
  expect(overlay.contactBytes.length % CONTACT_BYTES).toBe(0);
});
