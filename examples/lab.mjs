// Ten thousand real nodes under virtual time: announce, find, crash a fifth of them, find again.
//
//     node examples/lab.mjs
import { createLab } from 'ringlight/lab';

const infoHash = 'c0ffee'.padEnd(40, '0');

async function experiment(seed) {
  const lab = createLab({ seed, nodes: 10_000 });
  const { stored } = await lab.nodes[42].announce(infoHash, { port: 6881 });
  const before = await lab.nodes[9000].getPeers(infoHash);

  for (let number = 0; number < lab.nodes.length; number += 5) {
    if (number !== 9000) lab.crash(number);
  }
  const after = await lab.nodes[9000].getPeers(infoHash);
  const timeouts = after.lookup.steps.filter(({ verdict }) => verdict !== 'answered').length;
  return [
    `stored by ${stored}; found ${before.peers.length} peer in ${before.lookup.durationMs} virtual ms`,
    `a fifth crashed: found ${after.peers.length} in ${after.lookup.durationMs} ms, ${timeouts} did not answer`,
    `trace ${lab.traceHash}`,
  ].join('\n');
}

const first = await experiment(1);
console.log(first);
console.log((await experiment(1)) === first ? 'the same seed, the same run' : 'the runs differ');
