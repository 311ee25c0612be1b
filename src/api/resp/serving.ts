/**
 * Commands about the connection and the server: greeting, password, what there is and how it is. They answer
 * what clients ask before they begin, in the forms that those take for a yes.
 */

import { matches } from '../../ring/resp/pattern.ts';
import { OK, type Reply, RespError, RespMap, Simple } from '../../ring/resp/replies.ts';
import { SLOTS, slotOf } from '../../ring/resp/slot.ts';
import { index, SYNTAX, textOf, upper, wrongArity } from './command.ts';
import type { ClusterMember } from './members.ts';
import { Refusal } from './refusal.ts';

type Words = readonly Uint8Array[];

/** The version of Redis whose commands are here; clients read it to decide what to use. */
export const REDIS_VERSION = '7.0.0';

const WRONG_PASSWORD = 'WRONGPASS invalid username-password pair or user is disabled.';
const NO_PASSWORD_SET =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?';
const HELLO_WITHOUT_AUTH =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time';

export type SessionRights = 'none' | 'read' | 'write';

/** What these commands know of the connection that they are about (session.ts). */
export interface Client {
  readonly id: number;
  name: string;
  rights: SessionRights;
  version: 2 | 3;
  readonly hub: Hub;
}

/** What all connections have in common (server.ts). */
export interface Hub {
  /** The rights of a password; null: it is wrong. */
  rightsOf(password: string): SessionRights | null;
  /** Nobody needs a password. */
  readonly isOpen: boolean;
  readonly info: () => string;
  /** The members that serve Redis clients, this one among them. */
  readonly members: () => Promise<readonly ClusterMember[]>;
  readonly commands: () => readonly (readonly [
    name: string,
    arity: number,
    isWrite: boolean,
    keys: readonly number[] | null,
  ])[];
}

export function hello(client: Client, words: Words): Reply {
  let version: 2 | 3 = client.version;
  if (words.length > 1) {
    const wanted = /^-?\d{1,9}$/.test(textOf(words[1]!)) ? Number(textOf(words[1]!)) : null;
    if (wanted === null) {
      throw new Refusal('ERR Protocol version is not an integer or out of range');
    }
    if (wanted !== 2 && wanted !== 3) throw new Refusal('NOPROTO unsupported protocol version');
    version = wanted;
  }
  let name: string | null = null;
  for (let i = 2; i < words.length; i++) {
    const option = upper(words[i]!);
    if (option === 'AUTH' && i + 2 < words.length) {
      signIn(client, textOf(words[i + 1]!), textOf(words[i + 2]!));
      i += 2;
    } else if (option === 'SETNAME' && i + 1 < words.length) {
      name = nameOf(words[++i]!);
    } else {
      throw new Refusal(`ERR Syntax error in HELLO option '${textOf(words[i]!).slice(0, 64)}'`);
    }
  }
  if (client.rights === 'none') throw new Refusal(HELLO_WITHOUT_AUTH);
  if (name !== null) client.name = name;
  client.version = version;
  return new RespMap([
    ['server', 'redis'],
    ['version', REDIS_VERSION],
    ['proto', version],
    ['id', client.id],
    ['mode', 'standalone'],
    ['role', 'master'],
    ['modules', []],
  ]);
}

export function auth(client: Client, words: Words): Reply {
  if (words.length > 3) throw new Refusal(SYNTAX);
  if (words.length === 2 && client.hub.isOpen) throw new Refusal(NO_PASSWORD_SET);
  const user = words.length === 3 ? textOf(words[1]!) : 'default';
  signIn(client, user, textOf(words.at(-1)!));
  return OK;
}

/** There is one user; who shows a key for clients has the rights of that. @throws Refusal. */
function signIn(client: Client, user: string, password: string): void {
  const rights = user === 'default' ? client.hub.rightsOf(password) : null;
  if (rights === null) throw new Refusal(WRONG_PASSWORD);
  client.rights = rights;
}

function nameOf(word: Uint8Array): string {
  const name = textOf(word);
  if (/^[!-~]*$/.test(name)) return name;
  throw new Refusal('ERR Client names cannot contain spaces, newlines or special characters.');
}

