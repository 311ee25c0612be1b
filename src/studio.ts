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
  LiveMainline,
  type LiveMainlineOptions,
  type MainlineHands,
} from './studio/live-mainline.ts';
export { LiveRing, type LiveRingOptions, type RingHands } from './studio/live-ring.ts';
export {
  CommandRefused,
  LiveScene,
  type LiveSceneOptions,
  type Onlooker,
} from './studio/live-scene.ts';
export { openStudio, type Studio, StudioError, type StudioOptions } from './studio/server.ts';
export { SiteError } from './studio/site.ts';
