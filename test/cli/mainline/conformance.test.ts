import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openMainline } from '../../../src/mainline.ts';
import { objects, ringlight } from '../command.ts';

const AT = { host: '127.0.0.1', bootstrap: false } as const;
interface Told {
  verdict?: string;
  number?: number;
}

const COMMAND = ['mainline', 'conformance'];

test('a node that keeps the rules: a line, and exit status 0', async () => {
  await using node = await openMainline(AT);
  const { status, stdout } = await ringlight([...COMMAND, `127.0.0.1:${node.port}`]);
  expect(stdout).toMatch(/^\d+ rules hold, 0 are violated, \d+ were not tested\n$/);
  expect(status).toBe(0);
});

test('a node that breaks one: which, what was sent and what came, and exit status 1', async () => {
  await using node = await openMainline({
    ...AT,
    onQuery: (query, next) => (query.method === 'vote' ? { error: [201, 'no'] } : next()),
  });
  const to = `127.0.0.1:${node.port}`;
  const { status, stdout } = await ringlight([...COMMAND, to]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/ 12 {2}violates {2}an unknown method gets error 204: error 201/);
  expect(stdout).toMatch(/sent {2}d1:ad.*4:vote.*\n *came {2}d1:eli201e/);
  const told = objects(await ringlight([...COMMAND, to, '--json'])) as Told[];
  expect(told).toHaveLength(106);
  const violated = told.filter(({ verdict }) => verdict === 'violates');
  // The second visit: what came with the first still fills a bucket, which blames nobody.
  expect(violated).toMatchObject([{ number: 12 }, { number: 13 }]);
});

test('silence is exit status 1 and one line', async () => {
  const deaf = createSocket('udp4').bind(0, '127.0.0.1');
  await once(deaf, 'listening');
  const to = `127.0.0.1:${deaf.address().port}`;
  expect(await ringlight([...COMMAND, to, '--timeout', '200ms'])).toMatchObject({
    status: 1,
    stderr: 'ringlight: no answer within 200 ms\n',
  });
  await new Promise<void>((resolve) => deaf.close(() => resolve()));
});
