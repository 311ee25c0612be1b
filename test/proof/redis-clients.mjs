/**
 * The Redis port as the clients of others use it: redis-cli and redis-benchmark of Debian, ioredis, node-redis
 * in both versions of the protocol, connect-redis and @keyv/redis, against a ring of three members, each of
 * which serves every key. Needs a build; what is not installed is told and left out, or with
 * RINGLIGHT_REQUIRE_REDIS=1 a failure.
 *
 *     node test/proof/redis-clients.mjs
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const run = promisify(execFile);

/** A member as a process: its address, its port for Redis clients, and how to end it. */
async function startMember(args) {
  const child = spawn(
    process.execPath,
    [CLI, 'ring', 'serve', '--json', '--port', '0', '--resp', '0', '--k', '2', ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const found = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (event.event === 'listening') found.address = event.addresses[0];
    if (event.event === 'serving') found.port = event.port;
    if (event.event === 'joined') found.isMember = true;
    if (found.address && found.port && found.isMember) break;
  }
  child.stdout.resume();
  const end = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { ...found, end };
}

const hasTools = (() => {
  try {
    execFileSync('redis-cli', ['--version']);
    execFileSync('redis-benchmark', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

const first = await startMember([]);
const members = [first];
for (let i = 0; i < 2; i++) members.push(await startMember(['--join', first.address]));
const [a, b, c] = members.map(({ port }) => port);

const proofs = {
  async 'redis-cli'() {
    const cli = async (port, ...words) =>
      (await run('redis-cli', ['-p', port, ...words])).stdout.trimEnd();
    assert.equal(await cli(a, 'SET', 'cli:1', 'hello'), 'OK');
    assert.equal(await cli(b, 'GET', 'cli:1'), 'hello');
    assert.equal(await cli(c, '-3', 'INCRBY', 'cli:n', '41'), '41');
    assert.equal(await cli(c, '-n', '0', 'INCR', 'cli:n'), '42');
    assert.deepEqual((await cli(b, '--scan', '--pattern', 'cli:*')).split('\n').sort(), [
      'cli:1',
      'cli:n',
    ]);
    assert.match(await cli(a, '--bigkeys'), /Sampled 2 keys/);
  },
  async 'redis-benchmark'() {
    for (const version of [[], ['-3']]) {
      const args = [
        '-p',
        a,
        '-t',
        'ping,set,get,incr,mset',
        '-P',
        '16',
        '-n',
        '2000',
        '-c',
        '20',
        '-q',
        ...version,
      ];
      const { stdout } = await run('redis-benchmark', args);
      assert.equal(stdout.match(/requests per second/g).length, 6, stdout);
      assert.doesNotMatch(stdout, /error/i);
    }
  },
  async ioredis() {
    const { Redis } = await import('ioredis');
    const client = new Redis({ port: a, host: '127.0.0.1' });
    const hearer = new Redis({ port: b, host: '127.0.0.1' });
    assert.equal(await client.set('io:1', 'x', 'EX', 100), 'OK');
    assert.equal(await client.get('io:1'), 'x');
    assert.ok((await client.ttl('io:1')) > 90);
    assert.equal(await client.set('io:1', 'y', 'NX'), null);
    const told = new Promise((resolve) =>
      hearer.on('message', (channel, event) => resolve([channel, event])),
    );
    await hearer.subscribe('__keyspace@0__:io:2');
    const replies = await client.multi().set('io:2', '1').incr('io:2').get('io:2').exec();
    assert.deepEqual(
      replies.map(([, reply]) => reply),
      ['OK', 2, '2'],
    );
    assert.deepEqual(await told, ['__keyspace@0__:io:2', 'set']);
    const pipelined = await client
      .pipeline(Array.from({ length: 200 }, () => ['incr', 'io:n']))
      .exec();
    assert.deepEqual(
      pipelined.map(([, sum]) => sum),
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    const names = [];
    for await (const some of client.scanStream({ match: 'io:*' })) names.push(...some);
    assert.deepEqual([...new Set(names)].sort(), ['io:1', 'io:2', 'io:n']);
    await assert.rejects(client.lpush('io:list', 'x'), /unknown command 'lpush'/);
    client.disconnect();
    hearer.disconnect();
  },
  async 'node-redis, both versions'() {
    const { createClient } = await import('redis');
    for (const RESP of [2, 3]) {
      const client = createClient({ socket: { port: a, host: '127.0.0.1' }, RESP });
      client.on('error', () => {});
      await client.connect();
      assert.equal(
        await client.set(`nr:${RESP}`, 'x', { expiration: { type: 'EX', value: 100 } }),
        'OK',
      );
      assert.equal(await client.get(`nr:${RESP}`), 'x');
      assert.equal(await client.get('nr:no'), null);
      assert.deepEqual(await client.mGet([`nr:${RESP}`, 'nr:no']), ['x', null]);
      await client.watch('nr:w');
      assert.deepEqual(await client.multi().incr('nr:w').get('nr:w').exec(), [
        RESP - 1,
        String(RESP - 1),
      ]);
      const names = [];
      for await (const some of client.scanIterator({ MATCH: 'nr:*' })) names.push(...[some].flat());
      assert.ok(names.includes(`nr:${RESP}`));
      await client.close();
    }
  },
  async 'connect-redis'() {
    const [{ createClient }, { RedisStore }, { default: session }] = await Promise.all([
      import('redis'),
      import('connect-redis'),
      import('express-session'),
    ]);
    const client = createClient({ socket: { port: b, host: '127.0.0.1' } });
    client.on('error', () => {});
    await client.connect();
    const store = new RedisStore({ client, prefix: 'sess:', ttl: 60 });
    assert.ok(store instanceof session.Store);
    const call = (method, ...args) =>
      new Promise((resolve, reject) => {
        store[method](...args, (error, result) => (error ? reject(error) : resolve(result)));
      });
    const kept = { cookie: { maxAge: 1000 }, user: 'somebody' };
    await call('set', 'one', kept);
    await call('set', 'two', kept);
    assert.equal((await call('get', 'one')).user, 'somebody');
    await call('touch', 'one', kept);
    assert.equal(await call('length'), 2);
    assert.deepEqual((await call('ids')).sort(), ['one', 'two']);
    assert.equal((await call('all')).length, 2);
    await call('destroy', 'one');
    assert.equal((await call('get', 'one')) ?? null, null);
    await call('clear');
    assert.equal(await call('length'), 0);
    await client.close();
  },
  async '@keyv/redis'() {
    const [{ default: Keyv }, { default: KeyvRedis }] = await Promise.all([
      import('keyv'),
      import('@keyv/redis'),
    ]);
    const keyv = new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${c}`), namespace: 'kv' });
    keyv.on('error', (error) => assert.fail(error));
    assert.equal(await keyv.set('a', { deep: [1, 2] }, 60_000), true);
    assert.deepEqual(await keyv.get('a'), { deep: [1, 2] });
    await keyv.setMany?.([
      { key: 'b', value: 1 },
      { key: 'c', value: 2 },
    ]);
    assert.deepEqual(await keyv.get(['b', 'c']), [1, 2]);
    assert.equal(await keyv.has('a'), true);
    const found = [];
    for await (const [key] of keyv.iterator()) found.push(key);
    assert.deepEqual(found.sort(), ['a', 'b', 'c']);
    assert.equal(await keyv.delete('a'), true);
    await keyv.clear();
    assert.equal(await keyv.get('b'), undefined);
    await keyv.disconnect();
  },
};

/** Each proof has a minute. */
const LIMIT_MS = 60_000;
let failures = 0;
for (const [name, prove] of Object.entries(proofs)) {
  const isTool = name === 'redis-cli' || name === 'redis-benchmark';
  if (isTool && !hasTools) {
    console.log(`skip  ${name}: not installed`);
    if (process.env.RINGLIGHT_REQUIRE_REDIS === '1') failures++;
    continue;
  }
  const started = performance.now();
  let timer;
  try {
    const late = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('not done within a minute')), LIMIT_MS);
    });
    await Promise.race([prove(), late]);
    console.log(`ok    ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures++;
    console.log(`FAIL  ${name}: ${error.stack}`);
  } finally {
    clearTimeout(timer);
  }
}
await Promise.all(members.map(({ end }) => end()));
process.exit(failures === 0 ? 0 : 1);
