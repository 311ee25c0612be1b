// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { type Command, NodeState } from 'ringlight/scene';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SceneMaker } from '../../../web/src/bench-scene.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { createViewState, view } from '../../../web/src/model/view-state.ts';
import { Picture } from '../../../web/src/stage/picture.ts';
import { Stage } from '../../../web/src/stage/stage.tsx';
import { frame } from '../model/messages.ts';
import { recordingCanvas } from './canvas.ts';

const WIDTH = 800;
const HEIGHT = 600;

let root: HTMLElement;
let model: SceneModel;
let maker: SceneMaker;
let sent: Command[];
let pictures: Picture[];
let frames: FrameRequestCallback[];

beforeEach(() => {
  const fresh = createViewState();
  for (const name of Object.keys(fresh) as (keyof typeof fresh)[]) {
    (view[name] as { value: unknown }).value = fresh[name].value;
  }
  sent = [];
  pictures = [];
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => {
    frames[id - 1] = () => {};
  });
  const { canvas } = recordingCanvas();
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation((() =>
    canvas.getContext('2d')) as never);
  const box = { left: 0, top: 0, x: 0, y: 0, width: WIDTH, height: HEIGHT };
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(box as DOMRect);
  Element.prototype.setPointerCapture = () => {};
  const draw = Picture.prototype.draw;
  vi.spyOn(Picture.prototype, 'draw').mockImplementation(function (this: Picture, ...args) {
    if (!pictures.includes(this)) pictures.push(this);
    draw.apply(this, args);
  });
  root = document.body.appendChild(document.createElement('div'));
  maker = new SceneMaker({ nodes: 16, overlay: 'ring', identities: 1, seed: 5, keys: ['apple'] });
  model = new SceneModel();
  for (const message of maker.opening()) model.apply(message);
  model.apply(frame({ playing: false }));
  act(() =>
    render(<Stage model={model} send={(command) => sent.push(command)} label="Left" />, root),
  );
  beat();
});

