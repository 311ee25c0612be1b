/** The verdict on rings that are made up: sound ones, and each way in which one can be broken. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Surveyed } from '../../../src/cli/ring/ring-survey.ts';
import { judge } from '../../../src/cli/ring/ring-verdict.ts';
import type { IdentityInfo, RingInfo } from '../../../src/ring.ts';

const hashOf = (address: string) => createHash('sha1').update(address).digest('hex');

interface Shape {
  nodes: number;
  k?: number;
  list?: number;
}

/** A sound ring, members in the order of the circle. */
const TOLD = { isPlain: false, incarnation: null, clockOffsetMs: null };

function ring({ nodes, k = 2, list = 4 }: Shape): Surveyed[] {
  const addresses = Array.from({ length: nodes }, (_, i) => `10.0.0.${i + 1}:5000`).sort((a, b) =>
    hashOf(a) < hashOf(b) ? -1 : 1,
  );
  const member = (at: number) => {
    const address = addresses[(at + nodes * 8) % nodes];
    return { address, hash: hashOf(address), ...TOLD };
  };
  return addresses.map((address, i) => {
    const length = Math.min(list, nodes - 1);
    const view: IdentityInfo = {
      address,
      hash: hashOf(address),
      state: 'member',
      end: member(i + 1).hash,
      successors: Array.from({ length }, (_, j) => member(i + 1 + j)),
      predecessors: Array.from({ length }, (_, j) => member(i - 1 - j)),
      fingers: [],
      backups: [],
      effectiveK: Math.min(k, nodes - 1),
    };
    return surveyed(view, k);
  });
}

function surveyed(view: IdentityInfo, k: number): Surveyed {
  const info: RingInfo = {
    identities: [view],
    incarnation: '00000000abcd',
    clockAheadMs: 0,
    copiesMissing: 0,
    wire: 'seed',
    policy: 'correct',
    k,
    effectiveK: view.effectiveK,
    records: 0,
    bytes: 0,
    foreign: 0,
    connections: 0,
    counters: {},
  };
  const { address, hash } = view;
  return { address, hash, view, info, isAlive: true, isPlain: false, before: null };
}

const verdict = (all: readonly Surveyed[]) => judge(new Map(all.map((one) => [one.address, one])));
const checks = (all: readonly Surveyed[]) => [
  ...new Set(verdict(all).faults.map(({ check }) => check)),
];
const changed = (one: Surveyed, view: Partial<IdentityInfo>): Surveyed =>
  surveyed({ ...one.view!, ...view }, one.info!.k);
const dead = (one: Surveyed): Surveyed => ({ ...one, view: null, info: null, isAlive: false });

