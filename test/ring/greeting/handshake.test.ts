import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { Members } from '../../../src/ring/circle/member.ts';
import { Frame, FrameType, FrameWriter } from '../../../src/ring/frames.ts';
import { type Greeter, Handshake } from '../../../src/ring/greeting/handshake.ts';
import { Rights } from '../../../src/ring/greeting/rights.ts';
import { RingSecret } from '../../../src/ring/greeting/secret.ts';
import { sha1 } from '../small-ring.ts';
import { hmac, SECRET } from './secrets.ts';

const members = new Members(sha1);
const at = (last: number) => addressOf(0x0a000000 + last, 5000);
const random = new SeededRandom(11);
const secret = new RingSecret(hmac, SECRET);

function greeter(last: number, choice: Partial<Greeter> = {}): Greeter {
  const greeted = last === 0 ? [] : [members.of(at(last))];
  const isTitled = last !== 0;
  const ringId = new Uint8Array(16);
  const rest = { incarnation: last, isTitled, k: 2, stalledForMs: 0, greeted };
  return { secret, random, ringId, ...rest, ...choice };
}

function opened(bytes: Uint8Array): Frame {
  const frame = new Frame();
  frame.open(bytes, 0, bytes.length);
  return frame;
}

function proofFrame(proof: Uint8Array): Frame {
  const out = new FrameWriter();
  out.begin(FrameType.proof, 0);
  out.raw(proof);
  out.end();
  return opened(out.bytes.slice(0, out.length));
}

/** Both sides as far as they get. */
function greet(dialing: Greeter, accepting: Greeter, to = at(2)) {
  const dialer = new Handshake(dialing, to);
  const acceptor = new Handshake(accepting, 0);
  const first = acceptor.heard(0, opened(dialer.hello(1)));
  if (first !== 'fine') return { dialer, acceptor, verdicts: [first] };
  const second = dialer.heard(0, opened(acceptor.hello(2)));
  if (second !== 'fine') return { dialer, acceptor, verdicts: [first, second] };
  const proof = dialer.proof();
  if (proof === null) return { dialer, acceptor, verdicts: [first, second] };
  return { dialer, acceptor, verdicts: [first, second, acceptor.proven(proofFrame(proof))] };
}

