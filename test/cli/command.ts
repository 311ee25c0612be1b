/** Runs the built command as a person would, and reads what it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const COMMAND = new URL('../../dist/cli.js', import.meta.url).pathname;

const NOWHERE = new URL('no-such-folder', import.meta.url).pathname;

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs to the end. */
export async function ringlight(
  args: string[],
  stdin = '',
  env: Record<string, string> = {},
): Promise<Outcome> {
  const running = new Running(args, env);
  running.process.stdin!.end(stdin);
  return running.ended;
}

/** A command that stays up; always end it. */
export class Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Lines of stdout so far. */
  readonly lines: string[] = [];
  #onLine: () => void = () => {};

  constructor(args: string[], env: Record<string, string> = {}) {
    // What the person who runs the tests has set is not what is tested.
    const own = { XDG_CONFIG_HOME: NOWHERE, RINGLIGHT_AT: '', RINGLIGHT_CONFIG: '' };
    const child = spawn(process.execPath, [COMMAND, ...args], {
      stdio: 'pipe',
      env: { ...process.env, ...own, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#onLine();
    });
    this.process = child;
    this.ended = new Promise((resolve) => {
      child.on('close', (status) => {
        this.#onLine();
        resolve({ status, stdout, stderr });
      });
    });
  }

  /** The first JSON line with this event that is `wanted`, waited for. */
  async event(
    name: string,
    isWanted: (line: Record<string, unknown>) => boolean = () => true,
  ): Promise<Record<string, never> & { [field: string]: never }> {
    for (let next = 0; ; ) {
      for (; next < this.lines.length; next++) {
        const line = JSON.parse(this.lines[next]);
        if (line.event === name && isWanted(line)) return line;
      }
      if (this.process.exitCode !== null) throw new Error(`ended without event ${name}`);
      await new Promise<void>((resolve) => {
        this.#onLine = resolve;
      });
    }
  }

  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Outcome> {
    this.process.kill(signal);
    return this.ended;
  }
}

/** Every line of stdout as an object; throws when one is anything else. */
export function objects(outcome: Outcome): Record<string, unknown>[] {
  return outcome.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
