/**
 * The client of npm's bittorrent-dht 11 over our nodes: its calls with callbacks, its events, made when the
 * program says so or needs it. Whatever it is asked before its socket is there waits for that.
 *
 *     new Client ── same turn: listen(port)? ── else the next turn, if there is anybody to ask ── openMainline
 *     lookup, announce, put, get ── opened ── named nodes have answered ── a call of our node ── callback
 *     our node's queries (`onQuery`), its table ── events
 */
import { formatId, parseId } from '../../core/id.ts';
import { Emitter } from '../../io/emitter.ts';
import { DhtError } from '../../io/errors.ts';
import type { HookAnswer, IncomingQuery, OwnAnswer } from '../../mainline/answering/hook.ts';
import { decode, type Encodable, encode } from '../../mainline/krpc/bencode.ts';
import { signedBytes } from '../../mainline/krpc/item.ts';
import type { Mainline } from '../mainline/mainline.ts';
import { openMainline } from '../mainline/open.ts';
import { type Callback, callLater, clientError, listenFrom } from './calls.ts';
import { type Bytes, bytesFrom, type ClientNode, NAMED_LIMIT, Nodes } from './nodes.ts';
import { type Chosen, type ClientOptions, chosenFrom, type VerifySignature } from './options.ts';
import { OwnPeers } from './own-peers.ts';
import { ToldPeers } from './told-peers.ts';
import { Turns } from './turns.ts';
import {
  checkPut,
  keyOf,
  type PutOptions,
  plain,
  saltFrom,
  signedValue,
  signerOf,
  type Value,
  Values,
  valueFrom,
  valueOfPut,
} from './values.ts';

export interface GetOptions {
  verify?: VerifySignature;
  salt?: string | Uint8Array;
  /** False: asks the network though a value is here. Default true. */
  cache?: boolean;
}

/** Named nodes that are asked at a time whether they are there. */
const PINGS_AT_ONCE = 16;
/**
 * `ready` says that others know us, too: whom we joined through ask us back before they pass us on. So long is
 * waited for the first question, and so long for our answer to it to arrive.
 */
const ASKED_BACK_MS = 250;
const ANSWERED_MS = 25;

type Endpoint = { host: string; port: number };

export class Client extends Emitter {
  readonly nodeId: Bytes;
  readonly nodes: Nodes = new Nodes();
  listening = false;
  destroyed = false;
  ready = false;
  /** Tokens are our node's affair; WebTorrent tells this when it is done with a torrent. */
  readonly _tables: { remove(infoHash: string): void } = {
    remove: (infoHash) => this.#told.forget(infoHash),
  };
  readonly #chosen: Chosen;
  readonly #values: Values;
  readonly #own: OwnPeers;
  readonly #told = new ToldPeers();
  readonly #pings = new Turns(PINGS_AT_ONCE, NAMED_LIMIT);
  #opening: Promise<Mainline> | null = null;
  #mainline: Mainline | null = null;
  #wasAsked = false;
  #onAsked: () => void = () => {};

