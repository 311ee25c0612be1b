/** The numbers of IPv6 addresses: one each, for as long as anybody needs it, in bounded memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressOf,
  formatAddress,
  ipOf,
  isLoopback,
  isV6,
  networkOf,
  parseIp6,
  partyOf,
  portOf,
  readAddress6,
  Scope,
  scopeOf,
  writeAddress6,
} from '../../src/core/address.ts';
import { AddressBook, FIRST_IP6, LOOSE_LIMIT } from '../../src/core/address-book.ts';

function ip(n: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes[0] = 0x20;
  new DataView(bytes.buffer).setUint32(4, n);
  return bytes;
}

describe('the book', () => {
  test('an address has one number, another one another', () => {
    const book = new AddressBook(1);
    const numbers = new Set<number>();
    for (let n = 0; n < 3000; n++) numbers.add(book.numberOf(ip(n), 0));
    expect(numbers.size).toBe(3000);
    for (let n = 0; n < 3000; n++) expect(numbers.has(book.numberOf(ip(n), 0))).toBe(true);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(FIRST_IP6);
    const start = book.startOf(book.numberOf(ip(77), 0));
    expect(book.bytes.slice(start, start + 16)).toEqual(ip(77));
  });

  test('is bounded: what nobody holds is forgotten, its number means nobody, what is held stays', () => {
    const book = new AddressBook(1);
    const held = book.numberOf(ip(1), 0);
    const loose = book.numberOf(ip(2), 0);
    book.hold(held);
    for (let n = 10; n < 10 + 2 * LOOSE_LIMIT; n++) book.numberOf(ip(n), 0);
    expect(book.count).toBeLessThanOrEqual(LOOSE_LIMIT + 1);
    expect(book.startOf(held)).toBeGreaterThan(0);
    expect(book.numberOf(ip(1), 0)).toBe(held);
    expect(book.startOf(loose)).toBe(0);
    expect(book.networkOf(loose)).toBe(0);
    expect(book.numberOf(ip(2), 0)).not.toBe(loose);
    book.letGo(held);
    for (let n = 10; n < 10 + 2 * LOOSE_LIMIT; n++) book.numberOf(ip(n), 0);
    expect(book.startOf(held)).toBe(0);
  });

  test('a network is a /64', () => {
    const book = new AddressBook(1);
    const [one, two, three] = [ip(1), ip(1), ip(2)];
    two[15] = 9;
    const of = (bytes: Uint8Array) => book.networkOf(book.numberOf(bytes, 0));
    expect(of(one)).toBe(of(two));
    expect(of(one)).not.toBe(of(three));
  });
});

describe('endpoints of IPv6', () => {
  const at = (text: string, port = 6881) => addressOf(parseIp6(text), port);

  test('are numbers like all others', () => {
    const bytes = fc.uint8Array({ minLength: 18, maxLength: 18 });
    fc.assert(
      fc.property(bytes, (compact) => {
        const address = readAddress6(compact, 0);
        expect(Number.isSafeInteger(address) && isV6(address)).toBe(true);
        expect(portOf(address)).toBe(compact[16] * 256 + compact[17]);
        expect(addressOf(ipOf(address), portOf(address))).toBe(address);
        const again = new Uint8Array(18);
        writeAddress6(again, 0, address);
        expect(again).toEqual(compact);
        expect(readAddress6(again, 0)).toBe(address);
      }),
    );
    expect(formatAddress(at('2001:db8::1'))).toBe('[2001:db8::1]:6881');
  });

  test.each([
    ['2001:db8::1', Scope.public],
    ['::1', Scope.loopback],
    ['fe80::1', Scope.linkLocal],
    ['fd00::1', Scope.private],
    ['fec0::1', Scope.private],
    ['ff02::1', Scope.unusable],
    ['::', Scope.unusable],
    ['::ffff:1.2.3.4', Scope.unusable],
  ])('the scope of %s', (text, scope) => {
    expect(scopeOf(at(text))).toBe(scope);
    expect(scopeOf(at(text, 0))).toBe(Scope.unusable);
    expect(isLoopback(at(text))).toBe(text === '::1');
  });

  test('limits are for a /64, and no network is that of an IPv4 address', () => {
    expect(partyOf(at('2001:db8::1', 1))).toBe(partyOf(at('2001:db8::2', 2)));
    expect(partyOf(at('2001:db8:0:1::1'))).not.toBe(partyOf(at('2001:db8::1')));
    expect(networkOf(at('2001:db8::1'))).toBeGreaterThan(0xffffff);
  });
});
