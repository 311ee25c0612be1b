/** The checks of what nodes keep: items (BEP 44), scrapes (BEP 33), samples (BEP 51). */
import { shown } from '../../core/argument.ts';
import { sha1, systemRandom } from '../../io/entropy.ts';
import { type KeyPair, keyPairOf } from '../../io/signatures.ts';
import { type Encodable, encode } from '../../mainline/krpc/bencode.ts';
import { mutableTarget, SEQ_MAX, signedBytes } from '../../mainline/krpc/item.ts';
import {
  type Dictionary,
  isSame,
  NotOffered,
  type Probe,
  type Reply,
  randomBytes,
} from './probe.ts';
import { type Check, expect, expectCode, valuesOf } from './wire-checks.ts';

const SALT = new TextEncoder().encode('salt');

async function get(
  probe: Probe,
  target: Uint8Array,
  more: Record<string, Encodable> = {},
): Promise<Dictionary & { token: Uint8Array }> {
  const reply = await probe.ask('get', { target, ...more });
  const values = reply?.values;
  if (!values || !(values['token'] instanceof Uint8Array)) {
    throw new NotOffered('it gives no token for a get: it has no BEP 44');
  }
  return values as Dictionary & { token: Uint8Array };
}

/** An owner of mutable items. */
class Owner {
  readonly pair: KeyPair = keyPairOf(randomBytes(32));
  readonly probe: Probe;
  readonly salt: Uint8Array;

  constructor(probe: Probe, salt: Uint8Array = new Uint8Array(0)) {
    this.probe = probe;
    this.salt = salt;
  }

  get target(): Uint8Array {
    return mutableTarget(this.pair.publicKey, this.salt, sha1);
  }

  async put(
    v: Encodable,
    seq: bigint,
    more: Record<string, Encodable> = {},
  ): Promise<Reply | null> {
    const { token } = await get(this.probe, this.target);
    const sig = this.pair.sign(signedBytes(this.salt, seq, encode(v)));
    const salt = this.salt.length > 0 ? { salt: this.salt } : {};
    const k = this.pair.publicKey;
    return this.probe.ask('put', { k, seq, sig, token, v, ...salt, ...more });
  }
}

/** A value that nobody has put before. */
const someValue = (): string => `value ${systemRandom.uint32()}`;

async function putImmutable(
  probe: Probe,
  v: Encodable,
  more: Record<string, Encodable> = {},
): Promise<{ target: Uint8Array; reply: Reply | null }> {
  const target = sha1(encode(v));
  const { token } = await get(probe, target);
  return { target, reply: await probe.ask('put', { token, v, ...more }) };
}

const of = (length: number): Uint8Array => randomBytes(length);

