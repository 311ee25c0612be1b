/**
 * A running ring as a scene. Members of this process are looked into directly; those outside are asked
 * about themselves once a second (ring-survey.ts).
 *
 *     own members ── info, records, taps ──┐
 *     outside ◀─ info? ── RingSurvey ──────┴─▶ places, successors, keys, messages, lookups
 *
 * Anything a member of this process keeps is seen: a value that somebody else inserts shows with the
 * next look. Of a ring that is only watched from outside, the keys are those that its members tell.
 */
import type {
  IdentityInfo,
  Ring,
  RingAccess,
  RingInfo,
  RingNotice,
  RingService,
  Wire,
} from '../../ring.ts';
import type { Act, Explanation, NodeView, SceneOverlay } from '../../scene.ts';
import {
  explainRing,
  kindOfRing,
  lineOfRingEvent,
  RING_LOOKUP_KINDS,
  ringExchange,
} from '../../scene.ts';
import { FlightSample } from '../live/flights.ts';
import { addEach, handsOf, portOf, toEach } from '../live/hands.ts';
import { CommandRefused, LiveScene, type LiveSceneOptions } from '../live/live-scene.ts';
import { type Log, logWith } from '../live/log.ts';
import { hashOf } from '../live/names.ts';
import { type KeyAct, runCommand } from './commands.ts';
import { Departures } from './departures.ts';
import { countsOf, keysOf, type OwningPlace } from './keys.ts';
import { ReadRecords } from './read-records.ts';
import { infosOf, isMissed, type SilentOne, silenceFacts, silentOnes } from './silences.ts';
import { namedBy, RingSurvey } from './survey.ts';
import { Taps } from './taps.ts';
import { ToldKeys } from './told-keys.ts';
import { RingTraffic } from './traffic.ts';
import { ringNodeView, stateOfProcess } from './view.ts';
import { WayIn } from './way-in.ts';

/** What may be done to members of this process. */
export interface RingHands {
  /** Opens one more member; with `port` where one stood that is gone. */
  add(options?: { port?: number }): Promise<unknown>;
  crash(member: Ring): Promise<void>;
  leave(member: Ring): Promise<void>;
}

export interface LiveRingOptions extends LiveSceneOptions {
  /** Members of this process; they may change. */
  members?: () => readonly Ring[];
  /** Members elsewhere to begin with, `host:port`. */
  entries?: readonly string[];
  /** Only where there is no member to ask. */
  wire?: Wire;
  hands?: RingHands;
  /** A key that is asked for whenever somebody begins to look on: its way is the first thing to be seen. */
  shown?: string;
}

interface Known {
  home: string;
  info: RingInfo | null;
  ring: Ring | null;
}

