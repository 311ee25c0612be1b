/** The part of npm's bittorrent-dht that the tests use; it has no types of its own. */
declare module 'bittorrent-dht' {
  import type { EventEmitter } from 'node:events';

  interface Endpoint {
    host: string;
    port: number;
  }

  interface Message {
    r?: { id: Uint8Array; nodes?: Uint8Array; token?: Uint8Array; values?: Uint8Array[] };
    e?: [code: number, text: Uint8Array];
    v?: Uint8Array;
  }

  export default class DHT extends EventEmitter {
    constructor(options: { bootstrap: false | string[]; nodeId?: Uint8Array });
    readonly nodeId: Uint8Array;
    readonly ready: boolean;
    listen(port: number, host: string, callback?: () => void): void;
    address(): { address: string; port: number };
    addNode(node: Endpoint): void;
    announce(infoHash: string, port: number, callback?: (error: Error | null) => void): void;
    lookup(infoHash: string, callback?: (error: Error | null, nodes: number) => void): () => void;
    put(
      options: { v: Uint8Array },
      callback: (error: Error | null, hash: Uint8Array) => void,
    ): void;
    toJSON(): { nodes: Endpoint[] };
    destroy(callback?: () => void): void;
    /** Its inner wire, for saying what it would not say of itself. */
    readonly _rpc: {
      query(
        peer: Endpoint,
        message: { q: unknown; a?: unknown },
        callback: (error: (Error & { code?: number }) | null, message: Message | null) => void,
      ): void;
    };
  }
}
