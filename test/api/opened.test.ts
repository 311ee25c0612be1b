/** A process may end although something is open, but not while somebody waits for an answer. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const DIST = new URL('../../dist/', import.meta.url).href;
/** Whoever does not end by himself is ended, and the test with him. */
const PATIENCE_MS = 50_000;

/** Runs a program that closes nothing; rejects when it does not end with status 0 by itself. */
async function run(program: string): Promise<string> {
  const text = `
    import { openMainline } from '${DIST}mainline.js';
    import { connectRing, openRing } from '${DIST}ring.js';
    import { createRingTestnet, createTestnet } from '${DIST}testnet.js';
    ${program}`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', text],
    { timeout: PATIENCE_MS },
  );
  return stdout;
}

test.each([
  [
    'a testnet',
    `const { nodes } = await createTestnet({ nodes: 5 });
     const hash = 'ab'.repeat(20);
     await nodes[1].announce(hash, { port: 1234 });
     const { peers } = await nodes[2].getPeers(hash);
     console.log(peers.length);`,
  ],
  [
    'a ring of a testnet, and a client',
    `const ring = await createRingTestnet({ nodes: 3 });
     const client = await connectRing(ring.nodes[0].addresses[0]);
     await client.insert('a', 'b');
     console.log((await ring.nodes[2].get('a')).length);`,
  ],
  [
    'a node and a member that were told so, which wait for nobody who answers',
    `const node = (await openMainline({ host: '127.0.0.1', bootstrap: false })).unref();
     (await openRing()).unref();
     const late = await node.ping('127.0.0.1:9', { timeoutMs: 300 }).catch(({ code }) => code);
     console.log(['TIMEOUT', 'NOT_SENT'].indexOf(late) + (late === 'TIMEOUT' ? 1 : 0));`,
  ],
])('%s does not keep a process from ending', async (_what, program) => {
  expect(await run(program)).toBe('1\n');
});

test('a node is there until it is closed, or told otherwise', async () => {
  const program = `
    const node = (await openMainline({ host: '127.0.0.1', bootstrap: false })).unref().ref();
    setTimeout(() => { console.log('still here'); node.close(); }, 100).unref();`;
  expect(await run(program)).toBe('still here\n');
});
