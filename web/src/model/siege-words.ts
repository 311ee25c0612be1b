/** Two worlds under the same attack, told from each other by what their honest nodes do about it. */
import type { SceneConfig } from 'ringlight/scene';

type Siege = NonNullable<SceneConfig['siege']>;
type Defence = NonNullable<Siege['node']>;

/** What each choice is called where it is made, and where it is left as it is. */
const WORDS: Readonly<Record<keyof Defence, readonly [made: string, left: string]>> = {
  secureIds: ['ids are looked at', 'any id will do'],
  onePerNetwork: ['one node of a network', 'any number of a network'],
  onePerIp: ['one node of an address', 'any number of an address'],
  expectedDistance: ['asks all who are close', 'asks the eight closest'],
  inbound: ['answers are bounded', 'answers all'],
  timeoutMs: ['waits long', 'waits shortly'],
  shortTimeoutMs: ['', ''],
  shortTimeoutMsMin: ['', ''],
  peers: ['shares of networks', 'no shares of networks'],
  items: ['bounded items', 'items as ever'],
  contacts: ['knows whoever asks', 'knows whoever answers'],
};

export function siegeText(siege: Siege | undefined, other: Siege | undefined): string {
  if (siege === undefined) return 'nobody attacks';
  const [own, theirs] = [siege.node ?? {}, other?.node ?? {}];
  const fields = Object.keys(WORDS) as (keyof Defence)[];
  const words = fields
    .filter((field) => JSON.stringify(own[field]) !== JSON.stringify(theirs[field]))
    .map((field) => {
      // Both have shares: the one with the smaller ones has them.
      if (field === 'peers' && own.peers && theirs.peers) {
        const has = (own.peers.perNetwork ?? 0) < (theirs.peers.perNetwork ?? 0);
        return WORDS.peers[has ? 0 : 1];
      }
      return WORDS[field][own[field] === undefined ? 1 : 0];
    })
    .filter((text) => text !== '');
  return words.length > 0 ? words.join(', ') : mannerText(siege, other);
}

const MANNERS: Readonly<Record<string, (value: unknown) => string>> = {
  every: (value) => `another id every ${value}`,
  spoofed: (value) => (value === true ? 'under other addresses' : 'from its own address'),
};

/** The attackers themselves are what differs. */
function mannerText({ adversaries }: Siege, other: Siege | undefined): string {
  const fields = new Set<string>();
  for (const [i, one] of adversaries.entries()) {
    const beside: Record<string, unknown> = { ...other?.adversaries[i] };
    for (const [field, value] of Object.entries(one)) {
      if (JSON.stringify(value) === JSON.stringify(beside[field])) continue;
      fields.add(MANNERS[field]?.(value) ?? `${field}: ${value}`);
    }
  }
  return fields.size === 0 ? 'under attack' : [...fields].join(', ');
}
