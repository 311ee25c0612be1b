/** What a member tells those who look on, as plain fields: addresses are text. */
import { type Address, formatAddress } from '../../core/address.ts';
import type { RingEvent } from '../../ring/outcome.ts';

/** What a node tells as it happens. Addresses are `IP:port`; one that is left out is nobody's. */
export interface RingNotice {
  kind: RingEvent['kind'];
  /** Which of our identities it is about. */
  identity?: string;
  successor?: string;
  predecessor?: string;
  peer?: string;
  /** Of an arc: 40 hexadecimal digits. */
  end?: string;
  records?: number;
  bytes?: number;
  /** Of a clock that is off: how far it is before those of the others. */
  aheadMs?: number;
  reason?: string;
  message?: string;
}

const ADDRESSES = ['identity', 'successor', 'predecessor', 'peer'];

const NOBODY: Address = 0;

export function noticeOf(event: RingEvent): RingNotice {
  const fields: [string, unknown][] = [];
  for (const [name, value] of Object.entries(event)) {
    if (!ADDRESSES.includes(name)) fields.push([name, value]);
    else if (value !== NOBODY) fields.push([name, formatAddress(value as Address)]);
  }
  return Object.fromEntries(fields) as unknown as RingNotice;
}
