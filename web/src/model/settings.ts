/**
 * What hands have set a world to, by its own account: nobody asks the nodes, for the configuration and
 * the acts since say it all, at whatever moment one looks.
 */
import type { SceneConfig } from 'ringlight/scene';
import type { SceneModel } from './scene-model.ts';

type Settings = Pick<SceneConfig, 'loss' | 'latencyMs' | 'churn' | 'lookupsPerSecond'>;

/** What holds at this moment: as the world began, and as acts have changed it since. */
export function settingsNow(model: SceneModel): Settings {
  const config = model.hello.value?.config;
  const now: Settings = {
    loss: config?.loss ?? 0,
    latencyMs: config?.latencyMs ?? null,
    churn: config?.churn ?? null,
    lookupsPerSecond: config?.lookupsPerSecond ?? 0,
  };
  for (const { atMs, act } of model.history.value) {
    if (atMs > model.atMs) continue;
    if (act.kind === 'network' && act.loss !== undefined) now.loss = act.loss;
    if (act.kind === 'network' && act.latencyMs !== undefined) now.latencyMs = act.latencyMs;
    if (act.kind === 'churn') now.churn = act.churn;
    if (act.kind === 'workload') now.lookupsPerSecond = act.lookupsPerSecond;
  }
  return now;
}
