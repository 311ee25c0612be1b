/**
 * The ring of `ringlight up`: it inserts and gets through different members, crashes one, and shows
 * that everything is still there.
 */
import type { Ring } from '../../ring.ts';
import { createRingTestnet, type RingTestnet } from '../../testnet.ts';
import { AskedAgain } from '../asked-again.ts';
import { bold, type Console, counted, milliseconds } from '../console.ts';

/** Backups of each record. */
const K = 2;
/** The keys of the demonstration. */
export const DEMO_KEYS: readonly string[] = Array.from({ length: 100 }, (_, i) => `key ${i}`);

export async function openDemoRing(
  nodes: number,
  host: string,
  console: Console,
): Promise<RingTestnet> {
  console.progress(`opening a ring of ${counted(nodes, 'node')} …`);
  const startedAtMs = performance.now();
  const ring = await createRingTestnet({ nodes, k: K, host });
  const elapsedMs = performance.now() - startedAtMs;
  const entry = entryOf(ring.nodes[0]!);
  console.emit('ring-ready', { nodes, k: K, entry, elapsedMs });
  console.say(
    `${bold(`A ring of ${counted(nodes, 'node')}`)}, K = ${K}, in ${milliseconds(elapsedMs)}.`,
  );
  return ring;
}

/** Inserts through one member, gets through another, crashes the owner of a key, gets again. */
export async function demonstrateRing(ring: RingTestnet, console: Console): Promise<void> {
  const through = (i: number): Ring => ring.nodes[i % ring.nodes.length]!;
  const keys = DEMO_KEYS;
  const asked = new AskedAgain();
  const insert = (key: string, i: number) =>
    asked.call(() => through(i).insert(key, `value of ${key}`, { level: 'all' }));
  await Promise.all(keys.map(insert));
  const before = await countRight(keys, (i) => through(i + 5), asked);
  console.emit('ring-inserted', { records: keys.length, found: before });
  console.say(
    `  Inserted ${counted(keys.length, 'record')} through all of them, got ${before} through others.`,
  );
  const { key, owner } = await victimOf(through(0), keys, asked);
  await ring.crash(ring.nodes.findIndex((node) => node.addresses.includes(owner)));
  const after = await countRight(keys, (i) => through(i), asked);
  console.emit('ring-crashed', { address: owner, found: after, of: keys.length });
  console.say(
    `  Crashed ${owner}, which owned "${key}": ${bold(`${after} of ${keys.length}`)} are still there.`,
  );
  asked.tell(console);
}

/** The owner of a key, but never the first member: it was told to be the way in. */
async function victimOf(
  entry: Ring,
  keys: readonly string[],
  asked: AskedAgain,
): Promise<{ key: string; owner: string }> {
  for (const key of keys) {
    const { owner } = await asked.call(() => entry.owns(key));
    if (!entry.addresses.includes(owner)) return { key, owner };
  }
  // Its arc is nearly all of the circle: that of the next member has a key at its very beginning.
  const [next] = entry.info().identities[0]!.successors;
  return { key: next!.hash, owner: next!.address };
}

export function tellEntry(ring: RingTestnet, console: Console): void {
  const entry = entryOf(ring.nodes[0]!);
  console.say();
  console.say(`  From another terminal:  npx ringlight ring get "key 1" --at ${entry}`);
  console.say(`                          npx ringlight ring doctor --at ${entry}`);
  console.say(
    `  Join it:                npx ringlight ring serve --port 0 --k ${K} --join ${entry}`,
  );
  console.say();
}

async function countRight(
  keys: readonly string[],
  through: (i: number) => Ring,
  asked: AskedAgain,
): Promise<number> {
  const get = (key: string, i: number) => asked.call(() => through(i).get(key));
  const values = await Promise.all(keys.map(get));
  return values.filter(
    (value, i) => value !== null && Buffer.from(value).toString() === `value of ${keys[i]}`,
  ).length;
}

function entryOf(node: Ring): string {
  return node.addresses[0]!;
}