describe('a handshake', () => {
  it('of two who know the secret gives rights to both, and a member still has to be vouched for', () => {
    const { dialer, acceptor, verdicts } = greet(greeter(1), greeter(2));
    expect(verdicts).toEqual(['fine', 'fine', 'fine']);
    expect([dialer.rights, acceptor.rights]).toEqual([Rights.member, Rights.write]);
    expect(acceptor.claimsMember(addressOf(0x0a000001, 40000))).toBe(true);
    expect(acceptor.claimsMember(addressOf(0x0a000009, 40000))).toBe(false);
  });

  it('takes time in which we stood still for a jump of our clock until it hears the other one again', () => {
    let stalledForMs = 100;
    const dialing: Greeter = Object.create(greeter(1), {
      stalledForMs: { get: () => stalledForMs },
    });
    const { dialer } = greet(dialing, greeter(2));
    expect([dialer.aheadMs, dialer.leastAheadMs]).toEqual([2, 2]);
    stalledForMs += 10_000;
    expect([dialer.aheadMs, dialer.leastAheadMs]).toEqual([2, -9998]);
    dialer.hearClock(20_000, 10_000);
    expect([dialer.aheadMs, dialer.leastAheadMs]).toEqual([-10_000, -10_000]);
  });

  it('gives clients what their key is good for', () => {
    for (const rights of ['read', 'write'] as const) {
      const key = new RingSecret(hmac, secret.keyFor(rights)!);
      const { acceptor, verdicts } = greet(greeter(0, { secret: key }), greeter(2));
      expect(verdicts).toEqual(['fine', 'fine', 'fine']);
      expect(acceptor.rights).toBe(Rights[rights]);
      expect(acceptor.claimsMember(at(1))).toBe(false);
    }
  });

  it('leaves those without rights who do not know it, whichever side that is', () => {
    const other = new RingSecret(hmac, 'quite another secret');
    for (const wrong of [null, other]) {
      const dialed = greet(greeter(1), greeter(2, { secret: wrong }));
      expect(dialed.verdicts.at(-1)).toBe('unproven');
      expect(dialed.dialer.isDone).toBe(false);
      const accepted = greet(greeter(1, { secret: wrong }), greeter(2));
      expect(accepted.verdicts.at(-1)).toBe('unproven');
      expect(accepted.acceptor.isDone).toBe(false);
    }
  });

  it('cannot be played again: not to the same side, not to another, not by who sits between', () => {
    const accepting = greeter(2);
    const [dialer, acceptor] = [new Handshake(greeter(1), at(2)), new Handshake(accepting, 0)];
    const hello = dialer.hello(1);
    acceptor.heard(0, opened(hello));
    dialer.heard(0, opened(acceptor.hello(2)));
    const proof = dialer.proof()!;
    const again = new Handshake(accepting, 0);
    expect(again.heard(0, opened(hello))).toBe('fine');
    again.hello(2);
    expect(again.proven(proofFrame(proof))).toBe('unproven');
    // Whoever lets A prove itself to B cannot say to C that he is B: the answer names B.
    const between = new Handshake(greeter(1), at(3));
    const behind = new Handshake(accepting, 0);
    behind.heard(0, opened(between.hello(1)));
    expect(between.heard(0, opened(behind.hello(2)))).toBe('malformed');
  });

  it('that was changed on its way proves nothing', () => {
    fc.assert(
      fc.property(fc.nat(70), fc.integer({ min: 1, max: 255 }), (where, flip) => {
        const [dialer, acceptor] = [new Handshake(greeter(1), at(2)), new Handshake(greeter(2), 0)];
        const hello = dialer.hello(1);
        const place = 9 + (where % (hello.length - 9));
        hello[place] = hello[place] ^ flip;
        if (acceptor.heard(0, opened(hello)) !== 'fine') return;
        const answer = acceptor.hello(2);
        expect(dialer.heard(0, opened(answer))).not.toBe('fine');
      }),
    );
  });

  it('without a secret is done with two hellos', () => {
    const open = { secret: null };
    const { dialer, acceptor, verdicts } = greet(greeter(1, open), greeter(2, open));
    expect(verdicts).toEqual(['fine', 'fine']);
    expect([dialer.rights, acceptor.rights]).toEqual([Rights.member, Rights.write]);
  });

  it('of members of two rings comes to nothing, whoever is in none may come', () => {
    const ring = (id: number) => ({ ringId: new Uint8Array(16).fill(id) });
    expect(greet(greeter(1, ring(5)), greeter(2, ring(6))).verdicts).toEqual(['other-ring']);
    expect(greet(greeter(1, ring(5)), greeter(2, ring(5))).verdicts).toHaveLength(3);
    expect(greet(greeter(1), greeter(2, ring(5))).verdicts).toHaveLength(3);
    expect(greet(greeter(0), greeter(2, ring(5))).verdicts).toHaveLength(3);
  });

  it('of two members of which one only has titles comes to nothing, clients may come to both', () => {
    const plain = { isTitled: false };
    expect(greet(greeter(1, plain), greeter(2)).verdicts).toEqual(['other-kind']);
    expect(greet(greeter(1), greeter(2, plain)).verdicts).toEqual(['other-kind']);
    expect(greet(greeter(1, plain), greeter(2, plain)).verdicts).toHaveLength(3);
    expect(greet(greeter(0), greeter(2)).verdicts).toHaveLength(3);
  });

  it('that comes to nothing for that tells how many backups there are, once and before anything else', () => {
    const { dialer, acceptor } = greet(greeter(1, { isTitled: false, k: 0 }), greeter(2));
    const refusal = acceptor.refusal();
    expect(dialer.refused(opened(refusal))).toBe(2);
    // Nobody is refused by whom he did not dial, nor after a hello.
    expect(acceptor.refused(opened(refusal))).toBeNull();
    expect(greet(greeter(1), greeter(2)).dialer.refused(opened(refusal))).toBeNull();
    expect(dialer.refused(opened(refusal.slice(0, -1)))).toBeNull();
  });
});
