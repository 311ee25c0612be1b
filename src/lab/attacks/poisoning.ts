/**
 * Attacks on what a node believes: who is in its table, whom it asks, which answers are answers. Our node
 * believes nobody who has not answered what it sent, at the address it sent it to.
 *
 *     unasked     queries from addresses at which there is nobody
 *     forged      replies to what was asked of somebody else
 *     reflected   our own id, sent back to us
 *     misled      nodes at addresses that mean something else here
 *     changing    another id every minute
 *     invented    peers that nobody announced, info-hashes that nobody has
 */
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import { TRANSACTION_BYTES } from '../../mainline/rows/requests.ts';
import { FORGED_PEER } from '../adversaries/deeds.ts';
import { isInvented } from '../adversaries/lies.ts';
import { type Attack, flood, honestSettings, SETTLE_MS, within } from './attack.ts';
import { credulous } from './credulous.ts';
import type { Stage } from './stage.ts';

const PHANTOMS = 2000;
/** Apart from each other, so that a node has time to ping each of those who spoke to it. */
const PHANTOMS_PER_S = 10;
const LIARS_SHARE = 0.2;

const unasked: Attack = {
  name: 'phantomsInTable',
  about: `${PHANTOMS} queries from addresses at which there is nobody, with ids beside the one who is asked`,
  measures: 'contacts of its table that do not exist',
  defence: 'a contact is whoever answers a ping, not whoever asks',
  measure(trial, isDefended) {
    const own = honestSettings();
    const settings = isDefended ? own : { ...own, handler: credulous };
    const victim = trial.victim();
    const { schedule, endMs } = flood((PHANTOMS * 1000) / PHANTOMS_PER_S);
    const stage = trial.against(
      { kind: 'phantoms', at: { node: victim }, perSecond: PHANTOMS_PER_S, schedule },
      settings,
      endMs,
    );
    const contacts = stage.contactsOf(victim);
    return contacts.filter((address) => stage.overlay.nodeAt(address) < 0).length / contacts.length;
  },
  undefended: within(0.1, 1, 'every free place, and those of contacts that left'),
  defended: within(0, 0, ''),
};

/** Some hundred while one lookup waits for each of those whom it asks. */
const FORGED_PER_S = 4000;

const forgedReplies: Attack = {
  name: 'forgedReplies',
  about: `${FORGED_PER_S} replies a second in the name of those who are closest to what a node looks for, with transaction ids by chance`,
  measures: 'lookups that believe one',
  defence: `transaction ids of ${TRANSACTION_BYTES} bytes that nobody can guess, and the exact address`,
  measure(trial) {
    const victim = trial.victim();
    const key = trial.key();
    const forger = {
      kind: 'forged-replies',
      at: { node: victim },
      key,
      perSecond: FORGED_PER_S,
    } as const;
    const stage = trial.against({ ...forger, schedule: { from: SETTLE_MS } }, honestSettings());
    let believed = 0;
    for (let i = 0; i < trial.count; i++) {
      if (stage.getPeers(victim, key).peers.has(FORGED_PEER)) believed++;
    }
    return believed / trial.count;
  },
  undefended: null,
  defended: within(0, 0, ''),
};

const reflected: Attack = {
  name: 'ownIdInTable',
  about: 'one node in five says that it has the id of whoever asks',
  measures: 'of all nodes, those that have their own id in their tables',
  defence: 'what comes from our own id is dropped',
  measure(trial) {
    const stage = trial.against({ kind: 'mirrors', share: LIARS_SHARE }, honestSettings());
    let mistaken = 0;
    for (let node = 0; node < trial.honest; node++) {
      const own = stage.idOf(node);
      const { table, shared } = stage.overlay.node(node);
      table.visit((handle) => {
        const start = handle * CONTACT_BYTES;
        if (own.every((byte, i) => byte === shared.contacts.bytes[start + i])) mistaken++;
      });
    }
    return mistaken / trial.honest;
  },
  undefended: null,
  defended: within(0, 0, ''),
};

const misled: Attack = {
  name: 'askedNowhere',
  about:
    'one node in five names nodes at private, loopback and unusable addresses, right beside the target',
  measures: 'requests of lookups that go there',
  defence: 'addresses that mean nothing between two public nodes are not read',
  measure(trial) {
    const liars = { kind: 'liars', about: 'addresses', share: LIARS_SHARE } as const;
    const stage = trial.against(liars, honestSettings());
    let all = 0;
    let nowhere = 0;
    stage.world.tap = {
      sent(from, to) {
        if (from >= trial.honest) return;
        all++;
        if (to < 0) nowhere++;
      },
      arriving() {},
    };
    for (let i = 0; i < trial.count; i++) stage.getPeers(stage.someone(), stage.someId());
    return nowhere / all;
  },
  undefended: null,
  defended: within(0, 0, ''),
};

const CHANGES_MS = 30 * 60_000;
const NEVER = '1 d';

/** Of all contacts that honest nodes have, those at addresses of an adversary. */
function adverseShare(stage: Stage): number {
  let all = 0;
  let theirs = 0;
  for (let node = 0; node < stage.honest; node++) {
    for (const address of stage.contactsOf(node)) {
      all++;
      if (stage.isAttacker(address)) theirs++;
    }
  }
  return theirs / all;
}

const changing: Attack = {
  name: 'changingIds',
  about: 'one node in five has another id every minute; without: it keeps the one that it has',
  measures: 'contacts of honest tables that are theirs, after half an hour',
  isShare: false,
  defence: 'whose id changed three times in a quarter of an hour is no contact',
  measure(trial, isDefended) {
    const every = isDefended ? '1 min' : NEVER;
    const settings = honestSettings({ onePerIp: true });
    const changers = { kind: 'changing-ids', every, share: LIARS_SHARE } as const;
    return adverseShare(trial.against(changers, settings, CHANGES_MS));
  },
  undefended: within(0.03, 0.2, 'newcomers find full buckets'),
  defended: within(
    0,
    0.06,
    'between two changes a newcomer is a contact like any other; the fewer nodes, the more it weighs',
  ),
};

const inventedPeers: Attack = {
  name: 'inventedPeers',
  about: 'one node in five names eight peers that nobody announced, whatever it is asked for',
  measures: 'lookups for what one node has that are told of others as well',
  defence: 'none here: whoever connects sees that nobody is there',
  measure(trial) {
    const liars = { kind: 'liars', about: 'values', share: LIARS_SHARE } as const;
    const stage = trial.against(liars, honestSettings());
    let deceived = 0;
    for (let i = 0; i < trial.count; i++) {
      const value = stage.someId();
      stage.announce(stage.someone(), value);
      const { peers } = stage.getPeers(stage.someone(), value);
      if ([...peers].some(isInvented)) deceived++;
    }
    return deceived / trial.count;
  },
  undefended: null,
  defended: within(
    0.4,
    1,
    'a lookup asks eight and more, of whom one in five lies or, where tables were full, fewer',
  ),
};

export const POISONING: readonly Attack[] = [
  ...[unasked, forgedReplies, reflected, misled],
  ...[changing, inventedPeers],
];
