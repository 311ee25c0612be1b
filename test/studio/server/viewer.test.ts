/** A slow viewer misses what happens, never what is, and keeps nobody waiting. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { lineOfMessage, type SceneMessage } from '../../../src/scene.ts';
import { commandOf } from '../../../src/studio/server/api.ts';
import { QUEUE_BYTES, RESUMED_BYTES, SLOW_MS, Viewer } from '../../../src/studio/server/viewer.ts';
import { FakeScene } from '../fake-scene.ts';

/** A socket whose other end reads when the test says so. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: SceneMessage[] = [];
  pings = 0;
  isTerminated = false;
  closedWith: [number, string] | null = null;

  send(line: string): void {
    this.bufferedAmount += line.length;
    this.sent.push(JSON.parse(line) as SceneMessage);
  }
  close(code: number, reason: string): void {
    this.closedWith = [code, reason];
  }
  terminate(): void {
    this.isTerminated = true;
    this.emit('close');
  }
  ping(): void {
    this.pings++;
  }
  types(): string[] {
    return this.sent.splice(0).map(({ type }) => type);
  }
}

let scene: FakeScene;
let socket: FakeSocket;
const large: SceneMessage = { type: 'trouble', message: 'x'.repeat(QUEUE_BYTES / 4) };

beforeEach(async () => {
  vi.useFakeTimers();
  scene = new FakeScene();
  socket = new FakeSocket();
  new Viewer(socket as unknown as WebSocket, scene, { lineOf: lineOfMessage, commandOf });
  await vi.advanceTimersByTimeAsync(1);
  expect(socket.types()).toEqual(['hello', 'places', 'frame']);
  socket.bufferedAmount = 0;
});
afterEach(() => {
  scene.close();
  vi.useRealTimers();
});

describe('a viewer who is slow', () => {
  test('is told nothing more once so much waits for him, and all anew when he has caught up', async () => {
    for (let i = 0; i < 20; i++) scene.shout(large);
    const told = socket.types().length;
    expect(told).toBeGreaterThanOrEqual(4);
    expect(told).toBeLessThanOrEqual(5);
    expect(socket.bufferedAmount).toBeLessThan(QUEUE_BYTES * 1.3);
    socket.bufferedAmount = RESUMED_BYTES + 1;
    await vi.advanceTimersByTimeAsync(1000);
    expect(socket.types()).toEqual([]);
    socket.bufferedAmount = RESUMED_BYTES;
    scene.nodes = 6;
    await vi.advanceTimersByTimeAsync(600);
    const again = socket.sent.slice();
    expect(again.slice(0, 3).map(({ type }) => type)).toEqual(['hello', 'places', 'frame']);
    expect(again[2]).toMatchObject({ whole: true });
    scene.shout({ type: 'trouble', message: 'small' });
    expect(socket.sent.at(-1)).toMatchObject({ message: 'small' });
    expect(socket.closedWith).toBeNull();
  });

  test('and stays slow is sent away with the reason', async () => {
    for (let i = 0; i < 20; i++) scene.shout(large);
    await vi.advanceTimersByTimeAsync(SLOW_MS - 500);
    expect(socket.closedWith).toBeNull();
    await vi.advanceTimersByTimeAsync(1000);
    expect(socket.closedWith).toEqual([1013, expect.stringMatching(/^too slow/)]);
    expect(socket.isTerminated).toBe(true);
    expect(scene.ends).toBe(1);
  });

  test('does not keep others from being told', () => {
    const other = new FakeSocket();
    const heard: string[] = [];
    scene.watch({ tell: ({ type }) => void heard.push(type) });
    for (let i = 0; i < 20; i++) scene.shout(large);
    expect(heard.filter((type) => type === 'trouble')).toHaveLength(20);
    expect(other.sent).toEqual([]);
  });
});

describe('a viewer', () => {
  test('who does not answer a ping is gone by the next', async () => {
    await vi.advanceTimersByTimeAsync(15_000);
    expect(socket.pings).toBe(1);
    socket.emit('pong');
    await vi.advanceTimersByTimeAsync(15_000);
    expect([socket.pings, socket.isTerminated]).toEqual([2, false]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(socket.isTerminated).toBe(true);
  });

  test('who has gone is told nothing, and not looked after', async () => {
    socket.readyState = 3;
    socket.emit('close');
    scene.shout(large);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.sent).toEqual([]);
    expect(socket.pings).toBe(0);
    expect(scene.ends).toBe(1);
  });
});
