/**
 * Doors to the public network: the nodes that clients have built in. Each is a name with an address
 * at which it was known to answer, so that one joins also where names cannot be resolved or are
 * forged; both are tried. Their owners run them for everybody: they are asked once, when the table
 * is empty.
 */
export const PUBLIC_ROUTERS: readonly string[] = [
  '185.157.221.247@dht.libtorrent.org:25401',
  '87.98.162.88@dht.transmissionbt.com:6881',
  '212.129.33.59@dht.transmissionbt.com:6881',
  '67.215.246.10@router.bittorrent.com:6881',
  '82.221.103.244@router.utorrent.com:6881',
  'relay.pkarr.org:6881',
  'router.bt.ouinet.work:6881',
];
