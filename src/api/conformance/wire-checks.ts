/** The checks of the wire: rules 1 to 18, and those about every message, which look at all that came. */
import { ascii, encode } from '../../mainline/krpc/bencode.ts';
import {
  type Dictionary,
  isAddress,
  NotOffered,
  nodesOf,
  type Probe,
  type Reply,
  randomBytes,
  textOf,
  Violation,
} from './probe.ts';

/** Who takes part beside the first probe. */
export interface Company {
  /** Is the node on this machine? */
  isHere: boolean;
  /** Answer queries, and have asked the node something: it may know them. */
  residents: readonly Probe[];
  /** Answers nothing. */
  silent: Probe;
  /** Answers, but asks as a read-only node. */
  readOnly: Probe;
  /** At another IP of this machine; null where there is none. */
  elsewhere: Probe | null;
}

/** One rule put to one node. @throws Violation, or NotOffered. */
export type Check = (probe: Probe, company: Company) => Promise<void>;

export function expect(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Violation(otherwise);
}

export function valuesOf(reply: Reply | null): Dictionary {
  expect(reply !== null, 'no answer');
  expect(reply.values !== null, `error ${reply.code} instead of a reply`);
  return reply.values;
}

export function expectCode(reply: Reply | null, code: number): void {
  expect(reply !== null, `silence instead of error ${code}`);
  const got = reply.values ? 'a reply' : `error ${reply.code}`;
  expect(reply.code === code, `${got} instead of error ${code}`);
}

const joined = (...parts: (string | Uint8Array)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? ascii(part) : part)]));

async function silentAt(probe: Probe, ...datagrams: Uint8Array[]): Promise<void> {
  for (const bytes of datagrams) {
    const answers = await probe.provoke(bytes);
    expect(answers === 0, `is answered: ${probe.came}`);
  }
}

/** Errors of both kinds, so that rules about all messages have some to look at. */
const anError = (probe: Probe): Promise<Reply | null> => probe.ask('find_node', {});

