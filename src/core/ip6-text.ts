/**
 * IPv6 addresses as people write them: eight groups of hexadecimal digits, one run of zeros as `::`, the
 * last four bytes as a dotted quad if one likes (RFC 4291); written as RFC 5952 wants it.
 */

/** Writes the 16 bytes of an address into `out`; false when the text is none. No zones, no brackets. */
export function readIp6(text: string, out: Uint8Array): boolean {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return false;
  const head = groupsOf(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : [];
  if (!head || !tail) return false;
  const count = head.length + tail.length;
  if (halves.length === 2 ? count > 7 : count !== 8) return false;
  const groups = [...head, ...new Array<number>(8 - count).fill(0), ...tail];
  for (const [i, group] of groups.entries()) {
    out[2 * i] = group >>> 8;
    out[2 * i + 1] = group & 255;
  }
  return true;
}

/** @param isLast may it end with a dotted quad? */
function groupsOf(text: string, isLast: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(part);
    if (quad && isLast && i === parts.length - 1) {
      const [a, b, c, d] = quad.slice(1).map(Number) as [number, number, number, number];
      if (Math.max(a, b, c, d) > 255) return null;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return null;
    }
  }
  return groups;
}

export function writeIp6(bytes: Uint8Array, start: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => {
    return (bytes[start + 2 * i] << 8) | bytes[start + 2 * i + 1];
  });
  const [from, to] = longestZeros(groups);
  const hex = (some: number[]): string => some.map((group) => group.toString(16)).join(':');
  if (to - from < 2) return hex(groups);
  return `${hex(groups.slice(0, from))}::${hex(groups.slice(to))}`;
}

/** The longest run of zero groups, the first of equals. */
function longestZeros(groups: readonly number[]): [from: number, to: number] {
  let best: [number, number] = [0, 0];
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > best[1] - best[0]) best = [from, to];
  }
  return best;
}
