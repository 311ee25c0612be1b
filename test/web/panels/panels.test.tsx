// @vitest-environment happy-dom
import { type ComponentType, render } from 'preact';
import { act } from 'preact/test-utils';
import { type Command, type Flight, NodeState, type NodeView } from 'ringlight/scene';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { ALL_MESSAGES, newestMessages } from '../../../web/src/model/message-filter.ts';
import type { PaneProps } from '../../../web/src/model/pane.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { createViewState, view } from '../../../web/src/model/view-state.ts';
import { FiguresPanel } from '../../../web/src/panels/figures-panel.tsx';
import { LookupPanel, stepsCsv } from '../../../web/src/panels/lookup-panel.tsx';
import { flightsCsv, MessagePanel } from '../../../web/src/panels/message-panel.tsx';
import { NodePanel, tableCsv } from '../../../web/src/panels/node-panel.tsx';
import { addNodes, flight, frame, hello } from '../model/messages.ts';
import { lookup } from '../stage/lookups.ts';

let root: HTMLElement;
let model: SceneModel;
const sent: Command[] = [];

beforeEach(() => {
  const fresh = createViewState();
  for (const name of Object.keys(fresh) as (keyof typeof fresh)[]) {
    (view[name] as { value: unknown }).value = fresh[name].value;
  }
  root = document.body.appendChild(document.createElement('div'));
  model = new SceneModel();
  model.apply(hello({ abilities: ['inspect', 'explain'] }));
  addNodes(model, 12);
  model.apply(frame({ atMs: 3000 }));
});

afterEach(() => {
  act(() => render(null, root));
  root.remove();
});

const show = (Panel: ComponentType<PaneProps>) =>
  act(() => render(<Panel model={model} send={(command) => sent.push(command)} />, root));

const all = (selector: string) => [...root.querySelectorAll<HTMLElement>(selector)];
const click = (element: Element | null | undefined) => act(() => (element as HTMLElement).click());

describe('the panel of look-ups', () => {
  test('lists what is watched, and shows the chosen one as path, waterfall and shortlist', () => {
    model.apply(lookup);
    show(LookupPanel);
    expect(root.textContent).toContain('Choose a look-up');
    click(root.querySelector('.lookup-row'));
    expect(view.selectedLookup.value).toBe(lookup.id);
    show(LookupPanel);
    expect(root.textContent).toContain('found 5 bytes');
    expect(all('.lookup-path li')).toHaveLength(4);
    expect(all('.lookup-fall li')).toHaveLength(4);
    expect(all('.lookup-bar.is-timeout')).toHaveLength(1);
    expect(all('.lookup-shortlist tbody tr')[0]!.textContent).toContain('node 4');
  });

  test('a step by hand is a step of the picture; what came later is gone', () => {
    model.apply(lookup);
    view.selectedLookup.value = lookup.id;
    show(LookupPanel);
    const back = root.querySelector('[aria-label="Step back"]')!;
    click(back);
    click(back);
    click(back);
    expect(view.lookupStep.value).toBe(0);
    show(LookupPanel);
    expect(all('.lookup-fall li')).toHaveLength(2);
    expect(all('.lookup-bar.is-waiting')).toHaveLength(1);
    expect((back as HTMLButtonElement).disabled).toBe(true);
  });

  test('a request and its reply lead to their messages', () => {
    model.apply(lookup);
    view.selectedLookup.value = lookup.id;
    show(LookupPanel);
    click(root.querySelector('[aria-label="Reply of node 1"]'));
    expect(view.selectedFlight.value).toBe(12);
    expect(view.tab.value).toBe('message');
    const missing = root.querySelector<HTMLButtonElement>('[aria-label="Reply of node 2"]')!;
    expect(missing.disabled).toBe(true);
  });

  test('as CSV has a line for each step', () => {
    const lines = stepsCsv(lookup).trim().split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[2]).toBe('1,2,,-1,1,157,1000,1300,timeout');
  });

  test('is of this moment: what begins is listed, and what is of another world is gone', () => {
    vi.useFakeTimers();
    model.apply(lookup);
    show(LookupPanel);
    expect(all('.lookup-row')).toHaveLength(1);
    model.apply({ ...lookup, id: lookup.id + 1 });
    act(() => vi.advanceTimersByTime(500));
    expect(all('.lookup-row')).toHaveLength(2);
    model.apply(hello());
    act(() => vi.advanceTimersByTime(500));
    expect(all('.lookup-row')).toHaveLength(0);
    vi.useRealTimers();
  });

  test('with nothing watched it says what to do', () => {
    show(LookupPanel);
    expect(root.textContent).toContain('look it up');
  });
});

