/**
 * Lies: what an attacker's nodes say when they are asked. They are query hooks of the product's own
 * nodes, so that everything else about them, joining and answering pings, is as it should be. (Those who name
 * their real friends and nobody else are in mainline/sybils.ts.)
 *
 *     capturing   I am right beside what you look for, and so are all my friends
 *     echoing     I am you
 *     misleading  the closest live at 127.0.0.1, at 10.0.0.1 and at port 0
 *     inventing   these have what you look for (and nobody has it)
 *     sampling    these info-hashes are stored here (and nowhere)
 *     silent      pings are answered, and nothing else
 */
import {
  type Address,
  addressOf,
  COMPACT_ADDRESS_BYTES,
  ipOf,
  parseIp,
  writeAddress,
} from '../../core/address.ts';
import { ID_BYTES, randomIdSharing } from '../../core/id.ts';
import { fillRandom, type Random } from '../../core/random.ts';
import type { QueryHook } from '../../mainline/answering/hook.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';

export interface Friend {
  readonly id: Uint8Array;
  readonly address: Address;
}

/** As many as an honest reply names. */
const NAMED = 8;
/** Bits that a false id shares with what is looked for: more than anybody's. */
const SHARED_BITS = 40;
const TOKEN = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
/** Addresses at which there is nobody to ask. */
const NOWHERE: readonly Address[] = [
  addressOf(parseIp('127.0.0.1'), 6881),
  addressOf(parseIp('10.0.0.1'), 6881),
  addressOf(parseIp('192.168.0.1'), 6881),
  addressOf(parseIp('172.16.0.1'), 6881),
  addressOf(parseIp('169.254.0.1'), 6881),
  addressOf(parseIp('224.0.0.1'), 6881),
  addressOf(parseIp('0.0.0.1'), 6881),
  addressOf(parseIp('93.184.216.34'), 0),
];

/** Each in the place that suits the target best. */
export function capturing(friends: readonly Friend[], random: Random): QueryHook {
  const beside = (target: Uint8Array): Uint8Array => {
    const id = new Uint8Array(ID_BYTES);
    randomIdSharing(target, 0, SHARED_BITS, random, id);
    return id;
  };
  return ({ target, method }) => {
    if (target === null) return undefined;
    if (method === 'announce_peer') return { reply: { id: beside(target) } };
    const named = friends.slice(0, NAMED).map(({ address }) => ({ id: beside(target), address }));
    return { reply: { id: beside(target), nodes: compact(named), token: TOKEN } };
  };
}

/** Says that it is whoever asks. */
export const echoing: QueryHook = ({ id, method }) =>
  id === null || method === 'ping' ? undefined : { reply: { id, nodes: new Uint8Array(0) } };

/** Names nodes where nobody can be asked. */
export function misleading(random: Random): QueryHook {
  return ({ target }) => {
    if (target === null) return undefined;
    const named = NOWHERE.map((address) => {
      const id = new Uint8Array(ID_BYTES);
      randomIdSharing(target, 0, SHARED_BITS, random, id);
      return { id, address };
    });
    return { reply: { nodes: compact(named), token: TOKEN } };
  };
}

/** Names peers that nobody announced: as many as an honest reply names nodes, others each time. */
export function inventing(random: Random): QueryHook {
  return ({ method }) => {
    if (method !== 'get_peers') return undefined;
    const values = Array.from({ length: NAMED }, () => {
      const value = new Uint8Array(COMPACT_ADDRESS_BYTES);
      writeAddress(value, 0, inventedPeer(random));
      return value;
    });
    return { reply: { values, token: TOKEN } };
  };
}

/** Peers that liars name live in 191.0.0.0/8, where a world has no nodes. */
const INVENTED_IP = 191 * 0x1000000;

function inventedPeer(random: Random): Address {
  return addressOf(INVENTED_IP + (random.uint32() >>> 8), 6881);
}

/** Was this peer named by a liar? */
export function isInvented(peer: Address): boolean {
  return ipOf(peer) >>> 24 === INVENTED_IP / 0x1000000;
}

/** As many as BEP 51's examples have. */
const SAMPLES = 20;

/** Has info-hashes that nobody has, others each time, and says that they may be asked for at once. */
export function sampling(random: Random): QueryHook {
  return ({ method }) => {
    if (method !== 'sample_infohashes') return undefined;
    const samples = new Uint8Array(SAMPLES * ID_BYTES);
    fillRandom(random, samples, 0, samples.length);
    return { reply: { interval: 0, nodes: new Uint8Array(0), num: SAMPLES, samples } };
  };
}

/** Is there, and says nothing. */
export const silent: QueryHook = ({ method }) => (method === 'ping' ? undefined : null);

/** Nodes as they stand in a reply. */
export function compact(friends: readonly Friend[]): Uint8Array {
  const bytes = new Uint8Array(friends.length * CONTACT_BYTES);
  for (const [i, { id, address }] of friends.entries()) {
    bytes.set(id, i * CONTACT_BYTES);
    writeAddress(bytes, i * CONTACT_BYTES + ID_BYTES, address);
  }
  return bytes;
}
