/** Which messages are looked at: by conversation, kind, node and outcome; requests know their replies. */
import type { Flight } from 'ringlight/scene';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  ALL_MESSAGES,
  followedBy,
  kindsOf,
  type MessageFilter,
  newestMessages,
  otherOf,
} from '../../../web/src/model/message-filter.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { flight } from './messages.ts';

let model: SceneModel;

beforeEach(() => {
  model = new SceneModel();
  model.apply({
    type: 'flights',
    flights: [
      flight(1, { exchange: 1, lookup: 3 }),
      flight(2, { exchange: 2, to: 5, kind: 'put', fate: 'lost' }),
      flight(3, { exchange: 1, from: 2, to: 1, kind: 'get reply', lookup: 3 }),
      flight(4, { from: 5, to: -1, kind: 'hello', fate: 'unknown', arrivesMs: null }),
    ],
    omitted: 0,
  });
});

const ids = (filter: Partial<MessageFilter>) =>
  newestMessages(model, { ...ALL_MESSAGES, ...filter }, 10).map((one) => one.flight.id);

describe('the messages that are looked at', () => {
  test('are the newest first, as many as asked for', () => {
    expect(ids({})).toEqual([4, 3, 2, 1]);
    expect(newestMessages(model, ALL_MESSAGES, 2).map((one) => one.flight.id)).toEqual([4, 3]);
  });

  test('are of a kind, of a node, of an outcome, and of all that at once', () => {
    expect(ids({ kind: 'get' })).toEqual([1]);
    expect(ids({ node: 5 })).toEqual([4, 2]);
    expect(ids({ verdict: 'lost' })).toEqual([2]);
    expect(ids({ verdict: 'unknown' })).toEqual([4]);
    expect(ids({ node: 1, verdict: 'delivered', kind: 'get reply' })).toEqual([3]);
    expect(ids({ node: 5, kind: 'get' })).toEqual([]);
  });

  test('are requests that were answered, or were not; what asks for nothing is neither', () => {
    expect(ids({ verdict: 'answered' })).toEqual([1]);
    expect(ids({ verdict: 'unanswered' })).toEqual([2]);
  });

  test('are of one conversation: an exchange, a look-up, two nodes either way', () => {
    expect(ids({ conversation: { of: 'exchange', exchange: 1 } })).toEqual([3, 1]);
    expect(ids({ conversation: { of: 'lookup', lookup: 3 } })).toEqual([3, 1]);
    expect(ids({ conversation: { of: 'pair', nodes: [2, 1] } })).toEqual([3, 1]);
    expect(ids({ conversation: { of: 'pair', nodes: [1, 5] } })).toEqual([2]);
  });
});

test('a request and its reply know each other, until one of them is forgotten', () => {
  const [request, lost, reply, hello] = model.flights as [Flight, Flight, Flight, Flight];
  expect([otherOf(model, request), otherOf(model, reply)]).toEqual([reply, request]);
  expect([otherOf(model, lost), otherOf(model, hello)]).toEqual([null, null]);
  model.flights = model.flights.slice(1);
  expect(otherOf(model, reply)).toBeNull();
});

test('the kinds that there are, by name', () => {
  expect(kindsOf(model)).toEqual(['get', 'get reply', 'hello', 'put']);
});

test('of whom every message is wanted', () => {
  expect(followedBy(ALL_MESSAGES)).toEqual([]);
  expect(followedBy({ ...ALL_MESSAGES, node: 7 })).toEqual([7]);
  const pair = { of: 'pair', nodes: [3, 7] } as const;
  expect(followedBy({ ...ALL_MESSAGES, node: 7, conversation: pair })).toEqual([3, 7]);
});
