import { expect, test } from 'vitest';
import { type Process, SmallRing } from '../small-ring.ts';

const TITLED = { k: 2, titles: true };
const refusalsOf = ({ events }: Process) => events.filter(({ kind }) => kind === 'not-admitted');

function ringOf(settings: object): { world: SmallRing; nodes: Process[] } {
  const world = new SmallRing({ settings });
  const nodes = world.ring(3);
  world.run(10_000);
  return { world, nodes };
}

test.each([
  ['none', TITLED, { k: 0, titles: true }, /K = 2, this member K = 0: .* so give it --k 2$/],
  ['two', { k: 0, titles: true }, TITLED, /K = 0, this member K = 2: .* so give it --k 0$/],
  ['one and class programs', TITLED, { k: 1, titles: false }, /K = 2, this member K = 1, .*--wire/],
] as const)(
  'who keeps %s joins no ring of the other kind, is told so once, and gives up',
  (_, its, own, line) => {
    const { world, nodes } = ringOf(its);
    const joiner = world.process(1, own).start(nodes[0]);
    world.run(20_000);
    expect(refusalsOf(joiner)).toHaveLength(1);
    expect(refusalsOf(joiner)[0]).toMatchObject({
      peer: nodes[0].addresses[0],
      reason: expect.stringMatching(line),
    });
    expect(joiner.node.isMember).toBe(false);
    expect(joiner.done(joiner.get('a')).code).toBe('not-a-member');
    const attempts = joiner.node.counters.dialed;
    world.run(60_000);
    expect(joiner.node.counters.dialed).toBe(attempts);
    // The ring has lost nothing by it.
    expect(nodes[1].done(nodes[1].insert('a', 'x', 'all')).code).toBe('ok');
  },
);

test('as long as somebody else may take it in, it goes on', () => {
  const { world, nodes } = ringOf(TITLED);
  const other = world.process(1, { k: 0 });
  const joiner = world.process(1, { k: 0 }).start(nodes[0], other);
  world.run(20_000);
  expect(refusalsOf(joiner)).toEqual([]);
  other.start();
  world.run(20_000);
  expect(joiner.node.isMember).toBe(true);
  expect(other.node.isMember).toBe(true);
});
