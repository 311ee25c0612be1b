import { expect, test } from 'vitest';
import { askPromise } from '../../../src/ring/tenure/asking.ts';
import type { Answer } from '../../../src/ring/titles/elector.ts';
import { NO_EPOCH } from '../../../src/ring/titles/epoch.ts';
import { identityOf, others, titleAt, titledRing } from '../titled.ts';

const { world, nodes } = titledRing(3, 1);
const [asker, asked] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];

function askFor(incarnation: number, number: number): Answer | null | undefined {
  const { end } = titleAt(asked);
  let heard: Answer | null | undefined;
  asker.call(() => {
    const peer = { home: asked.addresses[0], incarnation };
    const arc = [identityOf(asked).hash, end] as const;
    const epoch = number === 0 ? NO_EPOCH : { number, claimant: 1 };
    askPromise(asker.node, world.now, peer, arc, epoch, (_at, answer) => {
      heard = answer;
    });
  });
  world.runUntil(() => heard !== undefined, 10_000);
  return heard;
}

test('an elector says what it knows, and promises when it is asked to', () => {
  const { incarnation } = asked.node;
  const before = titleAt(asked).epoch.number;
  const look = askFor(incarnation, 0)!;
  expect(look.known.at(-1)!.title.owner.home).toBe(asked.addresses[0]);
  expect(look.promised.number).toBe(before + 1);
  expect(askFor(incarnation, before + 5)).toMatchObject({ isGranted: true });
  // A lower one is refused from then on.
  expect(askFor(incarnation, before + 4)).toMatchObject({ isGranted: false });
});

test('the word of another incarnation counts as silence', () => {
  expect(askFor(asked.node.incarnation + 1, 0)).toBeNull();
});

test('one who was promised away finds its way back', () => {
  world.runUntil(() => nodes.every((node) => identityOf(node).holding !== null), 20_000);
  for (const node of others(nodes)) expect(node.done(node.insert('a', 'b', 'all')).code).toBe('ok');
});
