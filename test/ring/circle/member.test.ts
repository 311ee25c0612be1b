import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, parseIp, writeAddress } from '../../../src/core/address.ts';
import { formatId } from '../../../src/core/id.ts';
import { hostMark, type Member, Members } from '../../../src/ring/circle/member.ts';

const sha1 = (bytes: Uint8Array) => new Uint8Array(createHash('sha1').update(bytes).digest());
const at = (ip: string, port: number) => addressOf(parseIp(ip), port);

describe('members', () => {
  it('stand at the SHA-1 of their address (research §9)', () => {
    const member = new Members(sha1).of(at('192.168.0.1', 5000));
    expect(formatId(member.hash)).toBe('5d8e63364d6e4fa31d4b05a56543da303441c9e0');
    expect(member.home).toBe(member.address);
  });

  it('are the same object for the same address', () => {
    const members = new Members(sha1);
    expect(members.of(at('10.0.0.1', 1))).toBe(members.of(at('10.0.0.1', 1)));
    expect(members.count).toBe(1);
  });

  it('are found by address and where an address lies, however many they are, and forgotten at the limit', () => {
    const ips = fc.integer({ min: 0, max: 0xffffffff });
    const ports = fc.integer({ min: 1, max: 65535 });
    const endpoints = fc.array(fc.tuple(ips, ports), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(endpoints, fc.integer({ min: 200, max: 400 }), (all, limit) => {
        const members = new Members(sha1, limit);
        const known = new Map<number, Member>();
        for (const [ip, port] of [...all, ...all]) {
          const address = addressOf(ip, port);
          const bytes = new Uint8Array(8);
          writeAddress(bytes, 2, address);
          if (!known.has(address) && known.size >= limit) known.clear();
          const member = known.size % 2 === 0 ? members.of(address) : members.readAt(bytes, 2);
          expect(member).toBe(known.get(address) ?? member);
          expect(member.address).toBe(address);
          known.set(address, member);
          expect(members.count).toBe(known.size);
        }
        for (const [address, member] of known) expect(members.of(address)).toBe(member);
      }),
    );
  });

  it('share a host by IP, on loopback by nothing, with a label by that', () => {
    const members = new Members(sha1);
    expect(members.of(at('10.0.0.1', 1)).host).toBe(members.of(at('10.0.0.1', 2)).host);
    expect(members.of(at('10.0.0.1', 1)).host).not.toBe(members.of(at('10.0.0.2', 1)).host);
    expect(members.of(at('127.0.0.1', 1)).host).toBe(0);
    expect(hostMark('', at('127.0.0.1', 1))).toBe(0);
    expect(hostMark('rack 1', at('127.0.0.1', 1))).toBe(hostMark('rack 1', at('10.0.0.9', 1)));
    expect(hostMark('rack 1', 0)).not.toBe(hostMark('rack 2', 0));
  });
});
