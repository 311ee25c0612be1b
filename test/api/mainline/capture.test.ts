import { afterEach, expect, test } from 'vitest';
import { captureLine, pcapOf, readCapture } from '../../../src/api/mainline/capture.ts';
import type { Packet } from '../../../src/api/mainline/packets.ts';
import { encode, type Mainline, openMainline, pcapHeader } from '../../../src/mainline.ts';

const opened: Mainline[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((node) => node.close()));
});

async function open(): Promise<Mainline> {
  const node = await openMainline({ host: '127.0.0.1', bootstrap: false, readOnly: false });
  opened.push(node);
  return node;
}

/** Both packets of a ping. */
async function aPing(): Promise<Packet[]> {
  const [node, other] = [await open(), await open()];
  const stream = node.packets({ sample: 1 });
  await node.ping({ host: '127.0.0.1', port: other.port });
  stream.close();
  const packets: Packet[] = [];
  for await (const packet of stream) packets.push(packet);
  return packets.slice(0, 2);
}

const linesOf = (packets: readonly Packet[]) =>
  Buffer.from(packets.map((packet) => `${JSON.stringify(captureLine(packet))}\n`).join(''));

test('JSON lines and pcap say the same', async () => {
  const packets = await aPing();
  const fromLines = readCapture(linesOf(packets));
  const fromPcap = readCapture(Buffer.concat([pcapHeader(), ...packets.map(pcapOf)]), {
    local: `127.0.0.1:${packets[0].local.port}`,
  });
  expect(fromLines.map(({ isOurs }) => isOurs)).toEqual([true, false]);
  for (const [i, { atMs, ...packet }] of fromPcap.entries()) {
    expect(fromLines[i]).toMatchObject(packet);
    expect(Math.abs(atMs - fromLines[i].atMs)).toBeLessThan(0.001);
    expect(Buffer.from(packet.bytes)).toEqual(Buffer.from(packets[i].bytes));
  }
});

test('a line is readable: words as text, ids as digits, errors with their text', async () => {
  const [query] = await aPing();
  const line = captureLine(query) as { message: { a: { id: string } } };
  expect(line).toMatchObject({
    kind: 'query',
    method: 'ping',
    verdict: 'sent',
    message: { q: 'ping' },
  });
  expect(line.message.a.id).toMatch(/^[0-9a-f]{40}$/);
  expect(line).not.toHaveProperty('reason');
  const bytes = encode({ e: [203, 'Bad Token'], t: 'aa', y: 'e', big: 2n ** 60n });
  const error = Object.assign(Object.create(Object.getPrototypeOf(query)) as Packet, query, {
    ...{ bytes, reason: 'own-id', missed: 3 },
  });
  expect(captureLine(error)).toMatchObject({
    ...{ reason: 'own-id', missed: 3 },
    message: { e: [203, 'Bad Token'], y: 'e', t: '6161', big: `${2n ** 60n}` },
  });
});

test('packets are put in order of time, a line that was cut off is left out, a wrong one is named', async () => {
  const packets = await aPing();
  const [first, second] = linesOf(packets).toString().trimEnd().split('\n') as [string, string];
  const read = (text: string) => readCapture(Buffer.from(text)).map(({ isOurs }) => isOurs);
  expect(read(`${second}\n\n${first}\n`)).toEqual([true, false]);
  expect(read(`${first}\n${second.slice(0, 30)}`)).toEqual([true]);
  expect(() => read(`${first}\n${second.slice(0, 30)}\n${second}\n`)).toThrow(
    'line 2: expected a JSON',
  );
  expect(() => read('nonsense')).toThrow('neither a pcap file nor lines of JSON');
  expect(() => read('{}')).toThrow('line 1:');
  expect(read('')).toEqual([]);
});

test('whose side is ours must have taken part', async () => {
  const file = Buffer.concat([pcapHeader(), ...(await aPing()).map(pcapOf)]);
  expect(() => readCapture(file, { local: '10.0.0.1:1' })).toThrow('took part in no datagram');
  expect(() => readCapture(file, { local: 'me' })).toThrow('"local"');
});