export const STORAGE_CHECKS: Readonly<Record<number, Check>> = {
  51: async (probe) => {
    const { target, reply } = await putImmutable(probe, someValue());
    valuesOf(reply);
    const answer = await get(probe, target);
    expect(answer['v'] !== undefined, 'no value after a put');
    expect(answer[probe.words.nodes] instanceof Uint8Array, 'a value, and no nodes');
  },
  52: async (probe) => {
    const owner = new Owner(probe);
    valuesOf(await owner.put('a', 4n));
    const { v } = await get(probe, owner.target, { seq: 4 });
    expect(v === undefined, 'the value, though its seq is no news');
    expect((await get(probe, owner.target, { seq: 3 }))['v'] !== undefined, 'no value for seq 3');
  },
  53: async (probe) => {
    const value = someValue();
    const { target, reply } = await putImmutable(probe, value);
    valuesOf(reply);
    expect(isSame((await get(probe, target))['v'], encodeText(value)), 'not under its hash');
    const owner = new Owner(probe, SALT);
    valuesOf(await owner.put('a', 1n));
    expect((await get(probe, owner.target))['v'] !== undefined, 'not under key and salt');
  },
  54: async (probe) => {
    valuesOf((await putImmutable(probe, of(996))).reply);
    expectCode((await putImmutable(probe, of(997))).reply, 205);
    expectCode(await new Owner(probe, of(65)).put('a', 1n), 207);
  },
  55: async (probe) => {
    expectCode(await new Owner(probe).put('a', 1n, { sig: of(64) }), 206);
  },
  56: async (probe) => {
    const owner = new Owner(probe);
    valuesOf(await owner.put('a', 5n));
    valuesOf(await owner.put('a', 5n));
    expectCode(await owner.put('b', 4n), 302);
    expectCode(await owner.put('b', -1n), 203);
  },
  57: async (probe) => {
    const owner = new Owner(probe);
    valuesOf(await owner.put('a', 5n));
    expectCode(await owner.put('b', 6n, { cas: 4 }), 301);
    valuesOf(await owner.put('b', 6n, { cas: 5 }));
  },
  58: async (probe) => {
    expectCode((await putImmutable(probe, someValue(), { token: of(8) })).reply, 203);
    expectCode(await new Owner(probe).put('a', 1n, { token: of(8) }), 203);
  },
  62: async (probe) => {
    const hash = of(20);
    const { token } = valuesOf(await probe.ask('get_peers', { info_hash: hash }));
    expect(token instanceof Uint8Array, 'no token');
    valuesOf(await probe.ask('announce_peer', { info_hash: hash, port: 7100, token }));
    const reply = valuesOf(await probe.ask('get_peers', { info_hash: hash, scrape: 1 }));
    const filters = [reply['BFpe'], reply['BFsd']];
    if (filters.every((filter) => filter === undefined)) {
      throw new NotOffered('it gives no filters: it has no BEP 33');
    }
    expect(
      filters.every((filter) => filter instanceof Uint8Array && filter.length === 256),
      'filters that are not two of 256 bytes',
    );
  },
  63: async (probe) => {
    const reply = await sample(probe, of(20));
    for (const name of ['interval', 'num']) {
      expect(typeof reply[name] === 'number', `no ${name}`);
    }
    const { samples } = reply;
    expect(samples instanceof Uint8Array && samples.length % 20 === 0, 'samples of another length');
  },
  83: async (probe) => {
    const value = someValue();
    const { target, reply } = await putImmutable(probe, value, { seq: 3, sig: of(64) });
    valuesOf(reply);
    const { v, k } = await get(probe, target);
    expect(isSame(v, encodeText(value)) && k === undefined, 'not an immutable item');
    expectCode(await new Owner(probe).put('a', 1n, { k: of(31) }), 203);
  },
  84: async (probe) => {
    const { target, reply } = await putImmutable(probe, someValue());
    valuesOf(reply);
    const { seq } = await get(probe, target);
    expect(seq === undefined, 'a seq');
  },
  85: async (probe) => {
    expectCode(await new Owner(probe).put('a', 1n, { sig: of(64), token: of(8) }), 203);
    expectCode((await putImmutable(probe, of(997), { token: of(8) })).reply, 205);
  },
  86: async (probe) => {
    const owner = new Owner(probe);
    valuesOf(await owner.put('a', 1n, { salt: '' }));
    expect((await get(probe, owner.target))['v'] !== undefined, 'not under the hash of the key');
  },
  87: async (probe) => {
    const owner = new Owner(probe);
    valuesOf(await owner.put('a', 5n));
    expectCode(await owner.put('b', 5n), 302);
  },
  88: async (probe) => {
    const owner = new Owner(probe);
    valuesOf(await owner.put('a', 7n));
    const reply = await get(probe, owner.target, { seq: 7 });
    expect(reply['seq'] === 7, 'no seq');
    expect(reply[probe.words.nodes] instanceof Uint8Array, 'no nodes');
    for (const name of ['v', 'k', 'sig']) expect(reply[name] === undefined, `${name}`);
  },
  89: async (probe) => {
    const owner = new Owner(probe, SALT);
    valuesOf(await owner.put('a', 3n));
    const { v, k, seq, sig, token } = await get(probe, owner.target);
    for (const [name, field] of Object.entries({ v, k, seq, sig })) {
      expect(field !== undefined, `no ${name} with the item`);
    }
    const again = { k, seq, sig, token, v, salt: SALT } as Record<string, Encodable>;
    valuesOf(await probe.ask('put', again));
  },
  92: async (probe) => {
    for (const seq of [2n ** 53n, SEQ_MAX]) {
      const owner = new Owner(probe);
      valuesOf(await owner.put('a', seq));
      const got = (await get(probe, owner.target))['seq'];
      const isNumber = typeof got === 'number' || typeof got === 'bigint';
      expect(isNumber && BigInt(got) === seq, `seq ${shown(got)} instead of ${seq}`);
    }
  },
  102: async (probe) => {
    const [one, other] = [await sample(probe, of(20)), await sample(probe, of(20))];
    const { interval, samples } = one;
    expect(
      typeof interval === 'number' && interval >= 0 && interval <= 21_600,
      `interval ${interval}`,
    );
    expect(isSame(other['samples'], samples as Uint8Array), 'other samples for another target');
  },
};

async function sample(probe: Probe, target: Uint8Array): Promise<Dictionary> {
  const reply = await probe.ask('sample_infohashes', { target });
  if (reply?.values?.['samples'] === undefined) {
    throw new NotOffered('it gives no samples: it has no BEP 51');
  }
  return reply.values;
}

const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text);
