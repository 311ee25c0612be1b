import { afterEach, expect, test } from 'vitest';
import { type Mainline, openMainline } from '../../../src/mainline.ts';
import { openForms } from '../../io/udp-suite.ts';

const HOST = '127.0.0.1';
const HASH = '0123456789abcdef0123456789abcdef01234567';
const ID = 'ab'.repeat(20);
const key = Buffer.from('a secret of 16 b');
const opened: Mainline[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((node) => node.close()));
});

async function open(options: Parameters<typeof openMainline>[0]): Promise<Mainline> {
  const node = await openMainline({ host: HOST, bootstrap: false, ...options });
  opened.push(node);
  return node;
}

test.each([
  [
    { key: 'text' as unknown as Uint8Array },
    TypeError,
    '"siblings.key" expected bytes, got "text"',
  ],
  [{ key: Buffer.alloc(15) }, RangeError, '"siblings.key" expected 16 bytes or more, got 15'],
])('a key that is none is refused by name', async (siblings, kind, message) => {
  await expect(open({ siblings })).rejects.toThrow(new kind(message));
});

test('memory cannot be shared with a stranger to the key', async () => {
  const shareWith = await open({});
  await expect(open({ siblings: { key }, shareWith })).rejects.toThrow('"shareWith"');
});

// dgram of Node.js 20 cannot share a port; batches can.
test.runIf(openForms.length > 1)('siblings answer on one port, and help each other', async () => {
  const strays = { first: 0, second: 0 };
  const team: Mainline[] = [];
  const first = await open({
    id: ID,
    siblings: {
      key,
      onStray(from, bytes) {
        strays.first++;
        team[1]!.receive(from, bytes);
      },
    },
  });
  const { port } = first;
  const second = await open({
    id: ID,
    port,
    siblings: {
      key,
      onStray(from, bytes) {
        strays.second++;
        team[0]!.receive(from, bytes);
      },
    },
  });
  team.push(first, second);
  await expect(open({ port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });

  const others = await Promise.all(Array.from({ length: 24 }, () => open({})));
  const pongs = await Promise.all(others.map((other) => other.ping(`${HOST}:${port}`)));
  expect(pongs.map(({ id }) => id)).toEqual(new Array(24).fill(ID));
  const dealt = team.map(({ stats }) => stats.in.queries.ping);
  expect(dealt[0]! + dealt[1]!).toBe(24);
  // Chance alone gives all 24 to one of them once in eight million runs.
  expect(Math.min(...dealt)).toBeGreaterThan(0);

  // What one asks may be answered to the other, who passes it on: no ping is lost.
  for (const node of team) {
    await Promise.all(others.map((other) => node.ping(`${HOST}:${other.port}`)));
  }
  expect(strays.first + strays.second).toBeGreaterThan(0);
  expect(team.map(({ stats }) => stats.out.timeouts)).toEqual([0, 0]);
});

test.runIf(openForms.length > 1)('a token of one opens the other', async () => {
  const first = await open({ id: ID, siblings: { key } });
  const asker = await open({ bootstrap: [`${HOST}:${first.port}`] });
  await asker.ready();
  const announced = await asker.announce(HASH, { port: 7000 });
  expect(announced.stored).toBe(1);
});

test('a datagram is handed in by IP and port', async () => {
  const node = await open({ siblings: { key } }).catch(() => open({}));
  expect(() => node.receive('localhost:6881', new Uint8Array(1))).toThrow(
    '"from" expected IP:PORT',
  );
  node.receive('127.0.0.9:6881', new Uint8Array(1));
  expect(node.stats.in.dropped['too-short']).toBe(1);
});