  /** @throws TypeError or RangeError for an option that is wrong or cannot be had. */
  constructor(options: ClientOptions = {}) {
    super();
    this.#chosen = chosenFrom(options);
    const id = this.#chosen.id ?? crypto.getRandomValues(new Uint8Array(20));
    this.nodeId = bytesFrom(id);
    this.#values = new Values(this.#chosen.values);
    this.#own = new OwnPeers(this.#chosen.announceAgeMs);
    process.nextTick(() => this.#begin());
  }

  /** `listen([port], [address], [onlistening])`. @throws Error when it does already. */
  listen(...values: [port?: unknown, address?: unknown, onlistening?: unknown] | unknown[]): void {
    const { port, address, onListening } = listenFrom(values);
    if (this.#opening) throw new Error('the socket is bound already');
    if (onListening) this.once('listening', onListening);
    this.#open(port, address);
  }

  /** @throws Error before it listens. */
  address(): { address: string; family: string; port: number } {
    if (!this.#mainline) throw new Error('the socket is not bound yet');
    const { host, port } = this.#mainline;
    return { address: host, family: 'IPv4', port };
  }

  /** One with an id is listed at once; both are pinged, and stay when they answer. */
  addNode(node: { id?: string | Uint8Array; host: string; port: number }): void {
    const { host, port } = node;
    if (node.id === undefined) return this.#verify({ host, port }, null);
    const named: ClientNode = { id: bytesFrom(parseId(node.id)), host, port };
    if (!this.nodes.name(named)) return;
    this.emit('node', named);
    this.#verify({ host, port }, named.id);
  }

  removeNode(id: string | Uint8Array): void {
    this.nodes.remove(parseId(id));
  }

  /** Emits `peer` for what it finds. Returns a function that gives it up. */
  lookup(infoHash: string | Uint8Array, callback?: Callback<[answered: number]>): () => void {
    const hash = parseId(infoHash, 'infoHash');
    const giveUp = new AbortController();
    process.nextTick(() => {
      for (const peer of this.#own.of(hash)) this.emit('peer', peer, bytesFrom(hash), null);
    });
    const outcome = this.#ask(async (node): Promise<[number]> => {
      const { signal } = giveUp;
      const search = node.getPeers(hash, { signal });
      for await (const peer of search) {
        this.#told.isNew(hash, peer);
        callLater(() => this.emit('peer', peer, bytesFrom(hash), null));
      }
      return [(await search).lookup.answered];
    });
    this.#settle(outcome, callback, (error): [number] | null =>
      error.code === 'NO_NODES' || error.code === 'ABORTED' ? [0] : null,
    );
    return () => giveUp.abort();
  }

  /** `announce(infoHash, [port], [callback])`; without a port it is that of the DHT. */
  announce(
    infoHash: string | Uint8Array,
    port?: number | Callback<[stored: number]>,
    callback?: Callback<[stored: number]>,
  ): void {
    if (typeof port === 'function') return this.announce(infoHash, 0, port);
    const hash = parseId(infoHash, 'infoHash');
    const { host } = this.#chosen;
    const outcome = this.#ask(async (node): Promise<[number]> => {
      if (host) {
        const from = { host, port: node.port };
        this.#keep({ host, port: port || node.port }, hash, from);
      }
      const { stored, peers } = await node.announce(hash, port ? { port } : {});
      // WebTorrent looks nothing up: it announces, and takes whom it meets on the way.
      for (const peer of peers) {
        if (!this.#told.isNew(hash, peer)) continue;
        callLater(() => this.emit('peer', peer, bytesFrom(hash), null));
      }
      return [stored];
    });
    this.#settle(outcome, callback);
  }

