/**
 * Attacks by quantity: bytes towards somebody who asked for none, places in stores, tokens, and peers that
 * are none.
 *
 *     reflection   questions in the name of the victim, whose answers are longer than they
 *     storage      one network announces until there is no room for others
 *     tokens       a token that one address got, used from another
 *     index        one network announces a hundred peers for what somebody looks for
 *     torn         datagrams that end too soon: is anything sent in answer?
 */
import { ID_BYTES, randomIdSharing } from '../../core/id.ts';
import { randomBelow } from '../../core/random.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import { copied } from '../../mainline/krpc/reading.ts';
import { INBOUND_LIMITS } from '../../mainline/settings.ts';
import { PEER_LIMITS } from '../../mainline/stored/peers.ts';
import { type Attack, attackerSettings, honestSettings, within } from './attack.ts';
import { forge, phantom, queryBytes } from './forgery.ts';
import type { Stage } from './stage.ts';

const SETTLE_MS = 5 * 60_000;
/** A reflector is asked so often in a second, for so long. */
const QUERIES_PER_S = 100;
const FLOOD_S = 10;
const REFLECTORS = 20;

const reflection: Attack = {
  name: 'reflectedBytes',
  about: `${REFLECTORS} nodes are each asked ${QUERIES_PER_S} times a second for ${FLOOD_S} s, in the name of somebody else`,
  measures: 'bytes that reach him for each byte that the attacker sends',
  isShare: false,
  defence: `${INBOUND_LIMITS.perSource} queries a second for an IP, ${INBOUND_LIMITS.perSourceBurst} at once`,
  measure(trial, isDefended) {
    const settings = honestSettings(isDefended ? { inbound: {} } : {});
    const stage = trial.stage({ attackers: 1, networks: 1, settings });
    stage.enter(attackerSettings());
    stage.run(SETTLE_MS);
    const { world, overlay } = stage;
    const [sender] = stage.attackers as [number];
    const victim = 0;
    let spent = 0;
    let reached = 0;
    const asked = new Set<number>();
    while (asked.size < REFLECTORS) asked.add(1 + randomBelow(stage.random, trial.honest - 1));
    world.tap = {
      sent() {},
      arriving(to, from, _bytes, _start, length) {
        if (to === victim && asked.has(from)) reached += length;
      },
    };
    for (let i = 0; i < FLOOD_S * QUERIES_PER_S; i++) {
      for (const node of asked) {
        const bytes = queryBytes('find_node', { id: stage.idOf(sender), target: stage.someId() });
        spent += bytes.length;
        forge(world, sender, overlay.addressOf(victim), overlay.addressOf(node), bytes);
      }
      stage.run(1000 / QUERIES_PER_S);
    }
    stage.run(1000);
    return reached / spent;
  },
  undefended: within(2, 5, 'a find_node and its answer of eight nodes'),
  defended: within(0, 0.6, '50 of the first and 10 of each second are answered'),
};

/** Bits by which an info-hash is a victim's and not its neighbours'. */
const NEAR_BITS = 14;
const HOARDERS = 64;
const JUNK_EACH = 8;
const HONEST_ANNOUNCES = 40;
/** A small store, so that a small flood fills it: the share of one network is the same. */
const INFO_HASHES = 300;

const storage: Attack = {
  name: 'storageExhausted',
  about: `${HOARDERS} nodes of one /24 announce ${HOARDERS * JUNK_EACH} info-hashes beside a node that keeps ${INFO_HASHES}`,
  measures: `of ${HONEST_ANNOUNCES} honest announces afterwards, those that it keeps`,
  defence: `${PEER_LIMITS.perNetwork} places for a /24`,
  measure(trial, isDefended) {
    const perNetwork = isDefended ? PEER_LIMITS.perNetwork : 1_000_000;
    const settings = honestSettings({ peers: { infoHashes: INFO_HASHES, perNetwork } });
    const stage = trial.stage({ attackers: HOARDERS, networks: 1, settings });
    stage.enter(attackerSettings());
    stage.run(SETTLE_MS);
    const victim = stage.someone();
    const beside = (): Uint8Array => {
      const infoHash = new Uint8Array(ID_BYTES);
      randomIdSharing(stage.idOf(victim), 0, NEAR_BITS, stage.random, infoHash);
      return infoHash;
    };
    for (const node of stage.attackers) {
      for (let i = 0; i < JUNK_EACH; i++) stage.announce(node, beside());
    }
    let kept = 0;
    for (let i = 0; i < HONEST_ANNOUNCES; i++) {
      const value = beside();
      let announcer = stage.someone();
      while (announcer === victim) announcer = stage.someone();
      stage.announce(announcer, value);
      if (stage.overlay.node(victim).peerStore().countOf(stage.world.now, value, 0) > 0) kept++;
    }
    return kept / HONEST_ANNOUNCES;
  },
  undefended: within(0, 0.1, 'the store is full'),
  defended: within(0.9, 1, 'a third of the store is left to others'),
};

