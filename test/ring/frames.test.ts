import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/core/address.ts';
import { MEMBER_BYTES, Members } from '../../src/ring/circle/member.ts';
import {
  FRAME_HEADER_BYTES,
  Frame,
  FrameType,
  FrameWriter,
  LENGTH_BYTES,
  LIST_LIMIT,
  readU32,
} from '../../src/ring/frames.ts';

const sha1 = (bytes: Uint8Array) => new Uint8Array(createHash('sha1').update(bytes).digest());

function opened(writer: FrameWriter): Frame {
  const frame = new Frame();
  frame.open(writer.bytes, 0, LENGTH_BYTES + readU32(writer.bytes, 0));
  return frame;
}

describe('a frame', () => {
  it('is laid out as the drawing says', () => {
    const out = new FrameWriter();
    out.begin(FrameType.get, 0x01020304);
    out.raw(Uint8Array.of(0xaa, 0xbb));
    out.end();
    expect([...out.bytes.subarray(0, out.length)]).toEqual([0, 0, 0, 7, 3, 1, 2, 3, 4, 0xaa, 0xbb]);
  });

  it('gives back what was written, one behind the other', () => {
    const id = fc.uint8Array({ minLength: 20, maxLength: 20 });
    const fields = fc.record({
      type: fc.integer({ min: 1, max: 255 }),
      request: fc.nat(0xffffffff),
      byte: fc.nat(255),
      word: fc.nat(0xffffffff),
      time: fc.double({ noNaN: true }),
      address: fc.nat(2 ** 32 - 1).map((ip) => addressOf(ip, (ip % 65535) + 1)),
      id,
      raw: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(fields, { minLength: 1, maxLength: 5 }), (frames) => {
        const out = new FrameWriter();
        for (const { type, request, byte, word, time, address, id: key, raw } of frames) {
          out.begin(type, request);
          out.u8(byte);
          out.u32(word);
          out.f64(time);
          out.address(address);
          out.raw(key);
          out.raw(raw);
          out.end();
        }
        let at = 0;
        const frame = new Frame();
        for (const { type, request, byte, word, time, address, id: key, raw } of frames) {
          const next = at + LENGTH_BYTES + readU32(out.bytes, at);
          frame.open(out.bytes, at, next);
          expect(frame.type).toBe(type);
          expect(frame.request).toBe(request);
          expect(frame.u8()).toBe(byte);
          expect(frame.u32()).toBe(word);
          expect(frame.f64()).toBe(time);
          expect(frame.address()).toBe(address);
          expect(frame.id()).toEqual(key);
          expect(frame.copy(frame.left)).toEqual(raw);
          expect(frame.isWhole).toBe(true);
          at = next;
        }
        expect(at).toBe(out.length);
      }),
    );
  });

  it('names members, and changes nothing of what is known of them', () => {
    const [ours, theirs] = [new Members(sha1), new Members(sha1)];
    const member = ours.of(addressOf(0x0a000001, 5001));
    member.home = addressOf(0x0a000001, 5000);
    member.host = 0xdeadbeef;
    member.isPlain = true;
    const out = new FrameWriter();
    out.begin(FrameType.hello, 0);
    out.list([member, ours.of(addressOf(0x0a000002, 1))]);
    out.end();
    expect(out.length).toBe(FRAME_HEADER_BYTES + 1 + 2 * MEMBER_BYTES);
    const frame = opened(out);
    const [first, second] = frame.list(theirs);
    expect(frame.isWhole).toBe(true);
    const { address, hash } = member;
    // Of a stranger it is worth knowing that it must not be greeted; all else is for it to say.
    expect(first).toMatchObject({ address, home: address, hash, isPlain: true, isProven: false });
    expect(second.isPlain).toBe(false);
    first.isPlain = false;
    first.isProven = true;
    const again = opened(out).list(theirs)[0];
    expect(again).toBe(first);
    expect(again).toMatchObject({ home: address, host: 0x0a000001, isPlain: false });
  });

  it('is broken by what is too short, too long, of port 0 or over the limit', () => {
    const members = new Members(sha1);
    const out = new FrameWriter();
    out.begin(FrameType.pulse, 1);
    out.u8(5);
    out.end();
    const short = opened(out);
    expect(short.u32()).toBe(0);
    expect(short.isBroken).toBe(true);
    expect(opened(out).isWhole).toBe(false);

    out.length = 0;
    out.begin(FrameType.pulse, 1);
    out.raw(new Uint8Array(MEMBER_BYTES));
    out.end();
    const zero = opened(out);
    zero.member(members);
    expect(zero.isBroken).toBe(true);

    out.length = 0;
    out.begin(FrameType.hello, 1);
    out.u8(LIST_LIMIT + 1);
    for (let i = 0; i <= LIST_LIMIT; i++) out.member(members.of(addressOf(i + 1, 80)));
    out.end();
    const long = opened(out);
    expect(long.list(members)).toEqual([]);
    expect(long.isBroken).toBe(true);
  });
});
