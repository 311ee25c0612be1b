/**
 * What the fields of a KRPC message mean, one sentence each: for people who see one for the first time.
 * Known are the fields of BEP 5, 32 (IPv6), 33 (scrapes), 42 (ids bound to an IP), 43 (read-only), 44
 * (items) and 51 (samples); what else there is, is shown as it is.
 */

/** How the contents of a field are cut. */
export type Form =
  | 'bytes'
  | 'id'
  | 'nodes'
  | 'nodes6'
  | 'samples'
  | 'endpoint'
  | 'target'
  | 'client';

export interface Word {
  note: string;
  form?: Form;
}

export const TOP_WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['a', { note: 'The arguments of the query, a dictionary.' }],
  ['r', { note: 'The return values, a dictionary: this message answers a query.' }],
  ['e', { note: 'The error: a number and a text for people.' }],
  ['q', { note: 'The method: what the query asks for.' }],
  [
    't',
    {
      note: 'The transaction id: the asker chooses it, and whoever answers sends it back, so that the asker knows which of its queries was answered.',
    },
  ],
  [
    'v',
    {
      note: 'Which program sent this: two letters for the client and two bytes for its version.',
      form: 'client',
    },
  ],
  ['y', { note: 'The kind of message: q is a query, r a reply, e an error.' }],
  [
    'ip',
    {
      note: 'Your own address, as I see it (BEP 42): a node behind a router learns from it how it looks from outside.',
      form: 'endpoint',
    },
  ],
  [
    'ro',
    {
      note: 'Read-only (BEP 43): the sender asks but cannot answer, so it should not be kept in a routing table.',
    },
  ],
]);

export const BODY_WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  [
    'id',
    {
      note: 'The id of the node that sends this message: its place in the space of 2^160 ids.',
      form: 'id',
    },
  ],
  [
    'target',
    { note: 'The id that is looked for: the nodes closest to it are asked for.', form: 'target' },
  ],
  [
    'info_hash',
    {
      note: 'The SHA-1 of a torrent’s description: whoever shares that torrent is stored at the nodes closest to it.',
      form: 'target',
    },
  ],
  [
    'token',
    {
      note: 'A write token: a node gives it to whoever asks for peers, and takes an announce only from the same IP with it, so nobody can announce an address that is not his.',
    },
  ],
  [
    'nodes',
    {
      note: 'Compact node info: for each node 20 bytes of id, 4 of IPv4 address and 2 of port.',
      form: 'nodes',
    },
  ],
  [
    'nodes6',
    {
      note: 'Compact node info of IPv6 nodes (BEP 32): for each 20 bytes of id, 16 of address and 2 of port.',
      form: 'nodes6',
    },
  ],
  [
    'values',
    {
      note: 'Peers that share the torrent: a list of compact addresses, 4 bytes of IP and 2 of port each.',
    },
  ],
  ['port', { note: 'The port on which the announced peer takes connections of other peers.' }],
  [
    'implied_port',
    {
      note: 'If it is 1, the port that this datagram came from is announced instead of the one named: it is the one that a router lets through.',
    },
  ],
  ['seed', { note: 'The announced peer has the whole torrent (BEP 33), so it counts as a seed.' }],
  ['noseed', { note: 'Peers that have the whole torrent already need not be named (BEP 33).' }],
  ['scrape', { note: 'Asks how many seeds and peers there are, as Bloom filters (BEP 33).' }],
  [
    'BFsd',
    {
      note: 'A Bloom filter of the addresses of seeds (BEP 33): how many there are, without naming them.',
    },
  ],
  ['BFpe', { note: 'A Bloom filter of the addresses of peers that are no seeds (BEP 33).' }],
  [
    'want',
    {
      note: 'Which families of addresses the asker wants nodes of: n4 is IPv4, n6 is IPv6 (BEP 32).',
    },
  ],
  ['k', { note: 'The public key (Ed25519) of whoever may change this item (BEP 44).' }],
  ['salt', { note: 'Tells the items of one key apart (BEP 44).' }],
  [
    'sig',
    {
      note: 'The signature over salt, number and value (BEP 44): whoever reads the item checks it.',
    },
  ],
  ['seq', { note: 'The number of this version of the item (BEP 44): the highest is the newest.' }],
  ['cas', { note: 'Store it only if the version that you have has this number (BEP 44).' }],
  ['v', { note: 'The value of the item (BEP 44): at most 1000 bytes.' }],
  ['interval', { note: 'Seconds until other samples may be asked for (BEP 51).' }],
  ['num', { note: 'How many info-hashes the node stores in all (BEP 51).' }],
  [
    'samples',
    {
      note: 'Some of the info-hashes that the node stores, 20 bytes each (BEP 51).',
      form: 'samples',
    },
  ],
]);

/** What a message as a whole is for, by its kind. */
export const MESSAGES: ReadonlyMap<string, string> = new Map([
  ['ping', 'A query: are you there?'],
  ['find_node', 'A query: which nodes do you know that are closest to this id?'],
  [
    'get_peers',
    'A query: who shares this torrent, or else, which nodes are closer to it? A lookup asks closer and closer nodes this way.',
  ],
  [
    'announce_peer',
    'A query that stores: I share this torrent; it needs the token that the node gave in its reply to get_peers.',
  ],
  [
    'get',
    'A query (BEP 44): which item do you store under this target, or which nodes are closer?',
  ],
  [
    'put',
    'A query that stores an item (BEP 44): under the hash of its value, or under that of a key, signed.',
  ],
  [
    'get_signed_peers',
    'A query: name keys that were announced, signed, for an info-hash (a draft).',
  ],
  [
    'announce_signed_peer',
    'A query that stores: the owner of this key has this info-hash, and signed that (a draft).',
  ],
  ['sample_infohashes', 'A query: name some of the info-hashes that you store (BEP 51).'],
  ['nodes', 'A reply: these are the closest nodes that I know.'],
  ['values', 'A reply: these peers share the torrent.'],
  ['reply', 'A reply that says no more than: I am here, or: it is done.'],
  ['error', 'An error: the query was not carried out.'],
  ['malformed', 'No KRPC message: a node counts it and drops it, and answers nothing.'],
]);

/** By code (BEP 5 "Errors"). */
export const ERRORS: ReadonlyMap<string, string> = new Map([
  ['201', '201 is a generic error.'],
  ['202', '202 means that something went wrong on the answering side.'],
  ['203', '203 means that the query was malformed, or its token wrong.'],
  ['204', '204 means that the node does not know the method.'],
  ['205', '205 means that the value of an item is longer than 1000 bytes.'],
  ['206', '206 means that the signature of an item is wrong.'],
  ['207', '207 means that a salt is longer than 64 bytes.'],
  ['301', '301 means that the item which is there is not the one that was expected.'],
  ['302', '302 means that a newer version of the item is there.'],
]);
