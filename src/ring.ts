/**
 * `ringlight/ring`: a replicated key-value ring in which every node is an entry to all of it.
 *
 *     import { connectRing, openRing } from 'ringlight/ring';
 *     const first = await openRing({ host: '127.0.0.1', port: 7000, k: 2, data: './node-1' });
 *     await first.ready();
 *     await first.insert('hello', 'world');
 *
 *     const client = await connectRing('127.0.0.1:7000');   // no member, the same calls
 *     const value = await client.get('hello');              // Uint8Array, or null
 *
 * One call, one awaited answer: `api/ring/` joins the machines to the world, here are the names.
 */

export { type Measured, type Measurement, metricsText } from './api/metrics.ts';
export { openResp, type RespOptions, type RespServer, type RespStats } from './api/resp/server.ts';
export {
  type ForgetOptions,
  type ForgetResult,
  type OwnsResult,
  type ReadOptions,
  RingAccess,
  type RingStats,
  type WriteOptions,
  type WriteResult,
} from './api/ring/access.ts';
export {
  CHAT_NAME_LENGTH_MAX,
  CHAT_TEXT_LENGTH_MAX,
  type ChatLine,
  ChatRoom,
  chatRooms,
} from './api/ring/chat-room.ts';
export {
  connectRing,
  type EntryInfo,
  type RingClientOptions,
  RingConnection,
} from './api/ring/connection.ts';
export { clientKey, passwordRights, type RingAccessOptions } from './api/ring/entrance.ts';
export type { RingChange } from './api/ring/follow.ts';
export type { RingKey, RingValue } from './api/ring/keys.ts';
export type { RingNotice } from './api/ring/notice.ts';
export { IDENTITIES_MAX, openRing, Ring, type RingOptions } from './api/ring/ring.ts';
export {
  type ChangeResult,
  type FollowOptions,
  type IncomingValue,
  type RingCondition,
  type RingEntry,
  type RingName,
  type RingPage,
  type RingRecord,
  RingService,
  type StoreOptions,
} from './api/ring/service.ts';
export type { RingWatcher } from './api/ring/watch.ts';
export type { CallLimits } from './io/calls.ts';
export type { Clock } from './io/clock.ts';
export type { Endpoint } from './io/endpoint.ts';
export { DhtError, type DhtErrorCode } from './io/errors.ts';
export type { EventOptions, EventStream } from './io/events.ts';
export type { TcpCounters } from './io/tcp.ts';
export type { TlsOptions } from './io/tls.ts';
export type { Wire } from './ring/dialects/wire.ts';
export type { RecordInfo } from './ring/holdings.ts';
export { type Level, type Policy, RING_DEFAULTS, type RingSettings } from './ring/settings.ts';
export {
  type BackupInfo,
  clockOffsetsOf,
  type IdentityInfo,
  type MemberInfo,
  type RingInfo,
} from './ring/view.ts';
