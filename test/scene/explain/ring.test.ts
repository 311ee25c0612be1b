/**
 * Frames of our own nodes taken apart: written by the code that nodes write them with, so that a frame
 * that changes is noticed here; and bytes that are none.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, parseIp } from '../../../src/core/address.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { Members } from '../../../src/ring/circle/member.ts';
import { putRecord } from '../../../src/ring/copies/keeping.ts';
import {
  FRAME_TYPES_LAST,
  FrameType,
  FrameWriter,
  REPLY,
  Status,
} from '../../../src/ring/frames.ts';
import { putHello } from '../../../src/ring/greeting/hello.ts';
import { Nonce } from '../../../src/ring/greeting/nonce.ts';
import { actOf, putAct } from '../../../src/ring/records/act.ts';
import { blankRecord } from '../../../src/ring/records/record.ts';
import { explainRing, kindOfRing } from '../../../src/scene/explain/ring.ts';
import { mutate } from '../../mainline/mutate.ts';
import { expectTiling, leavesOf, partAt } from '../tiling.ts';

const members = new Members(sha1);
const address = (last: number) => addressOf(parseIp(`10.0.0.${last}`), 5000);
const member = (last: number) => members.of(address(last));
const key = new Uint8Array(20).fill(7);
const version = new Uint8Array(16).fill(1);

function frame(type: number, write: (out: FrameWriter) => void = () => {}): Uint8Array {
  const out = new FrameWriter();
  out.begin(type, 77);
  write(out);
  out.end();
  return out.bytes.slice(0, out.length);
}

const record = blankRecord(new TextEncoder().encode('hello'));
const lists = (out: FrameWriter) => {
  out.list([member(1), member(2)]);
  out.list([member(3)]);
  out.list([]);
};

/** One of each kind, as a node writes it. */
const requests: { [kind: string]: Uint8Array } = {
  hello: frame(FrameType.hello, (out) => {
    const ringId = new Uint8Array(16).fill(1);
    const nonce = Nonce.read(new Uint8Array(16).fill(2), 0);
    const said = { rights: 3, ringId, incarnation: 5, clockMs: 1000, nonce, meant: address(2) };
    putHello(out, said as Parameters<typeof putHello>[1], [member(1)]);
    out.raw(new Uint8Array(32).fill(3));
  }),
  proof: frame(FrameType.proof, (out) => out.raw(new Uint8Array(32).fill(3))),
  vouch: frame(FrameType.vouch, (out) => {
    out.raw(new Uint8Array(16).fill(2));
    out.address(address(2));
  }),
  working: frame(FrameType.working),
  act: frame(FrameType.act, (out) => {
    out.raw(key);
    out.u8(1);
    putAct(out, actOf({ verb: 'append', value: new Uint8Array(3) }));
  }),
  promise: frame(FrameType.promise, (out) => out.raw(new Uint8Array(40))),
  accept: frame(FrameType.accept, (out) => out.raw(new Uint8Array(40))),
  keep: frame(FrameType.keep, (out) => out.raw(new Uint8Array(40))),
  resign: frame(FrameType.resign, (out) => out.raw(new Uint8Array(40))),
  forget: frame(FrameType.forget, (out) => {
    out.u8(1);
    out.u8(0);
    out.raw(new Uint8Array(16));
    out.u8(1);
    out.address(address(2));
  }),
  query: frame(FrameType.query, (out) => {
    out.raw(key);
    out.u8(1);
    out.u8(0);
    out.f64(0);
    out.f64(-1);
  }),
  owns: frame(FrameType.owner, (out) => out.raw(key)),
  get: frame(FrameType.get, (out) => {
    out.raw(key);
    out.u8(0x81);
  }),
  put: frame(FrameType.put, (out) => {
    out.raw(key);
    out.u8(1);
    out.raw(new TextEncoder().encode('hello'));
  }),
  remove: frame(FrameType.remove, (out) => {
    out.raw(key);
    out.u8(2);
  }),
  replicate: frame(FrameType.replicate, (out) => {
    putRecord(out, key, record);
    putRecord(out, key, blankRecord(null));
  }),
  stabilise: frame(FrameType.neighbours, (out) => {
    out.address(address(2));
    out.member(member(1));
    lists(out);
  }),
  pulse: frame(FrameType.pulse, (out) => out.address(address(2))),
  'indirect pulse': frame(FrameType.indirect, (out) => out.member(member(2))),
  join: frame(FrameType.join, (out) => {
    out.address(address(2));
    out.member(member(1));
  }),
  switch: frame(FrameType.switch, (out) => {
    out.address(address(2));
    out.member(member(1));
    out.raw(key);
    out.list([member(3)]);
    out.list([member(4)]);
  }),
  leave: frame(FrameType.leave, (out) => {
    out.address(address(2));
    out.member(member(1));
  }),
  inherit: frame(FrameType.inherit, (out) => {
    out.address(address(2));
    out.member(member(1));
    out.raw(key);
    out.list([member(3)]);
  }),
  digest: frame(FrameType.digest, (out) => {
    out.raw(key);
    out.raw(key);
    for (const value of [3, 4, 5]) out.u32(value);
  }),
  fetch: frame(FrameType.fetch, (out) => {
    out.raw(key);
    out.raw(key);
  }),
  peek: frame(FrameType.peek, (out) => out.raw(key)),
  info: frame(FrameType.info),
  confirm: frame(FrameType.confirm, (out) => {
    out.u8(1);
    out.raw(key);
    out.raw(version);
  }),
};

