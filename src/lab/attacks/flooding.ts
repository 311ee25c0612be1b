/**
 * Attacks by quantity: bytes towards somebody who asked for none, places in stores, tokens, and peers that
 * are none.
 *
 *     reflection   questions in the name of the victim, whose answers are longer than they
 *     storage      one network announces, or puts items, until there is no room for others
 *     tokens       a token that one address got, used from others; questions for tokens without end
 *     index        one network announces a hundred peers for what somebody looks for
 *     torn         datagrams that end too soon: is anything sent in answer?
 */
import { ID_BYTES, randomIdSharing } from '../../core/id.ts';
import { ascii, encode } from '../../mainline/krpc/bencode.ts';
import { INBOUND_LIMITS } from '../../mainline/settings.ts';
import { PEER_LIMITS } from '../../mainline/stored/peers.ts';
import type { Company, Engagement } from '../adversaries/adversary.ts';
import type { Conduct } from '../adversaries/conduct.ts';
import { sha1 } from '../sha1.ts';
import { type Attack, flood, honestSettings, SETTLE_MS, within } from './attack.ts';
import type { Stage } from './stage.ts';

/** A reflector is asked so often in a second, for so long. */
const QUERIES_PER_S = 100;
const FLOOD_MS = 10_000;
const REFLECTORS = 20;

const reflection: Attack = {
  name: 'reflectedBytes',
  about: `${REFLECTORS} nodes are each asked ${QUERIES_PER_S} times a second for ${FLOOD_MS / 1000} s, in the name of somebody else`,
  measures: 'bytes that reach him for each byte that the attacker sends',
  isShare: false,
  defence: `${INBOUND_LIMITS.perSource} queries a second for an IP, ${INBOUND_LIMITS.perSourceBurst} at once`,
  measure(trial, isDefended) {
    const settings = honestSettings(isDefended ? { inbound: {} } : {});
    const victim = trial.victim();
    const { schedule, endMs } = flood(FLOOD_MS);
    const stage = trial.stage({
      adversaries: [
        {
          kind: 'reflection',
          ...{ at: { node: victim }, schedule },
          ...{ through: REFLECTORS, perSecond: QUERIES_PER_S },
        },
      ],
      settings,
    });
    let reached = 0;
    const startMs = stage.world.now + SETTLE_MS;
    // What else comes to the victim meanwhile is some upkeep: less than one in a thousand.
    stage.world.tap = {
      sent() {},
      arriving(to, _from, _bytes, _start, length) {
        if (to === victim && stage.world.now >= startMs) reached += length;
      },
    };
    stage.run(endMs);
    return reached / stage.actors[0].forgedBytes;
  },
  undefended: within(2, 5, 'a find_node and its answer of eight nodes'),
  defended: within(0, 0.6, '50 of the first and 10 of each second are answered'),
};

/** Bits by which an info-hash is a victim's and not its neighbours'. */
const NEAR_BITS = 14;
const HOARDERS = 64;
const JUNK = 512;
const JUNK_PER_S = 50;
const HONEST_WRITES = 40;
/** A small store, so that a small flood fills it: the share of one network is the same. */
const STORED_MOST = 300;
/** As if there were no share of a network. */
const ANY = 1_000_000;

function hoarders(
  what: 'peers' | 'items',
  victim: number,
  schedule: Engagement,
): Conduct & Company {
  return {
    kind: 'storage-flood',
    ...{ at: { node: victim }, what, perSecond: JUNK_PER_S },
    ...{ count: HOARDERS, networks: 1, schedule },
  };
}

const storage: Attack = {
  name: 'storageExhausted',
  about: `${HOARDERS} nodes of one /24 announce ${JUNK} info-hashes beside a node that keeps ${STORED_MOST}`,
  measures: `of ${HONEST_WRITES} honest announces afterwards, those that it keeps`,
  defence: `${PEER_LIMITS.perNetwork} places for a /24`,
  measure(trial, isDefended) {
    const perNetwork = isDefended ? PEER_LIMITS.perNetwork : ANY;
    const settings = honestSettings({ peers: { infoHashes: STORED_MOST, perNetwork } });
    const victim = trial.victim();
    const { schedule, endMs } = flood((JUNK * 1000) / JUNK_PER_S);
    const stage = trial.against(hoarders('peers', victim, schedule), settings, endMs);
    const value = new Uint8Array(ID_BYTES);
    let kept = 0;
    for (let i = 0; i < HONEST_WRITES; i++) {
      randomIdSharing(stage.idOf(victim), 0, NEAR_BITS, stage.random, value);
      stage.announce(stage.someoneBut(victim), value);
      if (stage.overlay.node(victim).peerStore().countOf(stage.world.now, value, 0) > 0) kept++;
    }
    return kept / HONEST_WRITES;
  },
  undefended: within(0, 0.1, 'the store is full'),
  defended: within(0.9, 1, 'a third of the store is left to others'),
};

