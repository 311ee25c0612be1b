import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { Members } from '../../../src/ring/circle/member.ts';
import { FRAME_HEADER_BYTES, Frame, FrameType, FrameWriter } from '../../../src/ring/frames.ts';
import { HELLO_LIST_AT, putHello, readHello } from '../../../src/ring/greeting/hello.ts';
import { Nonce } from '../../../src/ring/greeting/nonce.ts';
import { sha1 } from '../small-ring.ts';

const members = new Members(sha1);
const identities = [5000, 5001].map((port) => members.of(addressOf(0x0a000001, port)));
const said = {
  rights: 3,
  isTitled: true,
  ringId: new Uint8Array(16).fill(7),
  incarnation: 0x123456789abc,
  clockMs: 1_700_000_000_123,
  nonce: Nonce.read(new Uint8Array(16).fill(9), 0),
  meant: addressOf(0x0a000002, 5000),
} as const;

function framed(write: (out: FrameWriter) => void): Frame {
  const out = new FrameWriter();
  out.begin(FrameType.hello, 0);
  write(out);
  out.end();
  const frame = new Frame();
  frame.open(out.bytes, 0, out.length);
  return frame;
}

test('a hello says what was put into it', () => {
  const frame = framed((out) => putHello(out, said, identities));
  expect(frame.bytes[FRAME_HEADER_BYTES + HELLO_LIST_AT]).toBe(2);
  const { ringId, nonce, ...rest } = said;
  const read = readHello(frame);
  if (typeof read === 'string') throw new Error(read);
  expect(read.hello).toMatchObject({
    ...rest,
    addresses: identities.map(({ address }) => address),
    host: 0x0a000001,
  });
  const nonceBytes = new FrameWriter();
  nonce.put(nonceBytes);
  expect(read.hello.nonce.isAt(nonceBytes.bytes, 0)).toBe(true);
  expect(read.proof).toHaveLength(0);
  expect(frame.bytes.subarray(read.ringIdAt, read.ringIdAt + 16)).toEqual(ringId);
  const client = framed((out) => putHello(out, { ...said, rights: 1, isTitled: false }, []));
  const hello = { rights: 1, isTitled: false, addresses: [], host: 0 };
  expect(readHello(client)).toMatchObject({ hello });
});

test('the hello of a time before there were versions is outdated, not broken', () => {
  for (const count of [0, 1, 2]) {
    const old = framed((out) => out.list(identities.slice(0, count)));
    expect(readHello(old)).toBe('outdated');
  }
});

test('whatever else comes is a hello or malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const hello = readHello(framed((out) => out.raw(Uint8Array.of(0x86, ...bytes))));
      if (typeof hello === 'string') expect(hello).toBe('malformed');
      else expect(hello.hello.addresses.length).toBeLessThanOrEqual(64);
    }),
  );
});
