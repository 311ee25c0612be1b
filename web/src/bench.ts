/**
 * Measures the stage: draws made-up scenes for some seconds each, at the beat of the browser, and says
 * how long the work of each frame took. `?nodes=10000&seconds=5&view=trie&overlay=mainline&move=1`
 * measures one; the figures are written into the page as JSON when all is done.
 */
import { SceneMaker } from './bench-scene.ts';
import { SceneModel } from './model/scene-model.ts';
import type { ViewKind } from './model/view-state.ts';
import { readPalette } from './stage/palette.ts';
import { Picture } from './stage/picture.ts';
import './theme.css';

interface Measured {
  nodes: number;
  view: ViewKind;
  moving: boolean;
  frames: number;
  seconds: number;
  framesPerSecond: number;
  /** JavaScript of a frame: messages taken in, and all that was drawn. */
  meanMs: number;
  /** Of a quarter of the frames it took no longer: what the work takes when nothing else wants the machine. */
  p25Ms: number;
  p95Ms: number;
  maxMs: number;
}

/** Frames that are drawn before the measuring begins: code gets warm, canvases get their memory. */
const WARM_FRAMES = 20;

async function measure(
  nodes: number,
  view: ViewKind,
  moving: boolean,
  seconds: number,
): Promise<Measured> {
  const overlay = view === 'trie' ? 'mainline' : 'ring';
  const names = ['apple', 'banana', 'cherry', 'damson', 'elder', 'fig', 'grape', 'hazel'];
  const maker = new SceneMaker({ nodes, overlay, identities: 1, seed: 7, keys: names });
  const model = new SceneModel();
  for (const message of maker.opening()) model.apply(message);
  model.apply(maker.lookup(1, 'apple'));
  const canvas = document.querySelector('canvas')!;
  const picture = new Picture(canvas, model, readPalette(canvas));
  const box = canvas.getBoundingClientRect();
  picture.resize(box.width, box.height, Math.min(2, devicePixelRatio));
  const selection = {
    node: 3,
    hovered: -1,
    key: maker.keyView('apple').key,
    lookup: model.lookups.get(1)!,
    lookupStep: -1,
  };
  const took: number[] = [];
  let begunMs = 0;
  let lastMs = await nextFrame();
  for (let frame = 0; ; frame++) {
    const nowMs = await nextFrame();
    const start = performance.now();
    for (const message of maker.pass(Math.min(100, nowMs - lastMs))) model.apply(message);
    // Moved in every frame, nothing that was drawn before can be used again.
    if (moving) picture.zoom(frame % 120 < 60 ? 1.02 : 1 / 1.02, box.width * 0.7, box.height * 0.3);
    picture.draw(view, selection, nowMs, false);
    const end = performance.now();
    lastMs = nowMs;
    if (frame < WARM_FRAMES) begunMs = nowMs;
    else took.push(end - start);
    if (frame > WARM_FRAMES && nowMs - begunMs >= seconds * 1000) break;
  }
  const elapsed = (lastMs - begunMs) / 1000;
  const sorted = took.toSorted((a, b) => a - b);
  return {
    nodes,
    view,
    moving,
    frames: took.length,
    seconds: elapsed,
    framesPerSecond: took.length / elapsed,
    meanMs: took.reduce((sum, ms) => sum + ms, 0) / took.length,
    p25Ms: sorted[Math.floor(sorted.length * 0.25)],
    p95Ms: sorted[Math.floor(sorted.length * 0.95)],
    maxMs: sorted[sorted.length - 1],
  };
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

async function run(): Promise<void> {
  const asked = new URLSearchParams(location.search);
  const seconds = Number(asked.get('seconds') ?? 4);
  const sizes = asked.has('nodes') ? [Number(asked.get('nodes'))] : [1000, 10_000, 100_000];
  const views = asked.has('view') ? [asked.get('view') as ViewKind] : (['ring', 'trie'] as const);
  const results: Measured[] = [];
  for (const nodes of sizes) {
    for (const view of views) {
      for (const moving of [false, true]) {
        results.push(await measure(nodes, view, moving, seconds));
        document.querySelector('#progress')!.textContent = `${results.length} measured`;
      }
    }
  }
  const out = document.querySelector('#results')!;
  out.textContent = JSON.stringify(results, null, 2);
  out.setAttribute('data-done', 'true');
}

await run();
