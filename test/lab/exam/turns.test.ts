/** What a program may answer, and what is said of everything else. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { nameOf, nodeNamed, readAnswer, SENDS_LIMIT, TASKS } from '../../../src/lab/exam/turns.ts';
import { type Program, sit } from './functions.ts';

describe('an answer', () => {
  test('has messages, replies, an alarm and a disk, and may leave all out', () => {
    expect(readAnswer('{}', 3)).toEqual({ send: [], reply: [] });
    const line =
      '{"send":[{"to":"n2","body":{"a":[1,null]}}],"reply":[{"request":4,"value":null}],"wakeMs":0.5e1,"keep":7}';
    expect(readAnswer(line, 3)).toEqual({
      send: [{ to: 2, body: { a: [1, null] } }],
      reply: [{ request: 4, value: null }],
      wakeMs: 5,
      keep: 7,
    });
    expect(readAnswer('{"wakeMs":null}', 3).wakeMs).toBeNull();
    expect(readAnswer('{"wakeMs":1.2}', 3).wakeMs).toBe(2);
  });

  test.each([
    ['hello', 'expected a line of JSON, got "hello"'],
    ['[]', '"answer" expected an object, got an array'],
    ['{"sends":[]}', 'got the field "sends"'],
    ['{"send":{}}', '"send" expected an array, got an object'],
    ['{"send":[{"to":"n3","body":1}]}', '"send[0].to" expected one of n0 to n2, got "n3"'],
    ['{"send":[{"to":1,"body":1}]}', '"send[0].to" expected one of n0 to n2, got 1'],
    ['{"send":[{"to":"n1"}]}', '"send[0].body" expected JSON, got undefined'],
    ['{"reply":[{"value":"x"}]}', '"reply[0].request" expected the number of a request'],
    ['{"reply":[{"request":1,"value":2}]}', '"reply[0].value" expected text or null, got 2'],
    ['{"reply":[{"request":1,"owner":null}]}', '"reply[0].owner" expected text, got null'],
    ['{"wakeMs":0}', '"wakeMs" expected 1 to'],
    ['{"wakeMs":"1"}', '"wakeMs" expected 1 to'],
  ])('%s', (line, complaint) => {
    expect(() => readAnswer(line, 3)).toThrow(complaint);
  });

  test('has a bounded number of messages', () => {
    const send = Array.from({ length: SENDS_LIMIT }, () => ({ to: 'n0', body: 1 }));
    expect(readAnswer(JSON.stringify({ send }), 1).send).toHaveLength(SENDS_LIMIT);
    const more = JSON.stringify({ send: [...send, send[0]] });
    expect(() => readAnswer(more, 1)).toThrow('at most 256 at once, got 257');
  });
});

test('nodes are known by their names, written in one way', () => {
  expect(nodeNamed(nameOf(7), 8)).toBe(7);
  for (const name of ['n8', 'n07', 'n-1', 'N7', 'n', '7', 'n7 ', null, {}]) {
    expect(nodeNamed(name, 8)).toBe(-1);
  }
});

test('the schema that is told takes what programs are told, and what is read of them', () => {
  const file = new URL('../../../docs/student-node.schema.json', import.meta.url);
  const { $defs } = JSON.parse(readFileSync(file, 'utf8'));
  const schema = (name: string) => z.fromJSONSchema({ $defs, $ref: `#/$defs/${name}` } as never);
  const told = schema('told');
  const answer = schema('answer');
  const says: Program = (line) => {
    expect(told.safeParse(line).error).toBeUndefined();
    const send = [{ to: 'n0', body: { at: line.nowMs } }];
    const own =
      line.event === 'request'
        ? { send, reply: [{ request: line.request, owner: 'n1' }], keep: [1] }
        : { wakeMs: 900 };
    expect(answer.safeParse(own).error).toBeUndefined();
    return own;
  };
  for (const task of TASKS) {
    const { result } = sit({ task, nodes: 3, joinMs: 1000, forMs: 1000, calmMs: 1000 }, () => says);
    expect(result.fault).toBeNull();
  }
  for (const wrong of [
    [],
    { sends: [] },
    { send: [{ to: 'n0' }] },
    { wakeMs: 0 },
    { reply: [{}] },
  ]) {
    expect(answer.safeParse(wrong).success).toBe(false);
    expect(() => readAnswer(JSON.stringify(wrong), 1)).toThrow();
  }
});
