/**
 * A settlement of honest nodes and of those who are not. What an attack costs is networks, so all have some:
 *
 *     honest        each in a /24 of its own, its id from its address (BEP 42)
 *     adversaries   so many networks, each with as many of them as any other; an id beside what they
 *                   are after, or one that follows from the address as well
 */
import { type Address, addressOf } from '../../core/address.ts';
import { ID_BYTES, parseId, randomIdSharing } from '../../core/id.ts';
import { type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import { secureIdFor } from '../../core/secure-id.ts';
import { keyOf, type Settlement } from '../mainline/population.ts';
import { SeedStream } from '../seed.ts';
import type { Band } from './adversary.ts';
import { fieldOf, type Place } from './conduct.ts';

const PORT = 6881;
/** Honest addresses begin with 20 to 89, which are public throughout; those of adversaries with 193. */
const HONEST_FROM = 20;
const HONEST_NETWORKS = 70 * 0x10000;
const ADVERSARY_NETWORK = 193 * 0x10000;
/** Those of newcomers with 90. */
const NEWCOMER_NETWORK = 90 * 0x10000;

export function settled(
  seed: number,
  honest: number,
  bands: readonly Band[],
  newcomers = 0,
): Settlement {
  const random = new SeededRandom(seed, SeedStream.settlement);
  const homes = honestHomes(honest, random);
  const ids = homes.map(({ id }) => id);
  const addresses = homes.map(({ address }) => address);
  let network = ADVERSARY_NETWORK;
  for (const band of bands) {
    for (let i = 0; i < band.count; i++) {
      const host = 1 + Math.floor(i / band.networks);
      const address = addressOf((network + (i % band.networks)) * 256 + host, PORT);
      addresses.push(address);
      ids.push(idOf(band, address, ids, random));
    }
    network += band.networks;
  }
  for (let i = 0; i < newcomers; i++) {
    const address = addressOf((NEWCOMER_NETWORK + i) * 256 + 1, PORT);
    const id = new Uint8Array(ID_BYTES);
    secureIdFor(address, random, id);
    addresses.push(address);
    ids.push(id);
  }
  const bytes = new Uint8Array(ids.length * ID_BYTES);
  for (const [node, id] of ids.entries()) bytes.set(id, node * ID_BYTES);
  return { ids: bytes, addresses };
}

/** Beside what they are after, where the kind has ids of its choice. */
function idOf(
  { model }: Band,
  address: Address,
  ids: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  const id = new Uint8Array(ID_BYTES);
  if (model.kind !== 'sybils' && model.kind !== 'eclipse') {
    secureIdFor(address, random, id);
    return id;
  }
  randomIdSharing(placeOf(model.at, ids), 0, fieldOf(model, 'bits'), random, id);
  return id;
}

function placeOf(at: Place, ids: readonly Uint8Array[]): Uint8Array {
  return 'key' in at ? parseId(at.key, 'at.key') : ids[at.node];
}

interface Home {
  readonly address: Address;
  readonly id: Uint8Array;
}

/** By ascending id, as a population wants its founders. */
function honestHomes(count: number, random: Random): Home[] {
  const networks = new Set<number>();
  while (networks.size < count) networks.add(randomBelow(random, HONEST_NETWORKS));
  const homes = Array.from(networks, (network) => {
    const ip = (HONEST_FROM * 0x10000 + network) * 256 + 1 + randomBelow(random, 254);
    const address = addressOf(ip, PORT);
    const id = new Uint8Array(ID_BYTES);
    secureIdFor(address, random, id);
    return { address, id };
  });
  return homes.sort((a, b) => keyOf(a.id, 0) - keyOf(b.id, 0));
}
