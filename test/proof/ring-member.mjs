/**
 * One member of a ring in a process of its own, which is killed, stopped, robbed of its disk, given a wrong clock
 * and started again; each has an address of its own on loopback, by which it can be cut off.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const COMMAND = new URL('../../dist/cli.js', import.meta.url).pathname;
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
/** A process that has not joined by then is stuck. */
const JOIN_WITHIN_MS = 60_000;
const STDERR_LIMIT = 2000;

export class Member {
  /** @type {import('node:child_process').ChildProcess | null} */
  #process = null;
  #isMember = false;
  /** @type {any} */
  status = null;
  port = 0;
  /** How far its clock is off, in seconds. */
  clockSeconds = 0;
  isPaused = false;
  errors = '';
  /** The program that it runs: of this version, or of another. */
  command = COMMAND;

  constructor(/** @type {string} */ folder, /** @type {number} */ number) {
    this.folder = folder;
    this.host = `127.0.0.${10 + number}`;
    this.data = join(folder, `disk-${number}`);
    mkdirSync(this.data);
  }

  get address() {
    return `${this.host}:${this.port}`;
  }

  get isUp() {
    return this.#process !== null;
  }

  loseDisk() {
    this.data = mkdtempSync(join(this.folder, 'disk-'));
  }

  /** Begins; `joined` says when it is a member. */
  begin(/** @type {string[]} */ joins, /** @type {number} */ k) {
    const args = [
      this.command,
      'ring',
      'serve',
      '--host',
      this.host,
      '--port',
      `${this.port}`,
      '--json',
    ];
    args.push('--k', `${k}`, '--data', this.data);
    for (const join of joins) args.push('--join', join);
    const clock =
      this.clockSeconds === 0
        ? {}
        : {
            LD_PRELOAD: FAKETIME,
            FAKETIME: `${this.clockSeconds >= 0 ? '+' : ''}${this.clockSeconds}s`,
            FAKETIME_DONT_FAKE_MONOTONIC: '1',
            DONT_FAKE_MONOTONIC: '1',
          };
    const env = { ...process.env, ...clock };
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.#process = child;
    this.#isMember = false;
    this.isPaused = false;
    this.status = null;
    this.errors = '';
    child.stderr.on('data', (/** @type {Buffer} */ bytes) => {
      this.errors = (this.errors + bytes.toString()).slice(-STDERR_LIMIT);
    });
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text);
      if (line.event === 'listening') this.port = line.port;
      if (line.event === 'joined') this.#isMember = true;
      if (line.event === 'status') this.status = line;
    });
  }

  async joined() {
    const child = this.#process;
    await until(() => this.#isMember || child?.exitCode !== null, JOIN_WITHIN_MS);
    if (!this.#isMember) throw new Error(`${this.address} did not join: ${this.errors}`);
  }

  pause() {
    this.isPaused = this.#process?.kill('SIGSTOP') === true;
  }

  goOn() {
    this.#process?.kill('SIGCONT');
    this.isPaused = false;
  }

  /** It hands over what it has and leaves; false when it had to be killed. */
  async leave() {
    const child = this.#process;
    this.#process = null;
    this.status = null;
    child?.kill('SIGTERM');
    const isGone = await until(() => !child || child.exitCode !== null, JOIN_WITHIN_MS);
    if (!isGone) child?.kill('SIGKILL');
    return isGone;
  }

  /** The process is gone before it can do anything more. */
  async kill() {
    const child = this.#process;
    this.#process = null;
    this.status = null;
    child?.kill('SIGKILL');
    await until(() => !child || child.exitCode !== null || child.signalCode !== null, 10_000);
  }
}

export function pause(/** @type {number} */ ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function until(/** @type {() => boolean} */ isSo, /** @type {number} */ withinMs) {
  for (const endMs = performance.now() + withinMs; !isSo() && performance.now() < endMs; ) {
    await pause(50);
  }
  return isSo();
}

/** Waits until every member reports all of its copies. @param {readonly Member[]} members */
export async function wholeRing(members, /** @type {number} */ k, /** @type {number} */ withinMs) {
  for (const member of members) member.status = null;
  const isWhole = () => members.every(({ status }) => status !== null && status.effectiveK === k);
  if (await until(isWhole, withinMs)) return;
  const states = members.map(
    ({ address, status }) => `${address}: ${status?.effectiveK ?? 'silent'}`,
  );
  throw new Error(`the ring did not become whole: effective K ${states.join(', ')}`);
}
