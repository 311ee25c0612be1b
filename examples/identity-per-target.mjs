// Choose the id that is shown towards each target: this node is always next door to whatever is
// asked for, as an observer of one info-hash would be.
//
//     node examples/identity-per-target.mjs
import { openMainline } from 'ringlight/mainline';

const ownId = Buffer.alloc(20, 7);
const nextDoor = (target) => {
  if (!target) return ownId;
  const id = Uint8Array.from(target);
  id[19] ^= 1; // only the last bit differs: nobody else is closer
  return id;
};

const chameleon = await openMainline({
  host: '127.0.0.1',
  bootstrap: false,
  id: ownId,
  identity: (target) => nextDoor(target),
});
const bootstrap = [`${chameleon.host}:${chameleon.port}`];
const asker = await openMainline({ host: '127.0.0.1', bootstrap });

for (const target of ['11'.repeat(20), 'ee'.repeat(20)]) {
  const { lookup } = await asker.findNode(target);
  const last = lookup.steps.at(-1);
  console.log(`${target.slice(0, 8)}: answered by ${last.id.slice(0, 8)}…${last.id.slice(-2)}`);
}
await asker.close();
await chameleon.close();