  /** Stores a value; returns where. @throws Error for what cannot be put. */
  put(
    value: PutOptions | string | Uint8Array,
    callback?: Callback<[key: Bytes, stored: number]>,
  ): Bytes {
    const isPlain = typeof value === 'string' || value instanceof Uint8Array;
    const options: PutOptions = isPlain ? { v: value } : value;
    checkPut(options);
    const { v, k, seq, cas, salt } = options;
    const key = bytesFrom(keyOf(options));
    const signature = signerOf(options);
    if (!k) {
      this.#values.set(key, { v: plain(decode(encode(v))), id: this.nodeId });
    }
    const outcome = this.#ask(async (node): Promise<[Bytes, number]> => {
      const more =
        k === undefined
          ? {}
          : {
              signer: {
                publicKey: k,
                sign: signature,
              },
              seq: seq!,
              salt: saltFrom(salt),
              ...(cas === undefined ? {} : { cas }),
            };
      const isKept = this.nodes.isNamed(this.nodeId);
      if (k && isKept) {
        const value = signedValue({ ...options, sign: signature });
        this.#values.set(key, { ...value, id: this.nodeId });
      }
      try {
        const { stored } = await node.put(v, more);
        return [key, stored + Number(isKept)];
      } catch (error) {
        if (isKept && (error as { code?: unknown }).code === 'NO_NODES') return [key, 1];
        throw error;
      }
    });
    this.#settle(outcome, callback, undefined, [key, 0]);
    return key;
  }

  /** `get(key, [options], callback)`: null for what nobody has. */
  get(
    key: string | Uint8Array,
    options: GetOptions | null | Callback<[value: Value | null]>,
    callback?: Callback<[value: Value | null]>,
  ): void {
    if (typeof options === 'function') return this.get(key, null, options);
    const target = parseId(key, 'key');
    const { cache = true, salt, verify = this.#chosen.verify } = options ?? {};
    const known = this.#values.get(target);
    if (known && cache) return callLater(() => callback?.(null, known));
    const outcome = this.#ask(async (node): Promise<[Value | null]> => {
      const { item } = await node.get(target, { salt: saltFrom(salt) });
      if (!item) return [known];
      const isRight =
        !item.key ||
        !verify ||
        verify(
          bytesFrom(item.signature!),
          bytesFrom(signedBytes(item.salt, item.seq!, item.raw)),
          bytesFrom(Buffer.from(item.key, 'hex')),
        );
      return [isRight ? valueFrom(item) : known];
    });
    this.#settle(outcome, callback, (error): [Value | null] | null =>
      error.code === 'NO_NODES' ? [known] : null,
    );
  }

  /** Nodes and values as plain data, for a file. */
  toJSON(): { nodes: Endpoint[]; values: Record<string, Record<string, unknown>> } {
    const nodes = this.nodes.toArray().map(({ host, port }) => ({ host, port }));
    return { nodes, values: this.#values.toJSON() };
  }

  destroy(callback?: () => void): void {
    if (this.destroyed) {
      if (callback) callLater(callback);
      return;
    }
    this.destroyed = true;
    this.#pings.clear();
    const closed = (this.#opening ?? Promise.resolve(null)).then((node) => node?.close());
    const end = (): void =>
      callLater(() => {
        this.listening = false;
        this.emit('close');
        callback?.();
      });
    closed.then(end, end);
  }

  #begin(): void {
    if (this.destroyed) return;
    for (const name of this.#chosen.unknown) {
      this.emit('warning', new Error(`"${name}" is no option of this client`));
    }
    if (this.#chosen.mainline.bootstrap.length === 0) this.#isReady();
    else if (!this.#opening) this.#open(0, undefined);
  }

  #isReady(): void {
    if (this.ready || this.destroyed) return;
    this.ready = true;
    this.emit('ready');
  }

  #open(port: number, address: string | undefined): Promise<Mainline> {
    const { mainline } = this.#chosen;
    const opening = openMainline({
      ...mainline,
      port,
      ...(address === undefined ? {} : { host: address }),
      id: this.nodeId,
      table: this.nodes.table((node) => callLater(() => this.emit('node', node))),
      onQuery: (query, next) => this.#onQuery(query, next),
      onError: (error) => callLater(() => this.emit('warning', error)),
    });
    this.#opening = opening;
    opening.then(
      (node) => this.#opened(node),
      (error) => callLater(() => !this.destroyed && this.emit('error', clientError(error))),
    );
    return opening;
  }

  #opened(node: Mainline): void {
    if (this.destroyed) return;
    this.#mainline = node;
    this.nodes.opened(node);
    this.listening = true;
    callLater(() => !this.destroyed && this.emit('listening'));
    if (this.#chosen.mainline.bootstrap.length === 0) return;
    node.ready().then(() => this.#whenKnown(() => this.#isReady()));
  }

  #whenKnown(then: () => void): void {
    const timer = setTimeout(then, this.#wasAsked ? ANSWERED_MS : ASKED_BACK_MS);
    this.#onAsked = () => {
      clearTimeout(timer);
      setTimeout(then, ANSWERED_MS);
    };
  }

  /** Somebody asks us. */
  #noteAsked(): void {
    if (this.#wasAsked) return;
    this.#wasAsked = true;
    this.#onAsked();
  }

  /** The program may yet say where to listen, in this turn. */
  async #bound(): Promise<Mainline> {
    if (!this.#opening) await new Promise<void>((resolve) => process.nextTick(resolve));
    if (this.destroyed) throw new DhtError('CLOSED', 'the node was closed');
    return this.#opening ?? this.#open(0, undefined);
  }

  async #ask<Result>(call: (node: Mainline) => Promise<Result>): Promise<Result> {
    if (this.destroyed) throw new DhtError('CLOSED', 'the node was closed');
    const node = await this.#bound();
    // Who was named a moment ago is asked, too.
    while (node.table.size === 0 && this.#pings.isBusy) await this.#pings.one();
    return call(node);
  }

  #verify(to: Endpoint, expected: Uint8Array | null): void {
    this.#pings.add(async () => {
      try {
        const node = await this.#bound();
        if (isItself(node, to)) return this.#meetItself(to);
        const { id } = await node.ping(to);
        if (expected && id !== formatId(expected)) this.nodes.unname(expected);
      } catch (error) {
        const isSilent = (error as { code?: unknown }).code === 'TIMEOUT';
        if (isSilent && expected) this.nodes.unname(expected);
      }
    });
  }

  /** Tests of other people name a client to itself: it then keeps what it puts. */
  #meetItself({ host, port }: Endpoint): void {
    const node = { id: this.nodeId, host, port };
    if (this.nodes.name(node)) callLater(() => this.emit('node', node));
  }

  #settle<Values extends unknown[]>(
    outcome: Promise<Values>,
    callback: Callback<Values> | undefined,
    excused: (error: { code?: unknown }) => Values | null = () => null,
    beside: Partial<Values> = [] as unknown as Partial<Values>,
  ): void {
    outcome.then(
      (values) => callLater(() => callback?.(null, ...values)),
      (error) => {
        const values = this.destroyed ? null : excused(error as { code?: unknown });
        if (values) callLater(() => callback?.(null, ...values));
        else callLater(() => callback?.(clientError(error), ...(beside as Partial<Values>)));
      },
    );
  }

  #keep(peer: Endpoint, infoHash: Uint8Array, from: Endpoint): void {
    this.#own.add(infoHash, peer);
    callLater(() => this.emit('announce', peer, bytesFrom(infoHash), from));
  }

  /** Others ask our node: events, and what is kept here beside its own store. */
  #onQuery(query: IncomingQuery, next: () => OwnAnswer): HookAnswer {
    const answer = next();
    this.#noteAsked();
    const { method, target, from } = query;
    // Our node pings who asks; while it knows nobody, calls wait for that.
    if (query.id && !query.readOnly && this.#mainline?.table.size === 0) this.#verify(from, null);
    if (answer.verdict !== 'answered') return answer;
    if (method === 'put') {
      const { key, value } = valueOfPut(query.raw);
      this.#values.set(key, value);
      this.#tell('put', bytesFrom(key), value.v);
    }
    if (!target) return answer;
    const id = bytesFrom(target);
    if (method === 'find_node' || method === 'get_peers') this.#tell(method, id);
    if (method === 'get') this.#tell('get', id, this.#values.get(target));
    if (method === 'announce_peer') {
      const peer = { host: from.host, port: query.impliedPort ? from.port : query.port };
      this.#tell(method, id, { ...from });
      this.#tell('announce', peer, id, { ...from });
    }
    if (method === 'get') return this.#withValue(answer, this.#values.get(target));
    return method === 'get_peers' ? this.#withPeers(answer, target) : answer;
  }

  #tell(event: string, ...values: unknown[]): void {
    if (this.listenerCount(event) > 0) callLater(() => this.emit(event, ...values));
  }

  #withValue(answer: OwnAnswer, value: Value | null): HookAnswer {
    if (!value) return answer;
    const r = replyOf(answer);
    if (r.v !== undefined || r.seq !== undefined) return answer;
    const { v, k, sig, seq } = value;
    return {
      reply: { ...r, v: v as Encodable, ...(k && sig && seq !== undefined ? { k, sig, seq } : {}) },
    };
  }

  #withPeers(answer: OwnAnswer, infoHash: Uint8Array): HookAnswer {
    const values = this.#own.compact(infoHash);
    if (values.length === 0) return answer;
    const r = replyOf(answer);
    return r.values === undefined ? { reply: { ...r, values } } : answer;
  }
}

function isItself(node: Mainline, { host, port }: Endpoint): boolean {
  return port === node.port && (host === node.host || host === '127.0.0.1');
}

function replyOf(answer: OwnAnswer): Record<string, Encodable> {
  const { r } = decode(answer.bytes) as unknown as { r: Record<string, Encodable> };
  return r;
}