const reply = (type: number, write: (out: FrameWriter) => void) => frame(type | REPLY, write);
const replies: [kind: string, bytes: Uint8Array][] = [
  [
    'owns reply',
    reply(FrameType.owner, (out) => {
      out.u8(Status.ok);
      out.member(member(1));
      out.raw(key);
    }),
  ],
  [
    'closer nodes',
    reply(FrameType.get, (out) => {
      out.u8(Status.notOwner);
      out.list([member(1), member(2)]);
    }),
  ],
  [
    'get reply',
    reply(FrameType.get, (out) => {
      out.u8(Status.ok);
      out.u8(1);
      out.raw(version);
      out.raw(new TextEncoder().encode('hello'));
    }),
  ],
  [
    'get reply',
    reply(FrameType.get, (out) => {
      out.u8(Status.ok);
      out.u8(0);
    }),
  ],
  ['get refused', reply(FrameType.get, (out) => out.u8(Status.notMember))],
  [
    'put reply',
    reply(FrameType.put, (out) => {
      out.u8(Status.ok);
      out.u8(1);
      out.u8(3);
      out.raw(version);
    }),
  ],
  [
    'remove refused',
    reply(FrameType.remove, (out) => {
      out.u8(Status.tooFewCopies);
      out.u8(1);
      out.u8(1);
    }),
  ],
  ['replicate reply', reply(FrameType.replicate, (out) => out.u8(Status.ok))],
  [
    'stabilise reply',
    reply(FrameType.neighbours, (out) => {
      out.u8(Status.ok);
      lists(out);
    }),
  ],
  ['pulse refused', reply(FrameType.pulse, (out) => out.u8(Status.notMember))],
  ['indirect pulse reply', reply(FrameType.indirect, (out) => out.u8(1))],
  [
    'join reply',
    reply(FrameType.join, (out) => {
      out.u8(Status.ok);
      out.f64(12345);
    }),
  ],
  ['join refused', reply(FrameType.join, (out) => out.u8(Status.notOwner))],
  ['switch reply', reply(FrameType.switch, (out) => out.u8(Status.ok))],
  ['digest reply', reply(FrameType.digest, (out) => out.u8(0))],
  [
    'digest reply',
    reply(FrameType.digest, (out) => {
      out.u8(1);
      out.u32(1);
      out.raw(key);
      out.raw(version);
    }),
  ],
  [
    'digest reply',
    reply(FrameType.digest, (out) => {
      out.u8(2);
      for (let i = 0; i < 48; i++) out.u32(i);
    }),
  ],
  [
    'fetch reply',
    reply(FrameType.fetch, (out) => {
      out.u32(1);
      putRecord(out, key, record);
    }),
  ],
  [
    'peek reply',
    reply(FrameType.peek, (out) => {
      out.u8(1);
      out.raw(record);
    }),
  ],
  ['peek reply', reply(FrameType.peek, (out) => out.u8(0))],
  [
    'act reply',
    reply(FrameType.act, (out) => {
      out.u8(Status.ok);
      out.u8(1);
      out.u8(2);
      out.raw(new Uint8Array(16));
      out.u8(0);
      out.u8(0);
    }),
  ],
  [
    'query reply',
    reply(FrameType.query, (out) => {
      out.u8(Status.ok);
      out.u8(0);
    }),
  ],
  ['info reply', reply(FrameType.info, (out) => out.raw(new TextEncoder().encode('{}')))],
  [
    'confirm reply',
    reply(FrameType.confirm, (out) => {
      out.u8(Status.ok);
      out.u8(1);
      out.u8(3);
    }),
  ],
];