describe('the panel of messages', () => {
  const message = (id: number, kind: string, more: Partial<Flight> = {}) =>
    flight(id, { from: id % 5, to: 7, kind, ...more });
  const rows = () => all('.message-list tbody tr');

  beforeEach(() => {
    model.apply({
      type: 'flights',
      flights: [
        message(1, 'get', { exchange: 1 }),
        message(2, 'put', { fate: 'lost', lookup: 3, exchange: 2 }),
        message(3, 'get reply', { from: 7, to: 1, exchange: 1, arrivesMs: 50 }),
      ],
      omitted: 0,
    });
  });

  test('as CSV has a line for each', () => {
    const lost = newestMessages(model, { ...ALL_MESSAGES, verdict: 'lost' }, 9);
    expect(flightsCsv(lost).trim().split('\r\n')).toEqual([
      'id,kind,fate,from,to,bytes,sent_ms,arrives_ms,lookup,exchange',
      '2,put,lost,2,7,20,2,62,3,2',
    ]);
  });

  test('a request shows how long its answer took, and leads to it', () => {
    show(MessagePanel);
    expect(rows().map((row) => row.lastChild!.textContent)).toEqual([
      '↑ get',
      'none yet',
      '↓ 49 ms',
    ]);
    click(rows()[2]!.querySelector('.message-other'));
    expect(view.selectedFlight.value).toBe(3);
    show(MessagePanel);
    expect(rows().map((row) => row.className)).toEqual(['selected', '', 'is-pair']);
    expect(root.textContent).toContain('get reply from node 7 to node 1');
  });

  test('are filtered by kind, node and outcome, and all are shown again', () => {
    show(MessagePanel);
    const choose = (label: string, value: string, event: string) => {
      const field = root.querySelector<HTMLInputElement>(`[aria-label="${label}"]`)!;
      act(() => {
        field.value = value;
        field.dispatchEvent(new Event(event, { bubbles: true }));
      });
      show(MessagePanel);
    };
    choose('What became of it', 'unanswered', 'change');
    expect(rows()).toHaveLength(1);
    choose('What became of it', '', 'change');
    choose('Only messages of node', '1', 'input');
    expect(rows()).toHaveLength(2);
    choose('Kind of message', 'get', 'change');
    expect(rows()).toHaveLength(1);
    choose('Only messages of node', '99', 'input');
    expect(root.textContent).toContain('No message is like that.');
    click(all('.message-filter button').at(-1));
    show(MessagePanel);
    expect(rows()).toHaveLength(3);
  });

  test('of one conversation are followed from one of them, and left again', () => {
    view.selectedFlight.value = 1;
    show(MessagePanel);
    const button = (text: string) => all('button').find((one) => one.textContent === text);
    click(button('Only this exchange'));
    show(MessagePanel);
    expect(rows()).toHaveLength(2);
    click(button('All between 1 and 7'));
    show(MessagePanel);
    expect(root.querySelector('.message-conversation')!.textContent).toBe('Between nodes 1 and 7');
    expect(rows()).toHaveLength(2);
    click(root.querySelector('[aria-label="Show all conversations"]'));
    show(MessagePanel);
    expect(rows()).toHaveLength(3);
  });

  test('lists what comes while it is looked at', () => {
    vi.useFakeTimers();
    show(MessagePanel);
    expect(all('.message-kind')).toHaveLength(3);
    model.apply({ type: 'flights', flights: [message(4, 'get')], omitted: 0 });
    act(() => vi.advanceTimersByTime(2000));
    expect(all('.message-kind')).toHaveLength(4);
    vi.useRealTimers();
  });

  test('takes the chosen one apart: part and bytes mark each other', () => {
    show(MessagePanel);
    click(all('.message-kind')[2]);
    expect(view.selectedFlight.value).toBe(1);
    show(MessagePanel);
    expect(root.textContent).toContain('Asking for its bytes');
    const leaf = (label: string, start: number, end: number) => ({
      label,
      value: label,
      note: `${label} is for this.`,
      start,
      end,
      parts: [],
    });
    act(() =>
      model.apply({
        type: 'explanation',
        flight: 1,
        kind: 'get',
        bytes: Uint8Array.of(0x41, 0x42, 0, 0xff),
        root: { ...leaf('get', 0, 4), parts: [leaf('type', 0, 2), leaf('key', 2, 4)] },
      }),
    );
    show(MessagePanel);
    expect(all('.message-parts li')).toHaveLength(3);
    expect(all('.message-hex span').map((byte) => byte.textContent)).toEqual([
      '41',
      '42',
      '00',
      'ff',
    ]);
    click(all('.message-parts button')[2]);
    expect(all('.message-hex .marked').map((byte) => byte.textContent)).toEqual(['00', 'ff']);
    expect(root.querySelector('.message-note')!.textContent).toBe('key is for this.');
    act(() => all('.message-hex span')[0]!.dispatchEvent(new Event('pointerenter')));
    expect(all('.message-parts .marked').map((part) => part.textContent)).toEqual(['typetype']);
  });
});

