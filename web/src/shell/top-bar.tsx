/** What is shown and how: the source, the overlay, the view, lessons, sharing, comparing, the theme. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SceneOverlay } from 'ringlight/scene';
import { LessonList } from '../lessons/lesson-list.tsx';
import type { Theme, ViewKind } from '../model/view-state.ts';
import type { Studio } from '../studio.ts';
import { TeachMenu } from '../teach/teach-menu.tsx';
import { Icon } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import './top-bar.css';

export function TopBar({ studio }: { studio: Studio }) {
  return (
    <header class="top">
      <h1 class="brand">
        <Mark />
        <span>Ringlight</span>
      </h1>
      <SourceChoice studio={studio} />
      <OverlayChoice studio={studio} />
      <ViewChoice studio={studio} />
      <span class="top-space" />
      <Menu
        label={
          <>
            <Icon name="lessons" />
            <span class="label">Lessons</span>
          </>
        }
        name="Lessons"
        right
      >
        {(close) => <LessonList studio={studio} close={close} />}
      </Menu>
      <Compare studio={studio} />
      <TeachMenu studio={studio} />
      <Share studio={studio} />
      <ThemeChoice studio={studio} />
      <button
        type="button"
        class="plain icon"
        aria-label="Help"
        title="Help (?)"
        onClick={() => (studio.helpOpen.value = true)}
      >
        <Icon name="help" />
      </button>
    </header>
  );
}

/** A ring with one light on it. */
function Mark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="8.5" fill="none" stroke="var(--node)" stroke-width="2" />
      <path d="M12 3.5a8.5 8.5 0 0 1 8.5 8.5" fill="none" stroke="var(--accent)" stroke-width="2" />
      <circle cx="18" cy="6" r="3.2" fill="var(--key)" />
    </svg>
  );
}

function SourceChoice({ studio }: { studio: Studio }) {
  const file = useRef<HTMLInputElement>(null);
  const { kind, liveName, title } = studio.source.value;
  const scenes = studio.liveScenes.value;
  // What is shown is in the list, also while its server cannot be reached.
  const isMissing = kind === 'live' && !scenes.some((scene) => scene.name === liveName);
  const value = kind === 'live' ? `live:${liveName}` : kind;
  return (
    <>
      <select
        aria-label="What is shown"
        value={value}
        onChange={(event) => {
          const picked = event.currentTarget.value;
          // The list shows what is there, not what was wished for.
          event.currentTarget.value = value;
          if (picked === 'lab') studio.showLab();
          else if (picked === 'choose') file.current!.click();
          else if (picked.startsWith('live:')) studio.showLive(picked.slice(5));
        }}
      >
        <option value="lab">Lab in this tab</option>
        {isMissing && <option value={value}>Live: {title}</option>}
        {scenes.map((scene) => (
          <option key={scene.name} value={`live:${scene.name}`}>
            Live: {scene.title}
          </option>
        ))}
        {kind === 'recording' && <option value="recording">{title}</option>}
        <option value="choose">Recording from a file …</option>
      </select>
      <input
        ref={file}
        type="file"
        hidden
        aria-label="A recording"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) studio.showRecording(chosen);
        }}
      />
    </>
  );
}

function OverlayChoice({ studio }: { studio: Studio }) {
  const config = studio.session.panes.value[0]?.model.hello.value?.config;
  if (!config || studio.source.value.kind !== 'lab') return null;
  const choices: [SceneOverlay, string, string][] = [
    ['ring', 'Ring', 'A replicated key-value ring'],
    ['mainline', 'Mainline', 'The BitTorrent Mainline DHT'],
  ];
  return (
    <fieldset class="segmented" aria-label="Which DHT">
      {choices.map(([overlay, label, title]) => (
        <button
          type="button"
          key={overlay}
          title={title}
          aria-pressed={config.overlay === overlay}
          onClick={() => studio.openWorld(overlay)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

function ViewChoice({ studio }: { studio: Studio }) {
  const { viewKind } = studio.session.view;
  const choices: [ViewKind, string, string][] = [
    ['ring', 'Circle', 'Ids in order around a circle'],
    ['trie', 'Tree', 'Ids as paths in a binary tree: near are those that share a long beginning'],
  ];
  return (
    <fieldset class="segmented" aria-label="View">
      {choices.map(([kind, label, title]) => (
        <button
          type="button"
          key={kind}
          title={title}
          aria-pressed={viewKind.value === kind}
          onClick={() => (viewKind.value = kind)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

function Compare({ studio }: { studio: Studio }) {
  const { session } = studio;
  const isTwo = session.panes.value.length > 1;
  const canCompare = session.panes.value[0]?.model.hello.value?.config !== null;
  if (studio.source.value.kind !== 'lab') return null;
  return (
    <button
      type="button"
      class="plain"
      aria-pressed={isTwo}
      disabled={!canCompare}
      aria-label="Compare"
      title="The same world twice, side by side: change one of them"
      onClick={() => session.compare()}
    >
      <Icon name="compare" />
      <span class="label">Compare</span>
    </button>
  );
}

const COPIED_SHOWN_MS = 2500;

export function Share({ studio }: { studio: Studio }) {
  const [told, setTold] = useState('');
  useEffect(() => {
    if (told === '') return;
    const timer = setTimeout(() => setTold(''), COPIED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const share = async () => {
    const link = studio.writeLink();
    try {
      await navigator.clipboard.writeText(link);
      setTold('Link copied');
    } catch {
      // No clipboard without https or permission: the address bar has it all the same.
      setTold('Link is in the address bar');
    }
  };
  return (
    <button
      type="button"
      class="plain"
      aria-label={told === '' ? 'Share this moment as a link' : told}
      title="A link to this very moment"
      onClick={share}
    >
      <Icon name="share" />
      <span class={told === '' ? 'label' : ''} role="status">
        {told || 'Share'}
      </span>
    </button>
  );
}

const NEXT_THEME: Record<Theme, Theme> = { system: 'dark', dark: 'light', light: 'system' };
const THEME_WORDS: Record<Theme, string> = {
  system: 'as the system',
  dark: 'dark',
  light: 'light',
};

export function ThemeChoice({ studio }: { studio: Studio }) {
  const { theme } = studio.session.view;
  const icon = { system: 'system', dark: 'moon', light: 'sun' } as const;
  const next = NEXT_THEME[theme.value];
  const label = `Theme: ${THEME_WORDS[theme.value]}. Change to ${THEME_WORDS[next]}`;
  return (
    <button
      type="button"
      class="plain icon"
      aria-label={label}
      title={label}
      onClick={() => (theme.value = next)}
    >
      <Icon name={icon[theme.value]} />
    </button>
  );
}
