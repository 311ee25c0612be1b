/**
 * Three questions about a contact, as Jimenez, Osmani and Knutsson put them to 3.6 million nodes of the
 * real network (P2P 2009). A node sends something to an observer A; then
 *
 *     reciprocity   does it answer A at the address it was seen at?
 *     transitivity  does it answer somebody else, B, there?
 *     persistence   does it still answer B there after five minutes?
 *
 * A node that fails one of them is of no use in the routing table of whoever asked.
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { answerQuery } from '../../mainline/answering/answers.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import type { Writer } from '../../mainline/krpc/writer.ts';
import type { MainlineNode } from '../../mainline/node.ts';
import type { MainlineObserver, QueryHandler } from '../../mainline/state.ts';
import type { MainlineOverlay } from '../mainline/mainline-overlay.ts';

/** After a node was heard the two observers ask at once, and once more after this. */
const PERSISTENCE_MS: number = 5 * 60_000;
/** Between two probes: no NAT is asked for two things at a time. */
const PAUSE_MS = 10_000;

const Question = { reciprocity: 0, transitivity: 1, persistence: 2 } as const;

export class NatProbe implements MainlineObserver, QueryHandler {
  /** Nodes that answered, by question. */
  readonly answered: number[] = [0, 0, 0];
  /** Nodes that the first observer heard. */
  asked = 0;
  #first = -1;
  /** The addresses that nodes were seen at, one each. */
  readonly #seen = new Set<Address>();

  /** Lets every node but the two observers say something to the first, then asks back. */
  run(overlay: MainlineOverlay, first: number, second: number): void {
    const { world } = overlay;
    const home = overlay.addressOf(first);
    const nothing = new Uint8Array(ID_BYTES);
    this.#first = first;
    for (let node = 0; node < overlay.count; node++) {
      if (node === first || node === second) continue;
      overlay.node(node).ask(world.now, home, Method.ping, nothing, 0);
      world.arm(node);
    }
    world.run(world.now + PAUSE_MS);
    this.asked = this.#seen.size;
    this.#askAll(overlay, first, Question.reciprocity);
    this.#askAll(overlay, second, Question.transitivity);
    world.run(world.now + PERSISTENCE_MS);
    this.#askAll(overlay, second, Question.persistence);
  }

  /** Notes whom the first observer hears from, and where. Answers are the node's own. */
  answer(node: MainlineNode, now: number, from: Address, query: Message, reply: Writer): boolean {
    if (node.self === this.#first + 1) this.#seen.add(from);
    return answerQuery.answer(node, now, from, query, reply);
  }

  onAnswer(call: number): void {
    if (call === 0) return;
    const question = call - 1;
    this.answered[question] = this.answered[question] + 1;
  }

  onSilence(): void {}
  onLookup(): void {}
  onPeer(): void {}
  onJoin(): void {}

  #askAll(overlay: MainlineOverlay, observer: number, question: number): void {
    const { world } = overlay;
    const machine = overlay.node(observer);
    const nothing = new Uint8Array(ID_BYTES);
    for (const address of this.#seen) {
      machine.ask(world.now, address, Method.ping, nothing, 1 + question);
    }
    world.arm(observer);
    world.run(world.now + PAUSE_MS);
  }
}