const tokens: Attack = {
  name: 'stolenToken',
  about: 'an announce with the token that another address got',
  measures: 'announces that are stored, from the address that got the token and from others',
  defence: 'tokens bound to the address and the info-hash',
  measure(trial, isDefended) {
    const settings = honestSettings();
    const stage = trial.stage({ attackers: 1, networks: 1, settings });
    stage.enter(attackerSettings());
    stage.run(SETTLE_MS);
    const { world, overlay } = stage;
    const [thief] = stage.attackers as [number];
    let stored = 0;
    for (let i = 0; i < trial.count; i++) {
      const victim = stage.someone();
      const value = stage.someId();
      const token = tokenFrom(stage, thief, victim, value);
      const from = isDefended ? phantom(i) : overlay.addressOf(thief);
      const fields = { id: stage.idOf(thief), info_hash: value, port: 4242, token };
      forge(world, thief, from, overlay.addressOf(victim), queryBytes('announce_peer', fields));
      stage.run(1000);
      if (overlay.node(victim).peerStore().countOf(world.now, value, 0) > 0) stored++;
    }
    return stored / trial.count;
  },
  undefended: within(1, 1, ''),
  defended: within(0, 0, ''),
};

/** What a node gives to whoever asks it for peers. */
function tokenFrom(stage: Stage, asker: number, asked: number, value: Uint8Array): Uint8Array {
  let token = new Uint8Array(0);
  stage.onAnswer = (_call, { bytes, tokenStart, tokenLength }) => {
    token = copied(bytes, tokenStart, tokenStart + tokenLength) as Uint8Array<ArrayBuffer>;
  };
  const address = stage.overlay.addressOf(asked);
  stage.command(asker, (machine, now) => machine.ask(now, address, Method.getPeers, value, 1));
  stage.run(1000);
  return token;
}

const FALSE_PEERS = 100;
const HONEST_PEERS = 20;
const index: Attack = {
  name: 'falsePeers',
  about: `${FALSE_PEERS} addresses of one /24 announce themselves for an info-hash that ${HONEST_PEERS} honest nodes have`,
  measures: 'false ones among the peers that lookups find; with one address it would be 1 of 21',
  isShare: false,
  defence: `one place for an address, ${PEER_LIMITS.perNetworkAndInfoHash} of an info-hash for a /24`,
  measure(trial, isDefended) {
    const perNetworkAndInfoHash = isDefended ? PEER_LIMITS.perNetworkAndInfoHash : 1_000_000;
    const settings = honestSettings({ peers: { perNetworkAndInfoHash } });
    const stage = trial.stage({ attackers: FALSE_PEERS, networks: 1, settings });
    // They keep nothing for others: what Sybils among the keepers do is another attack.
    stage.enter(attackerSettings({ readOnly: true }));
    stage.run(SETTLE_MS);
    const value = stage.someId();
    for (const node of stage.attackers) stage.announce(node, value);
    for (let i = 0; i < HONEST_PEERS; i++) stage.announce(stage.someone(), value);
    let all = 0;
    let theirs = 0;
    for (let i = 0; i < trial.count; i++) {
      for (const peer of stage.getPeers(stage.someone(), value).peers) {
        all++;
        if (stage.isAttacker(peer)) theirs++;
      }
    }
    return theirs / all;
  },
  undefended: within(0.75, 0.9, '100 of 120'),
  defended: within(
    0.16,
    0.5,
    '4 of 24 where all keepers have the same four, more where they do not',
  ),
};

const TORN = 2000;

const torn: Attack = {
  name: 'answersToTorn',
  about: `${TORN} queries that end too soon`,
  measures: 'datagrams sent in answer, for each',
  defence: 'what cannot be parsed is not answered',
  measure(trial) {
    const settings = honestSettings();
    const stage = trial.stage({ attackers: 1, networks: 1, settings });
    stage.enter(attackerSettings());
    stage.run(SETTLE_MS);
    const { world, overlay, random } = stage;
    const [sender] = stage.attackers as [number];
    const id = stage.idOf(sender);
    let answers = 0;
    const victim = stage.someone();
    // Nobody lives there: whatever the victim sends to no one of this world is an answer.
    const from = phantom(0);
    const victimAddress = overlay.addressOf(victim);
    world.tap = {
      sent(own, to) {
        if (own === victim && to < 0) answers++;
      },
      arriving() {},
    };
    for (let i = 0; i < TORN; i++) {
      const whole = queryBytes('find_node', { id, target: stage.someId() });
      const bytes = whole.subarray(0, randomBelow(random, whole.length));
      forge(world, sender, from, victimAddress, bytes);
      stage.run(10);
    }
    return answers / TORN;
  },
  undefended: null,
  defended: within(0, 0, ''),
};

export const FLOODING: readonly Attack[] = [reflection, storage, tokens, index, torn];
