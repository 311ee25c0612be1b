/** Clogs: what waits, what is lost, what is late, and only on the paths concerned. */
import { describe, expect, test } from 'vitest';
import { type Clog, Clogs } from '../../../src/lab/network/clogs.ts';
import { Probes } from '../probes.ts';

function clog(of: Partial<Clog>): Clog {
  return { kind: 'hold', from: null, to: null, untilMs: 1000, delayMs: 0, ...of };
}

describe('a clog', () => {
  test('holds, drops or delays', () => {
    const extra = (of: Partial<Clog>) => {
      const clogs = new Clogs(3);
      clogs.add(clog(of));
      return [400, 999, 1000].map((now) => clogs.extraMs(now, 0, 1));
    };
    expect(extra({ kind: 'hold' })).toEqual([600, 1, 0]);
    expect(extra({ kind: 'drop' })).toEqual([-1, -1, 0]);
    expect(extra({ kind: 'delay', delayMs: 70 })).toEqual([70, 70, 0]);
  });

  test('concerns the senders and receivers that it names', () => {
    const clogs = new Clogs(4);
    clogs.add(clog({ from: [0, 1], to: [2] }));
    const stopped: string[] = [];
    for (let from = 0; from < 4; from++) {
      for (let to = 0; to < 4; to++)
        if (clogs.extraMs(0, from, to) > 0) stopped.push(`${from}>${to}`);
    }
    expect(stopped).toEqual(['0>2', '1>2']);
    clogs.add(clog({ to: [3], untilMs: 2000 }));
    expect([0, 1, 2, 3].map((from) => clogs.extraMs(0, from, 3))).toEqual(new Array(4).fill(2000));
  });

  test('among several: dropping wins, then the latest opening; delays add up', () => {
    const clogs = new Clogs(2);
    clogs.add(clog({ untilMs: 700 }));
    clogs.add(clog({ untilMs: 900 }));
    clogs.add(clog({ kind: 'delay', delayMs: 30 }));
    clogs.add(clog({ kind: 'delay', delayMs: 4 }));
    expect(clogs.extraMs(100, 0, 1)).toBe(834);
    clogs.add(clog({ kind: 'drop', untilMs: 200 }));
    expect(clogs.extraMs(100, 0, 1)).toBe(-1);
    expect(clogs.extraMs(200, 0, 1)).toBe(734);
  });

  test('keeps a stream waiting until it opens, whether it holds or drops, but not when it delays', () => {
    const clogs = new Clogs(2);
    clogs.add(clog({ kind: 'delay', delayMs: 30 }));
    expect(clogs.shutUntilMs(0, 0, 1)).toBe(0);
    clogs.add(clog({ untilMs: 500, from: [0] }));
    clogs.add(clog({ kind: 'drop', untilMs: 800 }));
    expect([clogs.shutUntilMs(0, 0, 1), clogs.shutUntilMs(0, 1, 0)]).toEqual([800, 800]);
    expect(clogs.shutUntilMs(800, 0, 1)).toBe(0);
  });

  test('is forgotten when it has opened, or all are lifted', () => {
    const clogs = new Clogs(2);
    clogs.add(clog({ untilMs: 500 }));
    clogs.add(clog({ untilMs: 600 }));
    clogs.expire(499);
    expect(clogs.count).toBe(2);
    clogs.expire(500);
    expect(clogs.count).toBe(1);
    clogs.clear();
    expect([clogs.count, clogs.extraMs(0, 0, 1)]).toEqual([0, 0]);
  });
});

test('in a world: what is held leaves together when the clog opens, in its order', () => {
  const probes = new Probes(3);
  const { network, now } = probes.world;
  network.clog(clog({ from: [0], untilMs: now + 500 }));
  network.clog(clog({ kind: 'drop', from: [1], untilMs: now + 500 }));
  for (let number = 1; number <= 3; number++) {
    probes.send(0, 2, number);
    probes.send(1, 2, 100 + number);
    probes.send(2, 0, 200 + number);
    probes.pass(50);
  }
  probes.pass(1000);
  const heard = probes.arrivals.map(({ to, atMs, number }) => `${to} ${atMs} ${number}`);
  expect(heard.filter((line) => line.startsWith('2'))).toEqual(['2 600 1', '2 600 2', '2 600 3']);
  expect(heard.filter((line) => line.startsWith('0'))).toHaveLength(3);
  expect(network.traffic).toMatchObject({ clogged: 3, delivered: 6 });
  probes.send(1, 2, 7);
  probes.pass(100);
  expect(probes.arrivals.at(-1)!.number).toBe(7);
});

test('in a world: lifted before its time, a clog that drops lets all through', () => {
  const probes = new Probes(2);
  const { network, now } = probes.world;
  network.clog(clog({ kind: 'drop', untilMs: now + 60_000 }));
  expect(probes.reach(0, 1)).toBeNull();
  network.unclog();
  expect(probes.reach(0, 1)).not.toBeNull();
});
