/**
 * `ringlight/codec`: bencode (BEP 3) as Mainline nodes speak it, and nothing else: it runs anywhere.
 *
 *     import { decode, encode } from 'ringlight/codec';
 *     decode(encode({ announce: 'a', info: { length: 1 } }));
 *
 * It is also what bundlers for browsers are given for `ringlight/mainline`: there are no sockets there.
 */
export { type Bencoded, decode, type Encodable, encode } from './mainline/krpc/bencode.ts';
