/** Calls hop by hop: what a view is told of each is what its node did and what went over the wire. */

import { describe, expect, test } from 'vitest';
import { formatId } from '../../../src/core/id.ts';
import type { Tap } from '../../../src/lab/world-state.ts';
import { frameHead } from '../../../src/scene/explain/frame-head.ts';
import { kindOfRingMessage, ringMessageEnd } from '../../../src/scene/explain/ring-messages.ts';
import { WATCHED_LIMIT } from '../../../src/scene/ring/calls.ts';
import { keyOf, RingScene } from '../ring-scene.ts';

/** Asks of each message which call it belongs to, and numbers those that belong to one. */
function flying(scene: RingScene) {
  const flights: { id: number; call: number; kind: string; from: number; to: number }[] = [];
  const tap: Tap = {
    sent() {},
    arriving() {},
    pieceSent(from, to, bytes, start, length) {
      for (let at = start; at < start + length; ) {
        const end = ringMessageEnd(bytes, at, start + length);
        const call = scene.ring.callOf(from, to, bytes, at, end);
        if (call !== 0) {
          const id = flights.length + 1;
          scene.ring.flew(call, id, from, to, bytes, at, end);
          flights.push({ id, call, kind: kindOfRingMessage(bytes, at, end), from, to });
        }
        at = end;
      }
    },
  };
  scene.ring.world.tap = tap;
  return flights;
}

describe('a watched call', () => {
  test('is told hop by hop, with who told of whom and the messages of each', () => {
    const scene = new RingScene({ nodes: 200, k: 1 });
    const flights = flying(scene);
    let longest = 0;
    for (let i = 0; i < 12; i++) {
      const { call, view, ending } = scene.call('lookup', `key ${i}`, i);
      expect(view).toMatchObject({ id: call, kind: 'owns', label: `key ${i}`, state: 'succeeded' });
      expect(view!.target).toBe(formatId(keyOf(`key ${i}`)));
      expect(ending).toMatchObject({ failed: false, exact: true, hops: view!.steps.length });
      expect(view!.result).toBe(`node ${scene.ownerOf(`key ${i}`)} owns it`);
      const last = view!.steps.at(-1)!;
      expect(last.node).toBe(scene.ownerOf(`key ${i}`));
      longest = Math.max(longest, view!.steps.length);
      for (const [at, step] of view!.steps.entries()) {
        expect(step).toMatchObject({ verdict: 'answered', toldBy: at - 1, hops: at + 1 });
        expect(step.endedMs! - step.sentMs).toBeGreaterThanOrEqual(100);
        const bits = view!.steps[at - 1]?.distanceBits ?? 160;
        expect(step.distanceBits).toBeLessThanOrEqual(bits);
        expect(flights[step.request - 1]).toMatchObject({
          call,
          kind: 'owns',
          from: i,
          to: step.node,
        });
        const kind = step === last ? 'owns reply' : 'closer nodes';
        expect(flights[step.reply - 1]).toMatchObject({ call, kind, from: step.node, to: i });
      }
      expect(scene.moved.filter((moved) => moved === call)).toHaveLength(2 * view!.steps.length);
    }
    expect(longest).toBeGreaterThan(1);
  });

  test('a put has the copies that its owner makes', () => {
    const scene = new RingScene({ k: 3 });
    const flights = flying(scene);
    const from = 5;
    const { call, view } = scene.call('put', 'pear', from, { level: 'all' });
    expect(view!.result).toMatch(/^kept by node \d+, 4 copies$/);
    const owner = scene.ownerOf('pear');
    const kinds = flights.filter((flight) => flight.call === call).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'keep')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'keep reply')).toHaveLength(3);
    const copies = flights.filter(({ kind }) => kind === 'keep');
    expect(copies.every((flight) => flight.from === owner)).toBe(true);
    expect(scene.call('put', 'pear', from).view!.result).toContain('replaced by');
    expect(scene.call('remove', 'pear', from).view!.result).toContain('removed by');
    expect(scene.call('remove', 'pear', from).view!.result).toContain('had no such key');
    expect(scene.call('get', 'pear', from).view!.result).toContain('has no such key');
  });

  test('a silent node is a time-out, and one who never answered is cancelled', () => {
    const scene = new RingScene({ nodes: 30, k: 0 });
    scene.pass(3000);
    const owner = scene.ownerOf('apple');
    scene.ring.mortals.vanish(owner);
    const asker = Array.from({ length: 30 }, (_, node) => node).find(
      (node) => scene.ring.successorOf(node) === owner,
    )!;
    const call = scene.begin('lookup', 'apple', asker);
    expect(scene.ring.lookupView(call)).toMatchObject({
      state: 'running',
      endedMs: null,
      result: '',
      steps: [{ node: owner, verdict: 'waiting', endedMs: null }],
    });
    scene.pass(20_000);
    const view = scene.ring.lookupView(call)!;
    expect(view.state).toBe('succeeded');
    expect(view.steps[0]).toMatchObject({ node: owner, verdict: 'timeout' });
    expect(view.steps.at(-1)!.node).toBe(scene.ownerOf('apple'));

    const other = (scene.ownerOf('apple') + 1) % 30;
    const waiting = scene.begin('lookup', 'apple', other);
    scene.ring.gone(other);
    expect(scene.ring.lookupView(waiting)!.steps.at(-1)!.verdict).toBe('cancelled');
  });

  test('that is not watched costs no view, and ends all the same', () => {
    const scene = new RingScene();
    const { call, view, ending } = scene.call('lookup', 'apple', 2, { isWatched: false });
    expect(view).toBeNull();
    expect(ending).toMatchObject({ failed: false, exact: true, result: '' });
    expect(ending.messages).toBe(ending.hops);
    expect(scene.moved).not.toContain(call);
  });

  test('a lookup of what the node owns itself takes no hop', () => {
    const scene = new RingScene();
    const { ending } = scene.call('lookup', 'apple', scene.ownerOf('apple'));
    expect(ending).toMatchObject({ exact: true, hops: 0, messages: 0 });
  });

  test('only the latest are remembered', () => {
    const scene = new RingScene();
    const calls = Array.from({ length: WATCHED_LIMIT + 5 }, (_, i) =>
      scene.call('lookup', 'a', i % 16),
    );
    expect(scene.ring.lookupView(calls[4].call)).toBeNull();
    expect(scene.ring.lookupView(calls[5].call)).not.toBeNull();
    expect(scene.ring.lookupView(calls.at(-1)!.call)!.state).toBe('succeeded');
  });
});

describe('what is exact', () => {
  test('a get that finds less than was acknowledged is not', () => {
    const scene = new RingScene({ k: 0 }).furnish(['apple']);
    const owner = scene.ownerOf('apple');
    const asker = (owner + 1) % 16;
    expect(scene.call('get', 'apple', asker).ending.exact).toBe(true);
    scene.crash(owner);
    scene.pass(20_000);
    const { ending } = scene.call('get', 'apple', asker);
    expect(ending).toMatchObject({ failed: false, exact: false });
  });
});

test('a message that is no frame belongs to no call', () => {
  const scene = new RingScene();
  scene.begin('get', 'apple', 1);
  expect(scene.ring.callOf(1, 2, Uint8Array.of(86, 69, 82), 0, 3)).toBe(0);
  expect(frameHead(Uint8Array.of(86, 69, 82), 0, 3)).toBeNull();
});
