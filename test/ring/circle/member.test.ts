import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addressOf, parseIp } from '../../../src/core/address.ts';
import { formatId } from '../../../src/core/id.ts';
import { hostMark, Members } from '../../../src/ring/circle/member.ts';

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
