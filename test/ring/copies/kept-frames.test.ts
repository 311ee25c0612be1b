import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BULK_BYTES } from '../../../src/ring/bounds.ts';
import {
  answerKeep,
  KEPT_TOGETHER,
  KEPT_TOGETHER_BYTES,
  KeptFrame,
  sendKept,
  type Verdict,
} from '../../../src/ring/copies/kept-frames.ts';
import { write } from '../../../src/ring/copies/writes.ts';
import { Frame, FrameType, FrameWriter, REPLY, Status } from '../../../src/ring/frames.ts';
import type { Link } from '../../../src/ring/link.ts';
import { blankRecord } from '../../../src/ring/records/record.ts';
import { putEpoch } from '../../../src/ring/tenure/wording.ts';
import type { Epoch } from '../../../src/ring/titles/epoch.ts';
import { writeVersion } from '../../../src/ring/titles/version.ts';
import { keyOf, type Process } from '../small-ring.ts';
import { identityOf, titleAt, titledRing } from '../titled.ts';

/** Names of keys that a process answers for. */
function namesOf({ node }: Process, count: number): string[] {
  const names: string[] = [];
  for (let i = 0; names.length < count; i++) {
    if (node.ownerOf(keyOf(`name ${i}`), 0)) names.push(`name ${i}`);
  }
  return names;
}

const copiesOf = (owner: Process, nodes: readonly Process[]): Process[] =>
  nodes.filter(
    (its) => its !== owner && titleAt(owner).copies.some(({ home }) => home === its.node.home),
  );

/** An end of a link that keeps what is said on it. */
function listening(incarnation: number): { link: Link; said: () => Frame } {
  const out = new FrameWriter();
  const link = {
    ...{ isOver: false, incarnation, unfinished: null },
    begin(type: number, request: number) {
      out.begin(type, request);
      return out;
    },
    send: () => out.end(),
    answerStatus(type: number, request: number, status: Status) {
      out.begin(type | REPLY, request);
      out.u8(status);
      out.end();
    },
  };
  const said = () => {
    const frame = new Frame();
    frame.open(out.bytes, 0, out.length);
    return frame;
  };
  return { link: link as unknown as Link, said };
}

function recordOf(epoch: Epoch, number: number, bytes = 10): Uint8Array {
  const record = blankRecord(new Uint8Array(bytes).fill(number));
  writeVersion(record, epoch, 1_000_000 + number);
  return record;
}

describe('records of one turn for one copy', () => {
  test('are one frame and one answer, and each is acknowledged when all copies have it', () => {
    const { world, nodes } = titledRing(5, 2);
    const owner = nodes[0]!;
    // A first one asks the electors; after that the title is known to be the last.
    owner.done(owner.insert(namesOf(owner, 1)[0]!, 'x', 'quorum'));
    const copies = copiesOf(owner, nodes);
    const before = copies.map(({ counters }) => counters.requestsIn);
    const names = namesOf(owner, 20);
    const done: [number, number][] = [];
    owner.call(() => {
      for (const name of names) {
        const record = blankRecord(new TextEncoder().encode(name));
        const writing = { isConditional: false, change: () => new Uint8Array(record) };
        write(owner.node, world.now, keyOf(name), writing, 'quorum', (_at, status, _f, held) => {
          done.push([status, held]);
        });
      }
      owner.node.tick(world.now);
    });
    world.runUntil(() => done.length === names.length, 5000);
    expect(done).toEqual(names.map(() => [Status.ok, 3]));
    for (const [i, copy] of copies.entries()) {
      // Beside it a sign of life or two.
      expect(copy.counters.requestsIn - before[i]!).toBeLessThan(6);
      for (const name of names) expect(copy.store.get(keyOf(name), 0)).not.toBeNull();
    }
  });

  test('keep their order among other frames: what is said between ends a frame', () => {
    const { world, nodes } = titledRing(4, 1);
    const owner = nodes[0]!;
    const { epoch, copies } = titleAt(owner);
    const peer = copies.find(({ home }) => home !== owner.node.home)!;
    const link = owner.node.linkTo(world.now, owner.node.shared.members.of(peer.home));
    const names = namesOf(owner, 4);
    const heard: string[] = [];
    const send = (i: number, under: Epoch = epoch) =>
      sendKept(owner.node, world.now, peer, under, keyOf(names[i]!), recordOf(under, i), (_n, v) =>
        heard.push(`${i} ${v}`),
      );
    const before = owner.counters.requestsOut;
    owner.call(() => {
      send(0);
      send(1);
      link.ask(world.now, FrameType.info, owner.node.lines.replies, () => heard.push('info'));
      link.send();
      send(2);
      send(3, { ...epoch });
      owner.node.tick(world.now);
    });
    expect(owner.counters.requestsOut - before).toBe(4);
    world.runUntil(() => heard.length === 5, 5000);
    expect(heard.filter((one) => one !== 'info')).toEqual(['0 kept', '1 kept', '2 kept', '3 kept']);
    // The next turn begins a frame of its own.
    owner.call(() => {
      send(0);
      owner.node.tick(world.now);
      send(1);
      owner.node.tick(world.now);
    });
    expect(owner.counters.requestsOut - before).toBeGreaterThanOrEqual(6);
  });

  test('are so many and so large at most; a large one waits for nobody', () => {
    const { world, nodes } = titledRing(4, 1);
    const owner = nodes[0]!;
    const { epoch, copies } = titleAt(owner);
    const peer = copies.find(({ home }) => home !== owner.node.home)!;
    const name = namesOf(owner, 1)[0]!;
    const frames = (count: number, bytes: number): number => {
      const before = owner.counters.requestsOut;
      for (let i = 0; i < count; i++) {
        sendKept(
          owner.node,
          world.now,
          peer,
          epoch,
          keyOf(name),
          recordOf(epoch, i, bytes),
          () => {},
        );
      }
      const after = owner.counters.requestsOut;
      owner.call(() => owner.node.tick(world.now));
      world.run(2000);
      return after - before;
    };
    expect(frames(KEPT_TOGETHER, 10)).toBe(1);
    expect(frames(KEPT_TOGETHER + 1, 10)).toBe(2);
    expect(frames(8, KEPT_TOGETHER_BYTES / 2)).toBe(4);
    expect(frames(3, KEPT_TOGETHER_BYTES)).toBe(3);
    // Of the largest each has a frame of its own, on a connection of its own.
    expect(frames(2, BULK_BYTES)).toBe(2);
  });
});

