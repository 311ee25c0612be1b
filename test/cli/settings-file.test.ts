import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { duration, endpointList, oneOf, port } from '../../src/cli/arguments.ts';
import { applySettings, readSettings, settingsPlace } from '../../src/cli/settings-file.ts';

const place = mkdtempSync(join(tmpdir(), 'ringlight-settings-'));
afterAll(() => rmSync(place, { recursive: true }));

const FILE = join(place, 'config.json');

/** What `ringlight ring get …` is left with after typing, the environment and the file. */
function optionsOf(values: object, typed: string[] = [], env: Record<string, string> = {}): object {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const program = new Command('ringlight').exitOverride();
    let options = {};
    program.hook('preAction', (_, action) =>
      applySettings(action, { file: FILE, values: { ...values } }),
    );
    program
      .command('ring')
      .command('get')
      .addOption(new Option('--at <host:port>').argParser(endpointList).env('TEST_AT'))
      .option('--timeout <duration>', '', duration, 20_000)
      .option('--wire <dialect>', '', oneOf('seed', 'text'))
      .option('--port <port>', '', port)
      .option('--studio [port]', '', port)
      .option('--no-one-per-ip', '')
      .option('--json', '', false)
      .action((chosen) => {
        options = chosen;
      });
    program.parse(['ring', 'get', ...typed], { from: 'user' });
    return options;
  } finally {
    process.env = before;
  }
}

describe('settings', () => {
  test('are for every command that has such an option, those of a command go before', () => {
    const all = { at: '127.0.0.1:1', timeout: '5s', nodes: 3, 'ring get': { wire: 'text' } };
    expect(optionsOf(all)).toMatchObject({ at: ['127.0.0.1:1'], timeout: 5000, wire: 'text' });
    expect(optionsOf({ ...all, 'ring get': { timeout: '1s' } })).toMatchObject({ timeout: 1000 });
    expect(optionsOf({ at: ['127.0.0.1:1', '127.0.0.1:2'], json: true, port: 3 })).toMatchObject({
      at: ['127.0.0.1:1', '127.0.0.1:2'],
      json: true,
      port: 3,
    });
    expect(optionsOf({ studio: true })).toMatchObject({ studio: true });
    expect(optionsOf({ 'one-per-ip': false })).toMatchObject({ onePerIp: false });
  });

  test('what is typed goes before the environment, that before the file', () => {
    const file = { at: '127.0.0.1:1', timeout: '5s' };
    const env = { TEST_AT: '127.0.0.1:2, 127.0.0.1:3' };
    expect(optionsOf(file, [], env)).toMatchObject({ at: ['127.0.0.1:2', '127.0.0.1:3'] });
    const typed = ['--at', '127.0.0.1:4', '--timeout', '20s'];
    expect(optionsOf(file, typed, env)).toMatchObject({ at: ['127.0.0.1:4'], timeout: 20_000 });
  });

  test.each([
    [{ at: 'nowhere' }, /has "at": Expected HOST:PORT, got "nowhere"/],
    [{ at: [1] }, /has "at": expected text/],
    [{ json: 'yes' }, /has "json": expected true or false, got "yes"/],
    [{ timeout: true }, /has "timeout": expected a value, got true/],
    [{ 'ring get': { levle: 'all' } }, /has "levle" for "ring get", which has no option --levle/],
    [{ 'ring get': 3 }, /has "ring get", which is no object/],
    [{ timeuot: '5s' }, /has "timeuot": there is no such option \(Did you mean timeout\?\)/],
    [{ 'ring gte': { level: 'all' } }, /has "ring gte": .* command \(Did you mean ring get\?\)/],
    [{ 'one-per-ip': false, 'no-page': true }, /has "no-page": there is no such option/],
  ])('%j is told in one line', (values, message) => {
    expect(() => optionsOf(values)).toThrow(message);
  });

  test('without a file there are none; one that is named must be there and be right', () => {
    expect(readSettings({ XDG_CONFIG_HOME: place })).toBeNull();
    const named = { RINGLIGHT_CONFIG: FILE };
    expect(() => readSettings(named)).toThrow(/cannot be read: there is no such file or folder/);
    writeFileSync(FILE, '{"at": "127.0.0.1:1"}');
    expect(readSettings(named)).toEqual({ file: FILE, values: { at: '127.0.0.1:1' } });
    for (const [text, message] of [
      ['{', /is no JSON/],
      ['[]', /is no object/],
    ] as const) {
      writeFileSync(FILE, text);
      expect(() => readSettings(named)).toThrow(message);
    }
    expect(settingsPlace({ XDG_CONFIG_HOME: '/x' })).toBe('/x/ringlight/config.json');
    expect(settingsPlace({ HOME: '/y' })).toMatch(/\.config\/ringlight\/config\.json$/);
  });
});
