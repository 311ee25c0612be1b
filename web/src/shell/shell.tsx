/**
 * Where everything stands. On a wide page hands lie left of the picture and panels right of it; on a
 * narrow one the picture comes first, and hands are one more tab.
 */
import { type Signal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { HalvingExhibit, HashExhibit, XorExhibit } from '../lessons/exhibits.tsx';
import { LessonBar } from '../lessons/lesson-bar.tsx';
import { LessonPanel } from '../lessons/lesson-panel.tsx';
import type { ScenePane } from '../model/session.ts';
import type { PanelTab } from '../model/view-state.ts';
import { clockText, differenceText } from '../model/words.ts';
import { Differences } from '../panels/differences.tsx';
import { HandsPanel } from '../panels/hands-panel.tsx';
import { KeysPanel } from '../panels/keys-panel.tsx';
import { LookupPanel } from '../panels/lookup-panel.tsx';
import { MessagePanel } from '../panels/message-panel.tsx';
import { NodePanel } from '../panels/node-panel.tsx';
import { Stage } from '../stage/stage.tsx';
import type { Studio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { usePaced } from '../ui/paced.ts';
import { Help } from './help.tsx';
import { StatusLine } from './status-line.tsx';
import { Tabs } from './tabs.tsx';
import { Timeline } from './timeline.tsx';
import { TopBar } from './top-bar.tsx';
import { TroubleLines } from './trouble-lines.tsx';
import './shell.css';

/** As in shell.css. */
const NARROW = '(max-width: 760px)';

const isNarrow: Signal<boolean> = signal(false);

export function Shell({ studio }: { studio: Studio }) {
  useNarrow();
  const { session } = studio;
  const isDropping = useDrop(studio);
  const isTwo = session.panes.value.length > 1;
  const { course } = studio;
  const isLesson = course.open.value !== null;
  const isEmbedded = studio.isEmbedded;
  const isAlone = isEmbedded || (isLesson && !course.toolsOpen.value);
  return (
    <div
      class={`shell ${isTwo ? 'is-two' : ''} ${isAlone ? 'is-alone' : ''} ${isAlone && !isLesson ? 'is-bare' : ''}`}
    >
      <div class="top-area">
        {!isAlone && (
          <button type="button" class="skip" onClick={focusPanel}>
            To the panels
          </button>
        )}
        {isEmbedded ? <EmbedBar studio={studio} /> : isLesson && <LessonBar studio={studio} />}
        {!isAlone && <TopBar studio={studio} />}
        <TroubleLines studio={studio} />
      </div>
      {!isAlone && !isNarrow.value && <HandsColumn studio={studio} />}
      <main class="shell-stage">
        <div class="shell-panes">
          {session.panes.value.map((pane) => (
            <PaneView key={pane.name} studio={studio} pane={pane} isTwo={isTwo} />
          ))}
        </div>
        <StatusLine session={session} />
      </main>
      <aside class="shell-panel" aria-label={isAlone ? 'Lesson' : 'Panels'}>
        <LessonPanel studio={studio}>{isAlone && <Exhibits studio={studio} />}</LessonPanel>
        {!isAlone && (
          <>
            <h2 class="hidden-text">Panels</h2>
            <Panels studio={studio} />
          </>
        )}
      </aside>
      <Timeline session={session} />
      <Help open={studio.helpOpen} />
      <Sheet studio={studio} />
      {isDropping.value && <div class="shell-drop">Drop a recording to play it</div>}
    </div>
  );
}

/** In a frame of another page: what it is, and the way to the whole of it. */
function EmbedBar({ studio }: { studio: Studio }) {
  const { lesson, source } = studio;
  const whole = () => {
    const url = new URL(studio.writeLink());
    url.search = '';
    open(url, '_blank', 'noopener');
  };
  return (
    <header class="embed-bar small">
      <strong>{lesson.value?.lesson.title ?? source.value.title}</strong>
      <button type="button" class="plain" onClick={whole}>
        Open in Ringlight ↗
      </button>
    </header>
  );
}

type SheetView = typeof import('../teach/work-sheet.tsx').WorkSheet;

/** Loaded when it is asked for. */
function Sheet({ studio }: { studio: Studio }) {
  const [View, setView] = useState<{ View: SheetView } | null>(null);
  const lesson = studio.sheet.value;
  useEffect(() => {
    if (lesson === null || View !== null) return;
    void import('../teach/work-sheet.tsx').then(({ WorkSheet }) => setView({ View: WorkSheet }));
  }, [lesson, View]);
  if (lesson === null || View === null) return null;
  return <View.View key={lesson.id} studio={studio} lesson={lesson} />;
}

/** A button, not a link: the part of the address behind # is the link of the scene. */
function focusPanel(): void {
  document.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus();
}

function HandsColumn({ studio }: { studio: Studio }) {
  const { handsOpen } = studio.session.view;
  const isOpen = handsOpen.value;
  const label = isOpen ? 'Fold the hands away' : 'Show the hands';
  return (
    <aside class="shell-hands" aria-label="Hands">
      <header>
        {isOpen && <h2>Hands</h2>}
        <button
          type="button"
          class="plain icon"
          aria-expanded={isOpen}
          aria-label={label}
          title={label}
          onClick={() => (handsOpen.value = !isOpen)}
        >
          <Icon name={isOpen ? 'back' : 'hands'} />
        </button>
      </header>
      {isOpen && (
        <div class="shell-hands-scroll">
          <HandsPanel session={studio.session} />
        </div>
      )}
    </aside>
  );
}

interface PaneViewProps {
  studio: Studio;
  pane: ScenePane;
  isTwo: boolean;
}

function PaneView({ studio, pane, isTwo }: PaneViewProps) {
  const label = isTwo ? `Scene ${pane.name}` : 'The scene';
  return (
    <section class="pane" aria-label={label}>
      {isTwo && (
        <PaneTitle
          pane={pane}
          beside={studio.session.panes.value.find((one) => one.name !== pane.name)}
        />
      )}
      <div class="pane-stage">
        <Busy pane={pane} />
        <Stage
          model={pane.model}
          send={studio.session.sender(pane)}
          label={label}
          notesOf={() => studio.course.notesOf(pane)}
        />
      </div>
    </section>
  );
}

function PaneTitle({ pane, beside }: { pane: ScenePane; beside: ScenePane | undefined }) {
  usePaced([pane.model.tick], 100);
  const config = pane.model.hello.value?.config;
  const facts = config ? differenceText(config, beside?.model.hello.value?.config ?? null) : '';
  return (
    <div class="pane-title">
      <strong>{pane.name}</strong>
      <span class="soft small">
        {facts} · {clockText(pane.model.atMs)}
      </span>
    </div>
  );
}

function Busy({ pane }: { pane: ScenePane }) {
  const busy = pane.model.busy.value;
  if (!busy) return null;
  return (
    <div class="busy" role="status">
      {busy.what}
      <progress max={1} value={busy.done} aria-label={busy.what} />
    </div>
  );
}

/** The panel that belongs to the step, once it has come to its moment: of each of the worlds. */
function Exhibits({ studio }: { studio: Studio }) {
  const { course, session } = studio;
  const exhibit = course.step?.exhibit;
  if (exhibit === undefined || course.phase.value === 'asking') return null;
  if (exhibit === 'hash') return <HashExhibit course={course} />;
  const panes = session.panes.value;
  return (
    <div class="exhibits">
      {panes.length > 1 && <Differences a={panes[0].model} b={panes[1].model} />}
      {panes.map((pane) => (
        <section key={pane.name} aria-label={panes.length > 1 ? `Scene ${pane.name}` : 'Details'}>
          {panes.length > 1 && <h3>{pane.name}</h3>}
          <Exhibit studio={studio} pane={pane} exhibit={exhibit} />
        </section>
      ))}
    </div>
  );
}

interface ExhibitProps {
  studio: Studio;
  pane: ScenePane;
  exhibit: PanelTab | 'xor' | 'halving';
}

function Exhibit({ studio, pane, exhibit }: ExhibitProps) {
  const { selectedNode, comparedNode } = studio.session.view;
  if (exhibit === 'halving') {
    return <HalvingExhibit model={pane.model} name={studio.course.step?.select?.key ?? ''} />;
  }
  if (exhibit !== 'xor') return <Panel studio={studio} pane={pane} tab={exhibit} />;
  return <XorExhibit model={pane.model} one={selectedNode.value} other={comparedNode.value} />;
}

type AnyTab = PanelTab | 'room' | 'hands';

const TAB_WORDS: readonly { id: AnyTab; label: string }[] = [
  { id: 'keys', label: 'Keys' },
  { id: 'lookup', label: 'Look-up' },
  { id: 'node', label: 'Node' },
  { id: 'figures', label: 'Figures' },
  { id: 'message', label: 'Messages' },
];

/** One that no link leads to. */
const otherTab: Signal<'room' | 'hands' | null> = signal(null);

function Panels({ studio }: { studio: Studio }) {
  const { session } = studio;
  const { view } = session;
  const pane = session.panes.value[view.pane.value === 1 ? 1 : 0] ?? session.panes.value[0];
  const hasRooms = pane?.model.hello.value?.abilities.includes('rooms') ?? false;
  const tabs = [
    ...TAB_WORDS,
    ...(hasRooms ? [{ id: 'room', label: 'Room' } as const] : []),
    ...(isNarrow.value ? [{ id: 'hands', label: 'Hands' } as const] : []),
  ];
  const shown = view.tab.value;
  // Who chooses one of the others elsewhere, by a key or in the picture, wants to see it.
  useEffect(() => {
    if (shown) otherTab.value = null;
  }, [shown]);
  const other = tabs.find(({ id }) => id === otherTab.value);
  const open: AnyTab = other?.id ?? shown;
  const onOpen = (id: AnyTab) => {
    otherTab.value = id === 'hands' || id === 'room' ? id : null;
    if (id !== 'hands' && id !== 'room') view.tab.value = id;
  };
  return (
    <Tabs label="Panels" tabs={tabs} open={open} onOpen={onOpen}>
      <TwoWorlds studio={studio} tab={open} />
      {pane && <Panel studio={studio} pane={pane} tab={open} />}
    </Tabs>
  );
}

/** Of two worlds: in what they differ, and of the look-up that of the other one, too. */
function TwoWorlds({ studio, tab }: { studio: Studio; tab: AnyTab }) {
  const { session } = studio;
  const [a, b] = session.panes.value;
  if (!a || !b || tab === 'hands' || tab === 'room') return null;
  const isB = session.view.pane.value === 1;
  return (
    <>
      <Differences a={a.model} b={b.model} />
      {tab === 'lookup' && (
        <>
          <p class="shell-scene small soft">Scene {isB ? 'A' : 'B'}</p>
          <Panel studio={studio} pane={isB ? a : b} tab={tab} />
        </>
      )}
      <p class="shell-scene small soft">Scene {isB ? 'B' : 'A'}</p>
    </>
  );
}

function Panel({ studio, pane, tab }: { studio: Studio; pane: ScenePane; tab: AnyTab }) {
  const { session } = studio;
  const props = { model: pane.model, send: session.sender(pane) };
  switch (tab) {
    case 'keys':
      return <KeysPanel session={session} model={pane.model} />;
    case 'lookup':
      return <LookupPanel {...props} />;
    case 'node':
      return <NodePanel {...props} />;
    case 'figures':
      return <Figures {...props} />;
    case 'message':
      return <MessagePanel {...props} />;
    case 'room':
      return <Room studio={studio} pane={pane} />;
    case 'hands':
      return <HandsPanel session={session} />;
  }
}

type FiguresView = typeof import('../panels/figures-panel.tsx').FiguresPanel;

/** Loaded when it is asked for. */
function Figures(props: Parameters<FiguresView>[0]) {
  const [View, setView] = useState<{ View: FiguresView } | null>(null);
  useEffect(() => {
    void import('../panels/figures-panel.tsx').then(({ FiguresPanel }) =>
      setView({ View: FiguresPanel }),
    );
  }, []);
  return View && <View.View {...props} />;
}

type RoomView = typeof import('../panels/room-panel.tsx').RoomPanel;

/** Loaded when it is asked for. */
function Room({ studio, pane }: { studio: Studio; pane: ScenePane }) {
  const [View, setView] = useState<{ View: RoomView } | null>(null);
  useEffect(() => {
    void import('../panels/room-panel.tsx').then(({ RoomPanel }) => setView({ View: RoomPanel }));
  }, []);
  return View && <View.View scene={studio.source.value.liveName} pane={pane} />;
}

function useNarrow(): void {
  useEffect(() => {
    const query = matchMedia(NARROW);
    const look = () => {
      isNarrow.value = query.matches;
    };
    look();
    query.addEventListener('change', look);
    return () => query.removeEventListener('change', look);
  }, []);
}

const dropping: Signal<boolean> = signal(false);

/** A recording that is dropped anywhere is played. */
function useDrop(studio: Studio): Signal<boolean> {
  useEffect(() => {
    const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      dropping.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) dropping.value = false;
    };
    const drop = (event: DragEvent) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      dropping.value = false;
      const file = event.dataTransfer?.files[0];
      if (file) void studio.showRecording(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [studio]);
  return dropping;
}
