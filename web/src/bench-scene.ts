/**
 * Scenes made up for measuring: as many nodes as are wanted at random ids, lookups under way at all
 * times, now and then a node that crashes or comes back. They are told in the messages of a source, so
 * that what is measured is what a page does with them. The same seed makes the same scene.
 */
import {
  type Figures,
  type Flight,
  type Hello,
  type KeyView,
  type LookupStepView,
  type LookupView,
  NodeState,
  type NodeView,
  type Places,
  SCENE_VERSION,
  type SceneMessage,
  type SceneOverlay,
  type Update,
} from 'ringlight/scene';

export interface BenchScene {
  readonly nodes: number;
  readonly overlay: SceneOverlay;
  /** Places of each node. */
  readonly identities: number;
  readonly seed: number;
  readonly keys: readonly string[];
}

const LATENCY_MS = 60;
/** Requests on their way at any time. */
const UNDER_WAY = 150;
/** Share of the nodes whose state changes in a second: quicker than any network that was measured. */
const CHANGES_PER_SECOND = 0.01;
const K = 2;

export class SceneMaker {
  readonly #scene: BenchScene;
  readonly #ids: Uint8Array;
  readonly #turns: Float64Array;
  /** Places by turn. */
  readonly #circle: number[];
  readonly #states: Uint8Array;
  #state: number;
  #atMs = 0;
  #flights = 0;
  #debt = 0;

