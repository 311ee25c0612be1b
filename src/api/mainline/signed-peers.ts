/**
 * The calls about signed peers (a draft, `mainline/krpc/signed-peer.ts`): who looks for an info-hash finds keys
 * whose owners said that they have it, and when. By a key what its owner put is found (`dht.get({ key })`),
 * at whatever address he is now.
 */
import { checkNames, shown } from '../../core/argument.ts';
import { parseId } from '../../core/id.ts';
import type { CallLimits } from '../../io/calls.ts';
import type { Clock } from '../../io/clock.ts';
import type { Search } from '../../io/search.ts';
import { keyPairOf, SEED_BYTES, verify } from '../../io/signatures.ts';
import type { SignedPeerErrand } from '../../mainline/errand.ts';
import {
  isSignedPeer,
  type SignedPeer as Signed,
  signedPeerBytes,
} from '../../mainline/krpc/signed-peer.ts';
import { KEY_BYTES } from '../../mainline/krpc/storage-fields.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { NodeWrite } from '../../mainline/trace.ts';
import type { Desk } from './desk.ts';
import { bytesOf, hexOf, type Signer } from './item-results.ts';
import { checkLimits } from './options.ts';
import { notStored } from './outcomes.ts';
import type { FindNodeResult, Id } from './results.ts';

/** Somebody who said by his signature that he has an info-hash. */
export interface SignedPeer {
  /** Public key (Ed25519), 64 hexadecimal digits. */
  key: string;
  /** When he signed it, in ms since 1970, as he says. */
  signedAtMs: number;
}

export interface SignedPeersResult extends FindNodeResult {
  /** Every key once, as it was signed last, in the order found. */
  peers: SignedPeer[];
}

export interface AnnounceSignedOptions extends CallLimits {
  /** 32 secret bytes (the seed of Ed25519), or 64 hexadecimal digits. */
  secretKey?: string | Uint8Array;
  /** The same for a key that is elsewhere. */
  signer?: Signer;
}

export interface AnnounceSignedResult extends SignedPeersResult {
  /** Nodes that stored it, and those that refused or said nothing. */
  stored: number;
  failed: number;
  /** What each of them did, and why. */
  writes: NodeWrite[];
}

/** What `dht.signedPeers` is, with option `signedPeers`. */
export class SignedPeerCalls {
  readonly #desk: Desk;
  readonly #clock: Clock;

  /** @internal */
  constructor(desk: Desk, clock: Clock) {
    this.#desk = desk;
    this.#clock = clock;
  }

  /** Keys that were announced for an info-hash. Await or iterate it; finding none is no error. @throws DhtError. */
  get(infoHash: Id, limits: CallLimits = {}): Search<SignedPeer, SignedPeersResult> {
    return this.#desk.search(async (found, opened) => {
      checkLimits(limits, 'get');
      const target = parseId(infoHash, 'infoHash');
      const { errand, peers } = errandFor(null, found);
      const kind = LookupKind.getSignedPeers;
      const { trace } = await this.#desk.lookup(limits, kind, target, errand, opened);
      return { peers: [...peers.values()], nodes: trace.closest, lookup: trace };
    });
  }

  /**
   * Tells the k nodes closest to an info-hash that a key has it, signed now: they keep it for 45 minutes. @throws
   * DhtError NOT_STORED when nobody took it, and others; TypeError for a signer that signs something else.
   */
  async announce(infoHash: Id, options: AnnounceSignedOptions): Promise<AnnounceSignedResult> {
    checkNames(options, 'options', 'announce', ['signal', 'timeoutMs', 'secretKey', 'signer']);
    const { signal, timeoutMs } = options;
    const limits = { signal, ...(timeoutMs !== undefined && { timeoutMs }) };
    checkLimits(limits, 'announce');
    const target = parseId(infoHash, 'infoHash');
    const own = await this.#desk.within(limits, this.#signed(target, options));
    const { errand, peers } = errandFor(own, () => {});
    const kind = LookupKind.announceSigned;
    const { trace, stored, failed, writes } = await this.#desk.lookup(limits, kind, target, errand);
    if (stored === 0) throw notStored('announce', trace, writes);
    const all = { peers: [...peers.values()], nodes: trace.closest, lookup: trace };
    return { ...all, stored, failed, writes };
  }

  async #signed(target: Uint8Array, { secretKey, signer }: AnnounceSignedOptions): Promise<Signed> {
    const timeUs = Math.round((this.#clock.originMs + this.#clock.now()) * 1000);
    const message = signedPeerBytes(target, 0, timeUs);
    if (secretKey !== undefined && signer === undefined) {
      const pair = keyPairOf(bytesOf(secretKey, 'secretKey', SEED_BYTES));
      return { key: pair.publicKey, timeUs, signature: pair.sign(message) };
    }
    if (signer === undefined || secretKey !== undefined) {
      throw new TypeError(`"secretKey" or "signer" expected, one of them, got ${shown(secretKey)}`);
    }
    const key = bytesOf(signer.publicKey, 'signer.publicKey', KEY_BYTES);
    const signature: unknown = await signer.sign(message);
    const peer = { key, timeUs, signature: signature as Uint8Array };
    if (signature instanceof Uint8Array && isSignedPeer(peer, target, 0, verify)) return peer;
    throw new TypeError('"signer" expected to sign for its public key, got something else');
  }
}

function errandFor(
  own: Signed | null,
  found: (peer: SignedPeer) => void,
): { errand: SignedPeerErrand; peers: Map<string, SignedPeer> } {
  const peers = new Map<string, SignedPeer>();
  const hear = ({ key, timeUs }: Signed): void => {
    const peer = { key: hexOf(key), signedAtMs: timeUs / 1000 };
    const isNew = !peers.has(peer.key);
    peers.set(peer.key, peer);
    if (isNew) found(peer);
  };
  return { errand: { own, known: new Map(), found: hear }, peers };
}
