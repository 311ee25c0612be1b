/**
 * A settlement of honest nodes and one attacker's. What an attack costs is networks, so both have some:
 *
 *     honest      each in a /24 of its own, its id from its address (BEP 42)
 *     attackers   so many networks, each with as many of them as any other; their ids as they please
 */
import { type Address, addressOf } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import { secureIdFor } from '../../core/secure-id.ts';
import { keyOf, type Settlement } from '../mainline/population.ts';
import { SeedStream } from '../seed.ts';

export interface SettlementPlan {
  seed: number;
  honest: number;
  attackers: number;
  /** /24 networks that the attackers have. */
  networks: number;
  /** Writes the id of an attacker; default: the one that follows from its address. */
  idOf?(attacker: number, random: Random, out: Uint8Array): void;
}

const PORT = 6881;
/** Honest addresses begin with 20 to 89, which are public throughout; those of attackers with 193. */
const HONEST_FROM = 20;
const HONEST_NETWORKS = 70 * 0x10000;
const ATTACKER_NETWORK = 193 * 0x10000;

export function settled(plan: SettlementPlan): Settlement {
  const { seed, honest, attackers, networks, idOf } = plan;
  const random = new SeededRandom(seed, SeedStream.settlement);
  const homes = honestHomes(honest, random);
  const ids = new Uint8Array((honest + attackers) * ID_BYTES);
  for (const [node, { id }] of homes.entries()) ids.set(id, node * ID_BYTES);
  const addresses = homes.map(({ address }) => address);
  for (let i = 0; i < attackers; i++) {
    const network = ATTACKER_NETWORK + (i % networks);
    const address = addressOf(network * 256 + 1 + Math.floor(i / networks), PORT);
    const id = new Uint8Array(ID_BYTES);
    if (idOf) idOf(i, random, id);
    else secureIdFor(address, random, id);
    ids.set(id, (honest + i) * ID_BYTES);
    addresses.push(address);
  }
  return { ids, addresses };
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
