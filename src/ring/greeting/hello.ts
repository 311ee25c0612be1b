/**
 * The hello: what each end of a link says of itself before anything else.
 *
 *       1         1        16        6             8       16      6         1 + n × 17   0 or 32
 *     ┌─────────┬────────┬─────────┬─────────────┬───────┬───────┬─────────┬────────────┬───────┐
 *     │ version │ rights │ ring id │ incarnation │ clock │ nonce │ meant   │ identities │ proof │
 *     └─────────┴────────┴─────────┴─────────────┴───────┴───────┴─────────┴────────────┴───────┘
 *
 * `version` is of all frames; who speaks an older one is told so in one line and left alone. Before there
 * were versions this byte was the length of a list, 64 at most, so those break off by themselves.
 * `rights` are those that the dialer asks for; a member sets its highest bit where owners have titles. `meant` is whom the dialer thinks it has reached.
 * `clock` tells how far two are apart: by that the age of a request is judged (lifetime.ts), rings without titles
 * correct theirs, and people are told (`doctor`). What is said here is a claim; what makes it more stands in
 * handshake.ts and vouching.ts.
 */
import { type Address, portOf, readAddress } from '../../core/address.ts';
import { MEMBER_BYTES, type Member } from '../circle/member.ts';
import { type Frame, type FrameWriter, LIST_LIMIT } from '../frames.ts';
import { NONCE_BYTES, Nonce } from './nonce.ts';
import { type Rights, rightsOf } from './rights.ts';
import { PROOF_BYTES } from './secret.ts';

const FRAMES_VERSION = 0x86;
/** Beside the rights: owners act under titles. */
const TITLED = 0x80;
export const RING_ID_BYTES = 16;
/** Where the list of identities begins. */
export const HELLO_LIST_AT: number = 1 + 1 + RING_ID_BYTES + 6 + 8 + NONCE_BYTES + 6;

/** What one end says of itself. */
export interface Hello {
  readonly rights: Rights;
  /** It is a member of a ring whose owners act under titles. */
  readonly isTitled: boolean;
  /** Of its data; 0: it keeps none that matters. */
  readonly incarnation: number;
  readonly clockMs: number;
  readonly nonce: Nonce;
  /** Whom it dialed, or 0. */
  readonly meant: Address;
  /** All identities of the process, the home first; none for a client. */
  readonly addresses: readonly Address[];
  /** The mark of what it may share a fate with; 0 says nothing. */
  readonly host: number;
}

/** A hello as it came. What is not asked for again stays in the frame: a node keeps hellos by the dozen. */
export interface ReadHello {
  readonly hello: Hello;
  /** Where the 16 bytes of its ring lie in the frame; all zeros: of no ring yet, or a client. */
  readonly ringIdAt: number;
  /** Empty before it can be made. */
  readonly proof: Uint8Array;
}

/** What is written of it: the identities follow. */
export interface SaidHello extends Omit<Hello, 'addresses' | 'host'> {
  readonly ringId: Uint8Array;
}

const NO_PROOF = new Uint8Array(0);

/** Writes all but the proof. */
export function putHello(out: FrameWriter, hello: SaidHello, identities: readonly Member[]): void {
  out.u8(FRAMES_VERSION);
  out.u8(hello.rights | (hello.isTitled ? TITLED : 0));
  out.raw(hello.ringId);
  out.address(hello.incarnation);
  out.f64(hello.clockMs);
  hello.nonce.put(out);
  out.address(hello.meant);
  out.list(identities);
}

/** Why a hello is none. */
export type HelloFault = 'outdated' | 'malformed';

/** Reads a hello; it makes nobody known. */
export function readHello(frame: Frame): ReadHello | HelloFault {
  if (frame.u8() !== FRAMES_VERSION) return 'outdated';
  const asked = frame.u8();
  const rights = rightsOf(asked & ~TITLED);
  const isTitled = (asked & TITLED) !== 0;
  const ringIdAt = frame.skip(RING_ID_BYTES);
  const incarnation = frame.address();
  const clockMs = frame.f64();
  const nonceAt = frame.skip(NONCE_BYTES);
  const meant = frame.address();
  const count = frame.u8();
  const start = frame.skip(count * MEMBER_BYTES);
  const proof = frame.left === 0 ? NO_PROOF : frame.copy(frame.left);
  if (rights === null || start < 0 || count > LIST_LIMIT || !frame.isWhole) return 'malformed';
  if (proof.length !== 0 && proof.length !== PROOF_BYTES) return 'malformed';
  const addresses: Address[] = [];
  for (let i = 0; i < count; i++) {
    const address = readAddress(frame.bytes, start + i * MEMBER_BYTES);
    if (portOf(address) === 0) return 'malformed';
    addresses.push(address);
  }
  const host = count === 0 ? 0 : frame.u32At(start + 12);
  const nonce = Nonce.read(frame.bytes, nonceAt);
  const hello = { rights, isTitled, incarnation, clockMs, nonce, meant, addresses, host };
  return { hello, ringIdAt, proof };
}
