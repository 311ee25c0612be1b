/** What a node is made of when it is opened: all that may fail lies behind it. */

import type { DatagramTransport } from '../../core/host.ts';
import type { Random } from '../../core/random.ts';
import type { Clock } from '../../io/clock.ts';
import type { Teller } from '../../io/guard.ts';
import type { SharedSize } from '../../mainline/shared.ts';
import type { Settings } from '../../mainline/state.ts';
import type { Entries } from './entrance.ts';
import type { Keeper } from './keeper.ts';

/** What a node is made of, as `openMainline` found it. */
export interface Opening {
  settings: Settings;
  id: Uint8Array;
  random: Random;
  clock: Clock;
  transport: DatagramTransport;
  /** What its memory begins with. */
  room: Partial<SharedSize>;
  entries: Entries;
  keeper: Keeper | null;
  tell: Teller;
}
