/**
 * What all parts of the streams stand on: the columns of their ends, the ways between hosts, those that
 * wait for one, what is counted, and the world around.
 *
 *     streams ──▶ closing ──▶ sending ──▶ state ── ends, ways, waits, traffic
 *
 * What is sent to an end is an event in the wheel, and pins its row until it is handled.
 */
import { Event, type WorldState } from '../world-state.ts';
import { type End, Ends } from './stream-ends.ts';
import { StreamTraffic } from './stream-traffic.ts';
import { Waits } from './stream-waits.ts';
import { Ways } from './stream-ways.ts';

export class StreamState {
  readonly world: WorldState;
  readonly traffic: StreamTraffic = new StreamTraffic();
  readonly ends: Ends;
  readonly ways: Ways;
  readonly waits: Waits;

  constructor(world: WorldState) {
    this.world = world;
    this.ends = new Ends(world.count);
    this.ways = new Ways(world);
    this.waits = new Waits(world.wheel, Event.stream, this.ends, this.ways);
    world.network.eased = () => this.waits.look();
  }

  /** An end will hear `what` at `atMs`, with a word `b`. */
  put(atMs: number, end: End, what: number, b: number): void {
    this.ends.pin(end);
    this.world.wheel.put(atMs, Event.stream, end, b, what);
  }

  /** A piece gets nowhere. */
  drop(piece: number): void {
    this.traffic.bytesDropped += this.ends.lengthOf(piece);
    this.ends.release(piece);
  }

  /** Something has come to pass between two nodes: it belongs to the hash of the run. */
  trace(what: number, a: number, b: number): void {
    const { hash, now } = this.world;
    hash.add(now);
    hash.add(what);
    hash.add(a);
    hash.add(b);
  }
}
