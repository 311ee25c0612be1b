import { expect, test } from 'vitest';
import {
  ADVERSARIES_LIMIT,
  ADVERSARY_NODES_LIMIT,
  bandsOf,
} from '../../../src/lab/adversaries/adversary.ts';

const KEY = '00'.repeat(20);

test('bands stand behind the honest, one after the other; a share is one of all nodes', () => {
  const bands = bandsOf(
    [
      { kind: 'droppers', share: 0.2 },
      { kind: 'sybils', at: { key: KEY }, count: 24, networks: 3 },
      { kind: 'mirrors', schedule: { from: '5 min', to: '1 h' } },
    ],
    400,
  );
  expect(bands.map(({ first, count, networks }) => [first, count, networks])).toEqual([
    [400, 100, 100],
    [500, 24, 3],
    [524, 1, 1],
  ]);
  expect(bands[0]).toMatchObject({ fromMs: 0, toMs: Infinity });
  expect(bands[2]).toMatchObject({ fromMs: 300_000, toMs: 3_600_000 });
});

test.each([
  ['"adversaries" expected an array', {}],
  ['"adversaries[0]" expected an object', [null]],
  ['"adversaries[0].kind" expected one of sybils, eclipse', [{ kind: 'sybil' }]],
  ['"adversaries[0].kind" expected one of', [{ kind: 'toString' }]],
  ['"adversaries[0].rate" is no field of droppers; it has none', [{ kind: 'droppers', rate: 1 }]],
  ['"adversaries[0].at" expected { node } or { key }, got undefined', [{ kind: 'sybils' }]],
  ['"adversaries[0].at.key" expected 40 hex', [{ kind: 'sybils', at: { key: 'x' } }]],
  [
    '"adversaries[0].at.node" expected a whole number in 0..9',
    [{ kind: 'sybils', at: { node: 10 } }],
  ],
  ['"adversaries[0].at" expected { node }, got', [{ kind: 'eclipse', at: { key: KEY } }]],
  ['"adversaries[0].at" expected { node } or', [{ kind: 'sybils', at: { key: KEY, node: 1 } }]],
  ['"adversaries[0].about" expected nodes, addresses', [{ kind: 'liars', about: 'love' }]],
  ['"adversaries[0].by" expected ms or text', [{ kind: 'delayers' }]],
  ['"adversaries[0].perSecond" expected a whole', [{ kind: 'phantoms', at: { node: 1 } }]],
  [
    '"adversaries[0].spoofed" expected true, false',
    [{ kind: 'token-theft', at: { node: 1 }, perSecond: 1, spoofed: 1 }],
  ],
  ['"adversaries[0].every" expected a whole number in 1..', [{ kind: 'changing-ids', every: 0 }]],
  ['"adversaries[0]" expected count or share', [{ kind: 'droppers', count: 1, share: 0.1 }]],
  ['"adversaries[0].share" expected a number in 0..0.9', [{ kind: 'droppers', share: 1 }]],
  ['"adversaries[0].count" expected a whole number in 1..', [{ kind: 'droppers', count: 0 }]],
  [
    '"adversaries[0].networks" expected a whole number in 2..300',
    [{ kind: 'droppers', count: 300, networks: 1 }],
  ],
  [
    '"adversaries[0].schedule.to" expected a time after from',
    [{ kind: 'droppers', schedule: { from: 5, to: 5 } }],
  ],
  [
    '"adversaries[0].schedule" expected from and to, got the field "until"',
    [{ kind: 'droppers', schedule: { until: 5 } }],
  ],
  ['"adversaries[0].schedule" expected an object', [{ kind: 'droppers', schedule: 5 }]],
])('%s', (message, models) => {
  expect(() => bandsOf(models, 10)).toThrow(message);
});

test('there are bounds of adversaries and of their nodes', () => {
  const one = { kind: 'droppers' };
  expect(bandsOf(Array(ADVERSARIES_LIMIT).fill(one), 10)).toHaveLength(ADVERSARIES_LIMIT);
  expect(() => bandsOf(Array(ADVERSARIES_LIMIT + 1).fill(one), 10)).toThrow(RangeError);
  const many = { kind: 'droppers', count: ADVERSARY_NODES_LIMIT };
  expect(bandsOf([many], 10)).toHaveLength(1);
  expect(() => bandsOf([many, one], 10)).toThrow('the nodes of all "adversaries"');
});
