/**
 * SHA-1 in plain JavaScript, so that the lab needs no Node.js: the same worlds run in a browser. Targets of
 * items and filters of scrapes use it.
 */
export { sha1 } from '@noble/hashes/legacy.js';
