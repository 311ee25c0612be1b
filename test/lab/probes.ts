/**
 * A world of machines that send and count datagrams, to see what the network does to them. Node i
 * lives at 10.0.0.0 + i, port 1000.
 */
import { type Address, addressOf, ipOf, portOf } from '../../src/core/address.ts';
import type { Machine } from '../../src/core/host.ts';
import type { NetworkModel } from '../../src/lab/network/network-model.ts';
import type { Overlay } from '../../src/lab/overlay.ts';
import { World } from '../../src/lab/world.ts';

const FIRST_IP = 0x0a000000;
const PORT = 1000;

export interface Arrival {
  to: number;
  from: Address;
  /** Since the start. */
  atMs: number;
  number: number;
}

export class Probes implements Overlay {
  readonly count: number;
  readonly world: World;
  readonly arrivals: Arrival[] = [];
  /** Called within `receive`. */
  onArrival: (arrival: Arrival) => void = () => {};
  readonly #machines: Machine[];
  readonly #bytes = new Uint8Array(1024);

  constructor(count: number, network: Partial<NetworkModel> = {}, seed = 1) {
    this.count = count;
    const latency = { kind: 'constant', ms: 100 } as const;
    this.world = new World({ seed, nodes: count, network: { latency, ...network } });
    this.#machines = Array.from({ length: count }, (_, to) => ({
      deadline: Infinity,
      tick() {},
      receive: (_now, from, bytes, start, end) => {
        const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(start);
        if (end - start < 4) throw new Error('datagrams have four bytes at least');
        const arrival = { to, from, atMs: this.world.elapsedMs, number };
        this.arrivals.push(arrival);
        this.onArrival(arrival);
      },
    }));
    this.world.inhabit(this);
    for (let node = 0; node < count; node++) this.world.start(node);
  }

  addressOf(node: number): Address {
    return addressOf(FIRST_IP + node, PORT);
  }

  nodeAt(address: Address): number {
    const node = ipOf(address) - FIRST_IP;
    return node >= 0 && node < this.count && portOf(address) === PORT ? node : -1;
  }

  machine(node: number): Machine {
    return this.#machines[node];
  }

  datagrams(node: number): Machine {
    return this.#machines[node];
  }

  streams(): null {
    return null;
  }

  /** Sends a numbered datagram to a node, or to any address. */
  send(from: number, to: number, number = 0, length = 4): void {
    this.sendTo(from, this.addressOf(to), number, length);
  }

  sendTo(from: number, to: Address, number = 0, length = 4): void {
    new DataView(this.#bytes.buffer).setUint32(0, number);
    this.world.host.send(this.addressOf(from), to, this.#bytes, length);
  }

  /** Sends one, lets a second pass, and says as whom the receiver saw the sender; null: it did not. */
  reach(from: number, to: number, address: Address = this.addressOf(to)): Address | null {
    const before = this.arrivals.length;
    this.sendTo(from, address);
    this.pass(1000);
    const found = this.arrivals.slice(before).find((arrival) => arrival.to === to);
    return found ? found.from : null;
  }

  pass(ms: number): void {
    this.world.run(this.world.now + ms);
  }
}
