/**
 * Which live nodes the server that served this page has to show. Only the studio's own server is
 * asked, which marks the page that it serves; a static host would answer with a 404 or some page.
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

/** What of a page says who served it. */
export type ServedPage = Pick<Document, 'baseURI' | 'querySelector'>;

export async function findLiveScenes(page: ServedPage = document): Promise<LiveScene[]> {
  const mark = page.querySelector('meta[name="ringlight-host"]');
  if (mark?.getAttribute('content') !== 'studio') return [];
  try {
    const response = await fetch(new URL('api/scenes', page.baseURI));
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
