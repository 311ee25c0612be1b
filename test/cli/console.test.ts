import { afterEach, describe, expect, test, vi } from 'vitest';
import { CommandError, counted, milliseconds, openConsole } from '../../src/cli/console.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function written(run: () => void): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  run();
  return lines;
}

describe('console', () => {
  test('people get text and no objects', () => {
    const console = openConsole(false);
    const lines = written(() => {
      console.say('hello');
      console.emit('event', { a: 1 });
    });
    expect(lines).toEqual(['hello\n']);
  });

  test('with --json programs get one object per line and no text', () => {
    const console = openConsole(true);
    const lines = written(() => {
      console.say('hello');
      console.emit('event', { a: 1 });
      console.progress('nobody sees this');
    });
    expect(lines).toEqual(['{"event":"event","a":1}\n']);
    expect(console.watched).toBe(false);
  });

  test('tables, texts and failures are safe on their way out', () => {
    const console = openConsole(false);
    const lines = written(() => {
      console.table([['a', 'b\x1b[2J\n']]);
      console.text('one\x07\ntwo');
      console.say('one\ntwo');
    });
    expect(lines).toEqual(['  a  b\\x1b[2J\\n\n', 'one\\x07\ntwo\n', 'one\\ntwo\n']);
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    console.fail('X', 'no\nringlight: all is well\x1b');
    console.aside.say('beside');
    expect(said).toEqual(['ringlight: no\\nringlight: all is well\\x1b\n', 'beside\n']);
  });

  test('a failure is an event with --json, and a line on stderr all the same', () => {
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    const lines = written(() => openConsole(true).fail('X', 'no'));
    expect(lines).toEqual(['{"event":"error","code":"X","message":"no"}\n']);
    expect(said).toEqual(['ringlight: no\n']);
  });

  test('a value goes into a pipe as it is, and ends its line on a terminal', () => {
    const console = openConsole(false);
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const value = (content: Uint8Array): string[] => written(() => console.value(content));
    const terminal = process.stdout.isTTY;
    try {
      process.stdout.isTTY = false;
      expect(value(bytes('a\x1b'))).toEqual([String(bytes('a\x1b'))]);
      process.stdout.isTTY = true;
      expect(value(bytes('world'))).toEqual(['world\n']);
      expect(value(bytes('a\x1b\nb\n'))).toEqual(['a\\x1b\nb\n']);
      expect(value(Uint8Array.of(0x61, 0xff, 0x1b))).toEqual(['a\\xff\\x1b\n']);
    } finally {
      process.stdout.isTTY = terminal;
    }
  });

  test('numbers are written as people do', () => {
    expect(counted(1, 'peer')).toBe('1 peer');
    expect(counted(2000, 'peer')).toBe('2,000 peers');
    expect(counted(0, 'query', 'queries')).toBe('0 queries');
    expect([milliseconds(0.04), milliseconds(99.94), milliseconds(250.4)]).toEqual([
      '0.0 ms',
      '99.9 ms',
      '250 ms',
    ]);
    expect(milliseconds(12_345)).toBe('12.3 s');
  });

  test('a command error carries the exit status', () => {
    expect(new CommandError('no', 2, 'USAGE')).toMatchObject({
      message: 'no',
      status: 2,
      code: 'USAGE',
    });
  });
});