export function clientCommand(client: Client, words: Words): Reply {
  const verb = upper(words[1]!);
  switch (verb) {
    case 'SETNAME':
      if (words.length !== 3) return wrongArity('client|setname');
      client.name = nameOf(words[2]!);
      return OK;
    case 'GETNAME':
      return client.name === '' ? null : client.name;
    case 'ID':
      return client.id;
    case 'SETINFO':
    case 'NO-EVICT':
    case 'NO-TOUCH':
      return OK;
    case 'INFO':
    case 'LIST':
      return `id=${client.id} name=${client.name} resp=${client.version} db=0\n`;
    default:
      return unknownVerb('CLIENT', words);
  }
}

export function unknownVerb(command: string, words: Words): RespError {
  const told = textOf(words[1]!).slice(0, 128);
  return new RespError(`ERR unknown subcommand '${told}'. Try ${command} HELP.`);
}

export function commandCommand(client: Client, words: Words): Reply {
  const all = client.hub.commands();
  const told = ([name, arity, isWrite, keys]: (typeof all)[number]): Reply => {
    const [first, last, step] = keys ?? [0, 0, 0];
    return [name, arity, [new Simple(isWrite ? 'write' : 'readonly')], first!, last!, step!];
  };
  const verb = words[1] === undefined ? '' : upper(words[1]);
  switch (verb) {
    case '':
      return all.map(told);
    case 'COUNT':
      return all.length;
    case 'LIST':
      return all.map(([name]) => name);
    case 'DOCS':
      return new RespMap([]);
    case 'INFO': {
      const names = words.slice(2).map((word) => textOf(word).toLowerCase());
      if (names.length === 0) return all.map(told);
      return names.map((name) => {
        const found = all.find(([other]) => other === name);
        return found === undefined ? null : told(found);
      });
    }
    default:
      return unknownVerb('COMMAND', words);
  }
}

/** What redis-benchmark asks before it begins; how records are kept is the ring's own business. */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['save', ''],
  ['appendonly', 'no'],
];

function settingsOf(patterns: Words): RespMap {
  const named = SETTINGS.filter(([name]) => {
    const bytes = new TextEncoder().encode(name);
    return patterns.some((pattern) =>
      matches(new TextEncoder().encode(textOf(pattern).toLowerCase()), bytes),
    );
  });
  return new RespMap(named);
}

export function config(_client: Client, words: Words): Reply {
  switch (upper(words[1]!)) {
    case 'GET':
      return words.length < 3 ? wrongArity('config|get') : settingsOf(words.slice(2));
    case 'RESETSTAT':
      return OK;
    case 'SET':
      throw new Refusal('ERR CONFIG SET: settings are given when the member is started');
    default:
      return unknownVerb('CONFIG', words);
  }
}

export function select(_client: Client, words: Words): Reply {
  if (index(words[1]!) === 0) return OK;
  throw new Refusal('ERR DB index is out of range');
}

/** The members as a cluster, though any of them serves every key (members.ts). */
export async function cluster(client: Client, words: Words): Promise<Reply> {
  const verb = upper(words[1]!);
  if (verb === 'KEYSLOT') {
    return words.length === 3 ? slotOf(words[2]!) : wrongArity('cluster|keyslot');
  }
  const members = await client.hub.members();
  switch (verb) {
    case 'SLOTS':
      return members.map(({ from, to, host, port, id }) => [from, to, [host, port, id, []]]);
    case 'SHARDS':
      return members.map(shardOf);
    case 'NODES':
      return members.map(nodeLine).join('');
    case 'MYID':
      return members.find(({ isSelf }) => isSelf)?.id ?? null;
    case 'INFO':
      return clusterInfo(members.length);
    default:
      return unknownVerb('CLUSTER', words);
  }
}

function shardOf({ from, to, host, port, id }: ClusterMember): RespMap {
  const node = new RespMap([
    ['id', id],
    ['port', port],
    ['ip', host],
    ['endpoint', host],
    ['role', 'master'],
    ['replication-offset', 0],
    ['health', 'online'],
  ]);
  return new RespMap([
    ['slots', [from, to]],
    ['nodes', [node]],
  ]);
}

function nodeLine({ from, to, host, port, id, isSelf }: ClusterMember): string {
  const flags = isSelf ? 'myself,master' : 'master';
  return `${id} ${host}:${port}@${port} ${flags} - 0 0 1 connected ${from}-${to}\n`;
}

function clusterInfo(count: number): string {
  return [
    'cluster_state:ok',
    `cluster_slots_assigned:${SLOTS}`,
    `cluster_slots_ok:${SLOTS}`,
    `cluster_known_nodes:${count}`,
    `cluster_size:${count}`,
    '',
  ].join('\r\n');
}
