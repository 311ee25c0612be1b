/**
 * A siege as it goes on in a Mainline world: the lab's adversaries behind the honest nodes, each of whom lives
 * in a /24 of its own with an id that follows from its address.
 *
 *     nodes of a scene    0 … honest - 1 │ adversaries, band by band │ newcomers …
 *
 * Adversaries are places from the beginning and absent until their time has come. What they have forged and
 * whom they have deceived is told as facts of the node that is looked into.
 */
import type { Address } from '../../core/address.ts';
import { type AdversaryModel, type Band, bandsOf } from '../../lab/adversaries/adversary.ts';
import { Cast } from '../../lab/adversaries/cast.ts';
import { settled } from '../../lab/adversaries/settlement.ts';
import { credulous } from '../../lab/attacks/credulous.ts';
import type { MainlineOverlay } from '../../lab/mainline/mainline-overlay.ts';
import type { Settlement } from '../../lab/mainline/population.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import type { Settings } from '../../mainline/state.ts';
import type { SceneConfig } from '../protocol/config.ts';
import type { NodeView } from '../protocol/messages.ts';
import type { InhabitantsEar } from '../world/inhabitants.ts';

/** Tables of a larger network are not counted each time that somebody looks. */
const COUNTED_NODES = 2000;

/** What nodes of a scene are like that nobody said more of: no strangers to ration, all reachable. */
export const OPEN: NodeChoices = { onePerIp: false, inbound: false, outbound: false };

export class Besiegers {
  readonly count: number;
  readonly settlement: Settlement;
  readonly #honest: number;
  readonly #bands: readonly Band[];
  #overlay!: MainlineOverlay;
  #cast: Cast | null = null;

  /** @param newcomers nodes that may join later. */
  constructor({ nodes, seed, siege }: SceneConfig, newcomers: number) {
    const models: readonly AdversaryModel[] = siege?.adversaries ?? [];
    this.#honest = nodes;
    this.#bands = bandsOf(models, nodes);
    this.count = this.#bands.reduce((sum, { count }) => sum + count, 0);
    this.settlement = settled(seed, nodes, this.#bands, newcomers);
  }

  begin(overlay: MainlineOverlay, ear: InhabitantsEar): void {
    this.#overlay = overlay;
    this.#cast = new Cast(overlay, this.#bands, this.#honest, {
      entered: (nodes) => ear.besieged(nodes, true),
      left: (nodes) => ear.besieged(nodes, false),
    });
  }

  has(node: number): boolean {
    return node >= this.#honest && node < this.#honest + this.count;
  }

  onAnswer(call: number, message: Message): void {
    this.#cast?.onAnswer(call, message);
  }

  onSilence(call: number): void {
    this.#cast?.onSilence(call);
  }

  /** Of these peers, those at which there is nobody, and those that are an adversary's. */
  falseAmong(peers: ReadonlySet<Address>): number {
    let count = 0;
    for (const peer of peers) {
      const node = this.#overlay.nodeAt(peer);
      if (node < 0 || this.has(node)) count++;
    }
    return count;
  }

  facts(node: number): NodeView['facts'] {
    const fact = (name: string, value: string | number) => ({ name, value: String(value) });
    const actors = this.#cast?.actors ?? [];
    const own = actors.find(({ nodes }) => nodes.includes(node));
    const forged = actors.reduce((sum, one) => sum + one.forged, 0);
    const bytes = actors.reduce((sum, one) => sum + one.forgedBytes, 0);
    return [
      ...(own === undefined ? [] : [fact('Adversary', own.band.model.kind)]),
      ...(forged === 0 ? [] : [fact('Datagrams forged so far', forged)]),
      ...(forged === 0 ? [] : [fact('Bytes forged so far', bytes)]),
      ...(this.#honest > COUNTED_NODES ? [] : this.#adverse().map((text) => fact(ADVERSE, text))),
    ];
  }

  /** Of all contacts of honest nodes that are up, those that are an adversary's. */
  #adverse(): string[] {
    const { shared, world } = this.#overlay;
    let all = 0;
    let theirs = 0;
    for (let node = 0; node < this.#honest; node++) {
      if (world.alive[node] === 0 || !this.#overlay.hasBegun(node)) continue;
      this.#overlay.node(node).table.visit((handle) => {
        all++;
        if (this.has(this.#overlay.nodeAt(shared.contacts.addressOf(handle)))) theirs++;
      });
    }
    return all === 0 ? [] : [`${((theirs / all) * 100).toFixed(2)} %`];
  }
}

const ADVERSE = 'Adversaries among all contacts of honest nodes';

/** How the honest nodes of a scene are. */
export function honestSettings({ k, alpha, siege }: SceneConfig): Settings {
  const plain = { ...OPEN, k, alpha };
  if (siege === undefined) return settingsFrom(plain);
  const { contacts, inbound, ...choices } = siege.node ?? {};
  const settings = settingsFrom({
    ...plain,
    ...{ readOnly: false, onePerNetwork: false, secureIds: false },
    ...choices,
    inbound: inbound === true ? {} : false,
  });
  return contacts === 'whoever-asks' ? { ...settings, handler: credulous } : settings;
}
