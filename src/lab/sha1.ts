/**
 * SHA-1 in plain JavaScript, so that the lab needs no Node.js: the same worlds run in a browser. Only
 * write tokens use it here.
 */
export { sha1 } from '@noble/hashes/legacy.js';
