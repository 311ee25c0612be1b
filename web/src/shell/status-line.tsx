/**
 * The scene in words: one line on all of it, what was just done with the way back, and what happens as
 * it happens, also for those who do not see the picture. What is selected is told on the stage.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Announcer } from '../model/announcer.ts';
import type { SceneModel } from '../model/scene-model.ts';
import type { Session } from '../model/session.ts';
import { worldSentence } from '../model/words.ts';
import { usePaced } from '../ui/paced.ts';
import './status-line.css';

/** Often enough to follow, seldom enough to be listened to. */
const ANNOUNCE_EVERY_MS = 1500;

export function StatusLine({ session }: { session: Session }) {
  const model = session.panes.value[0]?.model;
  const said = useAnnouncements(model);
  if (!model) return <div class="caption" />;
  return (
    <div class="caption small">
      <Sentence model={model} />
      <span class="caption-news soft">{said}</span>
      <Notices session={session} />
      <div class="hidden-text" role="status" aria-live="polite">
        <p>{session.notice.value?.text}</p>
        <p>{said}</p>
      </div>
    </div>
  );
}

function Sentence({ model }: { model: SceneModel }) {
  usePaced([model.tick, model.keysTick], 200);
  return <p>{worldSentence(model)}</p>;
}

function Notices({ session }: { session: Session }) {
  const notice = session.notice.value;
  if (!notice) return null;
  const { undo } = notice;
  return (
    <div class="caption-notice">
      <span>{notice.text}</span>
      {undo && (
        <button type="button" onClick={undo}>
          Undo
        </button>
      )}
    </div>
  );
}

function useAnnouncements(model: SceneModel | undefined): string {
  const [said, setSaid] = useState('');
  const announcer = useRef(new Announcer());
  useEffect(() => {
    if (!model) return;
    const timer = setInterval(() => {
      const news = announcer.current.look(model);
      if (news !== '') setSaid(news ?? '');
    }, ANNOUNCE_EVERY_MS);
    return () => clearInterval(timer);
  }, [model]);
  return said;
}
