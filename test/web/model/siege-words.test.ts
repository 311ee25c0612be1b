/** Worlds beside each other are told apart by what their nodes do, or by what the attackers do. */
import type { SceneConfig } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { ATTACKS } from '../../../web/src/lessons/attacks/index.ts';
import { siegeText } from '../../../web/src/model/siege-words.ts';

type Siege = NonNullable<SceneConfig['siege']>;
type Defence = NonNullable<Siege['node']>;

const LIARS = { kind: 'liars', share: 0.2 } as Siege['adversaries'][number];
const besieged = (node: Defence, adversary: object = {}): Siege => ({
  adversaries: [{ ...LIARS, ...adversary } as Siege['adversaries'][number]],
  node,
});
/** What each of the two is called beside the other. */
const both = (one: Defence, other: Defence) => [
  siegeText(besieged(one), besieged(other)),
  siegeText(besieged(other), besieged(one)),
];

describe('a choice is told where it is made, and where it is left', () => {
  test.each<[Defence, Defence, string, string]>([
    [{ secureIds: true }, {}, 'ids are looked at', 'any id will do'],
    [{ secureIds: true }, { secureIds: false }, 'ids are looked at', 'any id will do'],
    [{ inbound: true }, { inbound: false }, 'answers are bounded', 'answers all'],
    [{ timeoutMs: 6000 }, {}, 'waits long', 'waits shortly'],
    [{ timeoutMs: 6000 }, { timeoutMs: 500 }, 'waits long', 'waits shortly'],
    [{ contacts: 'whoever-asks' }, {}, 'knows whoever asks', 'knows whoever answers'],
    [
      { contacts: 'whoever-asks' },
      { contacts: 'whoever-answers' },
      'knows whoever asks',
      'knows whoever answers',
    ],
    [
      { peers: { perNetwork: 4 } },
      { peers: { perNetwork: 4000 } },
      'shares of networks',
      'no shares of networks',
    ],
    [
      { items: { perNetwork: 4 } },
      { items: { perNetwork: 4000 } },
      'bounded items',
      'items as ever',
    ],
  ])('%j beside %j', (made, left, madeText, leftText) => {
    expect(both(made, left)).toEqual([madeText, leftText]);
  });

  test('several in the order in which they are named, none that both have', () => {
    const one: Defence = { onePerIp: true, secureIds: true, onePerNetwork: true };
    const other: Defence = { onePerIp: true };
    expect(both(one, other)).toEqual([
      'ids are looked at, one node of a network',
      'any id will do, any number of a network',
    ]);
  });
});

test('where nodes are alike the attackers are told', () => {
  const [slow, fast] = [besieged({}, { every: '10 min' }), besieged({}, { every: '1 min' })];
  expect(siegeText(slow, fast)).toBe('another id every 10 min');
  expect(siegeText(fast, slow)).toBe('another id every 1 min');
  expect(siegeText(besieged({}, { spoofed: true }), besieged({}, { spoofed: false }))).toBe(
    'under other addresses',
  );
  expect(siegeText(besieged({}, { share: 0.5 }), besieged({}))).toBe('share: 0.5');
  expect(siegeText(slow, slow)).toBe('under attack');
  expect(siegeText(undefined, slow)).toBe('nobody attacks');
});

test('the two worlds of each lesson on attacks have names that differ', () => {
  const pairs = ATTACKS.flatMap(({ steps }) => steps).flatMap(({ config, beside }) =>
    beside?.siege === undefined ? [] : [[config!.siege, beside.siege] as const],
  );
  expect(pairs.length).toBeGreaterThan(8);
  for (const [a, b] of pairs) expect(siegeText(a, b)).not.toBe(siegeText(b, a));
});
