/**
 * The example packets of BEP 5 ("KRPC Protocol" and "DHT Queries"), as they stand there. Two of them
 * are placeholders: `def456...` is no compact node info, and `axje.u` is a peer only by its length.
 */
export const BEP5 = {
  error: 'd1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee',
  pingQuery: 'd1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe',
  pingReply: 'd1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re',
  findNodeQuery:
    'd1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe',
  findNodeReply: 'd1:rd2:id20:0123456789abcdefghij5:nodes9:def456...e1:t2:aa1:y1:re',
  getPeersQuery:
    'd1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe',
  getPeersReplyValues:
    'd1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re',
  getPeersReplyNodes:
    'd1:rd2:id20:abcdefghij01234567895:nodes9:def456...5:token8:aoeusnthe1:t2:aa1:y1:re',
  announcePeerQuery:
    'd1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe',
  announcePeerReply: 'd1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re',
} as const;
