/**
 * A moment of a world of the lab: how it began, what was done to it, and when it is. From that alone
 * the same world comes again, in another scene, after a detour, or from a link.
 */
import type { SceneConfig, TimedAct } from 'ringlight/scene';
import type { SceneModel } from './scene-model.ts';

/** Where a world of the lab was: what a link carries. */
export interface Moment {
  config: SceneConfig;
  acts: readonly TimedAct[];
  atMs: number;
}

/** Where a scene is: null when it has no world of the lab. */
export function momentOf(model: SceneModel | undefined): Moment | null {
  const config = model?.hello.value?.config;
  if (!model || !config) return null;
  return { config, acts: model.history.value, atMs: Math.floor(model.atMs) };
}

/** What had been done by then. */
export function pastOf(moment: Moment): TimedAct[] {
  return moment.acts.filter((timed) => timed.atMs <= moment.atMs);
}

/** Acts at nodes that a smaller world does not have would be refused: they are left out. */
export function actsThatFit(acts: readonly TimedAct[], config: SceneConfig): TimedAct[] {
  let nodes = config.nodes;
  return acts.filter(({ act }) => {
    if (act.kind === 'add') nodes += act.count;
    if (act.kind === 'sybils') nodes += act.count;
    if ('nodes' in act && act.nodes.some((node) => node >= nodes)) return false;
    return !('from' in act && act.from !== undefined && act.from >= nodes);
  });
}
