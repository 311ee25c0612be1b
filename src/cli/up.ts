/**
 * `ringlight up`: two whole DHTs on this machine, and a page that shows them. It opens real Mainline
 * nodes, each joined through the first, and shows one announce and one lookup among them; then a ring,
 * which it shows to survive a crash; and stays, so that any BitTorrent client or ring program can be
 * given what it prints.
 */
import { randomBytes } from 'node:crypto';
import type { Mainline } from '../mainline.ts';
import type { LiveScene, Studio } from '../studio.ts';
import { createTestnet, type RingTestnet, type Testnet } from '../testnet.ts';
import { AskedAgain } from './asked-again.ts';
import { bold, type Console, counted, dim, milliseconds } from './console.ts';
import { lookupSummary, tellLookup } from './mainline/lookup-text.ts';
import { DEMO_KEYS, demonstrateRing, openDemoRing, tellEntry } from './ring/up-ring.ts';
import { every, untilStopped } from './stopping.ts';
import { openStudioUnasked, type StudioChoice } from './studio-options.ts';

/** Port that the demonstration announces: nobody listens there, it only has to be found again. */
const DEMO_PEER_PORT = 51413;
const STATUS_EVERY_MS = 1000;

export interface UpOptions extends StudioChoice {
  nodes: number;
  /** Nodes of the ring; 0 for none. */
  ring: number;
  host: string;
  port: number;
  for?: number;
}

/** What there is so far; the studio shows it from the first moment on. */
interface Running {
  testnet: Testnet | null;
  ring: RingTestnet | null;
}

export async function up(options: UpOptions, console: Console): Promise<void> {
  const stopped = untilStopped(options.for);
  const running: Running = { testnet: null, ring: null };
  const studio = await openStudio(running, options, console);
  const { nodes: count, host, port } = options;
  try {
    console.progress(`opening ${counted(options.nodes, 'node')} …`);
    const startedAtMs = performance.now();
    const testnet = await createTestnet({ nodes: count, host, port });
    running.testnet = testnet;
    introduce(testnet, performance.now() - startedAtMs, console);
    if (count > 1) await demonstrate(testnet, console);
    const ring = options.ring === 0 ? null : await openDemoRing(options.ring, host, console);
    running.ring = ring;
    if (ring !== null && ring.nodes.length > 1) await demonstrateRing(ring, console);
    if (ring !== null) tellEntry(ring, console);
    await stay(testnet, stopped, console);
  } finally {
    await Promise.all([studio?.close(), running.testnet?.close(), running.ring?.close()]);
  }
  console.say(`${counted(count + options.ring, 'node')} closed.`);
  console.emit('stopped', { nodes: count, ring: options.ring });
}

/** A scene for each of the two, which may be acted on by who has the token. */
async function openStudio(
  running: Running,
  options: UpOptions,
  console: Console,
): Promise<Studio | null> {
  if (options.studio === false) return null;
  const { LiveMainline, LiveRing } = await import('../studio.ts');
  const scenes: LiveScene[] = [];
  if (options.ring > 0) {
    const index = (node: RingTestnet['nodes'][number]): number => running.ring!.nodes.indexOf(node);
    const ring = new LiveRing({
      name: 'ring',
      title: `A ring of ${counted(options.ring, 'node')}`,
      members: () => running.ring?.nodes ?? [],
      shown: DEMO_KEYS[0]!,
      hands: {
        add: (one) => running.ring!.add(one),
        crash: (node) => running.ring!.crash(index(node)),
        leave: (node) => running.ring!.leave(index(node)),
      },
    });
    ring.learn(DEMO_KEYS);
    scenes.push(ring);
  }
  const mainline = new LiveMainline({
    name: 'mainline',
    title: counted(options.nodes, 'Mainline node'),
    nodes: () => running.testnet?.nodes ?? [],
    hands: {
      add: (one) => running.testnet!.add(one),
      crash: (node) => running.testnet!.crash(running.testnet!.nodes.indexOf(node)),
    },
  });
  scenes.push(mainline);
  return openStudioUnasked({ scenes, opens: `live=${scenes[0]!.name}` }, options, console);
}

