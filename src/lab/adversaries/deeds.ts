/**
 * What adversaries do of their own accord, as often as they were told to: questions and replies under
 * false names, floods, and words to a node that never end.
 *
 *     actor ── query from = victim ──▶ reflector ── reply ──▶ victim         reflection
 *     actor ── get_peers ──▶ node ── token ──▶ actor ── announce ──▶ node    storage-flood, token-theft
 *
 * A band takes turns: the first deed is its first node's, the next one the next node's. How many deeds
 * there are hangs on virtual time alone, so that an attack is as large without a defence as with it.
 */
import {
  type Address,
  addressOf,
  COMPACT_ADDRESS_BYTES,
  parseIp,
  writeAddress,
} from '../../core/address.ts';
import { ID_BYTES, parseId, randomId, randomIdSharing } from '../../core/id.ts';
import { fillRandom, type Random, randomBelow } from '../../core/random.ts';
import { ascii, type Encodable, encode } from '../../mainline/krpc/bencode.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import { TRANSACTION_BYTES } from '../../mainline/rows/requests.ts';
import { durationMs } from '../duration.ts';
import type { MainlineOverlay } from '../mainline/mainline-overlay.ts';
import type { Band } from './adversary.ts';
import { type AtNode, type Conduct, fieldOf } from './conduct.ts';
import { phantom, queryBytes } from './forgery.ts';

/** What a band has at hand. */
export interface Means {
  readonly overlay: MainlineOverlay;
  readonly band: Band;
  readonly random: Random;
  /** Honest nodes: 0 to one less than this. */
  readonly honest: number;
  idOf(node: number): Uint8Array;
  /** Sends from the host of `actor`, in the name of `from`. */
  forge(actor: number, from: Address, to: Address, bytes: Uint8Array): void;
  /** Asks for a token; nothing is heard of an answer without one. */
  token(
    actor: number,
    to: Address,
    method: Method,
    target: Uint8Array,
    then: (token: Uint8Array) => void,
  ): void;
  /** Begins a lookup that nobody waits for. */
  announce(actor: number, infoHash: Uint8Array): void;
  /** Asks for the nodes beside an id by chance, so that whoever is asked hears of the actor. */
  speak(actor: number, to: Address): void;
}

/** One deed of an actor; `turn` counts them from 0. */
export type Deed = (actor: number, turn: number) => void;

/** How often, and how many at a time. */
export interface Habit {
  readonly everyMs: number;
  readonly times: number;
  readonly deed: Deed;
}

/** Null for those who only answer. */
export function habitOf(means: Means): Habit | null {
  const { model, count } = means.band;
  const deed = deedOf(means);
  if (deed === null) return null;
  if (model.kind === 'eclipse' || model.kind === 'index-poison') {
    return { everyMs: durationMs(fieldOf(model, 'every')), times: count, deed };
  }
  const perSecond = fieldOf<number>(model, 'perSecond');
  // Virtual time has whole milliseconds.
  const everyMs = Math.max(1, Math.round(1000 / perSecond));
  return { everyMs, times: Math.max(1, Math.round((perSecond * everyMs) / 1000)), deed };
}

type Of<K extends Conduct['kind']> = Extract<Conduct, { kind: K }>;

function deedOf(means: Means): Deed | null {
  const { model } = means.band;
  switch (model.kind) {
    case 'eclipse':
      return (actor) => means.speak(actor, addressAt(means, model.at));
    case 'index-poison': {
      const key = parseId(model.key, 'key');
      return (actor) => means.announce(actor, key);
    }
    case 'phantoms':
      return phantoms(means, model.at);
    case 'reflection':
      return reflection(means, model);
    case 'forged-replies':
      return forgedReplies(means, model);
    case 'garbage':
      return garbage(means, model.at);
    case 'token-flood':
      return tokenFlood(means, model.at);
    case 'token-theft':
      return tokenTheft(means, model);
    case 'storage-flood':
      return fieldOf(model, 'what') === 'items' ? itemFlood(means, model) : peerFlood(means, model);
    default:
      return null;
  }
}

function addressAt({ overlay }: Means, { node }: AtNode): Address {
  return overlay.addressOf(node);
}

/** Prefixes of all lengths that a table has buckets for. */
const PREFIXES = 16;

function phantoms(means: Means, at: AtNode): Deed {
  const own = means.idOf(at.node);
  const to = addressAt(means, at);
  return (actor, turn) => {
    const id = new Uint8Array(ID_BYTES);
    randomIdSharing(own, 0, turn % PREFIXES, means.random, id);
    means.forge(actor, phantom(turn), to, queryBytes('find_node', { id, target: own }));
  };
}

