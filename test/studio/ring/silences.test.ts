import { expect, test } from 'vitest';
import type { IdentityInfo, RingInfo } from '../../../src/ring.ts';
import { hashOf } from '../../../src/studio/live/names.ts';
import { infosOf, isMissed, silenceFacts, silentOnes } from '../../../src/studio/ring/silences.ts';
import type { Surveyed } from '../../../src/studio/ring/survey.ts';

const HOME = '127.0.0.1:7001';
const OTHERS = ['127.0.0.1:7002', '127.0.0.1:7003', '127.0.0.1:7004'];

/** A member that names these others. */
function infoOf(address: string, names: readonly string[] = [], epoch = 3): RingInfo {
  const successors = names.map((one) => ({ address: one }));
  const hash = hashOf(address);
  const identity = {
    address,
    hash,
    state: 'member',
    successors,
    predecessors: [],
    title: { epoch },
  };
  return { identities: [identity as unknown as IdentityInfo] } as unknown as RingInfo;
}

const surveyed = (sign: Surveyed['sign']): Surveyed => ({
  ...{ address: HOME, sign, sinceMs: new Date(2026, 0, 1, 12, 30, 5).getTime() },
  ...{ isPlain: false, info: infoOf(HOME) },
});

test('who is silent may be there, who is gone or answers is none of them', () => {
  const found = new Map([
    [HOME, surveyed('silent')],
    ['b', surveyed('gone')],
    ['c', surveyed('cut off')],
    ['d', surveyed('answers')],
  ]);
  const silent = silentOnes(found).map(({ home, sign, ring }) => [home, sign, ring]);
  expect(silent).toEqual([
    [HOME, 'silent', null],
    ['c', 'cut off', null],
  ]);
});

test('it is missed when nobody who answers names it; nobody alone misses anybody', () => {
  expect(isMissed(HOME, [])).toBe(false);
  expect(isMissed(HOME, [infoOf(OTHERS[0]!, [HOME]), infoOf(OTHERS[1]!)])).toBe(false);
  expect(
    isMissed(
      HOME,
      OTHERS.map((one) => infoOf(one, OTHERS)),
    ),
  ).toBe(true);
});

test('what can be known is said: since when, whether the port answers, whose the arc is', () => {
  const [silent] = silentOnes(new Map([[HOME, surveyed('silent')]]));
  const [cut] = silentOnes(new Map([[HOME, surveyed('cut off')]]));
  const naming = [infoOf(OTHERS[0]!, [HOME])];
  expect(silenceFacts(silent!, naming)).toEqual([
    { name: 'answers', value: expect.stringMatching(/^not since 12:30:05; its port takes/) },
    { name: 'arc', value: 'its own: the others still count it among themselves' },
  ]);
  expect(silenceFacts(cut!, naming)[0]!.value).toMatch(/nor does its port/);
  const others = OTHERS.map((one, i) => infoOf(one, [], i + 5));
  const order = [HOME, ...OTHERS].sort((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1));
  const heir = order.at(order.indexOf(HOME) - 1)!;
  const epoch = OTHERS.indexOf(heir) + 5;
  expect(silenceFacts(silent!, others)[1]!.value).toBe(`with ${heir} now, epoch ${epoch}`);
});

test('who says nothing of himself has no say', () => {
  const info = infoOf(HOME);
  expect(
    infosOf(
      new Map([
        [0, { info }],
        [1, { info: null }],
      ]),
    ),
  ).toEqual([info]);
});
