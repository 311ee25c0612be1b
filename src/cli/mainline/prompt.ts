/** `ringlight mainline repl`: a prompt with top-level await, where `dht` is a running node. */
import { createInterface } from 'node:readline';
import { type REPLServer, start } from 'node:repl';
import { PassThrough } from 'node:stream';
import { inspect } from 'node:util';
import * as mainline from '../../mainline.ts';
import type { Console } from '../console.ts';
import { jsonLine } from '../terminal.ts';
import { type NodeOptions, openNode } from './node-options.ts';

const INTRODUCTION = `dht is a running node. Try:
  await dht.ready()
  dht.table.entries()
  (await dht.findNode(dht.id)).nodes
  await dht.getPeers('0123456789abcdef0123456789abcdef01234567')
  dht.lookups.at(-1).steps
  dht.stats
.exit or Ctrl-D ends it.`;

export async function prompt(options: NodeOptions, console: Console): Promise<void> {
  const dht = await openNode(options, { register: true });
  const { host, port, id } = dht;
  console.say(`Listening on ${host}:${port} as ${id}.`);
  console.text(INTRODUCTION);
  console.emit('listening', { host, port, id });
  const typed = !console.json && process.stdin.isTTY === true && process.stdout.isTTY === true;
  const input = typed ? process.stdin : new PassThrough();
  const session = start({
    prompt: console.json ? '' : 'dht> ',
    input,
    output: process.stdout,
    terminal: typed,
    writer: console.json ? valueLine : (value) => inspect(value, { colors: typed }),
  });
  Object.assign(session.context, mainline, { dht });
  if (input instanceof PassThrough) feedLineByLine(session, input);
  await new Promise<void>((resolve) => session.once('exit', resolve));
  await dht.close();
}

/** Piped lines come all at once; each is given to the prompt when it is done with the one before. */
function feedLineByLine(session: REPLServer, input: PassThrough): void {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const feed = async (): Promise<void> => {
    const { value, done } = await lines.next();
    if (done) input.end();
    else input.write(`${value}\n`);
  };
  const show = session.displayPrompt.bind(session);
  session.displayPrompt = (preserveCursor) => {
    show(preserveCursor);
    void feed();
  };
  void feed();
}

/** One line per value; what JSON cannot say (undefined, functions) is null. */
function valueLine(value: unknown): string {
  return jsonLine({ event: 'value', value: value instanceof Error ? value.message : value });
}
