import { expect, test } from 'vitest';
import { FramesWord, Knock } from '../../../src/ring/dialects/knock.ts';
import { COMMAND_MS, WIRES } from '../../../src/ring/dialects/wire.ts';
import { at, bytesOf, OneStream, SmallService, shown, termsOf } from './wire-scenes.ts';

test('the word for frames is heard where it stands whole, and answered with what we can', () => {
  for (const wire of WIRES) {
    const terms = termsOf(wire);
    const word = new FramesWord(terms, new SmallService());
    const said = wire === 'text' ? 'VER\n' : 'VER';
    expect(word.endIn(bytesOf(`..${said}rest`), 2, 20)).toBe(2 + said.length);
    expect(word.endIn(bytesOf(said), 0, said.length - 1)).toBe(-1);
    expect(word.endIn(bytesOf('VEX\n'), 0, 4)).toBe(-1);
    const text = '{"ringlight":1}';
    const before = wire === 'text' ? `${text.length}\n` : `${'\0'.repeat(7)}\x0f`;
    expect(shown(word.answer())).toBe(before + text);
    expect(terms.counters.ended('upgraded')).toBe(1);
  }
});

test('where no frames are spoken the word is one of a class program', () => {
  const service = new SmallService();
  service.capabilityText = null;
  expect(new FramesWord(termsOf('seed'), service).endIn(bytesOf('VER'), 0, 3)).toBe(-1);
});

test('a knock becomes a conversation with the time that it has left', () => {
  const knock = new Knock(1, at('10.0.0.2:5'), at('10.0.0.1:5000'), 100);
  expect(knock.deadline).toBe(100 + COMMAND_MS);
  const talk = knock.conversation(new OneStream(), termsOf('seed'), new SmallService());
  expect([talk.deadline, talk.stream, talk.isOver]).toEqual([knock.deadline, 1, false]);
});
