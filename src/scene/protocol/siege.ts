/**
 * A siege, as plain data in a link: who attacks a Mainline world, and what its honest nodes do about it. Both
 * are the lab's own words (lab/adversaries/adversary.ts, mainline/choices.ts), those of them that JSON can say.
 */
import * as z from 'zod/mini';
import {
  ADVERSARIES_LIMIT,
  type AdversaryModel,
  bandsOf,
} from '../../lab/adversaries/adversary.ts';
import { ADVERSARY_NODES_MAX } from './limits.ts';
import { flag, integerIn, list, oneOf, strict } from './shape.ts';

const bound = z.exactOptional(integerIn(1, 1_000_000));
const choice = z.exactOptional(flag);
const ms = z.exactOptional(integerIn(1, 3_600_000));

/** Looked through by `bandsOf`, which knows the fields of each kind. */
const adversary = z.looseObject(
  { kind: z.string() },
  { error: 'an adversary such as { kind, count }' },
) as unknown as z.ZodMiniType<AdversaryModel>;

export const Siege = strict({
  adversaries: list(adversary, ADVERSARIES_LIMIT),
  /** How honest nodes are; what is left out is as in a scene without a siege. */
  node: z.exactOptional(
    strict({
      ...{ onePerIp: choice, onePerNetwork: choice, secureIds: choice, expectedDistance: choice },
      /** The limits of mainline/settings.ts on what others may ask. */
      inbound: choice,
      ...{ timeoutMs: ms, shortTimeoutMs: ms, shortTimeoutMsMin: ms },
      peers: z.exactOptional(
        strict({ infoHashes: bound, perNetwork: bound, perNetworkAndInfoHash: bound }),
      ),
      items: z.exactOptional(strict({ items: bound, perNetwork: bound })),
      /** `whoever-asks`: a contact is made of a query, as some programs do; ours asks back first. */
      contacts: z.exactOptional(oneOf('whoever-answers', 'whoever-asks')),
    }),
  ),
});
export type Siege = z.infer<typeof Siege>;

/** What is wrong with the adversaries of a world of so many honest nodes: one line; null for nothing. */
export function siegeComplaint({ adversaries }: Siege, nodes: number): string | null {
  try {
    const bands = bandsOf(adversaries, nodes);
    const count = bands.reduce((sum, band) => sum + band.count, 0);
    if (count <= ADVERSARY_NODES_MAX) return null;
    return `at most ${ADVERSARY_NODES_MAX} nodes of all adversaries`;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      return `adversaries as the lab has them (${error.message})`;
    }
    throw error;
  }
}
