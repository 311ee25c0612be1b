import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  admissionOf,
  isLoopbackHost,
  keyOf,
  level,
  size,
  wire,
} from '../../../src/cli/ring/ring-options.ts';

describe('what people type', () => {
  test.each([
    ['0', 0],
    ['65536', 65_536],
    ['64k', 65_536],
    ['64K', 65_536],
    ['2kB', 2048],
    ['64M', 67_108_864],
    ['64MiB', 67_108_864],
    ['1g', 1_073_741_824],
  ])('%s is %i bytes', (text, bytes) => {
    expect(size(text)).toBe(bytes);
  });

  test.each(['', '-1', '1.5M', '64X', 'M', '9'.repeat(20), '99999999999999g'])(
    '%j is no size',
    (text) => {
      expect(() => size(text)).toThrow('Expected a number of bytes');
    },
  );

  test('levels and wires are the ones there are', () => {
    expect([level('one'), level('quorum'), level('all')]).toEqual(['one', 'quorum', 'all']);
    expect(() => level('two')).toThrow('Expected one, quorum, all.');
    expect(() => wire('packed')).toThrow('Expected seed, string, text.');
  });

  test('a key is a name unless it is said to be a hash', () => {
    expect(keyOf('aaf4', { hash: false })).toBe('aaf4');
    expect(keyOf('aaf4', { hash: true })).toEqual({ hash: 'aaf4' });
  });
});

describe('what lets somebody in', () => {
  test('is read from files, certificates from all three', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringlight-admission-'));
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const tlsCert = file('cert', 'c\n');
    const tlsKey = file('key', 'k\n');
    const tlsCa = file('ca', 'a\n');
    const secretFile = file('secret', 'known to few\n');
    expect(admissionOf({})).toEqual({});
    expect(admissionOf({ secretFile })).toEqual({ secret: 'known to few' });
    expect(admissionOf({ secretFile, tlsCert, tlsKey, tlsCa })).toEqual({
      secret: 'known to few',
      tls: { cert: 'c\n', key: 'k\n', ca: 'a\n' },
    });
    expect(() => admissionOf({ tlsCert, tlsKey })).toThrow(
      'TLS takes all three: --tls-cert, --tls-key and --tls-ca',
    );
    rmSync(folder, { recursive: true });
    expect(() => admissionOf({ tlsCert, tlsKey, tlsCa })).toThrow(/cannot read .*cert/);
  });
});

test('a host is loopback by its address, whatever its name looks like', () => {
  const hosts = ['127.0.0.1', '127.9.9.9', '::1', 'localhost', '127.example.com', '0.0.0.0', '::'];
  expect(hosts.filter(isLoopbackHost)).toEqual(hosts.slice(0, 4));
});
