import { expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { type AdversaryModel, bandsOf } from '../../../src/lab/adversaries/adversary.ts';
import { habitOf, type Means } from '../../../src/lab/adversaries/deeds.ts';
import { phantom } from '../../../src/lab/adversaries/forgery.ts';
import { Malformed } from '../../../src/mainline/krpc/fields.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';

const HONEST = 50;

/** Means that write down what is done. */
function meansOf(model: AdversaryModel) {
  const [band] = bandsOf([model], HONEST);
  const done: { from: number; bytes: Uint8Array }[] = [];
  const spoken: number[] = [];
  const means = {
    ...{ band, honest: HONEST, random: new SeededRandom(3) },
    overlay: { addressOf: phantom },
    idOf: () => new Uint8Array(20).fill(9),
    forge: (_actor: number, from: number, _to: number, bytes: Uint8Array) =>
      done.push({ from, bytes }),
    token: (_a: number, _to: number, _m: unknown, _t: unknown, then: (token: Uint8Array) => void) =>
      then(Uint8Array.of(1, 2)),
    announce: (actor: number) => spoken.push(actor),
    speak: (actor: number) => spoken.push(actor),
  };
  return { means: means as unknown as Means, done, spoken };
}

const at = { node: 1 };

test.each([
  [1, 1000, 1],
  [50, 20, 1],
  [300, 3, 1],
  [1000, 1, 1],
  [5000, 1, 5],
])('%i a second are so many every so often', (perSecond, everyMs, times) => {
  const { means } = meansOf({ kind: 'garbage', at, perSecond });
  expect(habitOf(means)).toMatchObject({ everyMs, times });
});

test.each(['droppers', 'mirrors', 'shown-ids', 'changing-ids'] as const)(
  '%s only answer',
  (kind) => {
    expect(habitOf(meansOf({ kind }).means)).toBeNull();
  },
);

test('all nodes of a band speak to whom they surround, or announce themselves', () => {
  for (const model of [
    { kind: 'eclipse', at, count: 3, every: '7 s' },
    { kind: 'index-poison', key: 'ab'.repeat(20), count: 3, every: '7 s' },
  ] as const) {
    const { means, spoken } = meansOf(model);
    const habit = habitOf(means)!;
    expect(habit).toMatchObject({ everyMs: 7000, times: 3 });
    habit.deed(51, 0);
    expect(spoken).toEqual([51]);
  }
});

test('under whose name each speaks, and what it says', () => {
  const own = phantom(HONEST);
  const cases: [AdversaryModel, string, (from: number) => boolean][] = [
    [{ kind: 'phantoms', at, perSecond: 1 }, 'find_node', (from) => from === phantom(0)],
    [{ kind: 'token-flood', at, perSecond: 1 }, 'get_peers', (from) => from === phantom(0)],
    [{ kind: 'token-theft', at, perSecond: 1 }, 'announce_peer', (from) => from === phantom(0)],
    [{ kind: 'token-theft', at, perSecond: 1, spoofed: false }, 'announce_peer', (f) => f === own],
    [{ kind: 'storage-flood', at, perSecond: 1 }, 'announce_peer', (from) => from === own],
    [{ kind: 'reflection', at, perSecond: 1, through: 4 }, 'find_node', (f) => f === phantom(1)],
  ];
  for (const [model, method, isRight] of cases) {
    const { means, done } = meansOf(model);
    habitOf(means)!.deed(HONEST, 0);
    expect(done).toHaveLength(model.kind === 'reflection' ? 4 : 1);
    const [{ from, bytes }] = done;
    expect(isRight(from), model.kind).toBe(true);
    expect(new TextDecoder('latin1').decode(bytes)).toContain(method);
    expect(new Message().read(bytes, 0, bytes.length)).toBe(Malformed.fine);
  }
});
