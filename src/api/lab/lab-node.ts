/** One node of a lab, with the calls of a real one. */
import { formatIp, ipOf, portOf } from '../../core/address.ts';
import { wholeNumber } from '../../core/argument.ts';
import { DhtError } from '../../io/errors.ts';
import { type Announcement, LookupKind } from '../../mainline/rows/purpose.ts';
import type { TableView } from '../../mainline/views.ts';
import type { StoredPeers } from '../mainline/stored.ts';
import type { LabFamily } from './lab-family.ts';
import type {
  LabAnnounceOptions,
  LabAnnounceResult,
  LabFindNodeResult,
  LabGetPeersResult,
  LabPingResult,
} from './lab-results.ts';
import type { LabNodeStats } from './node-stats.ts';

/** Who carries out what nodes are asked to do. */
export interface CallDesk {
  ping(number: number, other: number): Promise<LabPingResult>;
  lookup(
    number: number,
    kind: LookupKind,
    target: string | Uint8Array,
    announcement: Announcement | null,
  ): Promise<LabAnnounceResult>;
}

/** A node as far as it can be called, wherever it lives. */
export abstract class CallingNode {
  readonly number: number;
  readonly #desk: CallDesk;

  /** @internal */
  constructor(number: number, desk: CallDesk) {
    this.number = number;
    this.#desk = desk;
  }

  /** Of its address. */
  abstract readonly port: number;

  /** Asks the node of a number whether it is there. @throws DhtError TIMEOUT when nobody answers. */
  ping(other: number): Promise<LabPingResult> {
    return this.#desk.ping(this.number, other);
  }

  findNode(target: string | Uint8Array): Promise<LabFindNodeResult> {
    return this.#desk.lookup(this.number, LookupKind.findNode, target, null);
  }

  getPeers(infoHash: string | Uint8Array): Promise<LabGetPeersResult> {
    return this.#desk.lookup(this.number, LookupKind.getPeers, infoHash, null);
  }

  async announce(
    infoHash: string | Uint8Array,
    options: LabAnnounceOptions = {},
  ): Promise<LabAnnounceResult> {
    const { seed = false } = options;
    const impliedPort = options.port === undefined;
    const port = wholeNumber(options.port ?? this.port, 'port', 1, 65535);
    const announcement = { port, impliedPort, seed };
    const result = await this.#desk.lookup(
      this.number,
      LookupKind.announce,
      infoHash,
      announcement,
    );
    if (result.stored === 0) throw new DhtError('NOT_STORED', 'no node stored the announce');
    return result;
  }
}

export class LabNode extends CallingNode {
  readonly #family: LabFamily;

  /** @internal */
  constructor(family: LabFamily, number: number) {
    super(number, family);
    this.#family = family;
  }

  get id(): string {
    return this.#family.idOf(this.number);
  }

  get host(): string {
    return formatIp(ipOf(this.#family.addressOf(this.number)));
  }

  get port(): number {
    return portOf(this.#family.addressOf(this.number));
  }

  /** Its routing table, live; `lastHeardMs` is virtual time since the world began. */
  get table(): TableView {
    return this.#family.tableOf(this.number);
  }

  /** As a live node has them; what passed through it is null unless the lab was made with `counts`. */
  get stats(): LabNodeStats {
    return this.#family.statsOf(this.number);
  }

  /** What others have announced to it, at most `limit` info-hashes. */
  stored(limit?: number): StoredPeers[] {
    return this.#family.storedBy(this.number, limit);
  }
}
