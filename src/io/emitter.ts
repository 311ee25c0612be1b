/**
 * Events as programs for Node.js know them, by types that stand alone: whoever compiles against us need not
 * have those of Node.js.
 */
import { EventEmitter } from 'node:events';

// biome-ignore lint/suspicious/noExplicitAny: what an event carries is for its listener to say
export type Listener = (...values: any[]) => void;

export interface Emitter {
  on(event: string, listener: Listener): this;
  once(event: string, listener: Listener): this;
  off(event: string, listener: Listener): this;
  addListener(event: string, listener: Listener): this;
  removeListener(event: string, listener: Listener): this;
  removeAllListeners(event?: string): this;
  setMaxListeners(count: number): this;
  listenerCount(event: string): number;
  emit(event: string, ...values: unknown[]): boolean;
}

export const Emitter: new () => Emitter = EventEmitter as never;
