/**
 * Runs the README and the docs as they stand, from the packed package, in an empty folder for each page.
 * What a block is, its fence says; the words after the language are for us, readers do not see them:
 *
 *     js           a program, to its end; `js vitest`, `js jest`, `js node:test`: a file of tests
 *     sh           typed into a shell, to its end; `sh stays`: a server, runs until the page is done;
 *                  `sh begins`: each line is long work, which is begun and does not end with an error
 *     console      `$ ` and what is typed, then what is printed: compared as it stands, with `live` by its form
 *                  and with `fails` ended with 1: a verdict
 *     text output  what the block before printed, by its form; with `exact` as it stands
 *     json         is JSON, one or several
 *     others       drawings and fragments: not run
 *
 * By its form: addresses, ids and numbers may be others, each line has to be among those printed.
 * `--update` writes what is printed into `console` blocks. Nothing here sends a packet off loopback.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { check, copyOf, folderWith, prove, ROOT, tarball, write } from './packed.mjs';

const isUpdate = process.argv.includes('--update');
if (isUpdate) process.argv.splice(process.argv.indexOf('--update'), 1);

/** Beside us, what the pages tell their readers to install. */
const WITH = {
  'docs/results.md': ['@duckdb/node-api@1.5.5-r.5'],
  'docs/notebooks.md': ['@duckdb/node-api@1.5.5-r.5'],
  'docs/testing.md': ['jest@30', 'vitest@3'],
  'docs/tutorials/researcher.md': ['@duckdb/node-api@1.5.5-r.5'],
};
/** A program or command of the docs is done in this time. */
const TIME_MS = 400_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Of long work that begins and does not say so: what is wrong with its options is told long before. */
const BEGIN_MS = 5_000;
/** On a terminal it tells how far it is; Debian has `script`, which makes one, others may not. */
const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false;
/** A server has said what the page shows of it in this time. */
const SAID_MS = 60_000;
/** A server has said where it is in this time. */
const START_MS = 20_000;

function blocksOf(text) {
  const blocks = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, indent, info] = /^( *)```(.*)$/.exec(lines[at]) ?? [];
    if (info === undefined) continue;
    const first = at + 1;
    while (lines[++at] !== `${indent}\`\`\``)
      check(at < lines.length, `a fence of line ${first} stays open`);
    const [language = '', ...words] = info.trim().split(/\s+/);
    blocks.push({ language, words, line: first, end: at, text: lines.slice(first, at).join('\n') });
  }
  return blocks;
}

/** With what differs from run to run taken out. */
function formOf(line) {
  return line
    .replace(/\b[0-9a-f]{8,40}\b…?/g, 'ID')
    .replace(/, \d+ peers?$/, '')
    .replace(/\b\d+\.\d+\.\d+\.\d+:\d+/g, 'ADDRESS')
    .replace(/[+-](?=\d+ ms)/g, '') // A clock is ahead, or behind.
    .replace(/\d[\d,]*(?:\.\d+)?/g, 'N')
    .replace(/\s+/g, ' ')
    .trim();
}

function compare(shown, printed, isLive) {
  if (!isLive) {
    check(shown.trimEnd() === printed.trimEnd(), `shown:\n${shown}\nprinted:\n${printed}`);
    return;
  }
  const forms = new Set(printed.split('\n').map(formOf));
  for (const line of shown.split('\n')) {
    check(forms.has(formOf(line)), `shown: ${line}\nprinted:\n${printed}`);
  }
}

/** By what is in them: installed once, and copied for each page. */
const bases = new Map();

/** An empty folder but for the package and what the page tells its readers to install. */
function folderOf(path) {
  const extra = WITH[path] ?? [];
  const key = extra.join(' ');
  if (!bases.has(key)) bases.set(key, folderWith('docs', tarball(), ...extra).folder);
  return copyOf(bases.get(key), basename(path, '.md'));
}

class Page {
  printed = '';
  /** What printed last, when it is a server that goes on. */
  server = null;
  servers = [];

  constructor(path) {
    this.path = path;
    this.folder = folderOf(path);
    this.env = {
      ...process.env,
      PATH: `${join(this.folder, 'node_modules/.bin')}:${process.env.PATH}`,
      XDG_CONFIG_HOME: this.folder,
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_progress: 'false',
      npm_config_prefer_offline: 'true',
    };
  }