export class LiveRing extends LiveScene {
  readonly overlay: SceneOverlay = 'ring';
  k = 0;
  readonly hasHands: boolean = true;
  protected readonly flights: FlightSample;
  readonly #options: LiveRingOptions;
  readonly #survey: RingSurvey;
  readonly #traffic: RingTraffic;
  /** Who was there at the last look, by node. */
  #known = new Map<number, Known>();
  /** Who was silent then, and may be there. */
  #silent = new Map<number, SilentOne>();
  readonly #nodeAt = new Map<string, number>();
  readonly #taps = new Taps();
  readonly #logs = new Map<number, Log>();
  readonly #records = new ReadRecords();
  readonly #departures = new Departures();
  /** Of a ring that is attached to. */
  readonly #told = new ToldKeys(() =>
    this.#members.length === 0 ? this.#survey.connection : null,
  );
  #keysSign = '';
  #hasShown = false;
  readonly #wayIn: WayIn;

  constructor(options: LiveRingOptions) {
    super(options);
    this.#options = options;
    this.flights = new FlightSample(
      (bytes, isReply) => kindOfRing(bytes, 0, bytes.length, { isReply }),
      (bytes) => ringExchange(bytes, 0, bytes.length),
    );
    this.#survey = new RingSurvey({
      entries: () => this.#entries(),
      isOwn: (address) => this.#members.some((ring) => ring.addresses.includes(address)),
      ...(options.wire && { wire: options.wire }),
    });
    this.#wayIn = new WayIn(() => this.#entries(), options.wire);
    this.#traffic = new RingTraffic({
      nodeAt: (address) => this.#nodeAt.get(address) ?? -1,
      isOwn: (node) => this.#known.get(node)?.ring != null,
      idOf: (node) => this.#known.get(node)?.info?.identities[0]?.hash ?? null,
      nextLookup: () => this.nextLookup(),
      tellLookup: (view) => {
        if (view.state !== 'running') this.conclude(view, view.steps.length);
        this.tellLookup(view);
      },
      tellMessage: ({ from, to, bytes, length, hasArrived, isReply }, lookup) => {
        const atMs = Date.now();
        return this.flights.add({ atMs, from, to, length, hasArrived, lookup, isReply }, bytes);
      },
      tellArrival: (from, to, length) => void this.flights.arrived(Date.now(), from, to, length),
    });
  }

  get #members(): readonly Ring[] {
    return this.#options.members?.() ?? [];
  }

  override async ring(): Promise<RingService> {
    return this.#members[0] ?? (await this.#wayIn.open());
  }

  override close(): void {
    super.close();
    void this.#wayIn.close();
  }

  protected override begin(): void {
    this.#survey.start();
    this.#told.start();
    this.#hasShown = false;
  }

  protected override end(): void {
    this.#survey.stop();
    this.#told.stop();
    this.#taps.endAll();
  }

  protected forget(): void {
    this.#taps.endAll();
    this.#known.clear();
    this.#silent.clear();
    this.#nodeAt.clear();
    this.#logs.clear();
    this.#traffic.forget();
    this.#told.forget();
    this.#keysSign = '';
  }

  protected override async prepare(): Promise<boolean> {
    if (this.isWatched && this.#survey.found.size > 0) return false;
    await this.#survey.round();
    await this.#told.round();
    return this.#survey.found.size > 0;
  }

  protected look(): void {
    this.#traffic.tick(Date.now());
    const known = new Map<number, Known>();
    for (const ring of this.#members) {
      const info = ring.info();
      this.k = info.k;
      this.#see(known, { home: ring.addresses[0]!, info, ring });
      if (this.isWatched) this.#tap(ring);
    }
    for (const [home, { sign, info }] of this.#survey.found) {
      if (sign !== 'answers' || known.has(this.picture.numberOf(home))) continue;
      if (info !== null && this.#members.length === 0) this.k = info.k;
      this.#see(known, { home, info, ring: null });
    }
    this.#taps.keep(this.#members);
    this.#records.keep(this.#members);
    const silent = this.#seeTheSilent(known);
    this.#markTheGone(known, silent);
    this.#known = known;
    this.#silent = silent;
    for (const [, { info }] of known) this.#link(info);
    this.#lookAtKeys();
    this.#sum();
    this.#show();
  }

  protected viewOf(node: number): NodeView | null {
    const home = this.picture.nameOf(node);
    if (home === undefined) return null;
    const known = this.#known.get(node);
    const silent = this.#silent.get(node);
    return ringNodeView({
      node,
      home,
      state: this.picture.stateOf(node),
      info: known?.info ?? silent?.info ?? null,
      silence: silent === undefined ? [] : silenceFacts(silent, infosOf(this.#known)),
      records: known?.ring?.records() ?? [],
      nodeAt: (address) => this.#nodeAt.get(address) ?? -1,
      names: this.names,
      log: this.#logs.get(node) ?? [],
      isOwn: known?.ring != null,
    });
  }

  protected explain(flight: number, bytes: Uint8Array): Explanation {
    return { type: 'explanation', flight, bytes, ...explainRing(bytes) };
  }

  /** Class programs know neither acts nor following. */
  protected override get keepsRooms(): boolean {
    return [...this.#known.values()].every(({ info }) => info !== null);
  }

  protected override get reachesNodes(): boolean {
    return this.#options.hands !== undefined;
  }

  protected async act(act: Act): Promise<string> {
    switch (act.kind) {
      case 'put':
      case 'get':
      case 'remove':
      case 'lookup':
        return this.#command(act);
      case 'add':
        return addEach(this.#hands('be added'), act.count);
      case 'crash':
      case 'leave': {
        const { kind } = act;
        return toEach(act.nodes, kind, (node) => this.#take(kind, node));
      }
      case 'restart':
        if (act.memory) {
          throw new CommandRefused('IMPOSSIBLE', 'these members keep nothing: memory is gone');
        }
        return toEach(act.nodes, act.kind, (node) => this.#restart(node));
      default:
        throw new CommandRefused('IMPOSSIBLE', `live nodes cannot be told to "${act.kind}"`);
    }
  }

  /** Shows the way to a key, once it is there. */
  #show(): void {
    const { shown } = this.#options;
    if (shown === undefined || this.#hasShown || !this.isWatched) return;
    const owner = this.picture.key(this.keyOf(shown))?.owner ?? -1;
    const asker = [...this.#known.keys()].find((node) => node !== this.picture.nodeOfPlace(owner));
    if (owner < 0 || asker === undefined) return;
    this.#hasShown = true;
    // That it cannot be had just now is seen on the page.
    this.#command({ kind: 'get', name: shown, from: asker }).catch(() => {});
  }

  async #command(act: KeyAct): Promise<string> {
    const { node, access } = this.#accessOf(act.from);
    const key = this.keyOf(act.name);
    const lookup = this.#traffic.expect(
      RING_LOOKUP_KINDS[act.kind],
      act.name,
      key,
      node,
      Date.now(),
    );
    try {
      const said = await runCommand(access, act, key);
      this.#traffic.conclude(lookup, true, said, Date.now());
      if (act.kind === 'put' || act.kind === 'remove') await this.#told.round();
      return said;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#traffic.conclude(lookup, false, message, Date.now());
      throw new CommandRefused('FAILED', `${act.kind} "${act.name}": ${message}`);
    }
  }

  /** The member that is asked to do something, or a client of the ring. */
  #accessOf(from: number | undefined): { node: number; access: RingAccess } {
    const chosen = from === undefined ? undefined : this.#known.get(from)?.ring;
    const ring = chosen ?? this.#members[0];
    if (ring) return { node: this.picture.numberOf(ring.addresses[0]!), access: ring };
    const { connection } = this.#survey;
    if (connection !== null) return { node: -1, access: connection };
    throw new CommandRefused('IMPOSSIBLE', 'no member of the ring is there to ask');
  }

  #hands(what: string): RingHands {
    return handsOf(this.#options.hands, 'members', what);
  }

  async #take(kind: 'crash' | 'leave', node: number): Promise<void> {
    const hands = this.#hands(kind);
    const ring = this.#known.get(node)?.ring;
    if (!ring) throw new CommandRefused('UNKNOWN', `there is no member ${node} here to ${kind}`);
    if (kind === 'leave') this.#departures.toldToLeave(ring.addresses[0]!);
    await hands[kind](ring);
  }

  async #restart(node: number): Promise<void> {
    const hands = this.#hands('restart');
    const home = this.picture.nameOf(node);
    if (home === undefined) throw new CommandRefused('UNKNOWN', `there was no member ${node}`);
    if (this.#known.get(node)) {
      throw new CommandRefused('IMPOSSIBLE', `member ${node} is running`);
    }
    await hands.add({ port: portOf(home) });
  }

  *#entries(): Generator<string> {
    yield* this.#options.entries ?? [];
    for (const ring of this.#members) yield* namedBy(ring.info());
    for (const { info, ring } of this.#known.values()) if (ring === null) yield* namedBy(info);
  }

  #see(known: Map<number, Known>, one: Known): void {
    const node = this.picture.node(one.home);
    known.set(node, one);
    this.picture.setState(node, stateOfProcess(one.info?.identities ?? []));
    this.picture.setLoad(node, one.info?.counters['framesIn'] ?? 0);
    this.#departures.isThere(node, one.home);
    this.#stand(node, one.home, one.info);
  }

  #stand(node: number, home: string, info: RingInfo | null): void {
    for (const { address, hash } of info?.identities ?? [{ address: home, hash: hashOf(home) }]) {
      this.#nodeAt.set(address, node);
      this.picture.place(hash, address, node);
    }
  }

  #seeTheSilent(known: ReadonlyMap<number, Known>): Map<number, SilentOne> {
    const silent = new Map<number, SilentOne>();
    const there = infosOf(known);
    for (const one of silentOnes(this.#survey.found)) {
      const { home, info } = one;
      const node = this.picture.node(home);
      if (known.has(node)) continue;
      silent.set(node, one);
      this.#departures.isThere(node, home);
      this.#stand(node, home, info);
      this.picture.setSilent({ node, how: one.sign, isMissed: isMissed(home, there) });
    }
    return silent;
  }

  #link(info: RingInfo | null): void {
    for (const { address, hash, successors, state, effectiveK } of info?.identities ?? []) {
      const place = this.picture.placeOf(hash, address);
      const next = successors[0];
      const isMember = state === 'member' || state === 'leaving';
      const isAlone = isMember && next === undefined;
      const successor = next ? this.picture.placeOf(next.hash, next.address) : -1;
      this.picture.setSuccessor(place, isAlone ? place : successor);
      this.picture.setSafety(place, isMember ? effectiveK : 255);
    }
  }

  #markTheGone(known: Map<number, Known>, silent: ReadonlyMap<number, SilentOne>): void {
    const departed = [...this.#known, ...this.#silent]
      .filter(([node]) => !known.has(node) && !silent.has(node))
      .map(([node, { home, info, ring }]) => [node, { home, info, isOwn: ring !== null }] as const);
    const states = this.#departures.judge(departed, [...known.values()], Date.now());
    for (const [node, state] of states) this.picture.setState(node, state);
  }

  /** Who is there, and who is silent: until others have taken its arc it is nobody else's. */
  *#owners(): Generator<[number, Pick<Known, 'home' | 'info' | 'ring'>]> {
    yield* this.#known;
    for (const one of this.#silent) {
      if (this.picture.silenceOf(one[0])?.isMissed === false) yield one;
    }
  }

  #lookAtKeys(): void {
    const places: OwningPlace[] = [];
    for (const [node, { home, info, ring }] of this.#owners()) {
      if (info === null) places.push(this.#placeOf(node, home, hashOf(home), false, []));
      for (const one of info?.identities ?? []) {
        if (one.state !== 'member' && one.state !== 'leaving') continue;
        places.push(this.#placeOf(node, one.address, one.hash, ring !== null, one.backups));
      }
    }
    places.sort((a, b) => (a.id < b.id ? -1 : 1));
    const records = this.#members.map((ring) => ({
      node: this.picture.numberOf(ring.addresses[0]!),
      records: this.#records.of(ring),
    }));
    const sign = JSON.stringify([places, this.#records.signs, this.names.size, this.#told.version]);
    if (sign === this.#keysSign) return;
    this.#keysSign = sign;
    const known = this.picture.keys;
    const told = this.#told.records;
    for (const { name } of told.values()) if (name !== null) this.keyOf(name);
    const holdings = { places, records, told, known: [...known], names: this.names, k: this.k };
    for (const view of keysOf(holdings)) this.picture.setKey(view);
  }

  #placeOf(
    node: number,
    address: string,
    id: string,
    isOwn: boolean,
    backups: IdentityInfo['backups'],
  ): OwningPlace {
    const backupsOutside = backups
      .filter((backup) => backup.isInStep)
      .map((backup) => this.#nodeAt.get(backup.address) ?? -1)
      .filter((backup) => backup >= 0 && this.#known.get(backup)?.ring === null);
    return { id, place: this.picture.placeOf(id, address), node, isOwn, backupsOutside };
  }

  #sum(): void {
    for (const { home, info } of this.#known.values()) {
      this.messages.count(home, info?.counters['framesIn'] ?? 0);
    }
    this.picture.figures = {
      ...this.picture.figures,
      nodesNow: this.#known.size,
      messages: this.messages.sum,
      lookups: this.ended.all,
      failedLookups: this.ended.failed,
      ...countsOf(this.picture.keys),
    };
  }

  #tap(ring: Ring): void {
    const node = this.picture.numberOf(ring.addresses[0]!);
    this.#taps.tap(ring, {
      onEvent: (notice) => this.#hear(node, notice),
      onBytes: (isOurs, isAccepted, local, peer, bytes, start, end) =>
        this.#traffic.piece(node, isOurs, isAccepted, local, peer, bytes.subarray(start, end)),
    });
  }

  #hear(node: number, notice: RingNotice): void {
    const text = lineOfRingEvent(notice, String, String);
    this.#logs.set(node, logWith(this.#logs.get(node), Date.now(), text));
  }
}