describe('a ring', () => {
  test.each([1, 2, 3, 5, 16, 100])('of %i sound members has no fault', (nodes) => {
    const { faults, members, effectiveK, k, principals, principalsNeeded } = verdict(
      ring({ nodes }),
    );
    expect(faults).toEqual([]);
    expect(members).toHaveLength(nodes);
    expect({ effectiveK, k }).toEqual({ effectiveK: Math.min(2, nodes - 1), k: 2 });
    expect(principals).toBe(nodes);
    expect(principalsNeeded).toBe(Math.min(nodes, Math.min(4, nodes - 1) + 1));
  });

  test('with a dead member that others still name is sound once its arc is taken', () => {
    const all = ring({ nodes: 6 });
    const gone = all[2];
    const before = changed(all[1], {
      end: all[3].hash,
      successors: all[1].view!.successors.filter(({ address }) => address !== gone.address),
    });
    const { faults, dead: named } = verdict([all[0], before, dead(gone), ...all.slice(3)]);
    // The lists of the others name it still; the member right before it has to know better.
    expect(faults).toEqual([]);
    expect(named.map(({ address }) => address)).toEqual([gone.address]);
  });

  test('whose arcs do not meet is told, and where', () => {
    const all = ring({ nodes: 5 });
    all[3] = changed(all[3], { end: all[1].hash });
    const { faults } = verdict(all);
    expect(faults).toEqual([
      { check: 'coverage', address: all[3].address, message: expect.stringContaining('ends at') },
    ]);
  });

  test('in which a member is passed over is told', () => {
    const all = ring({ nodes: 5 });
    all[3] = changed(all[3], {
      end: all[0].hash,
      successors: all[3].view!.successors.slice(1),
    });
    expect(checks(all)).toEqual(['coverage', 'order', 'principals']);
  });

  test('with a clock that is off, or records that were refused for one, is told', () => {
    const all = ring({ nodes: 6 });
    const [first, second] = all;
    first.info = { ...first.info!, clockAheadMs: 691_200_000 };
    second.info = { ...second.info!, counters: { refusedVersions: 3 } };
    expect(verdict(all).faults).toEqual([
      {
        check: 'clock',
        address: first.address,
        message: 'its clock is 691200 s ahead of the others’',
      },
      {
        check: 'clock',
        address: second.address,
        message: 'was given 3 records from the future: somebody’s clock is wrong',
      },
    ]);
  });

  test('that fell into two is told by both halves', () => {
    const all = ring({ nodes: 6 });
    const other = (i: number) => all[(i + 2) % 6];
    const split = all.map((one, i) =>
      changed(one, {
        end: other(i).hash,
        successors: [other(i), other(i + 2)].map(({ address, hash }) => ({
          address,
          hash,
          ...TOLD,
        })),
      }),
    );
    expect(checks(split)).toEqual(['coverage', 'order', 'principals']);
    expect(verdict(split).principals).toBe(0);
  });

  test('with a member whose whole list is dead is told', () => {
    const all = ring({ nodes: 8, list: 2 });
    const survey = verdict([...all.slice(0, 3), dead(all[3]), dead(all[4]), ...all.slice(5)]);
    const found = survey.faults.filter(({ check }) => check === 'live successor');
    expect(found.map(({ address }) => address)).toEqual([all[2].address]);
  });

  test('with a list out of order is told', () => {
    const all = ring({ nodes: 6 });
    const [first, second, ...others] = all[0].view!.successors;
    all[0] = changed(all[0], { successors: [first, others[0], second, ...others.slice(1)] });
    expect(checks(all)).toContain('order');
  });

  test('whose titles name somebody who is not there, or too few copies, says what to do', () => {
    const all = ring({ nodes: 3 });
    const [one, two, gone] = all;
    const title = (copies: readonly Surveyed[], electors: readonly Surveyed[], wanted: number) => ({
      ...{ epoch: 4, wanted, isChanging: false },
      copies: copies.map(({ address }) => address),
      electors: electors.map(({ address }) => address),
    });
    const rest = [one, two].map((member, i, both) =>
      changed(member, {
        end: both[1 - i].hash,
        successors: [{ address: both[1 - i].address, hash: both[1 - i].hash, ...TOLD }],
        effectiveK: 1,
        title: title(both, all, 3),
      }),
    );
    const faults = verdict(rest).faults.filter(({ check }) => check === 'missing');
    expect(faults).toEqual([
      { check: 'missing', address: one.address, message: '2 of 3 copies of its arc are there' },
      { check: 'missing', address: two.address, message: '2 of 3 copies of its arc are there' },
      {
        check: 'missing',
        address: gone.address,
        message: `is not there: start it again, or take it out with "ringlight ring forget ${gone.address}"`,
      },
    ]);
    const whole = all.map((member) => changed(member, { title: title(all, all, 3) }));
    expect(verdict(whole).faults).toEqual([]);
    // One that never had more members does with those it has.
    const few = ring({ nodes: 2 });
    expect(verdict(few.map((its) => changed(its, { title: title(few, few, 2) }))).faults).toEqual(
      [],
    );
  });

  test('with too few backups is told, and one too small for them is not', () => {
    const all = ring({ nodes: 5 });
    all[2] = changed(all[2], { effectiveK: 1 });
    expect(verdict(all)).toMatchObject({
      effectiveK: 1,
      faults: [
        { check: 'k', address: all[2].address, message: '1 of 2 backups hold all of its arc' },
      ],
    });
    expect(verdict(ring({ nodes: 2, k: 2 })).faults).toEqual([]);
  });

  test('counts several identities of one process as one place for copies', () => {
    const [a, b] = ring({ nodes: 2, k: 1 });
    const identities = [a.view!, b.view!].map((view) => ({ ...view, effectiveK: 0 }));
    const both = [a, b].map((one, i) => ({
      ...one,
      view: identities[i],
      info: { ...one.info!, identities },
    }));
    expect(verdict(both).faults).toEqual([]);
  });

  test('with somebody who is no member is told', () => {
    const all = ring({ nodes: 4 });
    const others = ring({ nodes: 5 }).filter(({ address }) => address === '10.0.0.5:5000');
    expect(checks([...all, changed(others[0], { state: 'joining' })])).toEqual(['alive']);
  });

  test('of class programs is judged by who owns what comes before each', () => {
    const plain = ring({ nodes: 4 }).map((one, i, all) => ({
      ...one,
      view: null,
      info: null,
      isPlain: true,
      before: all[(i + 3) % 4].address,
    }));
    expect(verdict(plain).faults).toEqual([]);
    plain[1] = { ...plain[1], before: plain[3].address };
    expect(verdict(plain).faults).toEqual([
      { check: 'coverage', address: plain[1].address, message: expect.stringContaining('not') },
    ]);
  });
});

/** Everybody says this of the clock of `address`, each its own. */
function heardOf(all: readonly Surveyed[], address: string, offsetsMs: number[]): Surveyed[] {
  return all.map((one, i) => {
    const successors = one.view!.successors.map((told) =>
      told.address === address ? { ...told, clockOffsetMs: offsetsMs[i] } : told,
    );
    return changed(one, { successors });
  });
}

describe('the clock of a member', () => {
  test.each([
    [[0, 7, -30_000, 9, 8], 7], // One liar moves nothing: 0 is what it would say of itself.
    [[0, 30_000, 2, 30_001, 1], 2], // An even number: nearer to 0.
    [[0, -30_000, -2, -30_001, -1], -2],
  ])('is the middle of what the others say: %j', (offsetsMs, middleMs) => {
    const all = ring({ nodes: 5 });
    const { clockOffsetsMs } = verdict(heardOf(all, all[0].address, offsetsMs));
    expect([...clockOffsetsMs]).toEqual([[all[0].address, middleMs]]);
  });
});
