import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { knock } from '../../../src/studio/ring/knock.ts';

test('a port that takes connections is somebody silent, one that refuses them nobody', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await knock(address)).toBe('silent');
  await new Promise((resolve) => server.close(resolve));
  expect(await knock(address)).toBe('gone');
});

/** Listens, says where, and stands still for good: nobody takes its connections out of the system's queue. */
const STANDS_STILL = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  require('node:fs').writeSync(1, String(this.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
})`;

test('where not even the system takes connections any more, it is as if the way were cut', async () => {
  const child = spawn(process.execPath, ['-e', STANDS_STILL]);
  try {
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    const found: string[] = [];
    while (found.at(-1) !== 'cut off' && found.length < 20) {
      found.push(await knock(`127.0.0.1:${port}`, 200));
    }
    expect(found[0]).toBe('silent');
    expect(found.at(-1)).toBe('cut off');
  } finally {
    child.kill('SIGKILL');
  }
});
