import { expect, test } from 'vitest';
import { addressOf, parseIp } from '../../../src/core/address.ts';
import type { CapturedPacket } from '../../../src/mainline/capture/captured.ts';
import { encode } from '../../../src/mainline/krpc/bencode.ts';
import { NodeState, type SceneMessage } from '../../../src/scene/protocol/messages.ts';
import { CAPTURE_FLIGHTS_MAX, captureScene } from '../../../src/scene/recording/capture-scene.ts';
import { Recorder } from '../../../src/scene/recording/recorder.ts';
import { readRecording } from '../../../src/scene/recording/recording.ts';

const LOCAL = addressOf(parseIp('10.0.0.1'), 6881);
const START_MS = 1_700_000_000_000;
const idOf = (n: number) => new Uint8Array(20).fill(n);
const ping = (n: number) => encode({ a: { id: idOf(n) }, q: 'ping', t: 'aa', y: 'q' });
const pong = (n: number) => encode({ r: { id: idOf(n) }, t: 'aa', y: 'r' });

function packet(afterMs: number, isOurs: boolean, peer: number, bytes: Uint8Array): CapturedPacket {
  const address = addressOf(parseIp('10.0.0.2'), peer);
  return { atMs: START_MS + afterMs, isOurs, local: LOCAL, peer: address, bytes };
}

const CAPTURE = [
  packet(0, false, 1, ping(1)),
  packet(1, true, 1, pong(99)),
  packet(5000, false, 2, ping(2)),
  packet(5010, false, 2, new Uint8Array(3)),
  packet(5020, true, 7, ping(99)),
];

function sceneOf(packets: readonly CapturedPacket[]): SceneMessage[] {
  const messages: SceneMessage[] = [];
  captureScene(packets, (message) => messages.push(message));
  return messages;
}

test('a capture is a recording that can be read again', () => {
  const lines: string[] = [];
  const recorder = new Recorder((line) => lines.push(line));
  captureScene(CAPTURE, (message) => recorder.take(message));
  const recording = readRecording(lines.join('\n'));
  expect(recording.trouble).toBeNull();
  expect(recording.types).toEqual([
    'hello',
    'places',
    'frame',
    'flights',
    'frame',
    'flights',
    'frame',
  ]);
  expect([...recording.isWhole]).toEqual([0, 0, 1, 0, 0, 0, 0]);
  expect(recording.timesMs.at(-1)! - START_MS).toBe(5100);
});

test('a reply in it names its request', () => {
  const told = sceneOf(CAPTURE).flatMap((message) =>
    message.type === 'flights' ? message.flights : [],
  );
  expect(told.map(({ id, exchange }) => [id, exchange])).toEqual([
    [1, 1],
    [2, 1],
    [3, 3],
    [4, 0],
    [5, 5],
  ]);
});

test('who took part is placed once, by the id that he said', () => {
  const places = sceneOf(CAPTURE).find(({ type }) => type === 'places')!;
  if (places.type !== 'places') throw new Error('no places');
  expect([...places.nodes]).toEqual([0, 1, 2]);
  expect([0, 20, 40].map((at) => places.ids[at])).toEqual([99, 1, 2]);
  expect([...places.addresses]).toEqual([LOCAL, CAPTURE[0].peer, CAPTURE[2].peer]);
});

test('messages are flights between them, what has no id comes from its address, strangers are outside', () => {
  const flights = sceneOf(CAPTURE).flatMap((message) =>
    message.type === 'flights' ? message.flights : [],
  );
  expect(flights.map(({ from, to, kind, fate }) => [from, to, kind, fate])).toEqual([
    [1, 0, 'ping', 'delivered'],
    [0, 1, 'reply', 'unknown'],
    [2, 0, 'ping', 'delivered'],
    [2, 0, 'malformed', 'delivered'],
    [0, -1, 'ping', 'unknown'],
  ]);
});

test('a node is there from its first message on', () => {
  const updates = sceneOf(CAPTURE).flatMap((message) =>
    message.type === 'frame' ? [message] : [],
  );
  expect(updates.map(({ nodes, states }) => [[...nodes], [...states]])).toEqual([
    [
      [0, 1, 2],
      [NodeState.up, NodeState.absent, NodeState.absent],
    ],
    [[1], [NodeState.up]],
    [[2], [NodeState.up]],
  ]);
  expect(updates.at(-1)!.figures).toMatchObject({ nodesNow: 3, messages: 5 });
});

test('more than can be shown at once is counted', () => {
  const busy = Array.from({ length: CAPTURE_FLIGHTS_MAX + 5 }, () => packet(1, false, 1, ping(1)));
  const flights = sceneOf(busy).find(({ type }) => type === 'flights')!;
  if (flights.type !== 'flights') throw new Error('no flights');
  expect([flights.flights.length, flights.omitted]).toEqual([CAPTURE_FLIGHTS_MAX, 5]);
});

test('an empty capture has no scene', () => {
  expect(() => sceneOf([])).toThrow('no packets');
});
