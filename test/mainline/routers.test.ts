/** The list of public routers is read, never used: tests send nothing off loopback. */
import { expect, test } from 'vitest';
import { parseIp, Scope, scopeOf } from '../../src/core/address.ts';
import { PUBLIC_ROUTERS } from '../../src/mainline/routers.ts';
import { at } from './small-world.ts';

test('each router is name:port, some with the IP at which it was known to answer', () => {
  let hints = 0;
  for (const router of PUBLIC_ROUTERS) {
    const [, ip, name, port] = /^(?:([\d.]+)@)?([a-z0-9.-]+\.[a-z]+):(\d+)$/.exec(router)!;
    expect(name.length).toBeGreaterThan(3);
    expect(Number(port)).toBeGreaterThan(0);
    expect(Number(port)).toBeLessThan(65536);
    if (ip === undefined) continue;
    hints++;
    expect(parseIp(ip)).toBeGreaterThan(0);
    expect(scopeOf(at(ip, Number(port)))).toBe(Scope.public);
  }
  expect(hints).toBeGreaterThanOrEqual(3);
  expect(new Set(PUBLIC_ROUTERS).size).toBe(PUBLIC_ROUTERS.length);
});
