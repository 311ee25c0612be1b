/**
 * Opening a Mainline node: options are checked, the state of the last run is read, the socket is bound,
 * in this order, so that what fails leaves nothing open.
 */
import { wholeNumber } from '../../core/argument.ts';
import type { DatagramTransport } from '../../core/host.ts';
import { parseId, randomId } from '../../core/id.ts';
import { unlessAborted } from '../../io/calls.ts';
import { systemClock } from '../../io/clock.ts';
import { localIp } from '../../io/endpoint.ts';
import { systemRandom } from '../../io/entropy.ts';
import { tellerOf } from '../../io/guard.ts';
import { type BindOptions, bindUdp, checkUdpForm } from '../../io/udp.ts';
import { PUBLIC_ROUTERS } from '../../mainline/routers.ts';
import type { Settings } from '../../mainline/state.ts';
import { checkEntries } from './entrance.ts';
import { checkState, openKeeper } from './keeper.ts';
import { Mainline, OPENED } from './mainline.ts';
import { checkOptions, guardedSettings, type WorldChoices } from './options.ts';

export interface MainlineOptions extends WorldChoices {
  /** Another node of this process, with which to share memory for contacts and requests. */
  shareWith?: Mainline;
}

/**
 * Opens a node: binds the socket and starts to join. Await `ready()` to know that it has joined;
 * lookups work at once, they begin at the bootstrap addresses.
 * @throws TypeError or RangeError for a wrong option; DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE,
 * NOT_PERMITTED, OUT_OF_DESCRIPTORS, SOCKET_FAILED or UNKNOWN_HOST when the socket cannot be bound;
 * STATE_UNUSABLE when the state of the last run cannot be read; ABORTED by its signal.
 */
export async function openMainline(options: MainlineOptions = {}): Promise<Mainline> {
  checkOptions(options);
  checkState(options.state);
  const { random = systemRandom, clock = systemClock, state, shareWith } = options;
  const tell = tellerOf(options.onError);
  const own = guardedSettings(options, tell);
  if (options.id !== undefined && options.secureIds !== true) own.changesId = false;
  own.wallOriginMs = clock.originMs;
  const settings = sharedSettings(own);
  const port = wholeNumber(options.port ?? 0, 'port', 0, 65535);
  const ownId = options.id === undefined ? null : parseId(options.id);
  const { samePort } = options;
  const udp = options.udp === undefined ? {} : { form: checkUdpForm(options.udp, 'udp') };
  const form = { ...udp, sharesPort: samePort !== undefined };
  const { bootstrap = PUBLIC_ROUTERS, contacts = [] } = options;
  const entries = { contacts, bootstrap: bootstrap === false ? [] : bootstrap };
  checkEntries(entries);
  const { signal } = options;
  const keeper =
    state === undefined ? null : await unlessAborted(signal, openKeeper(state, clock, tell));
  const savedId = keeper?.before.id ?? null;
  const id = ownId ?? (savedId === null ? randomId(random) : parseId(savedId));
  if (keeper) entries.contacts = [...contacts, ...keeper.before.contacts];
  const transport =
    options.transport ??
    (await unlessAborted(signal, bound(options.host ?? '0.0.0.0', port, form), (late) =>
      late.close(() => {}),
    ));
  const secret = samePort ? { key: samePort.key, originMs: clock.originMs } : null;
  const open = { transport: samePort?.over(transport) ?? transport, room: { secret } };
  const world = { settings, id, random, clock, ...open, entries, keeper, tell };
  try {
    const node = new Mainline(OPENED, world, options, shareWith);
    samePort?.count(() => node.stats.in.dropped['unknown-transaction']);
    return node;
  } catch (error) {
    // A table factory of the program's own may throw.
    await new Promise<void>((resolve) => transport.close(resolve));
    throw error;
  }
}

let latest: WeakRef<Settings> | null = null;

/** A thousand nodes that are told the same share one. Nothing of it changes any more. */
function sharedSettings(settings: Settings): Settings {
  const before = latest?.deref();
  const names = Object.keys(settings) as (keyof Settings)[];
  if (before && names.every((name) => settings[name] === before[name])) return before;
  latest = new WeakRef(settings);
  return settings;
}

async function bound(host: string, port: number, form: BindOptions): Promise<DatagramTransport> {
  return bindUdp(await localIp(host), port, form);
}