function introduce(testnet: Testnet, elapsedMs: number, console: Console): void {
  const [bootstrap] = testnet.bootstrap;
  const count = testnet.nodes.length;
  console.emit('ready', { nodes: count, bootstrap, elapsedMs });
  console.say(`${bold(counted(count, 'Mainline node'))}, joined in ${milliseconds(elapsedMs)}.`);
  console.say();
  console.say(`  Bootstrap address for any BitTorrent client:  ${bold(bootstrap!)}`);
  console.say(`  From another terminal:  npx ringlight mainline ping ${bootstrap}`);
  console.say();
}

async function demonstrate(testnet: Testnet, console: Console): Promise<void> {
  const { nodes } = testnet;
  const announcer = nodes[Math.floor(nodes.length / 3)]!;
  const seeker = nodes[nodes.length - 1]!;
  const infoHash = randomBytes(20).toString('hex');
  const asked = new AskedAgain();
  const announced = await asked.call(() => announcer.announce(infoHash, { port: DEMO_PEER_PORT }));
  console.emit('announced', {
    infoHash,
    at: addressOf(announcer),
    peerPort: DEMO_PEER_PORT,
    stored: announced.stored,
  });
  console.say(`Announced ${infoHash}`);
  console.say(
    `  at ${addressOf(announcer)} for port ${DEMO_PEER_PORT}: stored by ${counted(announced.stored, 'node')}.`,
  );
  const { peers, lookup } = await asked.call(() => seeker.getPeers(infoHash));
  console.emit('found', { infoHash, from: addressOf(seeker), peers, lookup });
  const found = peers.map((peer) => `${peer.host}:${peer.port}`).join(', ') || 'nothing';
  console.say(`Looked it up from ${addressOf(seeker)}: found ${bold(found)}.`);
  console.say(dim(`  ${lookupSummary(lookup)}`));
  console.say();
  tellLookup(lookup, console);
  asked.tell(console);
  console.say();
}

async function stay(testnet: Testnet, stopped: Promise<string>, console: Console): Promise<void> {
  console.say(console.watched ? 'Ctrl-C ends it.' : 'Running; SIGINT or SIGTERM ends it.');
  let before = totalsOf(testnet);
  const end = every(STATUS_EVERY_MS, () => {
    const now = totalsOf(testnet);
    const status = statusOf(testnet, before, now);
    before = now;
    console.emit('status', status);
    console.progress(
      `${counted(status.nodes, 'node')}  tables ${status.tableMin}–${status.tableMax} (mean ` +
        `${status.tableMean.toFixed(1)})  ${counted(status.messagesPerSecond, 'message')}/s  ` +
        `${counted(status.messages, 'message')} in all`,
    );
  });
  await stopped;
  end();
  console.progress('');
}

interface Totals {
  atMs: number;
  messages: number;
}

function totalsOf(testnet: Testnet): Totals {
  let messages = 0;
  for (const node of testnet.nodes) messages += node.stats.out.datagrams;
  return { atMs: performance.now(), messages };
}

interface Status {
  nodes: number;
  tableMin: number;
  tableMean: number;
  tableMax: number;
  messages: number;
  messagesPerSecond: number;
}

function statusOf(testnet: Testnet, before: Totals, now: Totals): Status {
  const sizes = testnet.nodes.map((node) => node.table.size);
  const elapsedMs = Math.max(1, now.atMs - before.atMs);
  return {
    nodes: sizes.length,
    tableMin: Math.min(...sizes),
    tableMean: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
    tableMax: Math.max(...sizes),
    messages: now.messages,
    messagesPerSecond: Math.round(((now.messages - before.messages) * 1000) / elapsedMs),
  };
}

function addressOf(node: Mainline): string {
  return `${node.host}:${node.port}`;
}
