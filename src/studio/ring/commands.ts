/** Acts on the keys of a live ring, carried out by a member or a client, and what came of them in a line. */
import type { RingAccess } from '../../ring.ts';
import type { Act } from '../../scene.ts';

/** For a command of somebody at the page. */
const CALL_MS = 10_000;
/** Characters of a value that are shown. */
const SHOWN_VALUE = 60;

export type KeyAct = Extract<Act, { kind: 'put' | 'get' | 'remove' | 'lookup' }>;

/** Carries it out, and says in one line what came of it. @throws what the ring throws. */
export async function runCommand(access: RingAccess, act: KeyAct, key: string): Promise<string> {
  const limits = { timeoutMs: CALL_MS };
  const hash = { hash: key };
  if (act.kind === 'put') {
    const level = act.level === undefined ? {} : { level: act.level };
    const { owner, copies } = await access.insert(hash, act.value, { ...limits, ...level });
    return `kept by ${owner}, ${copies} copies`;
  }
  if (act.kind === 'get') {
    const value = await access.get(hash, limits);
    return value === null ? 'there is no such key' : shown(value);
  }
  if (act.kind === 'remove') {
    const { existed, owner } = await access.remove(hash, limits);
    return existed ? `removed at ${owner}` : 'there was no such key';
  }
  const { owner, hops } = await access.owns(hash, limits);
  return `owned by ${owner}, ${hops} hops`;
}

function shown(value: Uint8Array): string {
  const text = Buffer.from(value).toString();
  const isText = Buffer.from(text).equals(value);
  const whole = isText ? JSON.stringify(text) : `${value.length} bytes`;
  return whole.length <= SHOWN_VALUE
    ? whole
    : `${whole.slice(0, SHOWN_VALUE)}… (${value.length} bytes)`;
}
