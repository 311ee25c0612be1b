/**
 * Keys and values as a program may give them, and what is made of them: 20 bytes, and bytes of our
 * own. What they cannot be is told by name.
 */
import { shown } from '../../core/argument.ts';
import { parseId } from '../../core/id.ts';
import { sha1 } from '../../io/entropy.ts';
import { LEVELS, type Level } from '../../ring/settings.ts';

/** A name, which is hashed (SHA-1 of its UTF-8), or a hash itself: 20 bytes, or 40 hexadecimal digits. */
export type RingKey = string | Uint8Array | { hash: string };

/** Bytes, or text that becomes UTF-8. */
export type RingValue = Uint8Array | string;

export function hashOf(key: RingKey): Uint8Array {
  if (typeof key === 'string') return sha1(new TextEncoder().encode(key));
  if (key instanceof Uint8Array) return parseId(key, 'key');
  if (typeof key === 'object' && key !== null && typeof key.hash === 'string') {
    return parseId(key.hash, 'key.hash');
  }
  throw new TypeError(`"key" expected a name, 20 bytes or { hash }, got ${shown(key)}`);
}

/** A copy: the caller's bytes are his own again at once. */
export function bytesOf(value: RingValue): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw new TypeError(`"value" expected bytes or a text, got ${shown(value)}`);
}

export function levelOf({ level = 'quorum' }: { level?: Level }): Level {
  if (LEVELS.includes(level)) return level;
  throw new TypeError(`"level" expected ${LEVELS.join(' | ')}, got ${shown(level)}`);
}
