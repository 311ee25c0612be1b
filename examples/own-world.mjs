// Inject transport, clock and randomness: a network of 30 nodes in memory, under a clock that this
// program turns. The same seed gives the same run, byte for byte.
//
//     node examples/own-world.mjs
import { createHash } from 'node:crypto';
import { openMainline, SeededRandom } from 'ringlight/mainline';

/** Time stands still until `run` moves it from one event to the next. */
class World {
  #now = 0;
  #events = [];
  #sockets = new Map();
  #wire = createHash('sha256');

  clock = {
    originMs: 0,
    now: () => this.#now,
    after: (delayMs, callback) => {
      const event = { at: this.#now + delayMs, callback };
      this.#events.push(event);
      return () => {
        event.callback = () => {};
      };
    },
  };

  /** A socket on 127.0.0.1; every datagram takes 20 ms. */
  socket(port) {
    const address = 0x7f000001 * 65536 + port;
    return {
      address,
      sendFailures: 0,
      open: (receiver) => this.#sockets.set(address, receiver),
      send: (to, bytes, length) => {
        const copy = bytes.slice(0, length);
        this.#wire.update(copy);
        this.clock.after(20, () => {
          this.#sockets.get(to)?.receive(address, copy, 0, length);
          this.#sockets.get(to)?.drained();
        });
      },
      flush: () => {},
      close: (closed) => {
        this.#sockets.delete(address);
        closed();
      },
    };
  }

  /** Turns the clock until the promise is settled. */
  async run(promise) {
    let settled = false;
    const end = () => {
      settled = true;
    };
    promise.then(end, end);
    while (!settled) {
      await new Promise(setImmediate); // lets the program go on before time does
      this.#events.sort((a, b) => a.at - b.at);
      const next = settled ? undefined : this.#events.shift();
      if (!next) continue;
      this.#now = next.at;
      next.callback();
    }
    return promise;
  }

  get wireHash() {
    return this.#wire.copy().digest('hex').slice(0, 16);
  }
}

async function experiment(seed) {
  const world = new World();
  const random = new SeededRandom(seed);
  const nodes = [];
  for (let port = 1; port <= 30; port++) {
    const bootstrap = port === 1 ? false : ['127.0.0.1:1'];
    const transport = world.socket(port);
    nodes.push(await openMainline({ transport, clock: world.clock, random, bootstrap }));
    await world.run(nodes.at(-1).ready());
  }
  const infoHash = 'cd'.repeat(20);
  const { stored } = await world.run(nodes[3].announce(infoHash, { port: 999 }));
  const { peers, lookup } = await world.run(nodes[25].getPeers(infoHash));
  return `stored by ${stored}, found ${peers.length} peer, ${lookup.steps.length} queries in ${lookup.durationMs} virtual ms, wire ${world.wireHash}`;
}

const first = await experiment(1);
console.log(first);
console.log((await experiment(1)) === first ? 'the same seed, the same run' : 'the runs differ');
console.log((await experiment(2)) === first ? 'seeds do not matter?' : 'another seed, another run');
