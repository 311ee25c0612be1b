import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { objects, ringlight } from './command.ts';

describe('the command line', () => {
  test('--version is that of the package', async () => {
    const file = new URL('../../package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    for (const flag of ['--version', '-v', '-V']) {
      expect(await ringlight([flag])).toMatchObject({ status: 0, stdout: `${version}\n` });
    }
  });

  test.each([
    ['up'],
    ['mainline'],
    ['mainline', 'serve'],
    ['mainline', 'ping'],
    ['mainline', 'conformance'],
    ['mainline', 'find-node'],
    ['mainline', 'get-peers'],
    ['mainline', 'announce'],
    ['mainline', 'repl'],
  ])('%s %s has a help page', async (...words) => {
    const { status, stdout } = await ringlight([...words.filter(Boolean), '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: ringlight /);
    if (words.join() !== 'mainline') expect(stdout).toMatch(/--json/);
  });

  test.each([
    [['bogus'], /unknown command 'bogus'; there are up, mainline, /],
    [['ringlgiht', 'mainlne'], /unknown command 'ringlgiht'; there are up, mainline, /],
    [['mainline', 'weather'], /unknown command 'weather'; there are serve, ping, /],
    [['lab', 'weather', '--x'], /unknown command 'weather'; there are list, show, /],
    [['mainlne'], /unknown command 'mainlne' \(Did you mean mainline\?\)/],
    [['mainline', 'pnig'], /Did you mean ping\?/],
    [['up', '--nodse', '3'], /unknown option '--nodse' \(Did you mean --nodes\?\)/],
    [['up', '--bogus'], /unknown option '--bogus'/],
    [['up', '--nodes', '0'], /'--nodes <count>' argument '0' is invalid\. Expected a whole number/],
    [['up', '--nodes', 'many'], /Expected a whole number in 1\.\.10000/],
    [['up', '--for', 'ever'], /Expected a duration/],
    [['up', '--port', '65536'], /Expected a whole number in 0\.\.65535/],
    [['mainline', 'ping'], /missing required argument 'host:port'/],
    [['mainline', 'ping', 'nowhere'], /Expected HOST:PORT/],
    [['mainline', 'find-node', 'xyz'], /Expected 40 hexadecimal digits/],
    [['mainline', 'serve', '--table', 'round'], /Expected kbuckets, flat, prefix/],
  ])('%j is one clear line and exit status 2', async (args, message) => {
    const { status, stdout, stderr } = await ringlight(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('with --json a wrong argument is an object too', async () => {
    const outcome = await ringlight(['up', '--nodes', 'x', '--json']);
    expect(outcome.status).toBe(2);
    expect(objects(outcome)).toEqual([
      { event: 'error', code: 'USAGE', message: expect.stringContaining("'--nodes <count>'") },
    ]);
  });

  test('an address that is not ours cannot be listened on', async () => {
    const { status, stderr } = await ringlight(['up', '--no-studio', '--host', '127.0.0.256']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^ringlight: .*127\.0\.0\.256/);
  });
});
