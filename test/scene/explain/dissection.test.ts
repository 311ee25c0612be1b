/** Cutting bytes into parts: what can go wrong while cutting must not lose a byte. */
import { describe, expect, test } from 'vitest';
import {
  Dissection,
  distanceByXor,
  distanceClockwise,
  shownBytes,
} from '../../../src/scene/explain/dissection.ts';
import { expectTiling, leavesOf, partAt } from '../tiling.ts';

const bytes = (...list: number[]) => Uint8Array.from(list);

describe('a dissection', () => {
  test('leaves and groups lie one behind the other', () => {
    const cut = new Dissection(bytes(1, 127, 0, 0, 1, 0x1a, 0xe1, 9));
    cut.begin('message');
    cut.u8('count', String, 'how many');
    cut.endpoint('first');
    cut.rest('more', '9');
    const root = cut.root('m', '', 'note');
    expectTiling(root, 8);
    expect(partAt(root, 'first').value).toBe('127.0.0.1:6881');
    expect(partAt(root, 'first', 'port')).toMatchObject({ value: '6881', start: 5, end: 7 });
    expect(root.note).toBe('note');
  });

  test('what promises more than there is breaks it, and the rest is one leaf that says so', () => {
    const cut = new Dissection(bytes(1, 2, 3));
    cut.begin('message');
    cut.u8('count', String, '');
    cut.begin('group');
    expect(cut.leaf('id', 20)).toBe(false);
    cut.u8('later', String, '');
    const root = cut.root('m', '', '');
    expectTiling(root, 3);
    expect(leavesOf(root).map(({ label }) => label)).toEqual(['count', 'unreadable']);
    expect(partAt(root, 'unreadable').note).toContain('2 of 20 bytes');
  });

  test('bytes behind the end of a message are told apart', () => {
    const cut = new Dissection(bytes(1, 2));
    cut.begin('message');
    cut.u8('all', String, '');
    const root = cut.root('m', '', '');
    expectTiling(root, 2);
    expect(partAt(root, 'unreadable').note).toContain('Nothing more belongs');
  });

  test('one that broke at its very end says so at the top', () => {
    const cut = new Dissection(bytes(1));
    cut.begin('message');
    cut.u8('count', String, '');
    cut.break('Cut short.');
    const root = cut.root('m', '', 'A note.');
    expectTiling(root, 1);
    expect(root.note).toBe('A note. Cut short.');
  });

  test('no bytes are a message without parts', () => {
    const cut = new Dissection(bytes());
    cut.begin('message');
    expectTiling(cut.root('m', '', ''), 0);
  });

  test('a group without bytes leaves no trace', () => {
    const cut = new Dissection(bytes(1));
    cut.begin('message');
    cut.begin('nothing');
    cut.finish();
    cut.rest('all', '');
    expect(cut.root('m', '', '').parts.map(({ label }) => label)).toEqual(['all']);
  });
});

describe('for people', () => {
  test('text is text, other bytes are digits, and long ones are cut', () => {
    expect(shownBytes(bytes(0x61, 0x62), 0, 2)).toBe('“ab”');
    expect(shownBytes(bytes(0, 255), 0, 2)).toBe('00ff');
    expect(shownBytes(new Uint8Array(49), 0, 49)).toBe(`${'00'.repeat(48)}…`);
    expect(shownBytes(new Uint8Array(0), 0, 0)).toBe('');
  });

  test('an XOR distance is told by its highest bit', () => {
    const target = new Uint8Array(20);
    const near = new Uint8Array(20);
    near[19] = 1;
    expect(distanceByXor(near, 0, target)).toContain('first 159 bits');
    expect(distanceByXor(near, 0, target)).toContain('less than 2^1.');
    near[0] = 0x40;
    expect(distanceByXor(near, 0, target)).toContain('first 1 bit with');
    expect(distanceByXor(target, 0, target)).toContain('the target itself');
  });

  test('a clockwise distance is a share of the circle', () => {
    const hash = new Uint8Array(20);
    const key = new Uint8Array(20);
    key[0] = 0x40;
    expect(distanceClockwise(hash, key)).toContain('25.000 %');
    expect(distanceClockwise(key, hash)).toContain('75.000 %');
    expect(distanceClockwise(key, key)).toContain('exactly at the key');
  });
});
