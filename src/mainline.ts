/**
 * `ringlight/mainline`: a BitTorrent Mainline DHT node on a real socket.
 *
 *     import { openMainline } from 'ringlight/mainline';
 *     const dht = await openMainline({ port: 6881 });
 *     const { peers } = await dht.getPeers('0123456789abcdef0123456789abcdef01234567');
 *     await dht.close();
 *
 * One call, one awaited answer: `api/mainline/` joins the machine to the world, here are the names.
 */

export {
  type ConformanceOptions,
  type ConformanceResult,
  type ConformanceVerdict,
  checkConformance,
  type RuleResult,
} from './api/conformance/conformance.ts';
export { Announcement } from './api/mainline/announcer.ts';
export type { PingResult } from './api/mainline/answer.ts';
export {
  captureLine,
  pcapOf,
  type ReadCaptureOptions,
  readCapture,
} from './api/mainline/capture.ts';
export {
  CRAWL_RATE,
  type CrawledNode,
  type CrawlOptions,
  type CrawlProgress,
  type CrawlResult,
  type CrawlVisit,
} from './api/mainline/crawl.ts';
export type { EntryPoint } from './api/mainline/entrance.ts';
export type {
  MainlineEvent,
  MainlineHappening,
  MainlineWatcher,
} from './api/mainline/events.ts';
export {
  FOLLOW_EVERY_MS,
  type FollowOptions,
  type Pointer,
  type Version,
} from './api/mainline/follow.ts';
export {
  type GetOptions,
  type GetResult,
  type ItemName,
  type KeepOptions,
  type PutEveryOptions,
  type PutOptions,
  type PutReport,
  type PutResult,
  publicKeyOf,
  type Signer,
  type StoredItem,
} from './api/mainline/item-results.ts';
export type { StateChoice, StateStore } from './api/mainline/keeper.ts';
export { KeptItem, PUT_EVERY_MS } from './api/mainline/kept-items.ts';
export { Mainline } from './api/mainline/mainline.ts';
export { Multihomed, type OfSeveral, type StoredBySeveral } from './api/mainline/multihomed.ts';
export { type NetworkSize, networkSizeOf } from './api/mainline/network-size.ts';
export { type MainlineOptions, openMainline } from './api/mainline/open.ts';
export { type MultihomedOptions, openMultihomed } from './api/mainline/open-multihomed.ts';
export { LOOKUPS_REMEMBERED, type WorldChoices } from './api/mainline/options.ts';
export {
  PACKET_DIRECTIONS,
  PACKET_KINDS,
  PACKET_VERDICTS,
  PACKETS_WAITING,
  type PacketDirection,
  type PacketKind,
  type PacketOptions,
  type PacketVerdict,
} from './api/mainline/packet-filter.ts';
export type { Packet, PacketStream } from './api/mainline/packets.ts';
export type {
  AnnounceEveryOptions,
  AnnounceOptions,
  AnnounceReport,
  AnnounceResult,
  FindNodeResult,
  GetPeersResult,
  Id,
  Peer,
} from './api/mainline/results.ts';
export { SamePort, type SamePortOptions } from './api/mainline/same-port.ts';
export {
  SAMPLE_LIMIT,
  SAMPLE_WALKS,
  type SampledInfoHash,
  type SampledNode,
  type SampleOptions,
  type SampleResult,
} from './api/mainline/samples.ts';
export type { SavedItem } from './api/mainline/saved-items.ts';
export { SCRAPE_MAX, type ScrapeResult } from './api/mainline/scrapes.ts';
export type {
  AnnounceSignedOptions,
  AnnounceSignedResult,
  SignedPeer,
  SignedPeerCalls,
  SignedPeersResult,
} from './api/mainline/signed-peers.ts';
export type { MainlineSnapshot, SavedAnnouncement } from './api/mainline/snapshot.ts';
export type { StoredPeers } from './api/mainline/stored.ts';
export { type Measured, type Measurement, metricsText } from './api/metrics.ts';
export {
  type Address,
  addressOf,
  formatAddress,
  ipOf,
  parseIp,
  portOf,
} from './core/address.ts';
export type { DatagramReceiver, DatagramTransport } from './core/host.ts';
export { type Random, SeededRandom } from './core/random.ts';
export type { CallLimits } from './io/calls.ts';
export type { Clock } from './io/clock.ts';
export type { Endpoint } from './io/endpoint.ts';
export { DhtError, type DhtErrorCode } from './io/errors.ts';
export type { EventOptions, EventStream } from './io/events.ts';
export { Search } from './io/search.ts';
export type { HookAnswer, IncomingQuery, OwnAnswer, QueryHook } from './mainline/answering/hook.ts';
export type { CapturedPacket } from './mainline/capture/captured.ts';
export { pcapHeader } from './mainline/capture/pcap.ts';
export type { NodeChoices } from './mainline/choices.ts';
export { DROP_REASONS, type DropReason } from './mainline/counters.ts';
export { type Bencoded, decode, type Encodable, encode } from './mainline/krpc/bencode.ts';
export type { Verdict } from './mainline/krpc/fields.ts';
export { PUBLIC_ROUTERS } from './mainline/routers.ts';
export type { InboundLimits, OutboundLimits } from './mainline/settings.ts';
export type { ItemLimits } from './mainline/stored/items.ts';
export type { PeerLimits } from './mainline/stored/peers.ts';
export { flatTable, prefixTable } from './mainline/table/groups.ts';
export type { RoutingTable, TableFactory, TableOwner } from './mainline/table/table.ts';
export type {
  LookupStep,
  LookupTrace,
  NodeInfo,
  NodeWrite,
  StepVerdict,
} from './mainline/trace.ts';
export {
  type MainlineStats,
  RegisterView,
  type SeenNode,
  type TableEntry,
  TableView,
} from './mainline/views.ts';
