/**
 * What both ends share, shown by a talk that reads numbers: what comes too early waits, what is held
 * waits, and whoever is over hears nothing.
 */
import { expect, test } from 'vitest';
import { Closed } from '../../../src/core/host.ts';
import { Allowance } from '../../../src/ring/dialects/allowance.ts';
import { Field } from '../../../src/ring/dialects/field-reader.ts';
import {
  ANSWER_MS,
  BULK_IDLE_MS,
  EARLY_BYTES_MAX,
  PROGRESS_BYTES,
} from '../../../src/ring/dialects/wire.ts';
import { Appetite, WireTalk } from '../../../src/ring/dialects/wire-talk.ts';
import { feed, OneStream, termsOf } from './wire-scenes.ts';

class Numbers extends WireTalk {
  readonly heard: (number | string)[] = [];
  holdsAt = -1;

  constructor(host: OneStream, memory = new Allowance()) {
    super(host, 1, termsOf('text', { memory }), 'text');
    this.reader.want(Field.number);
  }
  override advance(now: number): void {
    this.heard.push(this.reader.number);
    this.reader.want(Field.number);
    if (this.heard.length === this.holdsAt) this.hold(now, true);
  }
  override broken(_now: number, fault: string): void {
    this.heard.push(fault);
    this.drop();
  }
  override starved(): void {
    this.heard.push('starved');
    this.drop();
  }
  override late(): void {
    this.heard.push('late');
    this.drop();
  }
  override flow(): void {
    this.heard.push('flow');
  }
  override lost(_now: number, why: Closed): void {
    this.heard.push(`lost ${why}`);
    this.forget();
  }
  override surplus(byte: number): void {
    this.heard.push(`surplus ${String.fromCharCode(byte)}`);
  }
  wait(appetite: Appetite): void {
    this.appetite = appetite;
    if (appetite !== Appetite.later) this.resume(0);
  }
  value(length: number): void {
    this.wantValue(length);
  }
}

test('bytes that come early are kept, and the peer paused, until they are wanted', () => {
  const host = new OneStream();
  const talk = new Numbers(host);
  talk.wait(Appetite.later);
  expect(host.isPaused).toBe(false);
  feed(talk, 0, '1\n2\n3', 2);
  expect([talk.heard, host.isPaused, talk.terms.memory.usedBytes]).toEqual([[], true, 5]);
  talk.ended(0);
  talk.wait(Appetite.fields);
  expect(talk.heard).toEqual([1, 2, 'starved']);
  expect(talk.terms.memory.usedBytes).toBe(0);
});

test('held in the middle of a piece', () => {
  const host = new OneStream();
  const talk = new Numbers(host);
  talk.holdsAt = 2;
  feed(talk, 0, '1\n2\n3\n4\n');
  expect([talk.heard, host.isPaused, talk.deadline]).toEqual([[1, 2], true, ANSWER_MS]);
  talk.hold(5, true);
  feed(talk, 5, '5\n');
  talk.hold(7, false);
  expect([talk.heard, host.isPaused, talk.deadline]).toEqual([
    [1, 2, 3, 4, 5],
    false,
    7 + BULK_IDLE_MS,
  ]);
});

test('what nobody wants is let go, its first byte shown', () => {
  const talk = new Numbers(new OneStream());
  talk.wait(Appetite.none);
  feed(talk, 0, 'xyz');
  expect(talk.heard).toEqual(['surplus x']);
});

test('early bytes have a limit, and an allowance', () => {
  for (const [memory, bytes, fault] of [
    [new Allowance(), EARLY_BYTES_MAX + 1, 'too-long'],
    [new Allowance(99), 100, 'overloaded'],
  ] as const) {
    const talk = new Numbers(new OneStream(), memory);
    talk.wait(Appetite.later);
    feed(talk, 0, new Uint8Array(bytes - 1));
    expect(talk.heard).toEqual([]);
    feed(talk, 0, 'x');
    expect(talk.heard).toEqual([fault]);
    expect(memory.usedBytes).toBe(0);
  }
});

test('progress is 4 KB, not a byte', () => {
  const talk = new Numbers(new OneStream());
  talk.deadline = 100;
  talk.value(PROGRESS_BYTES * 2 + 1);
  feed(talk, 50, new Uint8Array(PROGRESS_BYTES - 1), 100);
  expect(talk.deadline).toBe(100);
  feed(talk, 60, 'x');
  expect(talk.deadline).toBe(60 + BULK_IDLE_MS);
  feed(talk, 70, new Uint8Array(PROGRESS_BYTES - 1));
  expect(talk.deadline).toBe(60 + BULK_IDLE_MS);
});

test('ticks before the deadline do nothing, and nothing is heard when over', () => {
  const host = new OneStream();
  const talk = new Numbers(host);
  talk.deadline = 10;
  talk.tick(9);
  expect(talk.heard).toEqual([]);
  talk.drained(9);
  talk.tick(10);
  expect(talk.heard).toEqual(['flow', 'late']);
  feed(talk, 11, '1\n');
  talk.ended(11);
  talk.closed(11, Closed.reset);
  talk.drained(11);
  talk.hold(11, true);
  talk.tick(99);
  expect(talk.heard).toHaveLength(2);
  expect([host.destroyed, talk.deadline, talk.isOver]).toEqual([1, Infinity, true]);
});

test('a stream that is over by itself is not dropped again', () => {
  const host = new OneStream();
  const talk = new Numbers(host);
  talk.closed(0, Closed.reset);
  expect([talk.heard, host.destroyed]).toEqual([[`lost ${Closed.reset}`], 0]);
});
