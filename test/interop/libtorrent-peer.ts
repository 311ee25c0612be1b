/**
 * A libtorrent session in a process of its own, driven by JSON lines (see libtorrent-peer.py). It is
 * Debian's python3-libtorrent, whose module only the system's own Python finds.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { formatEndpoint } from '../../src/core/address.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('libtorrent-peer.py', import.meta.url));
/** No command takes a second on loopback. */
const COMMAND_TIMEOUT_MS = 10_000;

export interface PeerAddress {
  host: string;
  port: number;
}

interface Answer {
  call?: number;
  event?: string;
  info_hash?: string;
  peers?: [host: string, port: number][];
  port?: number;
  nodes?: number;
  error?: string;
  target?: string;
  name?: string;
  count?: number;
  value?: string;
  seq?: number;
  salt?: string;
}

/** An item that a finished get found; value and salt in hexadecimal. */
export interface FoundItem {
  value: string;
  seq: number | undefined;
  salt: string | undefined;
}

export function hasLibtorrent(): boolean {
  const options = { stdio: 'ignore', timeout: COMMAND_TIMEOUT_MS } as const;
  return spawnSync(PYTHON, ['-c', 'import libtorrent'], options).status === 0;
}

export class LibtorrentPeer {
  readonly host: string;
  port = 0;
  /** What each finished get_peers lookup found, by info-hash. */
  readonly found = new Map<string, PeerAddress[]>();
  /** Items found, and nodes that took a put, by target or key. */
  readonly items = new Map<string, FoundItem[]>();
  readonly puts = new Map<string, number>();
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastCall = 0;

  private constructor(host: string) {
    this.host = host;
    this.#child = spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#heard(line));
  }

  /** Starts a session whose DHT begins at `bootstrap`. */
  static async start(
    bootstrap: readonly string[] = [],
    host = '127.0.0.1',
  ): Promise<LibtorrentPeer> {
    const peer = new LibtorrentPeer(host);
    const where = formatEndpoint(host, 0);
    peer.port = (await peer.#command('listen', { bootstrap, interface: where })).port!;
    return peer;
  }

  get address(): string {
    return formatEndpoint(this.host, this.port);
  }

  async addNode(node: PeerAddress): Promise<void> {
    await this.#command('add_node', { host: node.host, port: node.port });
  }

  /** Announces that this session has the info-hash, at its own port. */
  async announce(infoHash: string): Promise<void> {
    await this.#command('announce', { info_hash: infoHash });
  }

  /** Starts a lookup; what it finds will be in `found`. */
  async getPeers(infoHash: string): Promise<void> {
    await this.#command('get_peers', { info_hash: infoHash });
  }

  /** Puts a byte string as an immutable item; its target. All of these are hexadecimal. */
  async putFixed(value: string): Promise<string> {
    return (await this.#command('put_fixed', { value })).target!;
  }

  /** Puts the next version of a mutable item. @param secret the expanded key, 64 bytes. */
  async putSigned(secret: string, key: string, value: string, salt: string): Promise<void> {
    await this.#command('put_signed', { secret, key, value, salt });
  }

  /** Starts to look an item up; what is found will be in `items`. */
  async getFixed(target: string): Promise<void> {
    await this.#command('get_fixed', { target });
  }

  async getSigned(key: string, salt: string): Promise<void> {
    await this.#command('get_signed', { key, salt });
  }

  /** Contacts in its routing table. */
  async tableSize(): Promise<number> {
    return (await this.#command('stats', {})).nodes!;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    // Its own good-bye takes seconds (stopped events, sockets that linger); nothing of it matters.
    this.#child.kill('SIGKILL');
    await exited;
  }

  #command(command: string, fields: object): Promise<Answer> {
    const call = ++this.#lastCall;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`libtorrent did not answer "${command}"`)),
        COMMAND_TIMEOUT_MS,
      );
      this.#waiting.set(call, (answer) => {
        clearTimeout(timer);
        if (answer.error) reject(new Error(answer.error));
        else resolve(answer);
      });
      this.#child.stdin!.write(`${JSON.stringify({ call, command, ...fields })}\n`);
    });
  }

  #heard(line: string): void {
    const answer = JSON.parse(line) as Answer;
    if (answer.call !== undefined) {
      this.#waiting.get(answer.call)?.(answer);
      this.#waiting.delete(answer.call);
    } else if (answer.event === 'put') {
      this.puts.set(answer.name!, answer.count!);
    } else if (answer.event === 'item') {
      const { name, value, seq, salt } = answer;
      const known = this.items.get(name!) ?? [];
      this.items.set(name!, [...known, { value: value!, seq, salt }]);
    } else if (answer.event === 'peers') {
      const peers = this.found.get(answer.info_hash!) ?? [];
      for (const [host, port] of answer.peers!) peers.push({ host, port });
      this.found.set(answer.info_hash!, peers);
    }
  }
}