function reflection(means: Means, { at, through }: Of<'reflection'>): Deed {
  const { overlay, honest, random } = means;
  const reflectors = new Set<number>();
  const wanted = Math.min(through, honest - 1);
  while (reflectors.size < wanted) {
    const node = randomBelow(random, honest);
    if (node !== at.node) reflectors.add(node);
  }
  const victim = addressAt(means, at);
  return (actor) => {
    for (const node of reflectors) {
      const bytes = queryBytes('find_node', { id: means.idOf(actor), target: randomId(random) });
      means.forge(actor, victim, overlay.addressOf(node), bytes);
    }
  };
}

/** A peer that nobody announced, as forged replies have it. */
export const FORGED_PEER: Address = addressOf(parseIp('93.184.216.34'), 1234);

function forgedReplies(means: Means, { at, key }: Of<'forged-replies'>): Deed {
  const { overlay, random } = means;
  const { k } = overlay.node(at.node).settings;
  const asked = overlay.oracle.closest(parseId(key, 'key'), k, at.node + 1);
  const values = [new Uint8Array(COMPACT_ADDRESS_BYTES)];
  writeAddress(values[0], 0, FORGED_PEER);
  const to = addressAt(means, at);
  return (actor, turn) => {
    const node = asked[turn % asked.length] - 1;
    const t = new Uint8Array(TRANSACTION_BYTES);
    fillRandom(random, t, 0, t.length);
    const bytes = encode({ r: { id: means.idOf(node), values }, t, y: 'r' });
    means.forge(actor, overlay.addressOf(node), to, bytes);
  };
}

function garbage(means: Means, at: AtNode): Deed {
  const { random } = means;
  const to = addressAt(means, at);
  return (actor) => {
    const whole = queryBytes('find_node', { id: means.idOf(actor), target: randomId(random) });
    // Whoever answers answers to nobody of this world, where it can be counted.
    means.forge(actor, phantom(0), to, whole.subarray(0, randomBelow(random, whole.length)));
  };
}

function tokenFlood(means: Means, at: AtNode): Deed {
  const to = addressAt(means, at);
  return (actor, turn) => {
    const fields = { id: means.idOf(actor), info_hash: randomId(means.random) };
    means.forge(actor, phantom(turn), to, queryBytes('get_peers', fields));
  };
}

const PORT = 6881;

function announceBytes(id: Uint8Array, infoHash: Uint8Array, token: Uint8Array): Uint8Array {
  return queryBytes('announce_peer', { id, info_hash: infoHash, port: PORT, token });
}

function tokenTheft(means: Means, model: Of<'token-theft'>): Deed {
  const { overlay, random } = means;
  const isSpoofed = fieldOf<boolean>(model, 'spoofed');
  const to = addressAt(means, model.at);
  return (actor, turn) => {
    const value = randomId(random);
    const from = isSpoofed ? phantom(turn) : overlay.addressOf(actor);
    means.token(actor, to, Method.getPeers, value, (token) =>
      means.forge(actor, from, to, announceBytes(means.idOf(actor), value, token)),
    );
  };
}

function peerFlood(means: Means, model: Of<'storage-flood'>): Deed {
  const { overlay, random } = means;
  const bits = fieldOf<number>(model, 'bits');
  const own = means.idOf(model.at.node);
  const to = addressAt(means, model.at);
  return (actor) => {
    const value = new Uint8Array(ID_BYTES);
    randomIdSharing(own, 0, bits, random, value);
    means.token(actor, to, Method.getPeers, value, (token) =>
      means.forge(
        actor,
        overlay.addressOf(actor),
        to,
        announceBytes(means.idOf(actor), value, token),
      ),
    );
  };
}

/** The id of an item follows from what it is (BEP 44), so that it lies wherever chance has it. */
function itemFlood(means: Means, model: Of<'storage-flood'>): Deed {
  const { overlay, random } = means;
  const to = addressAt(means, model.at);
  return (actor, turn) => {
    const v: Encodable = ascii(`junk ${turn} ${random.uint32()}`);
    const target = overlay.shared.sha1(encode(v));
    means.token(actor, to, Method.get, target, (token) => {
      const bytes = queryBytes('put', { id: means.idOf(actor), token, v });
      means.forge(actor, overlay.addressOf(actor), to, bytes);
    });
  };
}

/** What an actor announces: the kind of its lookup, and the words. */
export const POISON = {
  kind: LookupKind.announce,
  errand: { port: PORT, impliedPort: false, seed: false },
} as const;
