import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ringlight } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of a pcap file all but the link type. */
const PCAP_HEAD = `\xa1\xb2\xc3\xd4\x00\x02\x00\x04${'\x00'.repeat(12)}`;

test.each([
  ['missing', null, /^ringlight: cannot read .*missing/],
  ['empty', '', /^ringlight: .*empty has no packets\n$/],
  ['odd', 'nonsense\n', /^ringlight: .*odd: this is neither a pcap file nor lines of JSON\n$/],
  ['odd-object', '{}\n', /^ringlight: .*odd-object: line 1: "atMs" expected a number, got/],
  ['odd-pcap', '\xa1\xb2\xc3\xd4', /neither a pcap file nor lines of JSON\n$/],
  ['odd-link', `${PCAP_HEAD}\x00\x00\x00\x63`, /odd-link: link type 99 is not read here\n$/],
  ['cut.pcap', `${PCAP_HEAD}\x00\x00\x00\x65\x00\x00`, /cut\.pcap has no packets\n$/],
  [
    'new.pcapng',
    '\n\r\r\n\x1c\x00\x00\x00',
    /pcapng file: "editcap -F pcap" makes a pcap file of it\n$/,
  ],
])('%s is one line', async (name, text, expected) => {
  const file = join(folder, name);
  if (text !== null) writeFileSync(file, text, 'latin1');
  const { status, stderr } = await ringlight(['mainline', 'replay', file]);
  expect(status).toBe(2);
  expect(stderr).toMatch(expected);
});

test('what is different now is told for people', async () => {
  const file = join(folder, 'one');
  const at = { atMs: 5, direction: 'in', local: '127.0.0.1:1', peer: '127.0.0.1:2' };
  const query = 'd1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe';
  writeFileSync(file, JSON.stringify({ ...at, bytes: Buffer.from(query).toString('hex') }));
  const { status, stdout } = await ringlight(['mainline', 'replay', file]);
  expect(status).toBe(0);
  expect(stdout).toContain(
    '1 packet; 1 query played to a node of the lab, 0 with the same outcome.',
  );
  expect(stdout).toContain('packet 0, ping: silent then, answered now');
});
