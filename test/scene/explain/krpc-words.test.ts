/** Every field that a node reads or writes has a sentence that teaches. */
import { expect, test } from 'vitest';
import { BODY_WORDS, ERRORS, MESSAGES, TOP_WORDS } from '../../../src/scene/explain/krpc-words.ts';

test('the fields of KRPC and of the BEPs that are known are explained in a sentence each', () => {
  expect([...TOP_WORDS.keys()].sort()).toEqual(['a', 'e', 'ip', 'q', 'r', 'ro', 't', 'v', 'y']);
  const fields =
    'id target info_hash token nodes nodes6 values port implied_port seed noseed scrape';
  for (const field of [...fields.split(' '), ...'want BFsd BFpe interval num samples'.split(' ')]) {
    expect(BODY_WORDS.has(field), field).toBe(true);
  }
  for (const [name, { note }] of [...TOP_WORDS, ...BODY_WORDS]) {
    expect(note, name).toMatch(/^[A-Z].{10,}\.$/s);
  }
  for (const [kind, note] of MESSAGES) expect(note, kind).toMatch(/[.?]$/);
  for (const [code, note] of ERRORS) expect(note).toContain(code);
});
