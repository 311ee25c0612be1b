/**
 * UDP sockets as `DatagramTransport`s. There are two forms of them that behave alike: one on
 * node:dgram alone, for every system (`udp-dgram.ts`), and one for Linux that moves datagrams in
 * batches by foreign calls (`udp-batch.ts`), twice as fast. `auto` takes the faster one that works.
 */
import { formatEndpoint, formatIp } from '../core/address.ts';
import { shown } from '../core/argument.ts';
import { bindError } from './bind-error.ts';
import { type Libc, loadLibc } from './libc.ts';
import { openBatchSocket } from './udp-batch.ts';
import { openDgramSocket } from './udp-dgram.ts';
import type { UdpTransport } from './udp-socket.ts';

/** What a program may ask for: the fastest form that works here, or dgram and nothing else. */
export type UdpForm = 'auto' | 'dgram';

/** Chooses the form for programs that do not: `RINGLIGHT_UDP=dgram`. */
export const UDP_FORM_VARIABLE = 'RINGLIGHT_UDP';

export interface BindOptions {
  /** Default: what the environment says, else `auto`. */
  form?: UdpForm | Libc['by'];
  /** As in `UdpPlace`. Default false. */
  sharesPort?: boolean;
}

/**
 * Binds `ip:port`; port 0 is any free one.
 * @throws DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE, NOT_PERMITTED, OUT_OF_DESCRIPTORS or
 * SOCKET_FAILED; RangeError for a form that there is not.
 */
export async function bindUdp(
  ip: number,
  port: number,
  options: BindOptions = {},
): Promise<UdpTransport> {
  const { sharesPort = false } = options;
  const form = options.form ?? udpFormFrom(process.env[UDP_FORM_VARIABLE]);
  const libc = await libcFor(form);
  try {
    const place = { ip, port, sharesPort };
    if (libc !== null) return openBatchSocket(libc, place);
    return await openDgramSocket(place);
  } catch (error) {
    throw bindError(error, formatEndpoint(formatIp(ip), port));
  }
}

/** @throws RangeError when the environment asks for what there is not. */
function udpFormFrom(value: string | undefined): UdpForm {
  if (value === undefined || value === '') return 'auto';
  return checkUdpForm(value, UDP_FORM_VARIABLE);
}

/** @throws RangeError that names the argument. */
export function checkUdpForm(value: unknown, name: string): UdpForm {
  if (value === 'auto' || value === 'dgram') return value;
  throw new RangeError(`"${name}" expected auto or dgram, got ${shown(value)}`);
}

/** The foreign calls that a form needs, or null where dgram has to do. */
async function libcFor(form: UdpForm | Libc['by']): Promise<Libc | null> {
  if (form === 'dgram') return null;
  if (form === 'auto') return (await loadLibc('node:ffi')) ?? (await loadLibc('koffi'));
  const libc = await loadLibc(form);
  if (libc === null)
    throw new RangeError(`"form" expected one that works here, got ${shown(form)}`);
  return libc;
}
