import { expect, test } from 'vitest';
import { every, untilStopped } from '../../src/cli/stopping.ts';
import { Running } from './command.ts';

const SERVE = [
  'mainline',
  'serve',
  '--host',
  '127.0.0.1',
  '--port',
  '0',
  '--no-bootstrap',
  '--json',
];

test('time ends the wait when a time was given', async () => {
  await expect(untilStopped(10)).resolves.toBe('time');
});

test('every calls until it is ended', async () => {
  let calls = 0;
  await new Promise<void>((resolve) => {
    const end = every(1, () => {
      if (++calls < 3) return;
      end();
      resolve();
    });
  });
  expect(calls).toBe(3);
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s ends a command in good order',
  async (signal) => {
    const running = new Running(SERVE);
    await running.event('listening');
    const { status, stdout, stderr } = await running.end(signal);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/"event":"stopped"}\n$/);
  },
);
