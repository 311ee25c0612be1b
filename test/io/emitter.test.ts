import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { Emitter } from '../../src/io/emitter.ts';

test('is what Node.js has', () => {
  class Own extends Emitter {}
  const own = new Own();
  expect(own).toBeInstanceOf(EventEmitter);
  const heard: unknown[] = [];
  own.once('a', (value) => heard.push(value));
  expect([own.emit('a', 1), own.emit('a', 2)]).toEqual([true, false]);
  expect(heard).toEqual([1]);
});
