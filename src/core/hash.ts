/**
 * Hashes and signatures as machines take them: handed in, since they are not for us to write. A socket's
 * node has OpenSSL's (io/), the lab those of plain JavaScript, so that it runs in a browser.
 */

/** SHA-1 of the bytes, 20 bytes. */
export type Sha1 = (bytes: Uint8Array) => Uint8Array;

/** Is this the Ed25519 signature (64 bytes) of the message under the key (32 bytes)? Never throws. */
export type Verify = (signature: Uint8Array, message: Uint8Array, key: Uint8Array) => boolean;
