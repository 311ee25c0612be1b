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
    .map((field) => WORDS[field][isMade(field, own, theirs) ? 0 : 1])
    .filter((text) => text !== '');
  return words.length > 0 ? words.join(', ') : mannerText(siege, other);
}

/** Is it made there, or left? Where both have bounds or times, whoever has the stricter or the longer one made it. */
function isMade(field: keyof Defence, own: Defence, other: Defence): boolean {
  switch (field) {
    case 'contacts':
      return own.contacts === 'whoever-asks';
    case 'timeoutMs':
      return (own.timeoutMs ?? 0) > (other.timeoutMs ?? 0);
    case 'peers':
    case 'items':
      if (own[field] === undefined || other[field] === undefined) return own[field] !== undefined;
      return (own[field].perNetwork ?? 0) < (other[field].perNetwork ?? 0);
    default:
      return own[field] === true;
  }
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
