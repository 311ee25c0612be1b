/**
 * A program of somebody else as a process: it is given a line and has to write one, in time and of bounded
 * length. Whatever else it does, ends, hangs, floods, writes when nobody asked, is told in a few words.
 *
 *     ask ── line ─▶ stdin      stdout ─▶ line ── answer
 *                               stderr ─▶ kept for whoever looks for a fault: its end
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { LINE_BYTES_LIMIT } from '../../world.ts';
import { CommandError } from '../console.ts';

/** The program did what none may do; the message goes on from its name. */
export class ProgramFault extends Error {
  override name = 'ProgramFault';
}

/** The end of what it says on stderr that is kept. */
const STDERR_LIMIT = 2048;

interface Waiter {
  fulfil(line: string): void;
  reject(error: Error): void;
  alarm: NodeJS.Timeout;
}

export class ProgramProcess {
  readonly #child: ChildProcess;
  readonly #withinMs: number;
  readonly #closed: Promise<void>;
  readonly #decoder = new StringDecoder('utf8');
  #out = '';
  #stderr = '';
  #fault: Error | null = null;
  #waiter: Waiter | null = null;

  /** @param withinMs for each answer, in real time. */
  constructor(command: readonly string[], withinMs: number, onStderr: (text: string) => void) {
    this.#withinMs = withinMs;
    const [file, ...args] = command;
    const child = spawn(file!, args, {
      stdio: 'pipe',
      // A group of its own, so that whatever it began ends with it.
      detached: process.platform !== 'win32',
      // Else sets of Python have another order each time.
      env: { PYTHONHASHSEED: '0', ...process.env },
    });
    this.#child = child;
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
    child.on('error', (error: NodeJS.ErrnoException) => {
      // What never began has no end either, and nothing was found out about the program.
      if (child.pid !== undefined) return;
      this.#end(new CommandError(whyNot(file!, error), 2, 'USAGE'));
      child.emit('close');
    });
    child.on('close', (status, signal) => this.#ended(status, signal));
    child.stdin.on('error', () => {}); // it ended: told by `close`
    child.stderr.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      onStderr(text);
      this.#stderr = (this.#stderr + text).slice(-STDERR_LIMIT);
    });
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** Gives it a line. @throws ProgramFault; CommandError when it could not be begun. */
  ask(line: string): Promise<string> {
    return new Promise((fulfil, reject) => {
      if (this.#fault === null && this.#out !== '')
        this.#fail('wrote more than one line to one line');
      if (this.#fault !== null) return reject(this.#fault);
      const late = `did not answer within ${this.#withinMs / 1000} s: ${line.slice(0, 200)}`;
      const alarm = setTimeout(() => this.#fail(late), this.#withinMs);
      this.#waiter = { fulfil, reject, alarm };
      this.#child.stdin!.write(`${line}\n`);
    });
  }

  /** Ends it and all that it began; resolves when it is gone. */
  async kill(): Promise<void> {
    const { pid } = this.#child;
    this.#fault ??= new ProgramFault('was ended');
    if (pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      try {
        if (process.platform === 'win32') this.#child.kill('SIGKILL');
        else process.kill(-pid, 'SIGKILL');
      } catch {
        // It was just going.
      }
    }
    await this.#closed;
  }

  #read(chunk: Buffer): void {
    if (this.#fault !== null) return;
    this.#out += this.#decoder.write(chunk);
    const end = this.#out.indexOf('\n');
    if (end < 0 && this.#out.length <= LINE_BYTES_LIMIT) return;
    if (end < 0 || end > LINE_BYTES_LIMIT) {
      return this.#fail(`wrote a line of more than ${LINE_BYTES_LIMIT.toLocaleString('en')} bytes`);
    }
    const line = this.#out.slice(0, end);
    this.#out = this.#out.slice(end + 1);
    const waiter = this.#waiter;
    if (waiter === null)
      return this.#fail(`wrote a line that nobody asked for: ${line.slice(0, 80)}`);
    if (this.#out !== '') return this.#fail('wrote more than one line to one line');
    this.#waiter = null;
    clearTimeout(waiter.alarm);
    waiter.fulfil(line);
  }

  #ended(status: number | null, signal: string | null): void {
    const how = signal === null ? `exit status ${status}` : String(signal);
    const words = this.#stderr.trim().split('\n').at(-1)!;
    this.#fail(`ended with ${how}${words === '' ? '' : `: ${words.slice(0, 200)}`}`);
  }

  #fail(why: string): void {
    this.#end(new ProgramFault(why));
  }

  #end(fault: Error): void {
    this.#fault ??= fault;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter === null) return;
    clearTimeout(waiter.alarm);
    waiter.reject(this.#fault);
  }
}

function whyNot(file: string, { code, message }: NodeJS.ErrnoException): string {
  if (code !== 'ENOENT') return `${file} cannot be run: ${message}`;
  if (!existsSync(file)) return `there is no program ${file}`;
  return `${file} cannot be run: there is no program such as its first line names`;
}
