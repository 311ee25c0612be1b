/**
 * What is clear of a request before anything is sent: the word and the dialect that it goes out in, how
 * long each part of its reply may take, and how long the one value in it may be.
 */
import { Closed } from '../../core/host.ts';
import type { Failure, Request } from './request.ts';
import {
  CAPABILITY_BYTES_MAX,
  type Command,
  DETECT_MS,
  INFO_BYTES_MAX,
  PROBE_MS,
  REPLY_MS,
  TEXT_REPLY_MS,
  type Wire,
} from './wire.ts';

/** The dialect of its stream: that of the ring, and of a detection the one that is tried. */
export function wireOf(request: Request, wire: Wire): Wire {
  if (request.command !== 'detect') return wire;
  return request.isText ? 'text' : 'seed';
}

export function commandOf(request: Request): Command {
  if (request.command === 'detect') return 'owner';
  return request.command === 'probe' ? 'version' : request.command;
}

/** Milliseconds for each part of the reply. */
export function replyMsOf({ command }: Request, wire: Wire): number {
  if (command === 'probe') return PROBE_MS;
  if (command === 'detect') return DETECT_MS;
  return wire === 'text' ? TEXT_REPLY_MS : REPLY_MS;
}

/** Bytes of the value, text or capabilities in the reply. */
export function lengthMaxOf({ command }: Request, valueBytesMax: number): number {
  if (command === 'probe') return CAPABILITY_BYTES_MAX;
  return command === 'info' ? INFO_BYTES_MAX : valueBytesMax;
}

/** A stream that was over before it was open. */
export function whyUnopened(why: Closed): Failure {
  return why === Closed.timeout ? 'connect-timeout' : 'connection-refused';
}
