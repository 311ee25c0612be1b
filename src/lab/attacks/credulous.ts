/** A node that makes a contact of whoever asks it: what ours is held against. */
import { answerQuery } from '../../mainline/answering/answers.ts';
import type { MainlineState, QueryHandler } from '../../mainline/state.ts';

/** What npm's bittorrent-dht, anacrolix/dht and others do: whoever asks is a contact. */
export const credulous: QueryHandler = {
  answer(node: MainlineState, now, from, query, out) {
    if (query.idStart > 0) node.table.answered(now, query.bytes, query.idStart, from);
    return answerQuery.answer(node, now, from, query, out);
  },
};
