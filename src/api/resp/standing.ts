/**
 * The commands that stand alone: they are about the connection, or about all keys, and wait for what was
 * asked before them on the same connection.
 */
import { OK, Push, type Reply, RespError, Simple } from '../../ring/resp/replies.ts';
import { unknownCommand, upper } from './command.ts';
import {
  auth,
  clientCommand,
  cluster,
  commandCommand,
  config,
  hello,
  select,
  unknownVerb,
} from './serving.ts';
import type { Session, Standing } from './session.ts';
import { allKeys, flushAll, scan } from './walks.ts';

type Words = readonly Uint8Array[];
type Run = Standing['run'];

const NOTHING = new Uint8Array(0);

function alone(arity: number, run: Run, isWrite = false): Standing {
  return { arity, run, isWrite };
}

function ping(session: Session, words: Words): Reply {
  if (words.length > 2) return new RespError("ERR wrong number of arguments for 'ping' command");
  if (session.version === 2 && session.channels.count > 0) return ['pong', words[1] ?? NOTHING];
  return words[1] ?? new Simple('PONG');
}

async function object(session: Session, words: Words): Promise<Reply> {
  const verb = upper(words[1]!);
  if (verb !== 'ENCODING' || words.length !== 3) {
    return verb === 'HELP' ? ['ENCODING <key>'] : unknownVerb('OBJECT', words);
  }
  const part = await session.hub.keys.read(words[2]!, 0, 63);
  if (part === null) return null;
  const isInteger = part.length <= 20 && /^-?\d+$/.test(new TextDecoder().decode(part.value));
  if (isInteger) return 'int';
  return part.length <= 44 ? 'embstr' : 'raw';
}

/** One reply for each channel: what is heard, and how many by now. */
async function hear(
  session: Session,
  channels: readonly Uint8Array[],
  word: string,
  step: (channel: Uint8Array) => Promise<void> | void,
): Promise<Reply> {
  const replies: Reply[] = [];
  for (const channel of channels) {
    await step(channel);
    replies.push(new Push([word, channel, session.channels.count]));
  }
  for (const reply of replies.slice(0, -1)) session.also(reply);
  return replies.at(-1) ?? new Push([word, null, session.channels.count]);
}

function subscribe(isPattern: boolean): Run {
  const word = isPattern ? 'psubscribe' : 'subscribe';
  return (session, words) =>
    hear(session, words.slice(1), word, (channel) =>
      session.channels.subscribe(channel, isPattern),
    );
}

function unsubscribe(isPattern: boolean): Run {
  const word = isPattern ? 'punsubscribe' : 'unsubscribe';
  return (session, words) => {
    const channels = words.length > 1 ? words.slice(1) : session.channels.all(isPattern);
    return hear(session, channels, word, (channel) =>
      session.channels.unsubscribe(channel, isPattern),
    );
  };
}

function time(session: Session): Reply {
  const now = session.hub.keys.now();
  return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)];
}

export const STANDING: Readonly<Record<string, Standing>> = {
  ping: { arity: -1, run: ping },
  echo: { arity: 2, run: (_session, [, word]) => word! },
  quit: { arity: -1, isFree: true, run: (session) => session.quit() },
  reset: {
    arity: 1,
    isFree: true,
    run: (session) => {
      session.reset();
      return new Simple('RESET');
    },
  },
  hello: { arity: -1, isFree: true, run: hello },
  auth: { arity: -2, isFree: true, run: auth },
  client: { arity: -2, run: clientCommand },
  command: { arity: -1, run: commandCommand },
  config: { arity: -2, run: config },
  select: { arity: 2, run: select },
  cluster: { arity: -2, run: cluster },
  // Clients of clusters say these before they ask: whoever is asked here answers.
  readonly: { arity: 1, run: () => OK },
  readwrite: { arity: 1, run: () => OK },
  asking: { arity: 1, run: () => OK },
  info: { arity: -1, run: (session) => session.hub.info() },
  time: { arity: 1, run: time },
  multi: { arity: 1, run: (session) => session.multi() },
  exec: { arity: 1, run: (session) => session.exec() },
  discard: { arity: 1, run: (session) => session.discard() },
  watch: { arity: -2, run: (session, words) => session.watch(words.slice(1)) },
  unwatch: { arity: 1, run: (session) => session.unwatch() },
  subscribe: { arity: -2, run: subscribe(false) },
  psubscribe: { arity: -2, run: subscribe(true) },
  unsubscribe: { arity: -1, run: unsubscribe(false) },
  punsubscribe: { arity: -1, run: unsubscribe(true) },
  scan: alone(-2, (session, words) => scan(session.hub.keys, words)),
  keys: alone(2, (session, words) => allKeys(session.hub.keys, words)),
  dbsize: alone(1, (session) => session.hub.keys.count()),
  randomkey: alone(1, (session) => session.hub.keys.any()),
  flushdb: alone(-1, (session, words) => flushAll(session.hub.keys, words), true),
  flushall: alone(-1, (session, words) => flushAll(session.hub.keys, words), true),
  object: alone(-2, object),
  function: {
    arity: -2,
    run: (_session, words) => (upper(words[1]!) === 'FLUSH' ? OK : unknownCommand(words)),
  },
};
