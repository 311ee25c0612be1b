import { expect, test } from 'vitest';
import { FrameType } from '../../../src/ring/frames.ts';
import { Rights, rightsNeeded, rightsOf } from '../../../src/ring/greeting/rights.ts';

test('clients may ask for values and who has them, and nothing that members say to each other', () => {
  const asked = (rights: number) =>
    Object.entries(FrameType)
      .filter(([, type]) => rightsNeeded(type) === rights)
      .map(([name]) => name);
  expect(asked(Rights.none)).toEqual([]);
  expect(asked(Rights.read)).toEqual(['owner', 'get', 'info', 'vouch', 'query']);
  expect(asked(Rights.write)).toEqual(['put', 'remove', 'act', 'forget']);
  for (const name of ['replicate', 'neighbours', 'inherit', 'switch', 'digest', 'fetch', 'join']) {
    expect(asked(Rights.member)).toContain(name);
  }
  // What somebody adds is among members until he says otherwise.
  expect(rightsNeeded(99)).toBe(Rights.member);
});

test('of a byte of a stranger only three values are rights', () => {
  const known = Array.from({ length: 256 }, (_, byte) => rightsOf(byte)).filter((r) => r !== null);
  expect(known).toEqual([Rights.read, Rights.write, Rights.member]);
});
