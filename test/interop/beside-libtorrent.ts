/**
 * What tests of our nodes beside libtorrent begin with: whether it is there, what is closed behind each
 * test, and how one waits for what the other announced.
 */
import { afterEach, expect, vi } from 'vitest';
import { type Mainline, openMainline } from '../../src/mainline.ts';
import { hasLibtorrent, type LibtorrentPeer } from './libtorrent-peer.ts';

export const isMissing = !hasLibtorrent();
/** Where CI says that it has installed libtorrent, its absence is a failure, not a skip. */
export const isRequired = process.env['RINGLIGHT_REQUIRE_LIBTORRENT'] !== undefined;
if (isMissing) {
  console.log(
    'libtorrent is not installed (Debian: python3-libtorrent); its interop tests are skipped',
  );
}

const opened: { close(): Promise<void> }[] = [];

/** Of the file that calls it: what was kept is closed after each test. */
export function closeBehindEachTest(): void {
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
}

export function keep<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one);
  return one;
}

export async function openNode(bootstrap: string[] | false, host: string): Promise<Mainline> {
  return keep(await openMainline({ host, bootstrap }));
}

/** An announce is over when somebody has it; asking again is how everybody waits for that. */
export async function findWithOurs(
  node: Mainline,
  infoHash: string,
  endpoint: { host: string; port: number },
): Promise<void> {
  await vi.waitFor(
    async () => expect((await node.getPeers(infoHash)).peers).toContainEqual(endpoint),
    { timeout: 8000, interval: 50 },
  );
}

export async function findWithTheirs(
  peer: LibtorrentPeer,
  infoHash: string,
  endpoint: { host: string; port: number },
): Promise<void> {
  await vi.waitFor(
    async () => {
      await peer.getPeers(infoHash);
      await vi.waitFor(() => expect(peer.found.has(infoHash)).toBe(true), 1000);
      expect(peer.found.get(infoHash)).toContainEqual(endpoint);
    },
    { timeout: 8000, interval: 50 },
  );
}
