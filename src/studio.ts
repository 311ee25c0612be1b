/**
 * `ringlight/studio`: running nodes on a page, over HTTP.
 *
 *     import { LiveRing, openStudio } from 'ringlight/studio';
 *     const scene = new LiveRing({ name: 'ring', title: 'my ring', members: () => [ring] });
 *     const studio = await openStudio({ scenes: [scene] });
 *     console.log(studio.url);                     // the page, and below /api/ what it shows
 *     await studio.close();
 *
 * On loopback and read-only unless told otherwise (docs/studio.md).
 */

export {
  CommandRefused,
  LiveScene,
  type LiveSceneOptions,
  type Onlooker,
} from './studio/live/live-scene.ts';
export {
  LiveMainline,
  type LiveMainlineOptions,
  type MainlineHands,
} from './studio/mainline/live-mainline.ts';
export { LiveRing, type LiveRingOptions, type RingHands } from './studio/ring/live-ring.ts';
export type { StudioStats } from './studio/server/counts.ts';
export { SiteError, StudioError } from './studio/server/failures.ts';
export { openStudio, type Studio, type StudioOptions } from './studio/server/server.ts';
