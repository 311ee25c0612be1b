/**
 * The rules: what the BEPs and the best implementations agree on, numbered; and for those that cannot be
 * told from outside on one machine within seconds, why. The checks of the others are beside this file.
 *
 *     1–18 wire   19–34 BEP 5   35–38 BEP 32   39–45 table   46–50 BEP 42, 43, 45   51–64 BEP 44, 46, 33, 51, 50
 *     65–105 what is said less loudly in the same BEPs
 */

export interface Rule {
  number: number;
  /** What a node does that keeps it. */
  title: string;
  /** Why it is not tested; null for one that is. */
  untested: string | null;
}

const ASKS = 'is about what a node asks, not about what it answers';
const INSIDE = 'cannot be seen from outside';
const TIME = 'takes longer than a test may';
const PUBLIC = 'loopback addresses are exempt from it';
const IPV6 = 'needs a node on IPv6';
const MANY = 'needs thousands of addresses';
const SEVERAL = 'needs a node with several addresses';
const TOPICS = 'nobody has BEP 50';

type Row = readonly [title: string, untested?: string];

const ROWS: readonly Row[] = [
  ['what is no dictionary is dropped without an answer'],
  ['broken bencode, however deep, gets no reply and does no harm'],
  ['unsorted keys and trailing bytes are read'],
  ['what cannot be read is not answered'],
  ['a transaction id comes back as it was, of 1 to 20 bytes'],
  ['its own transaction ids have 2 bytes at least and differ'],
  ['a message of an unknown kind is ignored'],
  ['every reply says which program it is from (v)'],
  ['a query without an id of 20 bytes gets error 203'],
  ['a field of a wrong type gets error 203'],
  ['a missing or short target or info-hash gets error 203'],
  ['an unknown method gets error 204'],
  ['an unknown method with a target is answered like find_node'],
  ['an error is a list of number and text'],
  ['a malformed error does no harm'],
  ['no reply without a value is above 1024 bytes; queries of 1500 bytes are read'],
  ['compact lists have whole entries'],
  ['no node with port 0 is handed out'],
  ['ping is answered with an id of 20 bytes'],
  ['find_node gives the closest nodes, nearest first, the target too'],
  ['get_peers always gives a token'],
  ['get_peers gives nodes beside values'],
  ['values is a list of strings of 6 bytes, over IPv6 of 18'],
  ['many peers are a random sample that fits', MANY],
  ['a peer has one place per info-hash and IP', PUBLIC],
  ['peers expire', TIME],
  ['a full store withholds the token', MANY],
  ['a wrong token, or that of another IP, gets error 203'],
  ['a token holds 5 to 10 minutes', TIME],
  ['implied_port means the UDP port'],
  ['a port of 0 or above 65535 gets error 203, and stores nothing'],
  ['what is stored is the address of the packet'],
  ['noseed prefers who downloads', 'which peers are sampled is chance'],
  ['a lookup ends when the k closest have answered', ASKS],
  ['without want there are nodes of the family of the query, and no others'],
  ['want is honoured, and what it does not mean is ignored'],
  ['an announce over IPv6 stores an IPv6 address'],
  ['an answer leaves from the address that was asked', SEVERAL],
  ['only good nodes are handed out', TIME],
  ['a full bucket pings its quietest', TIME],
  ['one lost packet evicts nobody', TIME],
  ['idle buckets are refreshed', TIME],
  ['who asks is not handed out before it has answered'],
  ['an id that changed evicts', INSIDE],
  ['a link that is down evicts nobody', INSIDE],
  ["every reply tells the asker's address (ip)"],
  ['its id follows from its address', PUBLIC],
  ['ids that do not follow are served', PUBLIC],
  ['a read-only node is served, and never handed out'],
  ['one id per address', SEVERAL],
  ['get gives token and nodes, with a value too'],
  ['get with a seq that is no older gives no value'],
  ['an immutable item lies under the hash of its value, a mutable one under that of key and salt'],
  ['a value of 1000 bytes is stored, 1001 get 205, a salt of 65 gets 207'],
  ['a wrong signature gets 206'],
  ['a lower seq gets 302, a negative one 203; the same again renews'],
  ['a cas that is not the seq gets 301'],
  ['put without a right token gets 203'],
  ['items live for 2 hours', TIME],
  ['readers verify and keep the newest', ASKS],
  ['mutable torrents', ASKS],
  ['scrape gives two filters of 256 bytes'],
  ['sample_infohashes gives interval, num and samples'],
  ['topics keep to themselves', TOPICS],
  ['a node of both families asks for both at first', ASKS],
  ['want does not change the family of values'],
  ['find_node that wants the other family gets only that'],
  ['an IPv6 socket is bound to one address', IPV6],
  ['two families, two ids', IPV6],
  ['a peer that is also a seed counts once', 'needs filters of one address alone'],
  ['keys of return values are sorted'],
  ['filters of all answers are joined', ASKS],
  ['above 6000 peers the token is withheld', MANY],
  ['scrapes are patient and few', ASKS],
  ['an estimate of an empty or full filter is none', ASKS],
  ["errors tell the asker's address too"],
  ['21 bits of an id are compared', PUBLIC],
  ['of IPv6 the high 64 bits count', IPV6],
  ['an address has its limit besides', PUBLIC],
  ['one packet moves no id', PUBLIC],
  ['ro in a reply means nothing', ASKS],
  ['a node that turns read-only is silent', 'a node turns read-only by itself'],
  ['without k an item is immutable; a key of another length gets 203'],
  ['an immutable item has no seq'],
  ['size is looked at before the token, the token before the signature'],
  ['an empty salt is none'],
  ['the same seq with another value gets 302'],
  ['a get with our seq is told seq, token and nodes'],
  ['anyone may publish an item again'],
  ['what is read is hashed, verified, compared', ASKS],
  ['keys of small order do no harm', INSIDE],
  ['a seq of 2^63 - 1 comes back exactly'],
  ['ids of one node lie far apart', SEVERAL],
  ['tokens are used where they were got', SEVERAL],
  ['reachability is known per socket', SEVERAL],
  ['a mutable torrent is a dictionary with ih', ASKS],
  ['version 2 torrents are 20 bytes of the hash', ASKS],
  ['a topic has a table of its own', TOPICS],
  ['topics refuse peers', TOPICS],
  ['topics are joined by an announce', TOPICS],
  ['no samples are not empty samples', ASKS],
  ['a sample does not depend on the target; its interval is 0 to 21600'],
  ['magnet links of both versions', ASKS],
  ['nodes of a torrent file are hints', ASKS],
  ['keys of a message are sorted'],
];

export const RULES: readonly Rule[] = ROWS.map(([title, untested = null], i) => ({
  number: i + 1,
  title,
  untested,
}));
