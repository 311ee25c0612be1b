/**
 * The scene in words: one line on all of it, what was just done with the way back, and what happens as
 * it happens, also for those who do not see the picture. What is selected is told on the stage.
 */
import { useEffect, useState } from 'preact/hooks';
import { Announcer } from '../model/announcer.ts';
import type { ScenePane, Session } from '../model/session.ts';
import { worldSentence } from '../model/words.ts';
import { usePaced } from '../ui/paced.ts';
import './status-line.css';

/** Often enough to follow, seldom enough to be listened to. */
const ANNOUNCE_EVERY_MS = 1500;

export function StatusLine({ session }: { session: Session }) {
  const panes = session.panes.value;
  const said = useAnnouncements(panes);
  if (panes.length === 0) return <div class="caption" />;
  return (
    <div class="caption small">
      {panes.map((pane) => (
        <Sentence key={pane.name} pane={pane} isAlone={panes.length === 1} />
      ))}
      <span class="caption-news soft">{said}</span>
      <Notices session={session} />
      <div class="hidden-text" role="status" aria-live="polite">
        <p>{session.notice.value?.text}</p>
        <p>{said}</p>
      </div>
    </div>
  );
}

function Sentence({ pane, isAlone }: { pane: ScenePane; isAlone: boolean }) {
  usePaced([pane.model.tick, pane.model.keysTick], 200);
  const sentence = worldSentence(pane.model);
  return <p>{isAlone || sentence === '' ? sentence : `${pane.name}: ${sentence}`}</p>;
}

function Notices({ session }: { session: Session }) {
  const notice = session.notice.value;
  if (!notice) return null;
  const { text, offer } = notice;
  return (
    <div class="caption-notice">
      <span>{text}</span>
      {offer && (
        <button type="button" onClick={offer.take}>
          {offer.label}
        </button>
      )}
    </div>
  );
}

function useAnnouncements(panes: readonly ScenePane[]): string {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const announcers = panes.map(() => new Announcer());
    const timer = setInterval(() => {
      const news = panes.map(({ model }, i) => announcers[i].look(model));
      if (news.some((text) => text !== '')) setSaid(newsOf(panes, news));
    }, ANNOUNCE_EVERY_MS);
    return () => clearInterval(timer);
  }, [panes]);
  return said;
}

/** `A: Node 7 crashed. B: “apple” is lost.`, and once where both say the same. */
function newsOf(panes: readonly { name: string }[], news: readonly (string | null)[]): string {
  const said = new Map<string, string[]>();
  news.forEach((text, i) => {
    if (text) said.set(text, [...(said.get(text) ?? []), panes[i].name]);
  });
  return [...said]
    .map(([text, names]) => (panes.length === 1 ? text : `${names.join(' and ')}: ${text}`))
    .join(' ');
}
