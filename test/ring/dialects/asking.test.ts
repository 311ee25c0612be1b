/**
 * Every request goes out in a word that its dialect has, and waits as long as it should.
 */
import { expect, test } from 'vitest';
import { Closed } from '../../../src/core/host.ts';
import {
  commandOf,
  lengthMaxOf,
  replyMsOf,
  whyUnopened,
  wireOf,
} from '../../../src/ring/dialects/asking.ts';
import type { Request } from '../../../src/ring/dialects/request.ts';
import {
  CAPABILITY_BYTES_MAX,
  DETECT_MS,
  INFO_BYTES_MAX,
  PROBE_MS,
  REPLY_MS,
  TEXT_REPLY_MS,
  WIRES,
} from '../../../src/ring/dialects/wire.ts';

const KEY = new Uint8Array(20);
const asks = (isText: boolean): Request => ({ command: 'detect', key: KEY, isText });

test('a detection tries the dialect that it names, all others speak that of the ring', () => {
  for (const wire of WIRES) {
    expect(wireOf({ command: 'pulse' }, wire)).toBe(wire);
    expect(wireOf(asks(true), wire)).toBe('text');
    expect(wireOf(asks(false), wire)).toBe('seed');
  }
});

test('a probe and a detection go out as commands that there are', () => {
  expect(commandOf({ command: 'probe' })).toBe('version');
  expect(commandOf(asks(true))).toBe('owner');
  expect(commandOf({ command: 'get', key: KEY })).toBe('get');
});

test('replies have their time and their length', () => {
  const get: Request = { command: 'get', key: KEY };
  expect([replyMsOf(get, 'seed'), replyMsOf(get, 'text')]).toEqual([REPLY_MS, TEXT_REPLY_MS]);
  expect(replyMsOf({ command: 'probe' }, 'text')).toBe(PROBE_MS);
  expect(replyMsOf(asks(true), 'text')).toBe(DETECT_MS);
  expect(lengthMaxOf(get, 77)).toBe(77);
  expect(lengthMaxOf({ command: 'info' }, 77)).toBe(INFO_BYTES_MAX);
  expect(lengthMaxOf({ command: 'probe' }, 77)).toBe(CAPABILITY_BYTES_MAX);
});

test('a stream that never opened was refused, or nobody answered in time', () => {
  expect(whyUnopened(Closed.timeout)).toBe('connect-timeout');
  expect(whyUnopened(Closed.refused)).toBe('connection-refused');
});
