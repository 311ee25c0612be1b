/**
 * A walk around a ring: every member is asked for its own view of it.
 *
 *     ask the entry ─▶ whom it names ─▶ ask those … until nobody new is named
 *     a class program names nobody: whoever owns hash-1 is the one before it
 */
import {
  connectRing,
  DhtError,
  type EntryInfo,
  type IdentityInfo,
  type RingConnection,
  type RingInfo,
  type TlsOptions,
  type Wire,
} from '../../ring.ts';

/** Members asked at a time. */
const ASKED_AT_ONCE = 16;
/** Addresses that a walk follows at most; a ring that names more is not walked to its end. */
const WALK_LIMIT = 20_000;

export interface SurveyOptions {
  wire?: Wire;
  secret?: string;
  tls?: TlsOptions;
  timeoutMs: number;
}

/** One address that somebody named, and what it said of itself. */
export interface Surveyed {
  address: string;
  hash: string;
  /** Its own view; null of a class program, and of one that is not there. */
  view: IdentityInfo | null;
  info: RingInfo | null;
  isAlive: boolean;
  isPlain: boolean;
  /** Who owns hash-1, as the ring tells: found for class programs only. */
  before: string | null;
}

/** Asks around, beginning at `entry`. @throws DhtError UNREACHABLE when the entry is not there. */
export async function walkRing(
  entry: string,
  options: SurveyOptions,
  progress: (asked: number, known: number) => void,
): Promise<Map<string, Surveyed>> {
  const found = new Map<string, Surveyed>();
  const named = new Set<string>([entry]);
  const waiting = [entry];
  const name = (address: string): void => {
    if (named.has(address) || named.size >= WALK_LIMIT) return;
    named.add(address);
    waiting.push(address);
  };
  const first = await connectRing(entry, settingsFor(options));
  try {
    await first.info({ timeoutMs: options.timeoutMs });
    while (waiting.length > 0) {
      const asked = waiting.splice(0, ASKED_AT_ONCE);
      await Promise.all(
        asked.map(async (address) => {
          const one = await askOne(address, first, options);
          found.set(address, one);
          for (const other of namedBy(one)) name(other);
        }),
      );
      progress(found.size, named.size);
    }
  } finally {
    await first.close();
  }
  return found;
}

function settingsFor({ wire, secret, tls, timeoutMs }: SurveyOptions): object {
  return {
    ...(wire && { wire }),
    ...(secret !== undefined && { secret }),
    ...(tls !== undefined && { tls }),
    callTimeoutMs: timeoutMs,
  };
}

async function askOne(
  address: string,
  ring: RingConnection,
  options: SurveyOptions,
): Promise<Surveyed> {
  const client = await connectRing(address, settingsFor(options));
  try {
    const answer = await client.info({ timeoutMs: options.timeoutMs });
    return await surveyedOf(address, answer, ring, options);
  } catch (error) {
    if (!(error instanceof DhtError)) throw error;
    const hash = await hashOf(address);
    return { ...NOBODY, address, hash };
  } finally {
    await client.close();
  }
}

const NOBODY = { view: null, info: null, isAlive: false, isPlain: false, before: null };

async function surveyedOf(
  address: string,
  answer: EntryInfo,
  ring: RingConnection,
  { timeoutMs }: SurveyOptions,
): Promise<Surveyed> {
  const hash = await hashOf(address);
  const base = { ...NOBODY, address, hash, isAlive: true };
  if (!answer.isPlain) {
    const { info } = answer;
    return { ...base, info, view: info.identities.find((one) => one.address === address) ?? null };
  }
  const { owner } = await ring.owns({ hash: before(hash) }, { timeoutMs });
  return { ...base, isPlain: true, before: owner };
}

/** SHA-1 of "IP:port": where an address stands on the circle. */
async function hashOf(address: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(address));
  return Buffer.from(digest).toString('hex');
}

/** hash - 1, around the circle. */
export function before(hash: string): string {
  const size = 1n << 160n;
  return ((BigInt(`0x${hash}`) + size - 1n) % size).toString(16).padStart(40, '0');
}

function namedBy({ info, before: previous }: Surveyed): string[] {
  if (previous !== null) return [previous];
  return (info?.identities ?? []).flatMap(({ address, successors, predecessors }) => [
    address,
    ...successors.map((one) => one.address),
    ...predecessors.map((one) => one.address),
  ]);
}
