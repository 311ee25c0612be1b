/** Sockets that read into one buffer, and all that is tested of sockets once more where they do not. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readsShared } from '../../src/io/shared-reading.ts';
import { openEnd } from './streams.ts';

test.runIf(readsShared())('what comes in on any stream lies in the same memory', async () => {
  await using server = await openEnd();
  await using client = await openEnd();
  const memories = new Set<ArrayBufferLike>();
  for (const end of [server, client]) {
    end.recorder.onArrived = (stream, bytes) => {
      memories.add(bytes.buffer);
      if (end === server) server.streams.write(stream, bytes, 0, bytes.length);
    };
  }
  for (let i = 1; i <= 3; i++) {
    const stream = client.streams.connect(client.address, server.address);
    client.streams.write(stream, Uint8Array.of(i), 0, 1);
    await expect.poll(() => client.recorder.bytes.get(stream)).toEqual([i]);
  }
  expect(memories.size).toBe(1);
});

describe('where sockets are read by events', async () => {
  beforeAll(() => void vi.stubEnv('RINGLIGHT_TCP', 'events'));
  afterAll(() => void vi.unstubAllEnvs());

  test('there is no shared buffer', () => expect(readsShared()).toBe(false));
  await import('./tcp.test.ts');
  await import('./socket-service.test.ts');
});
