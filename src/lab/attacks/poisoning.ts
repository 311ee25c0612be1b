/**
 * Attacks on what a node believes: who is in its table, whom it asks, which answers are answers. Our node
 * believes nobody who has not answered what it sent, at the address it sent it to.
 *
 *     unasked     queries from addresses at which there is nobody
 *     forged      replies to what was asked of somebody else
 *     reflected   our own id, sent back to us
 *     misled      nodes at addresses that mean something else here
 */
import { addressOf, COMPACT_ADDRESS_BYTES, parseIp, writeAddress } from '../../core/address.ts';
import { ID_BYTES, randomIdSharing } from '../../core/id.ts';
import { fillRandom } from '../../core/random.ts';
import { answerQuery } from '../../mainline/answering/answers.ts';
import { encode } from '../../mainline/krpc/bencode.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import { TRANSACTION_BYTES } from '../../mainline/rows/requests.ts';
import type { MainlineState, QueryHandler } from '../../mainline/state.ts';
import { type Attack, attackerSettings, honestSettings, type Trial, within } from './attack.ts';
import { forge, phantom, queryBytes } from './forgery.ts';
import { echoing, misleading } from './lies.ts';
import type { Stage } from './stage.ts';

const PHANTOMS = 2000;
/** Apart from each other, so that a node has time to ping each of those who spoke to it. */
const APART_MS = 100;
const LIARS_SHARE = 0.2;
const SETTLE_MS = 5 * 60_000;

/** What npm's bittorrent-dht, anacrolix/dht and others do: whoever asks is a contact. */
const credulous: QueryHandler = {
  answer(node: MainlineState, now, from, query, out) {
    if (query.idStart > 0) node.table.answered(now, query.bytes, query.idStart, from);
    return answerQuery.answer(node, now, from, query, out);
  },
};

function lonelyAttacker(trial: Trial, settings = honestSettings()): Stage {
  const stage = trial.stage({ attackers: 1, networks: 1, settings });
  stage.enter(attackerSettings());
  stage.run(SETTLE_MS);
  return stage;
}

const unasked: Attack = {
  name: 'phantomsInTable',
  about: `${PHANTOMS} queries from addresses at which there is nobody, with ids beside the one who is asked`,
  measures: 'contacts of its table that do not exist',
  defence: 'a contact is whoever answers a ping, not whoever asks',
  measure(trial, isDefended) {
    const settings = honestSettings();
    const stage = lonelyAttacker(
      trial,
      isDefended ? settings : { ...settings, handler: credulous },
    );
    const { world, overlay, random } = stage;
    const [sender] = stage.attackers as [number];
    const victim = stage.someone();
    const own = stage.idOf(victim);
    const id = new Uint8Array(ID_BYTES);
    for (let i = 0; i < PHANTOMS; i++) {
      randomIdSharing(own, 0, i % 16, random, id);
      const bytes = queryBytes('find_node', { id, target: own });
      forge(world, sender, phantom(i), overlay.addressOf(victim), bytes);
      stage.run(APART_MS);
    }
    const contacts = stage.contactsOf(victim);
    return contacts.filter((address) => overlay.nodeAt(address) < 0).length / contacts.length;
  },
  undefended: within(0.1, 1, 'every free place, and those of contacts that left'),
  defended: within(0, 0, ''),
};

/** A peer that nobody announced. */
const FALSE_PEER = addressOf(parseIp('93.184.216.34'), 1234);
const FALSE_REPLIES = 100;

const forgedReplies: Attack = {
  name: 'forgedReplies',
  about: `${FALSE_REPLIES} replies in the name of each of those whom a lookup asks first, with transaction ids by chance`,
  measures: 'lookups that believe one',
  defence: `transaction ids of ${TRANSACTION_BYTES} bytes that nobody can guess, and the exact address`,
  measure(trial) {
    const stage = lonelyAttacker(trial);
    const { world } = stage;
    let believed = 0;
    for (let i = 0; i < trial.count; i++) {
      const victim = stage.someone();
      const asked = new Set<number>();
      world.tap = {
        sent: (from, to) => from === victim && to >= 0 && asked.add(to),
        arriving() {},
      };
      const { peers } = stage.getPeers(victim, stage.someId(), () => {
        world.tap = null;
        for (const node of asked) forgeReplies(stage, node, victim);
      });
      if (peers.has(FALSE_PEER)) believed++;
    }
    return believed / trial.count;
  },
  undefended: null,
  defended: within(0, 0, ''),
};

function forgeReplies(stage: Stage, from: number, to: number): void {
  const { world, overlay, random } = stage;
  const values = [new Uint8Array(COMPACT_ADDRESS_BYTES)];
  writeAddress(values[0], 0, FALSE_PEER);
  for (let i = 0; i < FALSE_REPLIES; i++) {
    const t = new Uint8Array(TRANSACTION_BYTES);
    fillRandom(random, t, 0, t.length);
    const bytes = encode({ r: { id: stage.idOf(from), values }, t, y: 'r' });
    const [sender] = stage.attackers as [number];
    forge(world, sender, overlay.addressOf(from), overlay.addressOf(to), bytes);
  }
}

const reflected: Attack = {
  name: 'ownIdInTable',
  about: 'one node in five says that it has the id of whoever asks',
  measures: 'of all nodes, those that have their own id in their tables',
  defence: 'what comes from our own id is dropped',
  measure(trial) {
    const stage = trial.amid(LIARS_SHARE, honestSettings());
    stage.enter(attackerSettings({ onQuery: echoing }));
    stage.run(SETTLE_MS);
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
    const stage = trial.amid(LIARS_SHARE, honestSettings());
    stage.enter(attackerSettings({ onQuery: misleading(stage.random) }));
    stage.run(SETTLE_MS);
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

export const POISONING: readonly Attack[] = [unasked, forgedReplies, reflected, misled];
