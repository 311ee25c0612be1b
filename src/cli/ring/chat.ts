/**
 * `ringlight chat`: a room in the terminal. What is typed is said, what others say is shown; it goes on while
 * members of the ring come and die. Piped lines are said one by one, and the end of the input ends it.
 */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import { type Command, InvalidArgumentError } from 'commander';
import {
  CHAT_NAME_LENGTH_MAX,
  CHAT_TEXT_LENGTH_MAX,
  type ChatLine,
  ChatRoom,
  type RingConnection,
} from '../../ring.ts';
import { bold, CommandError, type Console, counted, dim, openConsole } from '../console.ts';
import { type AskOptions, addAskOptions, withRing } from './ring-options.ts';

export interface ChatOptions extends AskOptions {
  room: string;
  name: string;
  history: number;
  stay: boolean;
}

const HELP = `
While you are in a room:
  /older      a page of what was said before
  /name NAME  be called so
  /quit       leave, as Ctrl-D does`;

export function chatCommand(command: Command): void {
  addAskOptions(command)
    .option('--room <name>', 'which room', 'lobby')
    .option('--name <name>', 'what you are called', nickname, defaultName())
    .option('--history <pages>', 'pages of what was said before to begin with', pages, 1)
    .option('--stay', 'stay when the input ends, until Ctrl-C', false)
    .addHelpText('after', HELP)
    .action((options: ChatOptions) => chat(options, openConsole(options.json)));
}

/** @throws InvalidArgumentError. */
export function nickname(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= CHAT_NAME_LENGTH_MAX) return name;
  throw new InvalidArgumentError(`Expected a name of up to ${CHAT_NAME_LENGTH_MAX} characters.`);
}

function pages(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a number of pages, 0 to 999.');
}

function defaultName(): string {
  try {
    return userInfo().username.slice(0, CHAT_NAME_LENGTH_MAX);
  } catch {
    return 'somebody';
  }
}

export async function chat(options: ChatOptions, console: Console): Promise<void> {
  await withRing(options, async (ring) => {
    const talk = new Talk(ring, options, console);
    await talk.run();
  });
}

/** One visit of a room. */
class Talk {
  readonly #room: ChatRoom;
  readonly #options: ChatOptions;
  readonly #console: Console;
  readonly #stop = new AbortController();
  #name: string;
  #older = -1;
  #typed: Interface | null = null;

  constructor(ring: RingConnection, options: ChatOptions, console: Console) {
    try {
      this.#room = new ChatRoom(ring, options.room);
    } catch (error) {
      throw new CommandError((error as Error).message, 2, 'USAGE');
    }
    this.#options = options;
    this.#console = console;
    this.#name = options.name;
  }

  async run(): Promise<void> {
    const stopped = () => this.#stop.abort();
    process.once('SIGINT', stopped);
    process.once('SIGTERM', stopped);
    let isReady = () => {};
    const ready = new Promise<void>((resolve) => {
      isReady = resolve;
    });
    const listening = this.#listen(isReady);
    await Promise.race([ready, listening]);
    await this.#begin();
    await Promise.race([this.#type(), listening]);
    this.#stop.abort();
    await listening;
  }

  async #begin(): Promise<void> {
    const { room, history } = this.#options;
    this.#console.emit('entered', { room, name: this.#name });
    this.#console.say(
      `You are ${bold(this.#name)} in ${bold(room)}. /quit leaves, /older shows more.`,
    );
    this.#older = await this.#room.lastPage();
    const found: ChatLine[][] = [];
    for (let page = 0; page < history && this.#older >= 0; page++) {
      found.unshift(await this.#room.read(this.#older--));
    }
    for (const line of found.flat()) this.#show(line);
  }

  async #listen(isReady: () => void): Promise<void> {
    for await (const lines of this.#room.news(this.#stop.signal)) {
      isReady();
      for (const line of lines) this.#show(line);
    }
  }

  #show(line: ChatLine): void {
    this.#console.emit('line', line);
    const time = new Date(line.atMs).toTimeString().slice(0, 5);
    this.#console.say(`${dim(time)} ${bold(line.from)}  ${line.text}`);
    this.#typed?.prompt(true);
  }

  /** Says what is typed, line by line, until there is no more. */
  async #type(): Promise<void> {
    const isTyped = process.stdin.isTTY === true && !this.#console.json;
    const input = createInterface({
      input: process.stdin,
      ...(isTyped && { output: process.stdout, prompt: '> ' }),
    });
    if (isTyped) this.#typed = input;
    input.once('SIGINT', () => this.#stop.abort());
    this.#stop.signal.addEventListener('abort', () => input.close(), { once: true });
    input.prompt();
    for await (const text of input) {
      if (text.trim() === '/quit') return;
      await this.#typedLine(text.trim());
      this.#typed?.prompt();
    }
    if (this.#options.stay && !this.#stop.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#stop.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  async #typedLine(text: string): Promise<void> {
    if (text === '') return;
    if (text === '/older') return this.#showOlder();
    if (text.startsWith('/name ')) return this.#rename(text.slice('/name '.length));
    if (text.startsWith('/')) {
      return this.#console.aside.say(
        `There is no ${text.split(' ')[0]}: /older, /name NAME, /quit.`,
      );
    }
    if (text.length > CHAT_TEXT_LENGTH_MAX) {
      return this.#console.aside.say(
        `A line has ${counted(CHAT_TEXT_LENGTH_MAX, 'character')} at most.`,
      );
    }
    const line = { id: randomUUID(), from: this.#name, text, atMs: Date.now() };
    try {
      await this.#room.say(line);
    } catch (error) {
      this.#console.fail('NOT_SAID', `not said: ${(error as Error).message}`);
    }
  }

  async #showOlder(): Promise<void> {
    if (this.#older < 0) return this.#console.aside.say('There is nothing older.');
    for (const line of await this.#room.read(this.#older--)) this.#show(line);
  }

  #rename(text: string): void {
    try {
      this.#name = nickname(text);
    } catch (error) {
      this.#console.aside.say((error as Error).message);
    }
  }
}