const items: Attack = {
  name: 'itemsExhausted',
  about: `the same with ${JUNK} items (BEP 44), at a node that keeps ${STORED_MOST}`,
  measures: `of ${HONEST_WRITES} honest puts afterwards, those that it keeps`,
  isShare: false,
  defence: 'an item is worth the bits that its id shares with the node; the least worth makes room',
  measure(trial) {
    const settings = honestSettings({ items: { items: STORED_MOST, perNetwork: ANY } });
    const victim = trial.victim();
    const { schedule, endMs } = flood((JUNK * 1000) / JUNK_PER_S);
    const stage = trial.against(hoarders('items', victim, schedule), settings, endMs);
    let kept = 0;
    for (let i = 0; i < HONEST_WRITES; i++) {
      const value = ownItem(stage, victim);
      stage.put(stage.someoneBut(victim), value);
      const store = stage.overlay.node(victim).itemStore();
      if (store.get(stage.world.now, sha1(encode(value)), 0) !== null) kept++;
    }
    return kept / HONEST_WRITES;
  },
  undefended: null,
  defended: within(0.6, 1, 'junk lies where chance has it, and some of it is worth as much'),
};

/** A value by chance of which the node has to keep a copy, being one of the closest. */
function ownItem(stage: Stage, node: number): Uint8Array {
  const { oracle } = stage.overlay;
  for (;;) {
    const value = ascii(`value ${stage.random.uint32()}`);
    if (oracle.closest(sha1(encode(value)), 8, 0).includes(node + 1)) return value;
  }
}

const THEFTS_PER_S = 10;

const tokens: Attack = {
  name: 'stolenToken',
  about: 'announces with tokens that one address got, from that address and from others',
  measures: 'those that are stored',
  defence: 'tokens bound to the address and the info-hash',
  measure(trial, isDefended) {
    const victim = trial.victim();
    const { schedule, endMs } = flood((trial.count * 1000) / THEFTS_PER_S);
    const stage = trial.against(
      {
        kind: 'token-theft',
        ...{ at: { node: victim }, schedule },
        ...{ perSecond: THEFTS_PER_S, spoofed: isDefended },
      },
      honestSettings({ peers: { perNetwork: ANY } }),
      endMs,
    );
    return stage.overlay.node(victim).peerStore().infoHashCount / stage.actors[0].forged;
  },
  undefended: within(1, 1, ''),
  defended: within(0, 0, ''),
};

const FLOOD_PER_S = 5000;

const tokenFlood: Attack = {
  name: 'tokensGiven',
  about: `${FLOOD_PER_S} questions for tokens a second for ${FLOOD_MS / 1000} s, each from another address`,
  measures: 'those that are answered',
  isShare: false,
  defence: `${INBOUND_LIMITS.total} queries a second from all addresses, ${INBOUND_LIMITS.totalBurst} at once`,
  measure(trial, isDefended) {
    const victim = trial.victim();
    const settings = honestSettings(isDefended ? { inbound: {} } : {});
    const { schedule, endMs } = flood(FLOOD_MS);
    const stage = trial.stage({
      adversaries: [
        { kind: 'token-flood', at: { node: victim }, perSecond: FLOOD_PER_S, schedule },
      ],
      settings,
    });
    const replies = repliesToNobody(stage, victim);
    stage.run(endMs);
    return replies() / stage.actors[0].forged;
  },
  // Strangers are pinged as well, some of those who ask.
  undefended: within(1, 1.1, 'some are pinged, too'),
  defended: within(0.2, 0.3, 'those at once and those of ten seconds, of 50,000'),
};

/** Nobody lives at the addresses that are forged: whatever a node sends there is an answer, or a ping. */
function repliesToNobody(stage: Stage, victim: number): () => number {
  let replies = 0;
  stage.world.tap = {
    sent(own, to) {
      if (own === victim && to < 0) replies++;
    },
    arriving() {},
  };
  return () => replies;
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
    const perNetworkAndInfoHash = isDefended ? PEER_LIMITS.perNetworkAndInfoHash : ANY;
    const key = trial.key();
    // They keep nothing for others: what Sybils among the keepers do is another attack.
    const stage = trial.against(
      { kind: 'index-poison', key, every: '1 min', count: FALSE_PEERS, networks: 1 },
      honestSettings({ peers: { perNetworkAndInfoHash } }),
    );
    for (let i = 0; i < HONEST_PEERS; i++) stage.announce(stage.someone(), key);
    let all = 0;
    let theirs = 0;
    for (let i = 0; i < trial.count; i++) {
      for (const peer of stage.getPeers(stage.someone(), key).peers) {
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
const TORN_PER_S = 100;

const torn: Attack = {
  name: 'answersToTorn',
  about: `${TORN} queries that end too soon`,
  measures: 'datagrams sent in answer, for each',
  defence: 'what cannot be parsed is not answered',
  measure(trial) {
    const victim = trial.victim();
    const { schedule, endMs } = flood((TORN * 1000) / TORN_PER_S);
    const stage = trial.stage({
      adversaries: [{ kind: 'garbage', at: { node: victim }, perSecond: TORN_PER_S, schedule }],
      settings: honestSettings(),
    });
    const answers = repliesToNobody(stage, victim);
    stage.run(endMs);
    return answers() / stage.actors[0].forged;
  },
  undefended: null,
  defended: within(0, 0, ''),
};

export const FLOODING: readonly Attack[] = [
  ...[reflection, storage, items, tokens, tokenFlood],
  ...[index, torn],
];
