import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  CommandError,
  columns,
  counted,
  milliseconds,
  openConsole,
} from '../../src/cli/console.ts';

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

  test('columns are as wide as their widest cell, styling apart', () => {
    expect(
      columns([
        ['a', 'bb'],
        ['\x1b[1mccc\x1b[22m', 'd'],
      ]),
    ).toBe('  a    bb\n  \x1b[1mccc\x1b[22m  d');
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
