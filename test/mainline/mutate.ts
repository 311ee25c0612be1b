/**
 * Damage for datagrams: one to four small changes of the kinds that break parsers. Lengths and
 * brackets are hit more often than chance would have it, since that is where readers go astray.
 */
import { type Random, randomBelow } from '../../src/core/random.ts';

const TELLING = Uint8Array.from(Buffer.from('0123456789:delief-\0\xff', 'latin1'));

export function mutate(packet: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = packet.slice();
  for (let changes = 1 + randomBelow(random, 4); changes > 0; changes--) {
    if (bytes.length === 0) return bytes;
    bytes = change(bytes, random);
  }
  return bytes;
}

function change(bytes: Uint8Array, random: Random): Uint8Array {
  const at = randomBelow(random, bytes.length);
  const telling = TELLING[randomBelow(random, TELLING.length)];
  switch (randomBelow(random, 6)) {
    case 0:
      bytes[at] = random.uint32();
      return bytes;
    case 1:
      bytes[at] = telling;
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return Uint8Array.of(...bytes.subarray(0, at), telling, ...bytes.subarray(at));
    case 4:
      return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1));
    default: {
      const end = Math.min(bytes.length, at + 1 + randomBelow(random, 40));
      return Uint8Array.of(...bytes.subarray(0, end), ...bytes.subarray(at));
    }
  }
}
