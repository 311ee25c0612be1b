import { expect, test } from 'vitest';
import {
  addressFrom,
  fieldsOfPacket,
  PACKET_BYTES_MAX,
  packetOfLine,
} from '../../../src/mainline/capture/captured.ts';
import { at } from '../small-world.ts';

const LINE = {
  ...{ atMs: 1_700_000_000_000.125, direction: 'in', local: '10.0.0.1:6881' },
  ...{ peer: '[2001:db8::1]:7001', bytes: '00ff10' },
};
const read = (changed: object) => packetOfLine(JSON.stringify({ ...LINE, ...changed }));

test('a line is read as it was written, and what else it says is passed over', () => {
  const packet = read({ method: 'ping' });
  expect(packet).toMatchObject({ atMs: LINE.atMs, isOurs: false, local: at('10.0.0.1') });
  expect(packet.bytes).toEqual(Uint8Array.of(0, 255, 16));
  expect(fieldsOfPacket(packet)).toEqual(LINE);
  expect(read({ direction: 'out' }).isOurs).toBe(true);
});

test.each([
  [{ atMs: '1' }, '"atMs" expected a number, got "1"'],
  [{ direction: 'up' }, '"direction" expected "in" or "out", got "up"'],
  [{ bytes: 'abc' }, '"bytes" expected hexadecimal digits in pairs'],
  [{ bytes: 'AB' }, '"bytes" expected hexadecimal digits in pairs'],
  [{ bytes: '00'.repeat(PACKET_BYTES_MAX + 1) }, 'at most 65507 bytes'],
  [{ peer: 'localhost:1' }, '"peer" expected an address'],
  [{ local: '10.0.0.1:65536' }, '"local" expected an address'],
  [{ local: undefined }, '"local" expected an address'],
])('%o is refused by name', (changed, message) => {
  expect(() => read(changed)).toThrow(message);
});

test('what is no object is refused', () => {
  for (const line of ['', 'x', '7', 'null'])
    expect(() => packetOfLine(line)).toThrow('JSON object');
});

test('the longest datagram is read', () => {
  expect(read({ bytes: '00'.repeat(PACKET_BYTES_MAX) }).bytes).toHaveLength(PACKET_BYTES_MAX);
});

test('addresses are read as they are written', () => {
  expect(addressFrom('10.0.0.1:6881', 'x')).toBe(at('10.0.0.1'));
  for (const text of ['10.0.0.1', '::1:1', '10.0.0.1:', 7]) {
    expect(() => addressFrom(text, 'x')).toThrow('"x"');
  }
});
