/** Outcomes of the machine as outcomes of calls: each ends once, and says why. */
import { expect, test } from 'vitest';
import { NodeObserver } from '../../../src/api/mainline/observer.ts';
import { Questions } from '../../../src/api/mainline/questions.ts';
import { addressOf, parseIp, parseIp6 } from '../../../src/core/address.ts';
import { Calls } from '../../../src/io/calls.ts';
import { immutableItem } from '../../../src/mainline/krpc/item.ts';
import { ManualClock } from '../../io/memory-network.ts';

function setup(refusal: { code: string; atMs: number } | null, answered = 0) {
  const calls = new Calls(new ManualClock());
  const joins: number[] = [];
  const told: object[] = [];
  const outcome = { trace: { answered }, stored: 0, failed: 0, writes: [] };
  const observer = new NodeObserver({
    finderOf: (call) => (call === 1 ? (peer) => joins.push(-peer) : undefined),
    questions: new Questions(),
    calls,
    driver: { refusal } as never,
    ...{ host: '127.0.0.1', timeoutMs: 6000 },
    remember: () => outcome as never,
    ownLookup: () => joins.push(99),
    joined: (count) => joins.push(count),
    foreign: (contacts) => joins.push(contacts.length * 1000),
    tell: (event) => told.push(event()),
  });
  const call = calls.open(
    () => {},
    {},
    () => {},
  );
  return { observer, call, outcome, joins, told };
}

test('a lookup is what is remembered of it, or was not sent at all', async () => {
  const lookup = { startedAtMs: 100 } as never;
  const well = setup(null);
  well.observer.onLookup(1, lookup);
  expect(await well.call).toBe(well.outcome);
  const refused = { code: 'ENETUNREACH', atMs: 100 };
  const cut = setup(refused);
  cut.observer.onLookup(1, lookup);
  await expect(cut.call).rejects.toMatchObject({ code: 'NOT_SENT' });
  for (const one of [setup({ ...refused, atMs: 99 }), setup(refused, 3)]) {
    one.observer.onLookup(1, lookup);
    expect(await one.call).toBe(one.outcome);
  }
});

test('silence is a time-out, or a system that does not send', async () => {
  const late = setup(null);
  late.observer.onSilence(1, true);
  await expect(late.call).rejects.toMatchObject({ code: 'TIMEOUT' });
  const cut = setup({ code: 'EPERM', atMs: 0 });
  cut.observer.onSilence(1, false);
  await expect(cut.call).rejects.toMatchObject({ code: 'NOT_SENT' });
});

test('peers and joins are passed on, and an answer that is none fails its call', async () => {
  const { observer, call, joins } = setup(null);
  observer.onPeer(1, 7);
  observer.onPeer(2, 8);
  observer.onJoin(5);
  observer.onForeign!([1, 2]);
  expect(joins).toEqual([-7, 5, 2000]);
  observer.onAnswer(1, { bytes: null } as never, 1, 0);
  await expect(call).rejects.toThrow();
});

test('joining and another id are told to those who look on', () => {
  const { observer, told } = setup(null);
  observer.onJoin(3);
  observer.onIdentity!(new Uint8Array(20).fill(0xab));
  observer.onReadOnly!(true);
  expect(told).toEqual([
    { kind: 'joined', answered: 3 },
    { kind: 'identity', id: 'ab'.repeat(20) },
    { kind: 'read-only', readOnly: true },
  ]);
});

test('what is kept for others is told: a peer, and an item with all that belongs to it', () => {
  const { observer, told } = setup(null);
  const hash = new Uint8Array(22).fill(7);
  observer.onAnnounced!(hash, 2, addressOf(parseIp('10.0.0.9'), 6881), true);
  const from = addressOf(parseIp6('2001:db8::1'), 1);
  observer.onStored!(immutableItem(Buffer.from('5:hello')), from);
  expect(told).toEqual([
    { kind: 'announced', infoHash: '07'.repeat(20), host: '10.0.0.9', port: 6881, seed: true },
    {
      kind: 'stored',
      item: expect.objectContaining({ key: null, raw: Buffer.from('5:hello') }),
      from: { host: '2001:db8::1', port: 1 },
    },
  ]);
});
