/**
 * What all messages are made of besides their contents: keys and words of KRPC, made once, in the form in
 * which they are written fastest. A few of them stand for more than one key, where those always follow
 * each other:
 *
 *     d1:ad2:id20:  │ our id │  6:target20:  │ what is looked for │  e1:q9:find_node  │ …
 */
import { ascii } from './bencode.ts';
import { VERSION_TEXT } from './fields.ts';

/** Text that never changes, as big-endian words; the last one is filled up with zeros. */
export interface Piece {
  readonly length: number;
  readonly words: Uint32Array;
}

function pieceOf(text: string): Piece {
  const bytes = new Uint8Array(Math.ceil(text.length / 4) * 4);
  bytes.set(ascii(text));
  const view = new DataView(bytes.buffer);
  const words = Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4));
  return { length: text.length, words };
}

export const piece = {
  query: pieceOf('d1:ad2:id20:'),
  reply: pieceOf('1:rd2:id20:'),
  ip: pieceOf('d2:ip6:'),
  ip6: pieceOf('d2:ip18:'),
  error: pieceOf('d1:eli'),
  ipOfError: pieceOf('e2:ip6:'),
  ip6OfError: pieceOf('e2:ip18:'),
  ping: pieceOf('e1:q4:ping'),
  target: pieceOf('6:target20:'),
  findNode: pieceOf('e1:q9:find_node'),
  infoHash: pieceOf('9:info_hash20:'),
  sampleInfohashes: pieceOf('e1:q17:sample_infohashes'),
  getPeers: pieceOf('e1:q9:get_peers'),
  noSeed: pieceOf('6:noseedi1e'),
  scrape: pieceOf('6:scrapei1e'),
  want: pieceOf('4:wantl2:n42:n6e'),
  returned: pieceOf('1:rd'),
  peersFilter: pieceOf('4:BFpe256:'),
  seedsFilter: pieceOf('4:BFsd256:'),
  impliedPort: pieceOf('12:implied_porti1e'),
  port: pieceOf('4:porti'),
  seed: pieceOf('4:seedi1e'),
  token: pieceOf('5:token'),
  announcePeer: pieceOf('e1:q13:announce_peer'),
  arguments: pieceOf('d1:ad'),
  cas: pieceOf('3:casi'),
  id: pieceOf('2:id20:'),
  key: pieceOf('1:k32:'),
  salt: pieceOf('4:salt'),
  seq: pieceOf('3:seqi'),
  signature: pieceOf('3:sig64:'),
  value: pieceOf('1:v'),
  get: pieceOf('e1:q3:get'),
  put: pieceOf('e1:q3:put'),
  readOnly: pieceOf('2:roi1e'),
  transaction: pieceOf('1:t'),
  version: pieceOf('1:v4:'),
  ourVersion: pieceOf(VERSION_TEXT),
  isQuery: pieceOf('1:y1:qe'),
  isReply: pieceOf('1:y1:re'),
  isError: pieceOf('1:y1:ee'),
  nodes: pieceOf('5:nodes'),
  nodes6: pieceOf('6:nodes6'),
  values: pieceOf('6:valuesl'),
  peer: pieceOf('6:'),
  peer6: pieceOf('18:'),
  interval: pieceOf('8:intervali'),
  num: pieceOf('3:numi'),
  samples: pieceOf('7:samples'),
  time: pieceOf('1:ti'),
  signedPeers: pieceOf('5:peersl'),
  signedPeer: pieceOf('104:'),
  getSignedPeers: pieceOf('e1:q16:get_signed_peers'),
  announceSignedPeer: pieceOf('e1:q20:announce_signed_peer'),
} as const;
