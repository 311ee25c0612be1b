/**
 * Which live nodes the server that served this page has to show. A static host has none, and says so
 * with a 404 or with some page of its own: that is no trouble, there is just nothing live.
 */
import type { SceneOverlay } from 'ringlight/scene';

export interface LiveScene {
  name: string;
  overlay: SceneOverlay;
  title: string;
  nodes: number;
  /** With a token one may act. */
  control: boolean;
}

export async function findLiveScenes(base: string = document.baseURI): Promise<LiveScene[]> {
  if (!/^https?:/.test(base)) return [];
  try {
    const response = await fetch(new URL('api/scenes', base));
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || !type.includes('json')) return [];
    const { scenes } = (await response.json()) as { scenes?: unknown };
    return Array.isArray(scenes) ? scenes.filter(isLiveScene) : [];
  } catch {
    return [];
  }
}

function isLiveScene(value: unknown): value is LiveScene {
  const scene = value as Partial<LiveScene> | null;
  return typeof scene?.name === 'string' && typeof scene.title === 'string';
}
