import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openMainline } from '../../../src/mainline.ts';
import { objects, ringlight } from '../command.ts';

const HOST = ['--host', '127.0.0.1'];

test('a node that is there answers with id, round trip and program', async () => {
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false });
  const { status, stdout } = await ringlight([
    'mainline',
    'ping',
    `127.0.0.1:${node.port}`,
    ...HOST,
  ]);
  expect(status).toBe(0);
  expect(stdout).toMatch(
    new RegExp(`^${node.id}  127\\.0\\.0\\.1:${node.port}  \\d+\\.\\d ms  RL 0\\.1\n$`),
  );
});

test('silence is exit status 1 and one line', async () => {
  const deaf = createSocket('udp4').bind(0, '127.0.0.1');
  await once(deaf, 'listening');
  const to = `127.0.0.1:${deaf.address().port}`;
  const outcome = await ringlight([
    'mainline',
    'ping',
    to,
    ...HOST,
    '--timeout',
    '200ms',
    '--json',
  ]);
  expect(outcome).toMatchObject({ status: 1, stderr: 'ringlight: no answer within 200 ms\n' });
  expect(objects(outcome)).toEqual([
    { event: 'error', code: 'TIMEOUT', message: 'no answer within 200 ms' },
  ]);
  await new Promise<void>((resolve) => deaf.close(() => resolve()));
});
