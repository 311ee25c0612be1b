/** Members in other processes are found by asking, and missed when they are gone. */
import { describe, expect, test } from 'vitest';
import { namedBy, RingSurvey } from '../../../src/studio/ring/survey.ts';
import { createRingTestnet } from '../../../src/testnet.ts';

const PATIENCE = { timeout: 15_000 };
const nobody = () => false;

describe('a survey', () => {
  test('finds all members from one of them, each process once', async () => {
    await using ring = await createRingTestnet({ nodes: 4, k: 1, identities: 2 });
    const entry = ring.nodes[2].addresses[1];
    const survey = new RingSurvey({ entries: () => [entry], isOwn: nobody });
    await Promise.all([survey.round(), survey.round()]);
    expect([...survey.found.keys()].sort()).toEqual(
      ring.nodes.map((node) => node.addresses[0]).sort(),
    );
    for (const { info, sign } of survey.found.values()) {
      expect(sign).toBe('answers');
      expect(info!.identities).toHaveLength(2);
    }
    // A single round leaves no connection behind.
    expect(survey.connection).toBeNull();
  });

  test('leaves out those who are asked elsewhere', async () => {
    await using ring = await createRingTestnet({ nodes: 3, k: 1 });
    const own = ring.nodes[0].addresses[0];
    const survey = new RingSurvey({
      entries: () => namedBy(ring.nodes[0].info()),
      isOwn: (address) => address === own,
    });
    await survey.round();
    expect([...survey.found.keys()].sort()).toEqual(
      [1, 2].map((i) => ring.nodes[i].addresses[0]).sort(),
    );
  });

  test('goes on until it is stopped, and notices who is gone', async () => {
    await using ring = await createRingTestnet({ nodes: 3, k: 1 });
    const [first, , last] = ring.nodes.map((node) => node.addresses[0]);
    const survey = new RingSurvey({ entries: () => [first], isOwn: nobody });
    survey.start();
    await expect.poll(() => survey.found.size, PATIENCE).toBe(3);
    await ring.crash(2);
    await expect.poll(() => survey.found.get(last)!.sign, PATIENCE).toBe('gone');
    expect(survey.found.get(first)!.sign).toBe('answers');
    expect(survey.connection).not.toBeNull();
    survey.stop();
    expect(survey.connection).toBeNull();
    await expect.poll(() => ring.nodes[0].connections.open, PATIENCE).toBeLessThan(5);
  });

  test('of nobody finds nobody', async () => {
    const survey = new RingSurvey({ entries: () => ['127.0.0.1:1'], isOwn: nobody });
    await survey.round();
    expect([...survey.found.values()]).toEqual([
      {
        address: '127.0.0.1:1',
        sign: 'gone',
        sinceMs: expect.any(Number),
        isPlain: false,
        info: null,
      },
    ]);
    expect(namedBy(null)).toEqual([]);
  });
});
