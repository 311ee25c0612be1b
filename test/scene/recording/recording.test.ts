/** Messages to lines and back, and recordings that are broken, cut, foreign or too long. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import {
  headerLine,
  LINE_LENGTH_MAX,
  lineOfMessage,
  messageOfLine,
  RecordingError,
  RecordingReader,
  readRecording,
} from '../../../src/scene/recording/recording.ts';
import { frameAt, SAMPLES } from '../samples.ts';

const LINES = [headerLine(), ...SAMPLES.map(lineOfMessage)];
const TEXT = `${LINES.join('\n')}\n`;

describe('a line', () => {
  test.each(SAMPLES.map((message) => [message.type, message] as const))(
    '%s comes back as it was',
    (_, message) => {
      const line = lineOfMessage(message);
      expect(line).not.toContain('\n');
      expect(messageOfLine(line)).toEqual(message);
    },
  );

  test('columns that are parts of larger arrays are written without the rest', () => {
    const all = Uint32Array.of(1, 2, 3, 4);
    const update = frameAt(0, { sybils: all.subarray(1, 3) });
    expect(messageOfLine(lineOfMessage(update))).toMatchObject({ sybils: Uint32Array.of(2, 3) });
  });

  test('what is none is told in one sentence', () => {
    expect(() => messageOfLine('{')).toThrow(new RecordingError('this is no JSON'));
    expect(() => messageOfLine('{}')).toThrow(RecordingError);
    expect(() => messageOfLine('[')).toThrow(RecordingError);
    expect(() => messageOfLine(' '.repeat(LINE_LENGTH_MAX + 1))).toThrow('characters');
    expect(() => messageOfLine('['.repeat(100_000))).toThrow(RecordingError);
    const deep = `${'{"root":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    expect(() => messageOfLine(deep)).toThrow(RecordingError);
  });
});

describe('a recording', () => {
  test('is read line by line, however it is cut into pieces', () => {
    const whole = readRecording(TEXT);
    expect(whole.lines).toEqual(LINES.slice(1));
    expect(whole.types).toEqual(SAMPLES.map(({ type }) => type));
    expect(whole.trouble).toBeNull();
    expect([...whole.isWhole].indexOf(1)).toBe(2);
    const random = new SeededRandom(9, 1);
    for (let i = 0; i < 20; i++) {
      const reader = new RecordingReader();
      for (let at = 0; at < TEXT.length; ) {
        const end = at + 1 + randomBelow(random, 700);
        reader.push(TEXT.slice(at, end));
        at = end;
      }
      expect(reader.finish()).toEqual(whole);
    }
  });

  test('without an end of its last line it is the same', () => {
    expect(readRecording(TEXT.trimEnd())).toEqual(readRecording(TEXT));
    expect(readRecording(`${LINES.join('\r\n')}\r\n\n`).types).toEqual(readRecording(TEXT).types);
  });

  test('that was cut short says so, and is there as far as it goes', () => {
    const first = LINES.slice(0, 4).join('\n').length + 1;
    for (let cut = 1; cut < LINES[4].length; cut += 10) {
      const recording = readRecording(TEXT.slice(0, first + cut));
      expect(recording.lines).toHaveLength(3);
      expect(recording.trouble).toContain('cut short in line 5: it can be played up to 0.0 s');
    }
    expect(() => readRecording(TEXT.slice(0, 200))).toThrow('ends before its first picture');
  });

  test('names the line that is broken', () => {
    const broken = [...LINES];
    broken[3] = broken[3].replace('"whole":true', '"whole":"yes"');
    const expected = 'line 4: "whole" expected true or false, got "yes"';
    expect(() => readRecording(`${broken.join('\n')}\n`)).toThrow(new RecordingError(expected));
    expect(() => readRecording(TEXT.replace('"type":"flights"', '"type":"flocks"'))).toThrow(
      'line 5:',
    );
  });

  test('of another version, of another kind, or none', () => {
    const headed = (header: string) => () => readRecording(TEXT.replace(LINES[0], header));
    expect(headed('{"format":"ringlight-recording","version":2}')).toThrow('version 2');
    expect(headed('{"format":"har"}')).toThrow('line 1: this is no recording');
    expect(headed('null')).toThrow('line 1: this is no recording');
    expect(headed('<html>')).toThrow('line 1: this is no recording');
    expect(() => readRecording('')).toThrow('the file is empty');
    expect(() => readRecording('<html>')).toThrow('no recording');
    expect(() => readRecording(LINES[0])).toThrow('ends before its first picture');
    expect(() => readRecording(`${LINES[0]}\n${LINES[2]}\n`)).toThrow('line 2: a recording begins');
  });

  test('in which time goes back is none', () => {
    const later = [frameAt(5, { whole: true }), frameAt(4)].map(lineOfMessage);
    expect(() => readRecording([...LINES, ...later, ''].join('\n'))).toThrow('time goes back');
  });

  test('a line without end is given up in time', () => {
    const reader = new RecordingReader();
    const piece = 'x'.repeat(LINE_LENGTH_MAX / 4);
    expect(() => {
      for (let i = 0; i < 6; i++) reader.push(piece);
    }).toThrow('line 1: longer than');
  });

  test('whatever the text is, nothing but a RecordingError is thrown', () => {
    const change = fc.tuple(fc.nat(TEXT.length - 1), fc.nat(40), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let text = TEXT;
        for (const [at, cut, put] of changes) text = text.slice(0, at) + put + text.slice(at + cut);
        try {
          readRecording(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordingError);
        }
      }),
      { seed: 62, numRuns: 400 },
    );
  });
});
