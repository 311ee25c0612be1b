import { describe, expect, it } from 'vitest';
import {
  ALL_KEYS,
  keysOf,
  moment,
  ONE_KEY,
  reading,
  replyOf,
  textOf,
  unknownCommand,
} from '../../../src/api/resp/command.ts';
import { Refusal } from '../../../src/api/resp/refusal.ts';
import { DhtError } from '../../../src/io/errors.ts';

const words = (line: string) => line.split(' ').map((word) => new TextEncoder().encode(word));

describe('a command', () => {
  it.each([
    [ONE_KEY, 'GET a', ['a']],
    [ALL_KEYS, 'DEL a b c', ['a', 'b', 'c']],
    [[1, -1, 2] as const, 'MSET a 1 b 2', ['a', 'b']],
  ])('names its keys', (places, line, names) => {
    expect(
      keysOf(
        reading(-1, places, () => null),
        words(line),
      ).map(textOf),
    ).toEqual(names);
  });

  it('that is unknown is told with as much of its words as fits', () => {
    expect(unknownCommand(words('FOO a b')).text).toBe(
      "ERR unknown command 'FOO', with args beginning with: 'a' 'b' ",
    );
    expect(unknownCommand(words(`F ${'x'.repeat(500)} y`)).text.length).toBeLessThan(200);
  });

  it('with a time beyond all times is refused', () => {
    expect(moment('EX', 10n, 1000, 'no')).toBe(11_000);
    expect(moment('EXAT', -5n, 1000, 'no')).toBe(1);
    expect(() => moment('EX', 2n ** 62n, 1000, 'no')).toThrow(Refusal);
  });

  it('fails in one line whose first word clients know', () => {
    expect(replyOf(new DhtError('TOO_FEW_COPIES', 'why')).text).toBe('NOREPLICAS why');
    expect(replyOf(new DhtError('UNREACHABLE', 'why')).text).toBe('CLUSTERDOWN why');
    expect(replyOf(new DhtError('UNAVAILABLE', 'why')).text).toBe('CLUSTERDOWN why');
    expect(replyOf(new DhtError('OUTCOME_UNKNOWN', 'a\nb')).text).toBe('UNKNOWN a b');
    expect(() => replyOf(new TypeError('a bug'))).toThrow('a bug');
  });
});