describe('a copy that refuses some of a frame', () => {
  test('says which, and keeps the others', () => {
    const { world, nodes } = titledRing(4, 1);
    const owner = nodes[0]!;
    const all = namesOf(owner, 800);
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (refusals) => {
        const copy = copiesOf(owner, nodes)[0]!;
        const { epoch, copies } = titleAt(owner);
        const peer = copies.find(({ home }) => home === copy.node.home)!;
        // Others than before: what was promised for those stays promised.
        const names = all.splice(0, refusals.length);
        const { elector } = copy.node.seat!;
        for (const [i, isRefused] of refusals.entries()) {
          if (!isRefused) continue;
          const from = keyOf(names[i]!);
          const end = Uint8Array.from(from);
          for (let at = end.length - 1; at >= 0 && ++end[at]! > 255; at--);
          elector.promise(from, end, { number: epoch.number + 9, claimant: 5 });
        }
        const asked = new FrameWriter();
        const { link: theirs, said } = listening(0);
        const { link: ours } = listening(peer.incarnation);
        const frame = new KeptFrame(owner.node, ours, peer, epoch);
        const verdicts: Verdict[] = [];
        asked.begin(FrameType.keep, 1);
        putEpoch(asked, epoch);
        for (const [i, name] of names.entries()) {
          frame.add(asked, keyOf(name), recordOf(epoch, i), (_now, verdict) => {
            verdicts[i] = verdict;
          });
        }
        asked.end();
        const request = new Frame();
        request.open(asked.bytes, 0, asked.length);
        copy.call(() => {
          expect(answerKeep(copy.node, world.now, theirs, request)).toBe(true);
          copy.node.tick(world.now);
        });
        world.run(1000);
        frame.answered(world.now, said());
        expect(verdicts).toEqual(refusals.map((isRefused) => (isRefused ? 'refused' : 'kept')));
        for (const [i, name] of names.entries()) {
          expect(copy.store.get(keyOf(name), 0) === null, name).toBe(refusals[i]);
        }
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  test('without a word which has refused all; a broken disk, or silence, has failed all', () => {
    const { world, nodes } = titledRing(4, 1);
    const owner = nodes[0]!;
    const { epoch, copies } = titleAt(owner);
    const peer = copies.find(({ home }) => home !== owner.node.home)!;
    const verdictsOf = (payload: number[] | null, incarnation = peer.incarnation): Verdict[] => {
      const { link } = listening(incarnation);
      const frame = new KeptFrame(owner.node, link, peer, epoch);
      const verdicts: Verdict[] = [];
      const out = new FrameWriter();
      for (let i = 0; i < 3; i++) {
        frame.add(out, keyOf(`${i}`), recordOf(epoch, i), (_now, verdict) =>
          verdicts.push(verdict),
        );
      }
      out.length = 0;
      out.begin(FrameType.keep | REPLY, 1);
      for (const byte of payload ?? []) out.u8(byte);
      out.end();
      const reply = new Frame();
      reply.open(out.bytes, 0, out.length);
      frame.answered(world.now, payload === null ? null : reply);
      return verdicts;
    };
    const all = (verdict: Verdict) => [verdict, verdict, verdict];
    expect(verdictsOf([Status.ok])).toEqual(all('kept'));
    expect(verdictsOf([Status.refused])).toEqual(all('refused'));
    expect(verdictsOf([Status.refused, 0x40])).toEqual(['kept', 'refused', 'kept']);
    expect(verdictsOf([Status.refused, 0x40, 0])).toEqual(all('refused'));
    expect(verdictsOf([Status.storeFailed])).toEqual(all('failed'));
    expect(verdictsOf([])).toEqual(all('failed'));
    expect(verdictsOf(null)).toEqual(all('failed'));
    // It is another process, or has lost its data: what it kept is not what we count.
    expect(verdictsOf([Status.ok], peer.incarnation + 1)).toEqual(all('failed'));
    expect(identityOf(owner).holding).not.toBeNull();
  });
});
