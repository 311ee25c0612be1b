/**
 * Attacks that surround: a key, a node, or everybody who asks. Whoever has the nodes that are closest to
 * something has that something, so ids are what they fight for and what defences make dear.
 *
 *     a key     nodes whose ids share 32 bits with an info-hash (Wang and Kangasharju 2012)
 *     a node    nodes whose ids are its neighbours', who speak to it all the time
 *     anybody   nodes that are beside whatever is asked for, as each asker sees them
 */
import type { NodeChoices } from '../../mainline/choices.ts';
import { type Attack, honestSettings, SETTLE_MS, type Trial, within } from './attack.ts';
import type { Stage } from './stage.ts';

/** Three times as many as a lookup wants. */
const SYBILS = 24;
/** Of all nodes; Mainline's routing survives one in a hundred, and S/Kademlia counts from a tenth on. */
const LIARS_SHARE = 0.1;
/** Values that are announced in a network of liars: each is one trial with its own lookups. */
const SEEKERS = 3;

/** The world of an attack on one key, and the key. */
function surroundedKey(
  trial: Trial,
  networks: number,
  choices: NodeChoices,
): { stage: Stage; key: Uint8Array } {
  const key = trial.key();
  const sybils = { kind: 'sybils', at: { key }, count: SYBILS, networks } as const;
  return { stage: trial.against(sybils, honestSettings(choices)), key };
}

/** Of those who look for what some honest nodes announced, who finds any. */
export function shareFinding(stage: Stage, key: Uint8Array, trials: number): number {
  for (let i = 0; i < SEEKERS; i++) stage.announce(stage.someone(), key);
  let finding = 0;
  for (let i = 0; i < trials; i++) {
    const { peers } = stage.getPeers(stage.someone(), key);
    if (peers.size > 0) finding++;
  }
  return finding / trials;
}

const keyFromManyNetworks: Attack = {
  name: 'sybilsAtKey',
  about: `${SYBILS} Sybils in as many networks settle beside an info-hash before anybody announces it`,
  measures: 'lookups that find a peer',
  defence: 'ids that follow from addresses (BEP 42)',
  measure(trial, isDefended) {
    const { stage, key } = surroundedKey(trial, SYBILS, { secureIds: isDefended });
    return shareFinding(stage, key, trial.count);
  },
  undefended: within(0, 0.1, 'the Sybils keep nothing'),
  defended: within(0.95, 1, 'the k closest with right ids are honest'),
};

const keyAmongExpected: Attack = {
  name: 'sybilsAmongExpected',
  about: 'the same, and honest nodes know nothing of right ids',
  measures: 'lookups that find a peer',
  defence: 'all within the expected distance of the k-th closest are asked, and written to',
  measure(trial, isDefended) {
    const { stage, key } = surroundedKey(trial, SYBILS, { expectedDistance: isDefended });
    return shareFinding(stage, key, trial.count);
  },
  undefended: within(0, 0.1, 'the Sybils keep nothing'),
  defended: within(0.9, 1, 'the honest nodes beside the key are written to as well'),
};

const keyFromOneNetwork: Attack = {
  name: 'sybilsOfOneNetwork',
  about: 'the same from a single /24 network',
  measures: 'lookups that find a peer',
  defence: 'one node per /24 in lookups and buckets',
  measure(trial, isDefended) {
    const { stage, key } = surroundedKey(trial, 1, { onePerNetwork: isDefended });
    return shareFinding(stage, key, trial.count);
  },
  undefended: within(0, 0.1, 'the Sybils keep nothing'),
  defended: within(0.95, 1, 'one of eight is the attacker’s'),
};

/** Values are announced, each by one node, and looked for by others. */
function shareOfValues(stage: Stage, trials: number): number {
  let finding = 0;
  for (let i = 0; i < trials; i++) {
    const value = stage.someId();
    const announcer = stage.someone();
    stage.announce(announcer, value);
    const peer = stage.overlay.addressOf(announcer);
    if (stage.getPeers(stage.someone(), value).peers.has(peer)) finding++;
  }
  return finding / trials;
}

const shownIds: Attack = {
  name: 'idForEveryAsker',
  about:
    'one node in ten shows whoever asks an id beside what he looks for, and names friends there',
  measures: 'values that are found',
  defence: 'ids that follow from addresses (BEP 42)',
  measure(trial, isDefended) {
    const settings = honestSettings({ secureIds: isDefended });
    const stage = trial.against({ kind: 'shown-ids', share: LIARS_SHARE }, settings);
    return shareOfValues(stage, trial.count);
  },
  undefended: within(
    0.05,
    0.7,
    'a lookup is captured by the first liar that it meets, if it meets one',
  ),
  defended: within(0.95, 1, 'such ids have the last word nowhere'),
};

/** With right ids a liar is one node of many: what helps is that lookups hear more than one. */
function liars(share: number, name: string, least: number): Attack {
  return {
    name,
    about: `${share * 100} % of all nodes, with right ids, name nobody but each other and keep nothing`,
    measures: 'values that are found',
    defence: 'eight copies, and lookups that go on until eight have answered',
    measure(trial) {
      const settings = honestSettings({ secureIds: true, onePerNetwork: true });
      const stage = trial.against({ kind: 'liars', about: 'nodes', share }, settings);
      return shareOfValues(stage, trial.count);
    },
    undefended: null,
    defended: within(least, 1, 'liars can name nobody who is not there'),
  };
}

const nodeEclipse: Attack = {
  name: 'eclipsedNode',
  about: `${SYBILS} nodes of one /24, with ids beside a newcomer’s, speak to it from its first minute on`,
  measures: 'attackers among the eight contacts closest to it',
  isShare: false,
  defence: 'BEP 42, and one node per /24 in each bucket',
  measure(trial, isDefended) {
    const victim = trial.victim();
    const settings = honestSettings({ secureIds: isDefended, onePerNetwork: isDefended });
    const stage = trial.stage({
      adversaries: [{ kind: 'eclipse', at: { node: victim }, count: SYBILS, networks: 1 }],
      settings,
    });
    const { overlay } = stage;
    const door = victim === 0 ? 1 : 0;
    overlay.restart(victim, [overlay.addressOf(door)], false);
    stage.run(SETTLE_MS);
    return shareClosest(stage, victim);
  },
  undefended: within(0.75, 1, 'nobody honest is as close'),
  defended: within(0, 0.2, 'one of eight may be the attacker’s'),
};

/** Attackers among the contacts that a node has closest to itself. */
function shareClosest(stage: Stage, node: number): number {
  const { nearest } = stage.overlay.node(node);
  const { contacts } = stage.overlay.shared;
  nearest.begin(stage.idOf(node), 0, 8);
  stage.overlay.node(node).table.closest(stage.world.now, nearest, false);
  let theirs = 0;
  for (let i = 0; i < nearest.count; i++) {
    if (stage.isAttacker(contacts.addressOf(nearest.handles[i]))) theirs++;
  }
  return theirs / nearest.count;
}

export const SURROUNDING: readonly Attack[] = [
  keyFromManyNetworks,
  keyAmongExpected,
  keyFromOneNetwork,
  nodeEclipse,
  shownIds,
  liars(0.1, 'liars10', 0.95),
  liars(0.3, 'liars30', 0.8),
  liars(0.5, 'liars50', 0.5),
];
