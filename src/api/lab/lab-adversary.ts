/**
 * An adversary of a lab, as the program sees it that asked for one: who its nodes are, whether they are
 * there, and what they have spent. What it comes to shows in the honest nodes: their tables, what they
 * have stored, what lookups find.
 */
import { formatIp, ipOf, portOf } from '../../core/address.ts';
import { formatId } from '../../core/id.ts';
import type { AdversaryKind } from '../../lab/adversaries/adversary.ts';
import type { Actors } from '../../lab/adversaries/cast.ts';
import type { MainlineOverlay } from '../../lab/mainline/mainline-overlay.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { NodeInfo } from '../../mainline/trace.ts';

export class LabAdversary {
  readonly kind: AdversaryKind;
  /** Its nodes, as others know them; `changing-ids` and `shown-ids` show others than these. */
  readonly nodes: readonly NodeInfo[];
  readonly #actors: Actors;

  /** @internal */
  constructor(overlay: MainlineOverlay, actors: Actors) {
    this.kind = actors.band.model.kind;
    this.#actors = actors;
    this.nodes = actors.nodes.map((node) => {
      const address = overlay.addressOf(node);
      const id = formatId(overlay.contactBytes, (node + 1) * CONTACT_BYTES);
      return { id, host: formatIp(ipOf(address)), port: portOf(address) };
    });
  }

  /** Has its time come, and is it not over? */
  get isThere(): boolean {
    return this.#actors.isThere;
  }

  /** Datagrams that were no node's: under a false name, or with something in them that no node says. */
  get forged(): number {
    return this.#actors.forged;
  }

  get forgedBytes(): number {
    return this.#actors.forgedBytes;
  }
}