const all = [...Object.entries(requests), ...replies];

describe('a frame taken apart', () => {
  test('there is one of each type among the samples', () => {
    expect(Object.keys(requests)).toHaveLength(FRAME_TYPES_LAST);
  });

  test.each(all)('%s: every byte has a meaning', (kind, bytes) => {
    const explained = explainRing(bytes);
    expect(explained.kind).toBe(kind);
    expect(kindOfRing(bytes, 0, bytes.length)).toBe(kind);
    expectTiling(explained.root, bytes.length);
    expect(leavesOf(explained.root).filter(({ label }) => label === 'unreadable')).toEqual([]);
    expect(explained.root.note.length).toBeGreaterThan(20);
    expect(partAt(explained.root, 'request').value).toBe('77');
  });

  test('a get names its key and level', () => {
    const { root } = explainRing(requests['get']);
    expect(partAt(root, 'key').value).toBe('07'.repeat(20));
    expect(partAt(root, 'level').value).toBe('quorum, exists only');
    expect(partAt(root, 'length').note).toContain('no borders');
  });

  test('members that are closer are told how far before the key they stand', () => {
    const closer = replies.find(([kind]) => kind === 'closer nodes')![1];
    const { root } = explainRing(closer, { key });
    const first = partAt(root, 'candidates', '1');
    expect(first.value).toBe('10.0.0.1:5000');
    expect(first.note).toMatch(/it is \d+\.\d{3} % of the circle/);
    expect(partAt(explainRing(closer).root, 'candidates', '1').note).toBe('');
    expect(partAt(first, 'home', 'port').value).toBe('5000');
  });

  test('who is not the owner may say why nobody is', () => {
    const nobodys = reply(FrameType.get, (out) => {
      out.u8(Status.notOwner);
      out.list([member(1)]);
      out.u8(1);
    });
    expect(partAt(explainRing(nobodys).root, 'closed').value).toBe('copies');
    const waiting = reply(FrameType.put, (out) => {
      out.u8(Status.notMember);
      out.u8(0);
    });
    expect(partAt(explainRing(waiting).root, 'closed').value).toBe('electors');
  });

  test('a record shows its version, and a tombstone that it is one', () => {
    const { root } = explainRing(requests['replicate']);
    expect(partAt(root, 'record 1', 'record').value).toBe('5 bytes');
    expect(partAt(root, 'record 1', 'record', 'value').value).toBe('“hello”');
    expect(partAt(root, 'record 2', 'record').value).toBe('removed');
    expect(partAt(root, 'record 2', 'record', 'version').note).toContain('hybrid logical clock');
  });

  test('a record too short to be one is not read, nor is what lies behind the end of a frame', () => {
    const short = frame(FrameType.replicate, (out) => {
      out.raw(key);
      out.u32(5);
      out.raw(new Uint8Array(40));
    });
    const { root } = explainRing(short);
    expectTiling(root, short.length);
    expect(leavesOf(root).at(-1)!.note).toContain('23 bytes');
    const long = frame(FrameType.owner, (out) => out.raw(new Uint8Array(21)));
    expect(leavesOf(explainRing(long).root).at(-1)!.label).toBe('unreadable');
  });
});

describe('bytes of anybody', () => {
  test('whatever the bytes are, every one is in one leaf, and nothing is thrown', () => {
    const random = new SeededRandom(8, 1);
    for (let i = 0; i < 4000; i++) {
      const bytes = mutate(all[i % all.length][1], random);
      // Mostly the length is right, or it would be no frame at all.
      if (i % 4 > 0 && bytes.length >= 9) new DataView(bytes.buffer).setUint32(0, bytes.length - 4);
      const { kind, root } = explainRing(bytes, i % 2 ? { key } : {});
      expectTiling(root, bytes.length);
      expect(kind).toBe(kindOfRing(bytes, 0, bytes.length));
    }
    const any = fc.tuple(fc.nat(31), fc.boolean(), fc.uint8Array({ maxLength: 120 }));
    fc.assert(
      fc.property(any, ([type, isReply, payload]) => {
        const bytes = frame(type | (isReply ? REPLY : 0), (out) => out.raw(payload));
        expectTiling(explainRing(bytes).root, bytes.length);
      }),
      { seed: 52, numRuns: 1500 },
    );
  });
});