afterEach(() => {
  act(() => render(null, root));
  root.remove();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** The browser draws: how many frames were asked for. */
function beat(): number {
  const due = frames.splice(0);
  act(() => {
    for (const callback of due) callback(performance.now());
  });
  return due.length;
}

const surface = () => root.querySelector<HTMLElement>('.stage-surface')!;

/** A world of another size takes the place of the first. */
function show(nodes: number): void {
  maker = new SceneMaker({ nodes, overlay: 'ring', identities: 1, seed: 5, keys: ['apple'] });
  model = new SceneModel();
  for (const message of maker.opening()) model.apply(message);
  act(() => render(<Stage model={model} send={() => {}} label="Left" />, root));
  beat();
}

function pointer(type: string, x: number, y: number, pointerId = 1): void {
  const event = new MouseEvent(type, { clientX: x, clientY: y, bubbles: true });
  Object.defineProperty(event, 'pointerId', { value: pointerId });
  act(() => {
    surface().dispatchEvent(event);
  });
}

const press = (key: string) =>
  act(() => {
    surface().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });

describe('the stage', () => {
  test('draws only when there is something new, and all the time while time runs', async () => {
    // Sizes and colours come once the page has settled.
    await expect.poll(beat).toBe(0);
    act(() => {
      view.hoveredNode.value = 3;
      view.selectedNode.value = 4;
    });
    expect(beat()).toBe(1);
    expect(beat()).toBe(0);
    act(() => model.apply(frame({ playing: true, pace: 1000 })));
    expect(beat()).toBe(1);
    expect(beat()).toBe(1);
  });

  test('a click on a node selects it, a click beside it nobody, a drag neither', () => {
    const { x, y } = pictures[0]!.whereIs(5)!;
    pointer('pointerdown', x + 2, y);
    pointer('pointerup', x + 2, y);
    expect(view.selectedNode.value).toBe(5);
    expect(view.tab.value).toBe('node');
    pointer('pointerdown', WIDTH / 2, HEIGHT / 2);
    pointer('pointermove', WIDTH / 2 + 40, HEIGHT / 2);
    pointer('pointerup', WIDTH / 2 + 40, HEIGHT / 2);
    expect(view.selectedNode.value).toBe(5);
    pointer('pointerdown', WIDTH / 2, HEIGHT / 2);
    pointer('pointerup', WIDTH / 2, HEIGHT / 2);
    expect(view.selectedNode.value).toBe(-1);
  });

  test('pointing at a node tells of it', () => {
    const { x, y } = pictures[0]!.whereIs(7)!;
    pointer('pointermove', x, y);
    expect(view.hoveredNode.value).toBe(7);
    expect(root.querySelector('.stage-tip')!.textContent).toContain('Node 7');
    pointer('pointerleave', x, y);
    expect(view.hoveredNode.value).toBe(-1);
    expect(root.querySelector('.stage-tip')).toBeNull();
  });

  test('a crowd is spread by a loupe: under the pointer, and where the arrow keys have come to', () => {
    show(500);
    const picture = pictures.at(-1)!;
    const buttons = () => [...root.querySelectorAll<HTMLElement>('.stage-loupe button')];
    let crowded = 0;
    for (let i = 0; i < 500 && crowded === 0; i++) {
      press('ArrowRight');
      crowded = buttons().length;
    }
    expect(crowded).toBeGreaterThan(1);
    const node = view.selectedNode.value;
    const pressed = buttons().filter((one) => one.matches('[aria-pressed="true"]'));
    expect(pressed.map((one) => one.getAttribute('aria-label'))).toEqual([`Node ${node}, up`]);
    const other = buttons().find((one) => !pressed.includes(one))!;
    act(() => other.click());
    expect(other.getAttribute('aria-label')).toBe(`Node ${view.selectedNode.value}, up`);
    press('Escape');
    expect(buttons()).toEqual([]);
    const { x, y } = picture.whereIs(node)!;
    pointer('pointermove', x, y);
    expect(buttons().length).toBeGreaterThan(1);
    expect(root.querySelector('.stage-tip')).toBeNull();
    press('+');
    expect(buttons()).toEqual([]);
  });

  test('arrow keys walk the whole ring and come back', () => {
    const visited: number[] = [];
    for (let i = 0; i < 17; i++) {
      press('ArrowRight');
      visited.push(view.selectedNode.value);
    }
    expect(new Set(visited).size).toBe(16);
    expect(visited[16]).toBe(visited[0]);
    press('ArrowLeft');
    expect(view.selectedNode.value).toBe(visited[15]);
    press('Escape');
    expect(view.selectedNode.value).toBe(-1);
  });

  test('who is not there is not walked to', () => {
    const gone = frame({ nodes: Uint32Array.of(2), states: Uint8Array.of(NodeState.absent) });
    act(() => model.apply(gone));
    beat();
    const visited = new Set<number>();
    for (let i = 0; i < 20; i++) {
      press('ArrowDown');
      visited.add(view.selectedNode.value);
    }
    expect(visited.has(2)).toBe(false);
    expect(visited.size).toBe(15);
  });

  test('plus, minus, the wheel and two fingers zoom; 0 shows all', () => {
    const picture = pictures[0]!;
    press('+');
    expect(picture.camera.zoom).toBeGreaterThan(1);
    press('0');
    expect(picture.camera.zoom).toBe(1);
    const wheel = new WheelEvent('wheel', { deltaY: -300, bubbles: true, cancelable: true });
    act(() => {
      surface().dispatchEvent(wheel);
    });
    expect(wheel.defaultPrevented).toBe(true);
    expect(picture.camera.zoom).toBeGreaterThan(1);
    press('0');
    pointer('pointerdown', 300, 300, 1);
    pointer('pointerdown', 400, 300, 2);
    pointer('pointermove', 500, 300, 2);
    expect(picture.camera.zoom).toBeCloseTo(2);
    pointer('pointerup', 500, 300, 2);
    pointer('pointerup', 300, 300, 1);
    expect(view.selectedNode.value).toBe(-1);
  });

  test('with the tool for partitions a line cuts the nodes of one side off, once', () => {
    act(() => {
      view.tool.value = 'partition';
    });
    expect(root.querySelector('.stage-hint')).not.toBeNull();
    pointer('pointerdown', 10, HEIGHT * 0.3);
    pointer('pointermove', 400, HEIGHT * 0.3);
    expect(root.querySelector('.stage-cut')).not.toBeNull();
    pointer('pointerup', WIDTH - 10, HEIGHT * 0.3);
    expect(sent).toHaveLength(1);
    const { act: cut } = sent[0] as { act: { kind: string; nodes: number[]; oneWay: boolean } };
    expect(cut).toMatchObject({ kind: 'partition', oneWay: false });
    const above = Array.from({ length: 16 }, (_, node) => node).filter(
      (node) => pictures[0]!.whereIs(node)!.y < HEIGHT * 0.3,
    );
    expect(above.length).toBeGreaterThan(0);
    expect(cut.nodes).toEqual(above);
    expect(view.tool.value).toBe('select');
  });

  test('a line too short to be meant cuts nothing, nor does one that was given up', () => {
    act(() => {
      view.tool.value = 'partition';
    });
    pointer('pointerdown', 100, 100);
    pointer('pointerup', 104, 100);
    expect(view.tool.value).toBe('partition');
    pointer('pointerdown', 100, 100);
    press('Escape');
    pointer('pointerup', 700, 100);
    expect(sent).toEqual([]);
  });

  test('a second finger pinches, and takes back the line that the first one began', () => {
    view.tool.value = 'partition';
    pointer('pointerdown', 200, 300, 1);
    pointer('pointermove', 250, 300, 1);
    pointer('pointerdown', 600, 300, 2);
    pointer('pointermove', 700, 300, 2);
    pointer('pointerup', 700, 300, 2);
    pointer('pointerup', 250, 300, 1);
    expect(sent).toEqual([]);
    expect(pictures[0]!.camera.zoom).toBeGreaterThan(1);
    expect(root.querySelector('.stage-cut')).toBeNull();
  });

  test('says in words what it shows: one line, a legend, and each node', () => {
    act(() => {
      view.selectedKey.value = maker.keyView('apple').key;
    });
    expect(root.querySelector('.stage-story')!.textContent).toContain('is owned by node');
    expect(root.querySelector('.stage-legend')!.textContent).toContain('owner and its arc');
    const twins = [...root.querySelectorAll<HTMLElement>('.stage-unseen button')];
    expect(twins).toHaveLength(16);
    expect(twins[3]!.textContent).toMatch(/^Node \d+, up, [0-9a-f]{10}…/);
    act(() => twins[3]!.click());
    expect(view.selectedNode.value).toBe(Number(/\d+/.exec(twins[3]!.textContent)![0]));
  });
});