describe('the panel of a node', () => {
  const contact = (node: number, state: 'good' | 'questionable' | 'bad') => ({
    id: String(node),
    address: `10.0.0.${node}:1`,
    node,
    state,
    ageMs: 1000,
    failures: 0,
  });
  const inspected: NodeView = {
    type: 'node',
    node: 4,
    atMs: 3000,
    state: NodeState.up,
    addresses: ['10.0.0.4:1'],
    ids: ['ab'.repeat(20)],
    facts: [{ name: 'K', value: '2' }],
    rows: [
      {
        label: 'bucket 0',
        prefixBits: 0,
        capacity: 4,
        contacts: [contact(1, 'good'), contact(2, 'bad'), contact(-1, 'questionable')],
      },
    ],
    stored: [{ key: 'cd'.repeat(20), name: 'apple', what: '5 bytes', role: 'owner' }],
    storedCount: 1,
    inFlight: [{ what: 'get', to: 'node 1', sinceMs: 2900 }],
    log: [{ atMs: 1000, text: 'joined' }],
  };

  test('shows what it knows, stores, waits for and said; a contact leads to its node', () => {
    view.selectedNode.value = 4;
    show(NodePanel);
    expect(root.textContent).toContain('Looking into it');
    act(() => model.apply(inspected));
    show(NodePanel);
    for (const text of [
      'Node 4',
      '10.0.0.4:1',
      '3 contacts',
      'apple',
      'owner',
      '100 ms',
      'joined',
    ]) {
      expect(root.textContent).toContain(text);
    }
    const contacts = all('.node-contacts button') as HTMLButtonElement[];
    expect(contacts.map(({ disabled }) => disabled)).toEqual([false, false, true]);
    expect(contacts[1]!.getAttribute('aria-label')).toContain('node 2: bad');
    expect(all('.node-contacts .node-vacant')).toHaveLength(1);
    click(root.querySelector('.node-stored-key'));
    expect(view.selectedKey.value).toBe('cd'.repeat(20));
    click(contacts[0]);
    expect(view.selectedNode.value).toBe(1);
  });

  test('of another node is not shown, and without a node there is a hint', () => {
    show(NodePanel);
    expect(root.textContent).toContain('Choose a node');
    model.apply(inspected);
    view.selectedNode.value = 5;
    show(NodePanel);
    expect(root.textContent).not.toContain('apple');
  });

  test('as CSV has a line for each contact', () => {
    const lines = tableCsv(inspected).trim().split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toBe('bucket 0,0,1,1,10.0.0.1:1,good,1000,0');
  });
});

describe('the panel of figures', () => {
  test('says of each chart what it shows, before there is anything to draw', () => {
    show(FiguresPanel);
    const titles = all('figcaption h3').map((title) => title.textContent);
    expect(titles).toContain('Latency of look-ups');
    expect(titles).toContain('Keys in danger');
    const files = all('.figure-files button') as HTMLButtonElement[];
    expect(files[0]!.disabled).toBe(true);
  });

  test('offers look-ups where the nodes begin none, and hands can set it', () => {
    show(FiguresPanel);
    expect(all('.figure-offer')).toEqual([]);
    model.apply(hello({ config: FIRST_CONFIG }));
    show(FiguresPanel);
    click(root.querySelector('.figure-offer button'));
    const acted = sent.at(-1);
    expect(acted).toMatchObject({ do: 'act', act: { kind: 'workload', lookupsPerSecond: 20 } });
    model.apply({
      type: 'history',
      acts: [{ atMs: 0, act: (acted as Command & { do: 'act' }).act }],
    });
    act(() => render(null, root));
    show(FiguresPanel);
    expect(all('.figure-offer')).toEqual([]);
  });
});
