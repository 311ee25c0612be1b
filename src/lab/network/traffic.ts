/**
 * Traffic: what became of every datagram. Nothing is ever lost silently; at any time
 *
 *     sent + duplicated = delivered + undeliverable + lost + queueDropped + cut + clogged + natBlocked
 *                         + those under way
 */
export class Traffic {
  /** Datagrams that nodes gave to the network. */
  sent = 0;
  /** Copies that the network made. */
  duplicated = 0;
  delivered = 0;
  /** To an address of nobody, to or from a node that is not alive. */
  undeliverable = 0;
  /** Lost by chance. */
  lost = 0;
  /** Found the uplink's queue full. */
  queueDropped = 0;
  /** Met a partition. */
  cut = 0;
  /** Met a clog that drops. */
  clogged = 0;
  /** Turned away by the receiver's NAT or firewall. */
  natBlocked = 0;

  /** Those under way, by what is known of all the others. */
  get underWay(): number {
    const { sent, duplicated, delivered, undeliverable, lost } = this;
    const { queueDropped, cut, clogged, natBlocked } = this;
    const ended = delivered + undeliverable + lost + queueDropped + cut + clogged + natBlocked;
    return sent + duplicated - ended;
  }
}
