/** Several nodes on one port: one id, tokens that count at each, answers that are passed on. */
import { afterEach, expect, test } from 'vitest';
import { type Mainline, openMainline, SamePort } from '../../../src/mainline.ts';
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

test('a key that is none is refused by name, and what does not go together', async () => {
  expect(() => new SamePort({ key: 'text' as never })).toThrow('"key" expected bytes, got "text"');
  expect(() => new SamePort({ key: Buffer.alloc(15) })).toThrow(
    '"key" expected 16 bytes or more, got 15',
  );
  expect(() => new SamePort({ key, onStray: 1 as never })).toThrow('"onStray"');
  await expect(open({ samePort: { key } as never })).rejects.toThrow(
    '"samePort" expected a SamePort',
  );
  const shareWith = await open({});
  await expect(open({ samePort: new SamePort({ key }), shareWith })).rejects.toThrow('"shareWith"');
});

// dgram of Node.js 20 cannot share a port; batches can.
test.runIf(openForms.length > 1)('they answer on one port, and help each other', async () => {
  let strays = 0;
  const all: SamePort[] = [];
  const passOn = (to: number) => (from: string, bytes: Uint8Array) => {
    strays++;
    all[to]!.receive(from, bytes);
  };
  all.push(new SamePort({ key, onStray: passOn(1) }), new SamePort({ key, onStray: passOn(0) }));
  const first = await open({ id: ID, samePort: all[0]! });
  const { port } = first;
  const second = await open({ id: ID, port, samePort: all[1]! });
  const team = [first, second];
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
  expect(strays).toBeGreaterThan(0);
  expect(team.map(({ stats }) => stats.out.timeouts)).toEqual([0, 0]);
});

test.runIf(openForms.length > 1)('a token of one opens the other', async () => {
  const first = await open({ id: ID, samePort: new SamePort({ key }) });
  const asker = await open({ bootstrap: [`${HOST}:${first.port}`] });
  await asker.ready();
  expect(await asker.announce(HASH, { port: 7000 })).toMatchObject({ stored: 1 });
});

test.runIf(openForms.length > 1)('a datagram is handed in by IP and port', async () => {
  const samePort = new SamePort({ key });
  const node = await open({ samePort });
  expect(() => samePort.receive('localhost:6881', new Uint8Array(1))).toThrow(
    '"from" expected IP:PORT',
  );
  samePort.receive('127.0.0.9:6881', new Uint8Array(1));
  expect(node.stats.in.dropped['too-short']).toBe(1);
  await node.close();
  samePort.receive('127.0.0.9:6881', new Uint8Array(1)); // nobody is there any more
});
