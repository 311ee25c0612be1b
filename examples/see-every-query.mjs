// Wrap the query handler: see every query with its sender, raw bytes and verdict, and let the node
// answer as it would.
//
//     node examples/see-every-query.mjs
import { openMainline } from 'ringlight/mainline';

const seen = [];
const node = await openMainline({
  host: '127.0.0.1',
  bootstrap: false,
  onQuery(query, next) {
    const answer = next();
    seen.push(
      `${query.method} ${answer.verdict} ${query.raw.length} bytes in ${answer.bytes.length} out`,
    );
    return answer;
  },
});

const other = await openMainline({
  host: '127.0.0.1',
  bootstrap: [`${node.host}:${node.port}`],
});
await other.ready();
await other.announce('00'.repeat(20), { port: 6881 });
for (const line of seen) console.log(line);

await other.close();
await node.close();
