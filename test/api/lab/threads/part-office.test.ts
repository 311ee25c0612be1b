/** Calls as plain data: each has one outcome, whatever becomes of its node. */
import { expect, test } from 'vitest';
import { type Outcome, PartOffice } from '../../../../src/api/lab/threads/part-office.ts';
import { MainlinePart } from '../../../../src/lab/mainline/mainline-part.ts';
import { LookupKind } from '../../../../src/mainline/rows/purpose.ts';

function office(nodes = 40) {
  const part = new MainlinePart(
    {
      ...{ seed: 5, nodes, node: {}, upkeep: true, start: {}, churn: null, schedule: [] },
      ...{ routers: false, workload: null, lanes: null },
      network: { latency: { kind: 'constant', ms: 50 } },
    },
    null,
  );
  return {
    part,
    office: new PartOffice(part),
    run: (ms: number) => part.world.run(part.world.now + ms),
  };
}

const target = new Uint8Array(20).fill(0x5a);
const outcomeOf = (outcomes: Outcome[], call: number) =>
  outcomes.find((outcome) => outcome.call === call);

test('lookups, announces and pings end with results of plain data, graded', () => {
  const { office: calls, run } = office();
  const port = 7000;
  const announcement = { port, impliedPort: false, seed: false };
  calls.begin({
    number: 1,
    node: 3,
    what: 'lookup',
    kind: LookupKind.announce,
    target,
    announcement,
  });
  run(10_000);
  calls.begin({
    number: 2,
    node: 30,
    what: 'lookup',
    kind: LookupKind.getPeers,
    target,
    announcement: null,
  });
  calls.begin({ number: 3, node: 8, what: 'ping', other: 9 });
  expect(calls.ended).toBe(1);
  run(10_000);
  expect(calls.ended).toBe(3);
  const outcomes = structuredClone(calls.take());
  expect(calls.ended).toBe(0);
  expect(outcomeOf(outcomes, 1)).toMatchObject({ isFailed: false, value: { failed: 0 } });
  expect(outcomeOf(outcomes, 2)).toMatchObject({
    value: { peers: [{ host: '16.0.0.3', port }], grade: { node: 30, failed: false } },
  });
  expect(outcomeOf(outcomes, 3)).toMatchObject({ value: { node: 9, rttMs: 100, port: 6881 } });
});

test('of nodes that are down, go, or ask who is not there, calls fail and say why', () => {
  const { office: calls, part, run } = office();
  part.befall({ crash: { nodes: [4, 5] } }, 1);
  part.befall({ pause: { nodes: [6] } }, 2);
  const lookup = { what: 'lookup', kind: LookupKind.findNode, target, announcement: null } as const;
  calls.begin({ number: 1, node: 4, ...lookup });
  calls.begin({ number: 2, node: 6, ...lookup });
  calls.begin({ number: 3, node: 7, what: 'ping', other: 5 });
  calls.begin({ number: 4, node: 8, ...lookup });
  run(10);
  part.befall({ crash: { nodes: [8] } }, 3);
  run(20_000);
  const failures = calls.take().toSorted((a, b) => a.call - b.call);
  expect(failures.map((one) => one.isFailed && `${one.code} ${one.message}`)).toEqual([
    'CLOSED node 4 is down: it crashed, left or has not begun',
    'CLOSED node 6 is paused',
    'TIMEOUT no answer came in time',
    'CLOSED node 8 crashed',
  ]);
});
