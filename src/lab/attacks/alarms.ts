/**
 * Alarms: can whoever looks something up tell that Sybils have settled beside it? Ids of honest nodes are
 * spread evenly, so what is close to a key is a sample of a known law, and both alarms ask how likely it is.
 *
 *     density     N·d(k), N nodes and the distance of the k-th closest, has a gamma law. Rarer than once
 *                 in a thousand keys it is called an attack
 *     divergence  bits that the k closest share with the key, against 1/2, 1/4, 1/8 … from log2(N/k) on
 *                 (Kullback and Leibler; Cholez et al. 2010 do it in KAD)
 *
 * Where to draw the line is a choice; the experiment `detectors` draws all of them.
 *
 * N is not known to anybody: the asker estimates it from lookups of its own of random ids.
 */
import { prefixOf, sharedPrefixBits } from '../../core/id.ts';
import { type Attack, honestSettings, SETTLE_MS, type Trial, within } from './attack.ts';
import { divergenceOf, gammaBelow } from './likelihood.ts';
import type { Found, Stage } from './stage.ts';

/** Keys that are attacked, each by as many Sybils as a lookup wants. */
export const KEYS = 10;
const SYBILS_EACH = 8;
/** Bits that a careful Sybil shares with its key: eight times closer than the closest of some 500. */
export const CAREFUL_BITS = 12;
/** Lookups from which N is estimated: then it is 7 % off on average. */
const ESTIMATES = 16;
const RARE = 0.001;
/** Natural units. Of 8 nodes by the law itself one key in some hundred is over it. */
const DIVERGENT = 1.5;

/** How strange what a lookup found is in a network of about so many nodes: the more, the stranger. */
export type Suspicion = (key: Uint8Array, found: Pick<Found, 'ids'>, nodes: number) => number;

/** The probability that the k-th closest is as close by chance, turned round. */
export const densitySuspicion: Suspicion = (key, { ids }, nodes) =>
  ids.length === 0 ? 0 : -gammaBelow(ids.length, nodes * distanceShare(key, ids.at(-1)!));

/** The same of the closest alone. */
export const closestSuspicion: Suspicion = (key, { ids }, nodes) =>
  ids.length === 0 ? 0 : -gammaBelow(1, nodes * distanceShare(key, ids[0]));

export const divergenceSuspicion: Suspicion = (key, { ids }, nodes) => {
  const shared = ids.map((id) => sharedPrefixBits(id, 0, key, 0));
  return divergenceOf(shared, nodes);
};

/** Does an alarm go off for what a lookup found, in a network of about so many nodes? */
export type Alarm = (key: Uint8Array, found: Found, nodes: number) => boolean;

export const density: Alarm = (...seen) => densitySuspicion(...seen) > -RARE;

export const divergence: Alarm = (...seen) => divergenceSuspicion(...seen) > DIVERGENT;

/** Distance as a share of the circle, from 64 bits. */
function distanceShare(a: Uint8Array, b: Uint8Array): number {
  const high = (prefixOf(a, 0) ^ prefixOf(b, 0)) >>> 0;
  const low = (prefixOf(a, 4) ^ prefixOf(b, 4)) >>> 0;
  return (high + low / 0x100000000) / 0x100000000;
}

/** N by the density of what lookups of random ids find: see the experiment `size-estimate`. */
export function sizeSeenFrom(stage: Stage): number {
  let squares = 0;
  let products = 0;
  for (let i = 0; i < ESTIMATES; i++) {
    const target = stage.someId();
    for (const [place, id] of stage.getPeers(stage.someone(), target).ids.entries()) {
      squares += (place + 1) * (place + 1);
      products += (place + 1) * distanceShare(target, id);
    }
  }
  return squares / products;
}

/** Share of the keys for which the alarm goes off: those attacked, or those that are not. */
function alarmed(alarm: Alarm, trial: Trial, isAttacked: boolean): number {
  const keys = Array.from({ length: KEYS }, () => trial.key());
  const careful = { kind: 'sybils', count: SYBILS_EACH, bits: CAREFUL_BITS } as const;
  const stage = trial.stage({
    adversaries: keys.map((key) => ({ ...careful, at: { key } })),
    settings: honestSettings(),
  });
  stage.run(SETTLE_MS);
  const nodes = sizeSeenFrom(stage);
  const asked = isAttacked ? keys : Array.from({ length: trial.count }, () => stage.someId());
  const alarms = asked.filter((key) => alarm(key, stage.getPeers(stage.someone(), key), nodes));
  return alarms.length / asked.length;
}

function alarmOf(name: string, alarm: Alarm, defence: string, most: number): Attack {
  return {
    name,
    about: `${KEYS} keys among those of ${SYBILS_EACH} Sybils each, which share ${CAREFUL_BITS} bits with them and no more`,
    measures: 'keys for which the alarm goes off: such as nobody attacks, and those attacked',
    defence,
    measure: (trial, isDefended) => alarmed(alarm, trial, isDefended),
    undefended: within(0, most, 'false alarms: chance, and an N that is an estimate'),
    defended: within(0.9, 1, 'eight nodes so close are none of chance'),
  };
}

export const ALARMS: readonly Attack[] = [
  alarmOf(
    'densityAlarm',
    density,
    'the k-th closest is too close for the size of the network',
    0.05,
  ),
  alarmOf(
    'divergenceAlarm',
    divergence,
    'too many shared bits for ids that are spread evenly',
    0.1,
  ),
];
