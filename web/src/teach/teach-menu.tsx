/**
 * What a teacher takes along: this page as a frame of another, questions of his own in a link, and a
 * work sheet of the open lesson on paper.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Studio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { copyText } from './copy-text.ts';
import './teach-menu.css';

export function TeachMenu({ studio }: { studio: Studio }) {
  const isLab = studio.source.value.kind === 'lab';
  if (!isLab) return null;
  return (
    <Menu
      label={
        <>
          <Icon name="teach" />
          <span class="label">Teach</span>
        </>
      }
      name="Teach"
      title="Embed this, ask questions about it, print it"
      right
    >
      {(close) => <TeachSheet studio={studio} close={close} />}
    </Menu>
  );
}

function TeachSheet({ studio, close }: { studio: Studio; close: () => void }) {
  const open = studio.lesson.value;
  const [frame, setFrame] = useState('');
  const embed = async () => {
    const html = frameOf(studio.writeLink(), open?.lesson.title ?? 'A world of Ringlight');
    setFrame(html);
    await copyText(html);
  };
  return (
    <div class="teach">
      {open && (
        <button
          type="button"
          onClick={() => {
            close();
            studio.sheet.value = open.lesson;
          }}
        >
          Work sheet of this lesson
        </button>
      )}
      <button type="button" onClick={embed}>
        Code to embed this
      </button>
      {frame !== '' && (
        <textarea class="mono" aria-label="Code to embed" readOnly rows={4} value={frame} />
      )}
      <Ask studio={studio} />
    </div>
  );
}

type AskView = typeof import('./ask-form.tsx').AskForm;

/** Loaded when it is asked for. */
function Ask({ studio }: { studio: Studio }) {
  const [View, setView] = useState<{ View: AskView } | null>(null);
  useEffect(() => {
    void import('./ask-form.tsx').then(({ AskForm }) => setView({ View: AskForm }));
  }, []);
  return View && <View.View studio={studio} />;
}

/** A frame for other pages. The address keeps what is behind its #. */
export function frameOf(url: string, title: string): string {
  const src = new URL(url);
  src.search = '?embed';
  const quoted = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${quoted(src.href)}" title="${quoted(title)}" width="800" height="560" style="border: 0" loading="lazy"></iframe>`;
}
