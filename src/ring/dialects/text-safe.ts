/**
 * Values for rings whose programs read them as text (research §4, 11 and 12): one refuses what is not
 * UTF-8, one counts characters for bytes. ASCII passes through all of them unharmed.
 *
 *     "hello"     ─▶ hello
 *     ff 00 80    ─▶ base64:/wCA
 *     "base64:x"  ─▶ base64:YmFzZTY0Ong=
 *
 * It is done where a value enters or leaves by our own hands, never on a node: what a class program
 * inserted is stored, and read, as it is. Encoding is RFC 4648 §4, with padding.
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const MARK = 'base64:';
const PADDING = 0x3d; // =

/** `value` as ASCII: itself where it is that already. */
export function toTextSafe(value: Uint8Array): Uint8Array {
  return isAscii(value) && !isMarked(value) ? value : encoded(value);
}

/** What `toTextSafe` was given; anything that it cannot have made comes back as it is. */
export function fromTextSafe(text: Uint8Array): Uint8Array {
  return isMarked(text) ? (decoded(text) ?? text) : text;
}

function isAscii(value: Uint8Array): boolean {
  for (const byte of value) if (byte > 0x7f) return false;
  return true;
}

function isMarked(value: Uint8Array): boolean {
  for (let i = 0; i < MARK.length; i++) if (value[i] !== MARK.charCodeAt(i)) return false;
  return true;
}

function encoded(value: Uint8Array): Uint8Array {
  const text = new Uint8Array(MARK.length + Math.ceil(value.length / 3) * 4).fill(PADDING);
  for (let i = 0; i < MARK.length; i++) text[i] = MARK.charCodeAt(i);
  let out = MARK.length;
  for (let at = 0; at < value.length; at += 3) {
    const bits = (value[at] << 16) | ((value[at + 1] ?? 0) << 8) | (value[at + 2] ?? 0);
    const digits = Math.min(3, value.length - at) + 1;
    for (let i = 0; i < digits; i++) {
      text[out + i] = ALPHABET.charCodeAt((bits >>> (18 - i * 6)) & 63);
    }
    out += 4;
  }
  return text;
}

/** Null when it is no base64 as `encoded` writes it. */
function decoded(text: Uint8Array): Uint8Array | null {
  const length = text.length - MARK.length;
  if (length % 4 !== 0) return null;
  let padding = 0;
  while (padding < 2 && padding < length && text[text.length - 1 - padding] === PADDING) padding++;
  const value = new Uint8Array((length / 4) * 3 - padding);
  let out = 0;
  for (let at = MARK.length; at < text.length; at += 4) {
    let bits = 0;
    for (let i = 0; i < 4; i++) {
      const isPadding = at + i >= text.length - padding;
      const digit = isPadding ? 0 : (DIGIT_OF[text[at + i]] ?? -1);
      if (digit < 0) return null;
      bits = (bits << 6) | digit;
    }
    for (let shift = 16; shift >= 0 && out < value.length; shift -= 8) {
      value[out++] = (bits >>> shift) & 255;
    }
    if (out === value.length && hasStrayBits(bits, padding)) return null;
  }
  return value;
}

/** Bits behind the last byte must be zero, or two texts would stand for one value. */
function hasStrayBits(bits: number, padding: number): boolean {
  return (bits & ((1 << (padding * 8)) - 1)) !== 0;
}

const DIGIT_OF: Int8Array = new Int8Array(256).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) DIGIT_OF[ALPHABET.charCodeAt(i)] = i;
