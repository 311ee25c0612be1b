/** Fields of frames: members told from their bytes, and what a level or a truth value is called. */
import { expect, test } from 'vitest';
import { addressOf, parseIp } from '../../../src/core/address.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { Members } from '../../../src/ring/circle/member.ts';
import { FrameWriter } from '../../../src/ring/frames.ts';
import { Dissection } from '../../../src/scene/explain/dissection.ts';
import { FrameFields, yesNo } from '../../../src/scene/explain/frame-fields.ts';

function partsOf(write: (out: FrameWriter) => void, read: (fields: FrameFields) => void) {
  const out = new FrameWriter();
  write(out);
  const cut = new Dissection(out.bytes.slice(0, out.length));
  cut.begin('payload');
  read(new FrameFields(cut, null));
  return cut.root('payload', '', '').parts;
}

test('a list says how many members it has, each with four fields', () => {
  const members = new Members(sha1);
  const list = [5000, 5001].map((port) => members.of(addressOf(parseIp('10.0.0.1'), port)));
  const [known] = partsOf(
    (out) => out.list(list),
    (fields) => fields.list('successors'),
  );
  expect(known).toMatchObject({ label: 'successors', value: '2 members', start: 0, end: 35 });
  expect(known.parts.map(({ label }) => label)).toEqual(['count', '1', '2']);
  expect(known.parts[1].parts.map(({ label }) => label)).toEqual([
    'address',
    'home',
    'host',
    'flags',
  ]);
});

test('one that ends too early is told as far as it goes', () => {
  const [list] = partsOf(
    (out) => out.u8(3),
    (fields) => fields.list('known'),
  );
  expect(list.value).toBe('3 members');
  expect(list.end).toBe(1);
});

test('a truth value is one byte', () => {
  expect([0, 1, 2].map(yesNo)).toEqual(['no', 'yes', 'unknown: 2']);
});
