// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import {
  type Command,
  checkAct,
  checkSceneConfig,
  NodeState,
  RING_NODES_MAX,
  type SceneMessage,
} from 'ringlight/scene';
import { beforeEach, describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import type { SceneModel } from '../../../web/src/model/scene-model.ts';
import { Session } from '../../../web/src/model/session.ts';
import { settingsNow } from '../../../web/src/model/settings.ts';
import { createViewState } from '../../../web/src/model/view-state.ts';
import { CHURN_WORDS } from '../../../web/src/model/words.ts';
import { HandsPanel, SYBIL_STOPS } from '../../../web/src/panels/hands-panel.tsx';
import * as network from '../../../web/src/panels/network-hands.tsx';
import * as world from '../../../web/src/panels/world-hands.tsx';
import { addNodes, frame, hello, setStates } from '../model/messages.ts';

describe('every stop of a slider is one that the lab takes', () => {
  const both = ['ring', 'mainline'] as const;

  test('of a new world', () => {
    for (const overlay of both) {
      const isRing = overlay === 'ring';
      for (const nodes of world.NODE_STOPS) {
        if (isRing && nodes > RING_NODES_MAX) continue;
        checkSceneConfig({ ...FIRST_CONFIG, overlay, nodes });
      }
      for (const k of isRing ? world.RING_K_STOPS : world.BUCKET_STOPS) {
        checkSceneConfig({ ...FIRST_CONFIG, overlay, k });
      }
      for (const alpha of world.ALPHA_STOPS) checkSceneConfig({ ...FIRST_CONFIG, overlay, alpha });
      for (const keys of world.KEY_STOPS) checkSceneConfig({ ...FIRST_CONFIG, overlay, keys });
    }
    for (const identities of world.IDENTITY_STOPS)
      checkSceneConfig({ ...FIRST_CONFIG, identities });
  });

  test('of the running one', () => {
    for (const loss of network.LOSS_STOPS) checkAct({ kind: 'network', loss });
    for (const latencyMs of network.LATENCY_STOPS) checkAct({ kind: 'network', latencyMs });
    for (const churn of [...network.CHURN_STOPS, ...Object.keys(CHURN_WORDS)]) {
      checkAct({ kind: 'churn', churn });
    }
    for (const count of SYBIL_STOPS) checkAct({ kind: 'sybils', name: 'a', count });
    for (const lookupsPerSecond of network.RATE_STOPS) {
      checkAct({ kind: 'workload', lookupsPerSecond });
    }
  });
});

describe('the panel', () => {
  let root: HTMLElement;
  let session: Session;
  let commands: Command[];
  let tell: (message: SceneMessage) => void;
  let model: SceneModel;

  beforeEach(() => {
    document.body.innerHTML = '';
    root = document.body.appendChild(document.createElement('div'));
    commands = [];
    session = new Session(createViewState());
    session.show((listener) => {
      tell = (message) => listener.onMessage(message);
      return { send: (command) => commands.push(command), close: () => {} };
    });
    model = session.panes.value[0]!.model;
    tell(hello({ config: FIRST_CONFIG }));
    addNodes(model, 8);
    draw();
  });

  /** From the beginning: a panel follows its model some time later only. */
  const draw = () => {
    act(() => render(null, root));
    act(() => render(<HandsPanel session={session} />, root));
  };
  const button = (name: string) =>
    [...root.querySelectorAll('button')].find((found) => found.textContent!.trim() === name)!;
  const lastAct = () => commands.filter((command) => command.do === 'act').at(-1)?.act;

  function slide(label: string, to: number): void {
    const found = [...root.querySelectorAll('label')].find((l) => l.textContent === label)!;
    const input = root.querySelector<HTMLInputElement>(`#${CSS.escape(found.htmlFor)}`)!;
    act(() => {
      input.value = String(to);
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    act(() => {
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }

  test('a node is crashed, paused, sent away; what is down can be restarted', () => {
    expect(button('Crash').disabled).toBe(true);
    act(() => (session.view.selectedNode.value = 5));
    act(() => button('Crash').click());
    expect(lastAct()).toEqual({ kind: 'crash', nodes: [5] });
    act(() => button('Pause').click());
    expect(lastAct()).toEqual({ kind: 'pause', nodes: [5] });
    act(() => button('Leave').click());
    expect(lastAct()).toEqual({ kind: 'leave', nodes: [5] });
    expect(button('Restart').disabled).toBe(true);
    setStates(model, [5], NodeState.crashed);
    draw();
    expect(button('Crash').disabled).toBe(true);
    act(() => button('Restart').click());
    expect(lastAct()).toEqual({ kind: 'restart', nodes: [5], memory: true });
    act(() => button('Restart empty').click());
    expect(lastAct()).toEqual({ kind: 'restart', nodes: [5], memory: false });
    setStates(model, [5], NodeState.paused);
    draw();
    act(() => button('Resume').click());
    expect(lastAct()).toEqual({ kind: 'resume', nodes: [5] });
  });

  test('the network is cut, slowed, made lossy, and healed', () => {
    act(() => button('Cut in half').click());
    expect(lastAct()).toEqual({ kind: 'partition', nodes: [0, 1, 2, 3], oneWay: false });
    expect(button('Heal').disabled).toBe(true);
    tell(frame({ sides: Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0) }));
    draw();
    act(() => button('Heal').click());
    expect(lastAct()).toEqual({ kind: 'heal' });
    slide('Messages lost', 3);
    expect(lastAct()).toEqual({ kind: 'network', loss: network.LOSS_STOPS[3] });
    slide('Latency', 0);
    expect(lastAct()).toEqual({ kind: 'network', latencyMs: null });
    slide('Churn', 4);
    expect(lastAct()).toEqual({ kind: 'churn', churn: network.CHURN_STOPS[4] });
    slide('Look-ups', 2);
    expect(lastAct()).toEqual({ kind: 'workload', lookupsPerSecond: network.RATE_STOPS[2] });
  });

  test('sliders show what holds at this moment', () => {
    const acts = [
      { atMs: 10, act: { kind: 'network', loss: 0.1 } as const },
      { atMs: 20, act: { kind: 'network', loss: 0.5, latencyMs: 5 } as const },
    ];
    tell({ type: 'history', acts });
    tell(frame({ atMs: 15 }));
    expect(settingsNow(model)).toMatchObject({
      loss: 0.1,
      latencyMs: FIRST_CONFIG.latencyMs,
    });
    tell(frame({ atMs: 25 }));
    expect(settingsNow(model)).toMatchObject({ loss: 0.5, latencyMs: 5 });
  });

  test('what needs another world begins it with the same seed, and says so', () => {
    expect(root.textContent).toContain('starts a new run with the same seed');
    slide('Backups, K', 4);
    expect(commands.at(-1)).toMatchObject({
      do: 'begin',
      config: { ...FIRST_CONFIG, k: 4 },
    });
  });

  test('the line of a cut is drawn on the stage', () => {
    act(() => button('Draw a cut').click());
    expect(session.view.tool.value).toBe('partition');
  });

  test('churn as it was measured is picked by name, and told by name on the slider', () => {
    const measured = () =>
      root.querySelector<HTMLSelectElement>('select[aria-label="Churn as it was measured"]')!;
    const pick = (value: string) =>
      act(() => {
        measured().value = value;
        measured().dispatchEvent(new Event('change', { bubbles: true }));
      });
    expect(measured().value).toBe('');
    pick('kad');
    expect(lastAct()).toEqual({ kind: 'churn', churn: 'kad' });
    tell({ type: 'history', acts: [{ atMs: 0, act: { kind: 'churn', churn: 'kad' } }] });
    draw();
    expect(measured().value).toBe('kad');
    expect(root.textContent).toContain(CHURN_WORDS['kad']);
    pick('');
    expect(lastAct()).toEqual({ kind: 'churn', churn: null });
  });

  test('a ring may be larger than what runs smoothly, and says so', () => {
    slide('Nodes', world.NODE_STOPS.indexOf(5000));
    expect(commands.at(-1)).toMatchObject({ do: 'begin', config: { nodes: 5000 } });
    tell(hello({ config: { ...FIRST_CONFIG, nodes: 5000 } }));
    draw();
    expect(root.textContent).toContain('5,000, slowly');
  });

  const names = () =>
    [...root.querySelectorAll('button')].map((found) => found.textContent!.trim());

  test('what a source does not have is not shown', () => {
    tell(hello({ abilities: ['inspect'], origin: 'recording', config: null }));
    draw();
    expect(names()).toEqual([]);
    expect(root.textContent).toContain('recording');
    tell(hello({ abilities: ['inspect'], origin: 'live', config: null }));
    draw();
    expect(names()).toEqual([]);
    expect(root.textContent).toContain('--control-token');
    tell(hello({ abilities: ['act', 'inspect'], origin: 'live', config: null }));
    draw();
    expect(names()).toEqual([]);
    expect(root.textContent).toContain('under Keys');
  });

  test('live nodes have the hands that they obey', () => {
    const live = { abilities: ['act', 'nodes', 'inspect'], origin: 'live', config: null } as const;
    tell(hello(live));
    addNodes(model, 3);
    draw();
    expect(names()).toEqual(['Crash', 'Leave', 'Restart empty', 'Add a node']);
    expect(root.querySelector('input[type=range]')).toBeNull();
    setStates(model, [1], NodeState.absent);
    act(() => (session.view.selectedNode.value = 1));
    act(() => button('Restart empty').click());
    expect(lastAct()).toEqual({ kind: 'restart', nodes: [1], memory: false });
    tell(hello({ ...live, overlay: 'mainline' }));
    draw();
    expect(names()).toEqual(['Crash', 'Restart empty', 'Add a node']);
  });
});