  start(command, args) {
    const child = spawn(command, args, {
      ...{ cwd: this.folder, env: this.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    });
    const running = { child, said: '', ended: new Promise((done) => child.on('close', done)) };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        running.said += text;
      });
    }
    return running;
  }

  async run(command, args) {
    const running = this.start(command, args);
    const timer = setTimeout(() => process.kill(-running.child.pid, 'SIGKILL'), TIME_MS);
    const status = await running.ended;
    clearTimeout(timer);
    return { status, said: running.said };
  }

  shell(text) {
    // What is published is what was packed.
    const packed = text.replace(/^(npm install (?:--\S+ )*)ringlight\b/gm, `$1${tarball()}`);
    return this.run('bash', ['-e', '-c', packed]);
  }

  async done(outcome, what) {
    const { status, said } = await outcome;
    check(status === 0, `${what}: exit status ${status}\n${said}`);
    this.printed = said;
    this.server = null;
  }

  /** Line by line; whole runs of experiments are for `lab verify`. */
  async begin(text) {
    for (const line of text.split('\n')) {
      const running = hasScript
        ? this.start('script', ['-qefc', line, '/dev/null'])
        : this.start('bash', ['-c', `exec ${line}`]);
      const until = performance.now() + BEGIN_MS;
      // What does not end after a word was no complaint.
      const begun = () =>
        hasScript && /\w/.test(running.said) && !running.said.includes('ringlight: ');
      let hasEnded = false;
      running.ended.then(() => {
        hasEnded = true;
      });
      while (!hasEnded && !begun() && performance.now() < until) await pause(100);
      if (!hasEnded) await Promise.race([running.ended, pause(300)]);
      if (!hasEnded) process.kill(-running.child.pid, 'SIGKILL');
      const status = await running.ended;
      // A check of a shown variation may fail, as its page then says; that is told with how to repeat it.
      const isVerdict = status === 1 && running.said.includes('to see it again');
      check(
        status === null || status === 0 || isVerdict,
        `${line}: exit status ${status}\n${running.said}`,
      );
    }
  }

  async sh({ text, words }) {
    if (words.includes('begins')) return this.begin(text);
    if (!words.includes('stays')) return this.done(this.shell(text), text);
    const server = this.start('bash', ['-c', text]);
    this.servers.push(Object.assign(server, { text }));
    const until = performance.now() + START_MS;
    let before = -1;
    // It has said all it has to say when nothing more comes for a while.
    while (performance.now() < until && (server.said === '' || server.said.length !== before)) {
      before = server.said.length;
      await pause(1500);
    }
    check(
      server.child.exitCode === null && server.said !== '',
      `${text}: has ended\n${server.said}`,
    );
    this.printed = server.said;
    this.server = server;
  }

  async js({ text, words, line }) {
    const [runner] = words;
    const name = `block-${line}${runner ? '.test' : ''}.${runner === 'jest' ? 'cjs' : 'mjs'}`;
    write(this.folder, { [name]: text });
    const commands = {
      undefined: [name],
      'node:test': ['--test', name],
      vitest: ['node_modules/vitest/vitest.mjs', 'run', name],
      jest: ['node_modules/jest/bin/jest.js', '--testMatch', `**/${name}`, '--rootDir', '.'],
    };
    await this.done(this.run(process.execPath, commands[runner]), text);
  }

  /** Returns the block as it would be shown. */
  async console({ text, words }) {
    const shown = [];
    const lines = text.split('\n');
    while (lines.length > 0) {
      let command = lines.shift().replace(/^\$ /, '');
      while (lines.length > 0 && (command.match(/"/g) ?? []).length % 2 === 1)
        command += `\n${lines.shift()}`;
      const expected = [];
      while (lines.length > 0 && !lines[0].startsWith('$ ')) expected.push(lines.shift());
      const killed = /^kill -9 PID-OF-(\d+)$/.exec(command)?.[1];
      if (killed !== undefined) {
        await this.kill(killed);
        shown.push(`$ ${command}`);
        continue;
      }
      const { status, said } = await this.shell(command);
      const wanted = words.includes('fails') ? 1 : 0;
      check(status === wanted, `${command}: exit status ${status}\n${said}`);
      shown.push(
        `$ ${command}`,
        ...said
          .trimEnd()
          .split('\n')
          .filter((line) => said !== '' || line !== ''),
      );
      if (!isUpdate) compare(expected.join('\n'), said, words.includes('live'));
    }
    return shown.join('\n');
  }

  /** A server may still be about to say it. */
  async text({ text, words }) {
    if (!words.includes('output')) return;
    const until = performance.now() + SAID_MS;
    for (;;) {
      try {
        return compare(text, this.server?.said ?? this.printed, !words.includes('exact'));
      } catch (error) {
        if (this.server === null || performance.now() > until) throw error;
        await pause(250);
      }
    }
  }

  json({ text }) {
    for (const one of text.split(/\n(?=[{[])/)) JSON.parse(one);
  }

  /** The server that was started with this port, as roughly as can be. */
  async kill(port) {
    const server = this.servers.find(({ text }) => new RegExp(`--port ${port}\\b`).test(text));
    check(server !== undefined, `no server has port ${port}`);
    process.kill(-server.child.pid, 'SIGKILL');
    await server.ended;
  }

  async stop() {
    for (const { child, ended } of this.servers.reverse()) {
      if (child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, 'SIGKILL');
      }
      await ended;
    }
  }
}

async function runPage(path) {
  const file = join(ROOT, path);
  let text = readFileSync(file, 'utf8');
  const page = new Page(path);
  let count = 0;
  try {
    for (const block of blocksOf(text)) {
      if (!['js', 'sh', 'console', 'text', 'json'].includes(block.language)) continue;
      try {
        const shown = await page[block.language](block);
        count++;
        if (isUpdate && block.language === 'console') text = text.replace(block.text, () => shown);
      } catch (error) {
        throw new Error(`${path}:${block.line + 1}: ${error.message}`);
      }
    }
  } finally {
    await page.stop();
  }
  if (isUpdate) writeFileSync(file, text);
  return `${count} blocks`;
}

const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];
// Servers stand on the ports that the pages name, so those pages follow one another; the others run beside them.
const hasServers = (page) => /^ *```sh stays$/m.test(readFileSync(join(ROOT, page), 'utf8'));
const proofsOf = (some) => Object.fromEntries(some.map((page) => [page, () => runPage(page)]));
await Promise.all([
  prove(proofsOf(pages.filter(hasServers))),
  prove(proofsOf(pages.filter((page) => !hasServers(page)))),
]);
