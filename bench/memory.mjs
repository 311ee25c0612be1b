/** What an idle node keeps in memory, alone and as one of a thousand, beyond its socket. */
import { decimals, startChild, whole } from './setup.mjs';

/** @typedef {import('./setup.mjs').Run} Run */
/** @typedef {import('./setup.mjs').Section} Section */
/** @typedef {{ rss: number, kept: number, contacts: number }} Weight bytes; `kept` is heap + array buffers */

const GOAL_KB = 10;

/**
 * @param {Run} run
 * @returns {Promise<Section>}
 */
export async function measureMemory(run) {
  const many = run.quick ? 200 : 1000;
  const weigh = async (/** @type {string} */ what, /** @type {number} */ count) => {
    run.progress(`memory: ${count} × ${what}`);
    const child = startChild(new URL('./weigh.mjs', import.meta.url), { flags: ['--expose-gc'] });
    try {
      return /** @type {Weight} */ (await child.ask({ what, count }));
    } finally {
      await child.stop();
    }
  };
  const nothing = await weigh('sockets', 0);
  const socket = await weigh('sockets', 1);
  const one = await weigh('testnet', 1);
  const sockets = await weigh('sockets', many);
  const rows = [
    ['nothing, modules loaded', nothing, 0, nothing],
    ['1 dgram socket', socket, 1, nothing],
    ['1 node', one, 1, socket],
    [`${whole(many)} dgram sockets`, sockets, many, nothing],
    [`${whole(many)} nodes of one testnet`, await weigh('testnet', many), many, sockets],
    [`${whole(many)} nodes, each its own ground`, await weigh('separate', many), many, sockets],
  ];
  const perNode = (/** @type {any[]} */ [, weight, count, base]) =>
    (weight.kept - base.kept) / count;
  const shared = perNode(rows[4]) / 1024;
  return {
    title: 'Memory',
    method:
      'Each row is a process of its own, idle for some seconds (until the upkeep after joining is over) and then garbage-collected. Heap and buffers is ' +
      'heapUsed + arrayBuffers of process.memoryUsage(). A node’s own share is what it has beyond as many bare dgram ' +
      'sockets in a process with the same modules loaded. “One testnet” shares contacts, table rows and ' +
      'requests, all nodes joined; the others each have their own, joined through the first.',
    table: [
      [
        'process',
        'RSS MB',
        'heap and buffers MB',
        'KB each beyond its socket',
        'of it RSS KB',
        'contacts each',
      ],
      ...rows.map((row) => {
        const [name, weight, count, base] = /** @type {[string, Weight, number, Weight]} */ (row);
        const beyond = count > 0 ? perNode(row) / 1024 : Number.NaN;
        const rss = (weight.rss - base.rss) / count / 1024;
        return [
          name,
          decimals(1)(weight.rss / 2 ** 20),
          decimals(1)(weight.kept / 2 ** 20),
          count > 1 ? decimals(1)(beyond) : '',
          count > 1 ? decimals(1)(rss) : '',
          decimals(1)(weight.contacts),
        ];
      }),
    ],
    goals: [
      {
        what: `heap and slab per idle node beyond its socket, KB, of ${whole(many)}`,
        wanted: `≤ ${GOAL_KB}`,
        figure: decimals(1)(shared),
        reached: shared <= GOAL_KB,
      },
    ],
  };
}