export const WIRE_CHECKS: Readonly<Record<number, Check>> = {
  1: (probe) => silentAt(probe, ascii('i5e'), ascii('l1:ae'), ascii('5:hello'), ascii('d')),
  2: async (probe) => {
    const t = randomBytes(4);
    const tail = joined('1:q4:ping1:t4:', t, '1:y1:qe');
    const id = joined('1:ad2:id20:', probe.id);
    for (const broken of [
      joined(id, 'e3:xyz', 'l'.repeat(2000), 'e'.repeat(2000), tail),
      joined(id, '1:zi-0eee', tail),
      joined(id, '1:zi03eee', tail),
      joined(id, '1:z99999:e', tail),
    ]) {
      const reply = await probe.askRaw(joined('d', broken), t);
      expect(!reply?.values, 'a reply to what is no bencode');
    }
  },
  3: async (probe) => {
    const t = randomBytes(4);
    const unsorted = joined('d1:y1:q1:t4:', t, '1:q4:ping1:ad2:id20:', probe.id, 'ee');
    valuesOf(await probe.askRaw(unsorted, t));
    const other = randomBytes(4);
    const query = encode({ a: { id: probe.id }, q: 'ping', t: other, y: 'q' });
    valuesOf(await probe.askRaw(joined(query, 'trailing'), other));
  },
  4: (probe) => silentAt(probe, randomBytes(40).fill(0xff), ascii('d1:ad2:id20:abc')),
  5: async (probe) => {
    for (const length of [1, 2, 3, 4, 6, 8, 16, 20]) {
      const reply = await probe.ask('ping', {}, { t: randomBytes(length) });
      expect(reply !== null, `no answer with an id of ${length} bytes that is the same`);
    }
  },
  6: async (probe) => {
    await probe.ask('ping', {});
    const ids = probe.asked.map(({ t }) => textOf(t));
    if (ids.length === 0) throw new NotOffered('it asked nothing');
    expect(
      ids.every(({ length }) => length >= 2),
      'an id of less than 2 bytes',
    );
  },
  7: (probe) => silentAt(probe, encode({ a: { id: probe.id }, q: 'ping', t: 'aa', y: 'x' })),
  8: async (probe) => {
    const reply = await probe.ask('ping', {});
    valuesOf(reply);
    expect(textOf(reply!.message['v']) !== '', 'no v');
  },
  9: async (probe) => {
    const t = randomBytes(4);
    for (const a of [{}, { id: probe.id.subarray(1) }]) {
      expectCode(await probe.askRaw(encode({ a, q: 'ping', t, y: 'q' }), t), 203);
    }
  },
  10: async (probe) => {
    expectCode(await probe.ask('find_node', { target: 5 }), 203);
    expectCode(await probe.ask('get_peers', { info_hash: ['a'] }), 203);
  },
  11: async (probe) => {
    expectCode(await probe.ask('find_node', {}), 203);
    expectCode(await probe.ask('get_peers', { info_hash: randomBytes(19) }), 203);
  },
  12: async (probe) => expectCode(await probe.ask('vote', {}), 204),
  13: async (probe) => {
    const values = valuesOf(await probe.ask('vote', { target: randomBytes(20) }));
    expect(values[probe.words.nodes] instanceof Uint8Array, 'no nodes');
  },
  14: async (probe) => {
    const reply = await anError(probe);
    expect(reply !== null, 'silence instead of an error');
    const { e } = reply.message;
    const isPair = Array.isArray(e) && typeof e[0] === 'number' && e[1] instanceof Uint8Array;
    expect(isPair, 'an error that is no list of number and text');
  },
  15: async (probe) => {
    for (const e of ['text', [201], [], { a: 1 }]) {
      await probe.provoke(encode({ e, t: randomBytes(4), y: 'e' }));
    }
  },
  16: async (probe) => {
    const padding = new Uint8Array(1400).fill(0x78);
    valuesOf(await probe.ask('ping', { zzz: padding }));
    const longest = probe.heard.filter(({ values }) => values?.['v'] === undefined);
    const bytes = Math.max(...longest.map(({ raw }) => raw.length));
    expect(bytes <= 1024, `a message of ${bytes} bytes`);
  },
  17: async (probe) => {
    valuesOf(await probe.ask('find_node', { target: randomBytes(20) }));
    for (const { values } of probe.heard) {
      if (values?.[probe.words.nodes] === undefined) continue;
      expect(
        nodesOf(values[probe.words.nodes], probe.words.contactBytes) !== null,
        'nodes that are no whole entries',
      );
    }
  },
  18: async (probe) => {
    valuesOf(await probe.ask('find_node', { target: randomBytes(20) }));
    const ports = probe.heard.flatMap(
      ({ values }) => nodesOf(values?.[probe.words.nodes], probe.words.contactBytes) ?? [],
    );
    expect(
      ports.every(({ port }) => port > 0),
      'a node with port 0',
    );
  },
  19: async (probe) => {
    const { id } = valuesOf(await probe.ask('ping', {}));
    expect(id instanceof Uint8Array && id.length === 20, 'no id of 20 bytes');
  },
  46: async (probe) => {
    const reply = await probe.ask('ping', {});
    valuesOf(reply);
    expectIp(probe, reply!);
  },
  71: async (probe) => {
    valuesOf(await probe.ask('get_peers', { info_hash: randomBytes(20) }));
    for (const { values } of probe.heard) if (values) expectSorted(values);
  },
  76: async (probe) => {
    const reply = await anError(probe);
    expect(reply !== null, 'silence instead of an error');
    expectIp(probe, reply);
  },
  105: async (probe) => {
    await anError(probe);
    for (const { message } of probe.heard) expectSorted(message);
  },
};

function expectIp(probe: Probe, { message }: Reply): void {
  expect(message['ip'] !== undefined, 'no ip');
  expect(isAddress(message['ip'], probe.address), 'an ip that is not where the query came from');
}

/** Keys that are numbers go first in an object, wherever they stood; there are none in these. */
function expectSorted(dictionary: Dictionary): void {
  const keys = Object.keys(dictionary);
  expect(keys.join() === [...keys].sort().join(), `keys in this order: ${keys.join(' ')}`);
}
