/**
 * Whole messages of the later BEPs, made from their texts by an encoder that is not ours: 32 (want), 33 (scrape,
 * seed), 42 (ip), 43 (ro), 51 (samples). Those of BEP 44 are in bep44.ts.
 */
export const BEPS = {
  want: 'd1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz1234564:wantl2:n42:n6ee1:q9:find_node1:t2:aa1:y1:qe',
  scrape:
    'd1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234566:noseedi1e6:scrapei1ee1:q9:get_peers1:t2:aa1:y1:qe',
  seed: 'd1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e4:seedi1e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe',
  /** To 203.0.113.7:6881. */
  reply: 'd2:ip6:\xcb\x00q\x07\x1a\xe11:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:v4:RL011:y1:re',
  error: 'd1:eli203e15:invalid node ide2:ip6:\xcb\x00q\x07\x1a\xe11:t2:aa1:y1:ee',
  readOnly: 'd1:ad2:id20:abcdefghij0123456789e1:q4:ping2:roi1e1:t2:aa1:y1:qe',
  samples:
    'd1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q17:sample_infohashes1:t2:aa1:y1:qe',
  noSamples:
    'd1:rd2:id20:mnopqrstuvwxyz1234568:intervali21600e5:nodes0:3:numi0e7:samples0:e1:t2:aa1:y1:re',
} as const;
