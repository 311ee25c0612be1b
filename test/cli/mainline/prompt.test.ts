import { expect, test } from 'vitest';
import { openMainline } from '../../../src/mainline.ts';
import { objects, ringlight } from '../command.ts';

const REPL = ['mainline', 'repl', '--host', '127.0.0.1'];

test('piped lines are run one after the other, also when they await', async () => {
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false });
  const address = `127.0.0.1:${node.port}`;
  const script = `(await dht.ping('${address}')).id\nconst size = dht.table.size\nsize\n`;
  const outcome = await ringlight([...REPL, '--bootstrap', address, '--json'], script);
  expect(outcome.status).toBe(0);
  const values = objects(outcome).filter((line) => line['event'] === 'value');
  expect(values.map((line) => line['value'])).toEqual([node.id, undefined, 1]);
});

test('a mistake is shown and the prompt goes on', async () => {
  const outcome = await ringlight(
    [...REPL, '--no-bootstrap'],
    "throw 1\nawait dht.ping('x')\n6 * 7\n",
  );
  expect(outcome.status).toBe(0);
  expect(outcome.stdout).toMatch(/dht is a running node/);
  expect(outcome.stdout).toMatch(/Uncaught 1/);
  expect(outcome.stdout).toMatch(/"node" expected HOST:PORT, got "x"/);
  expect(outcome.stdout).toMatch(/dht> 42\n/);
});
