/** A scene of made-up nodes, for what is about scenes and not about nodes. */
import type { Act, Explanation, NodeView, SceneMessage, SceneOverlay } from '../../src/scene.ts';
import { NodeState } from '../../src/scene.ts';
import { FlightSample } from '../../src/studio/live/flights.ts';
import { CommandRefused, LiveScene, type Onlooker } from '../../src/studio/live/live-scene.ts';

export class FakeScene extends LiveScene {
  readonly overlay: SceneOverlay = 'ring';
  readonly k: number = 2;
  readonly hasHands: boolean = true;
  override readonly flights: FlightSample = new FlightSample(
    () => 'word',
    () => null,
  );
  readonly acts: Act[] = [];
  looks = 0;
  begins = 0;
  ends = 0;
  forgets = 0;
  /** Nodes that are up; each has a place. */
  nodes = 3;
  /** What an act fails with. */
  failure: Error | null = null;

  constructor(name = 'fake') {
    super({ name, title: `scene ${name}` });
  }

  protected override begin(): void {
    this.begins++;
  }

  protected override end(): void {
    this.ends++;
  }

  protected look(): void {
    this.looks++;
    for (let i = 0; i < this.nodes; i++) {
      const node = this.picture.node(`n${i}`);
      this.picture.place(i.toString(16).padStart(40, '0'), `127.0.0.1:${1000 + i}`, node);
      this.picture.setState(node, NodeState.up);
    }
  }

  protected forget(): void {
    this.forgets++;
    this.nodes = 2;
  }

  protected viewOf(node: number): NodeView {
    return {
      type: 'node',
      node,
      atMs: 1,
      state: NodeState.up,
      addresses: [],
      ids: [],
      facts: [],
      rows: [],
      stored: [],
      storedCount: 0,
      inFlight: [],
      log: [],
    };
  }

  protected explain(flight: number, bytes: Uint8Array): Explanation {
    const root = { label: 'all', value: '', note: '', start: 0, end: bytes.length, parts: [] };
    return { type: 'explanation', flight, kind: 'word', bytes, root };
  }

  protected async act(act: Act): Promise<string> {
    if (this.failure) throw this.failure;
    this.acts.push(act);
    return `did ${act.kind}`;
  }

  /** Something happens that everybody is told. */
  shout(message: SceneMessage): void {
    this.broadcast(message);
  }

  lookup(): void {
    this.tellLookup({
      type: 'lookup',
      id: this.nextLookup(),
      kind: 'get',
      label: 'apple',
      target: 'ab'.repeat(20),
      from: 0,
      startedMs: 1,
      endedMs: 2,
      state: 'succeeded',
      result: 'red',
      exact: null,
      steps: [],
    });
  }

  send(bytes: Uint8Array): number {
    const length = bytes.length;
    const seen = { atMs: 1, from: 0, to: 1, length, hasArrived: true, lookup: 0, isReply: false };
    return this.flights.add(seen, bytes);
  }

  refuse(): void {
    this.failure = new CommandRefused('FAILED', 'it did not work out');
  }
}

export class Listener implements Onlooker {
  readonly heard: SceneMessage[] = [];

  tell(message: SceneMessage): void {
    this.heard.push(message);
  }

  of<T extends SceneMessage['type']>(type: T): (SceneMessage & { type: T })[] {
    return this.heard.filter(
      (message): message is SceneMessage & { type: T } => message.type === type,
    );
  }
}
