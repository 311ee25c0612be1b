/**
 * The commands of a conversation: what follows the word of each, and what the node is asked then.
 *
 *     word ── argumentOf ──▶ key, address, nothing ── askService ──▶ service
 */
import type { Address } from '../../core/address.ts';
import { Field } from './field-reader.ts';
import type { Caller, RingService } from './service.ts';
import type { Command, Wire } from './wire.ts';

/** The field behind the word of a command; null when there is none. */
export function argumentOf(wire: Wire, command: Command): Field | null {
  switch (command) {
    case 'owner':
    case 'get':
    case 'exists':
    case 'insert':
    case 'remove':
      return Field.key;
    case 'join':
      return wire === 'text' ? Field.key : Field.address;
    case 'leave':
      return wire === 'text' ? null : Field.address;
    case 'updatePrevious':
      return Field.address;
    default:
      return null;
  }
}

/** The statuses that say that it could not be done; null: the dialect has none, and the stream closes. */
export function failureIn(wire: Wire, command: Command): readonly boolean[] | null {
  switch (command) {
    case 'remove':
      return wire === 'text' ? [true, false] : null; // `F` would say that there is no such key
    case 'insert':
    case 'leave':
    case 'updatePrevious':
      return [false];
    default:
      return null;
  }
}

/** Does the peer send more when the node has said that it may? */
export function hasMore(command: Command): boolean {
  return command === 'insert' || command === 'join' || command === 'leave';
}

/** A command of which nothing but the node knows the answer; `address` is its argument, or 0. */
export function askService(
  service: RingService,
  now: number,
  caller: Caller,
  command: Exclude<Command, 'pulse' | 'version'>,
  address: Address,
): void {
  switch (command) {
    case 'owner':
      return service.owner(now, caller);
    case 'get':
      return service.get(now, caller);
    case 'exists':
      return service.exists(now, caller);
    case 'insert':
      return service.insert(now, caller);
    case 'remove':
      return service.remove(now, caller);
    case 'info':
      return service.info(now, caller);
    case 'abandoned':
      return service.abandoned(now, caller);
    case 'updatePrevious':
      return service.updatePrevious(now, caller, address);
    case 'join':
      return service.join(now, caller, address);
    case 'leave':
      return service.leave(now, caller, address);
  }
}
