// Three routing tables over the same network, and the register of every node ever seen.
//
//     node examples/choose-the-table.mjs
import { openMainline, prefixTable } from 'ringlight/mainline';
import { createTestnet } from 'ringlight/testnet';

const testnet = await createTestnet({ nodes: 60 });
const tables = {
  kbuckets: 'kbuckets',
  flat: 'flat',
  prefix: 'prefix',
  'prefix of 4 bits': prefixTable(4),
};

for (const [name, table] of Object.entries(tables)) {
  const { bootstrap } = testnet;
  const node = await openMainline({ host: '127.0.0.1', bootstrap, table, register: true });
  await node.ready();
  for (let i = 0; i < 16; i++) await node.findNode(`${i.toString(16)}0`.repeat(20));
  console.log(`${name}: ${node.table.size} contacts in ${node.table.parts} parts`);
  const lines = [...node.register.toJsonLines()];
  console.log(
    `  register: ${lines.length} nodes, the first is ${Object.keys(JSON.parse(lines[0]))}`,
  );
  await node.close();
}
await testnet.close();