  constructor(scene: BenchScene) {
    this.#scene = scene;
    this.#state = scene.seed >>> 0 || 1;
    const places = scene.nodes * scene.identities;
    this.#ids = new Uint8Array(places * 20);
    for (let i = 0; i < this.#ids.length; i++) this.#ids[i] = this.#below(256);
    this.#turns = new Float64Array(places);
    for (let place = 0; place < places; place++) this.#turns[place] = this.#turnAt(place * 20);
    this.#circle = [...this.#turns.keys()].sort((a, b) => this.#turns[a] - this.#turns[b]);
    this.#states = new Uint8Array(scene.nodes).fill(NodeState.up);
  }

  /** What opens the stream: who is there, and the first frame. */
  *opening(): Generator<SceneMessage> {
    const { nodes, overlay, identities } = this.#scene;
    yield {
      type: 'hello',
      version: SCENE_VERSION,
      overlay,
      origin: 'lab',
      title: `${nodes} nodes made up for measuring`,
      config: null,
      abilities: [],
      k: overlay === 'ring' ? K : 8,
      endMs: null,
    } satisfies Hello;
    const places = nodes * identities;
    yield {
      type: 'places',
      first: 0,
      ids: this.#ids,
      nodes: Uint32Array.from({ length: places }, (_, place) => Math.floor(place / identities)),
      addresses: Float64Array.from({ length: places }, (_, place) => 0x10000000 * 65536 + place),
    } satisfies Places;
    yield {
      ...this.#update(),
      whole: true,
      nodes: Uint32Array.from({ length: nodes }, (_, node) => node),
      states: this.#states.slice(),
      places: Uint32Array.from(this.#circle),
      successors: Int32Array.from(this.#circle, (_, i) => this.#circle[(i + 1) % places]),
      safeties: new Uint8Array(places).fill(K),
      keys: this.#scene.keys.map((name) => this.keyView(name)),
    };
  }

  /** So much time has passed: a frame, and the messages that were sent meanwhile. */
  *pass(elapsedMs: number): Generator<SceneMessage> {
    const from = this.#atMs;
    this.#atMs += elapsedMs;
    const changed: number[] = [];
    this.#debt += (elapsedMs / 1000) * CHANGES_PER_SECOND * this.#scene.nodes;
    for (; this.#debt >= 1; this.#debt--) {
      const node = this.#below(this.#scene.nodes);
      const up = this.#states[node] === NodeState.up;
      this.#states[node] = up ? NodeState.crashed : NodeState.up;
      changed.push(node);
    }
    yield {
      ...this.#update(),
      nodes: Uint32Array.from(changed),
      states: Uint8Array.from(changed, (node) => this.#states[node]),
    };
    const flights: Flight[] = [];
    const count = Math.round((UNDER_WAY * elapsedMs) / LATENCY_MS);
    for (let i = 0; i < count; i++) {
      const sentMs = from + (elapsedMs * i) / count;
      flights.push({
        id: ++this.#flights,
        sentMs,
        arrivesMs: sentMs + LATENCY_MS,
        from: this.#below(this.#scene.nodes),
        to: this.#below(this.#scene.nodes),
        fate: this.#below(20) === 0 ? 'lost' : 'delivered',
        kind: 'find_node',
        bytes: 90,
        lookup: i % 3,
        exchange: 0,
      });
    }
    yield { type: 'flights', flights, omitted: 0 };
  }

  /** A key as it truly stands in such a ring: its owner, and copies on the nodes before it. */
  keyView(name: string): KeyView {
    const bytes = new Uint8Array(20);
    let hash = 0x811c9dc5;
    for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    for (let i = 0; i < 20; i++) {
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + i;
      bytes[i] = hash >>> 11;
    }
    const turn = (bytes[0] * 65536 + bytes[1] * 256 + bytes[2]) / 2 ** 24;
    const { identities } = this.#scene;
    let rank = this.#circle.findLastIndex((place) => this.#turns[place] <= turn);
    if (rank < 0) rank = this.#circle.length - 1;
    const holders: number[] = [];
    for (let back = 0; holders.length <= K && back < this.#circle.length; back++) {
      const place = this.#circle[(rank - back + this.#circle.length) % this.#circle.length];
      const node = Math.floor(place / identities);
      if (!holders.includes(node)) holders.push(node);
    }
    return {
      key: [...bytes].map((byte) => (byte + 256).toString(16).slice(1)).join(''),
      name,
      owner: this.#circle[rank],
      holders,
      effectiveK: K,
      state: 'safe',
      bytes: 12,
    };
  }

  /** A lookup of a key that halves the distance with each hop, and one node that did not answer. */
  lookup(id: number, name: string): LookupView {
    const key = this.keyView(name);
    const target = Math.floor(this.#turns[key.owner] * this.#circle.length);
    const steps: LookupStepView[] = [];
    const owner = this.#circle.indexOf(key.owner);
    const { identities } = this.#scene;
    let offset = Math.floor(this.#circle.length * 0.47);
    let told = -1;
    let sentMs = 0;
    for (let hop = 1; ; hop++) {
      const rank = (owner - offset + this.#circle.length) % this.#circle.length;
      const node = Math.floor(this.#circle[rank] / identities);
      const lost = hop === 2;
      steps.push({
        node,
        id: null,
        toldBy: told,
        hops: hop,
        distanceBits: offset === 0 ? 150 : 160 - hop * 2,
        sentMs,
        endedMs: sentMs + (lost ? 300 : 2 * LATENCY_MS),
        verdict: lost ? 'timeout' : 'answered',
        request: 0,
        reply: 0,
      });
      if (offset === 0) break;
      offset = Math.floor(offset / 2.6);
      sentMs += lost ? 40 : 2 * LATENCY_MS;
      if (!lost) told = steps.length - 1;
    }
    return {
      type: 'lookup',
      id,
      kind: 'get',
      label: name,
      target: key.key,
      from: target % this.#scene.nodes,
      startedMs: 0,
      endedMs: sentMs + 2 * LATENCY_MS,
      state: 'succeeded',
      result: 'found 12 bytes',
      exact: true,
      steps,
    };
  }

  /** A node that knows a few of each subtree. */
  nodeView(node: number): NodeView {
    const rows = [];
    for (let bits = 0; bits < 12; bits++) {
      const contacts = [];
      for (let place = 0; place < this.#turns.length && contacts.length < 8; place++) {
        if (this.#shared(node * this.#scene.identities, place) !== bits) continue;
        const other = Math.floor(place / this.#scene.identities);
        contacts.push({
          id: '',
          address: `10.0.0.${other % 256}:6881`,
          node: other,
          state: other % 7 === 0 ? ('questionable' as const) : ('good' as const),
          ageMs: (other % 15) * 60_000,
          failures: 0,
        });
      }
      if (contacts.length > 0)
        rows.push({ label: `bucket ${bits}`, prefixBits: bits, capacity: 8, contacts });
    }
    return {
      type: 'node',
      node,
      atMs: this.#atMs,
      state: NodeState.up,
      addresses: [],
      ids: [],
      facts: [],
      rows,
      stored: [],
      storedCount: 0,
      inFlight: [],
      log: [],
    };
  }

  #shared(a: number, b: number): number {
    for (let bit = 0; bit < 160; bit++) {
      const mask = 0x80 >> (bit & 7);
      const at = bit >> 3;
      if ((this.#ids[a * 20 + at] & mask) !== (this.#ids[b * 20 + at] & mask)) return bit;
    }
    return 160;
  }

  #update(): Update {
    return {
      type: 'frame',
      atMs: this.#atMs,
      whole: false,
      playing: true,
      pace: 1000,
      nodes: new Uint32Array(0),
      states: new Uint8Array(0),
      places: new Uint32Array(0),
      successors: new Int32Array(0),
      safeties: new Uint8Array(0),
      sybils: new Uint32Array(0),
      sides: null,
      keys: [],
      figures: this.#figures(),
      loads: null,
    };
  }

  #figures(): Figures {
    return {
      nodesNow: this.#scene.nodes,
      messages: this.#flights,
      lostMessages: 0,
      lookups: 0,
      failedLookups: 0,
      exactLookups: 0,
      keysNow: this.#scene.keys.length,
      unsafeKeysNow: 0,
      lostKeysNow: 0,
      events: 0,
    };
  }

  #turnAt(start: number): number {
    let turn = 0;
    for (let i = 6; i >= 0; i--) turn = (turn + this.#ids[start + i]) / 256;
    return turn;
  }

  /** xorshift32: small, and the same everywhere. */
  #below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}
