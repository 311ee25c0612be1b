/**
 * `ringlight/compat/bittorrent-dht`: the class of npm's bittorrent-dht 11, over our nodes.
 *
 *     import DHT from 'ringlight/compat/bittorrent-dht';      // or { Client }, as WebTorrent has it
 *     const dht = new DHT();
 *     dht.listen(6881);
 *     dht.on('peer', (peer) => console.log(peer.host, peer.port));
 *     dht.lookup('0123456789abcdef0123456789abcdef01234567');
 */
export type { Callback } from './api/compat/calls.ts';
export { Client, Client as default, type GetOptions } from './api/compat/client.ts';
export type { Bytes, ClientNode, Nodes } from './api/compat/nodes.ts';
export type { ClientOptions, VerifySignature } from './api/compat/options.ts';
export type { PutOptions, Value } from './api/compat/values.ts';
