/** Every example is run as a reader would run it, and has to say what its text promises. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);
const folder = new URL('../examples/', import.meta.url);

const PROMISES: Record<string, RegExp[]> = {
  'first-steps.mjs': [
    /^stored by 8 nodes$/m,
    /^peer 127\.0\.0\.1:6881$/m,
    /told by table\): answered/,
  ],
  'see-every-query.mjs': [/^find_node answered \d+ bytes/m, /^announce_peer answered 140 bytes/m],
  'answer-differently.mjs': [
    /^ping: TIMEOUT$/m,
    /^announce: NOT_STORED$/m,
    /^peers: 127\.0\.0\.1:6881$/m,
  ],
  'identity-per-target.mjs': [
    /^11111111: answered by 11111111…10$/m,
    /^eeeeeeee: .* eeeeeeee…ef$/m,
  ],
  'choose-the-table.mjs': [
    /^kbuckets: \d+ contacts in \d+ parts$/m,
    /^flat: \d+ contacts in 1 parts$/m,
    /^prefix: \d+ contacts in 256 parts$/m,
    /the first is id,host,port,firstSeenMs,lastSeenMs,queries,answers,failures$/m,
  ],
  'lab.mjs': [
    /^stored by 8; found 1 peer in \d+ virtual ms$/m,
    /^a fifth crashed: found 1 in \d+ ms, [1-9]\d* did not answer$/m,
    /^the same seed, the same run$/m,
  ],
  'chat.mjs': [
    /^lobby\/1 Ann: hello\?$/m,
    /^lobby\/2 Bob: hello!$/m,
    /^lobby\/3 Ann: did you notice\?$/m,
  ],
  'gossip.mjs': [
    /^\d+ keys, (?:9\d|100) % at their owner, each in one hop$/m,
    /^trace [0-9a-f]{16}, the same again$/m,
  ],
  'trace-to-recording.mjs': [/^7 messages, up to 400 ms$/m],
  'own-world.mjs': [/^the same seed, the same run$/m, /^another seed, another run$/m],
};

describe('examples', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.mjs'))) {
    test(file, async () => {
      const { stdout } = await run(process.execPath, [new URL(file, folder).pathname]);
      expect(PROMISES[file], `say in this test what ${file} promises`).toBeDefined();
      for (const promise of PROMISES[file] ?? []) expect(stdout).toMatch(promise);
    });
  }
});
