// A chat room that no server keeps: three members, two people at two of them, and one member dies.
//
//     node examples/chat.mjs
import { connectRing } from 'ringlight/ring';
import { createRingTestnet } from 'ringlight/testnet';

const ring = await createRingTestnet({ nodes: 4, k: 2 });
const addresses = ring.nodes.map((node) => node.addresses[0]);

/** Somebody in a room: says lines, and hears all of them. */
async function enter(room, name, at) {
  const client = await connectRing(at);
  const stop = new AbortController();
  const changes = client.follow({ prefix: `${room}/`, signal: stop.signal });
  await changes.next(); // from here on nothing is missed
  const heard = new Map(); // by name of the line, so that what was told twice is heard once
  const listening = (async () => {
    for await (const { name: line, value } of changes) {
      if (value) heard.set(line, new TextDecoder().decode(value));
    }
  })();
  return {
    heard,
    async say(text) {
      const number = await client.increment(room); // a number for each line, given out once
      await client.store(`${room}/${number}`, `${name}: ${text}`, { ttlMs: 24 * 3_600_000 });
    },
    async leave() {
      stop.abort();
      await listening;
      await client.close();
    },
  };
}

const ann = await enter('lobby', 'Ann', addresses.slice(0, 2));
const bob = await enter('lobby', 'Bob', addresses.slice(1, 3));
await ann.say('hello?');
await bob.say('hello!');
await ring.crash(3);
await ann.say('did you notice?');
while (ann.heard.size < 3 || bob.heard.size < 3)
  await new Promise((resolve) => setTimeout(resolve, 20));
for (const [line, text] of [...bob.heard].sort()) console.log(line, text);

await ann.leave();
await bob.leave();
await ring.close();
