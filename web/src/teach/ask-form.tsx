/** A teacher's own questions about what is to be seen, as a link that asks them. */
import { useId, useState } from 'preact/hooks';
import { ASK_LENGTH_MAX, ASKS_MAX, type Asked } from '../link/asks.ts';
import type { Studio } from '../studio.ts';
import { copyText } from './copy-text.ts';

type Kind = 'node' | 'key' | 'words';

interface Draft {
  text: string;
  kind: Kind;
  words: string;
  right: string;
  seconds: string;
}

const EMPTY: Draft = { text: '', kind: 'node', words: 'yes, no', right: '', seconds: '5' };

export function AskForm({ studio }: { studio: Studio }) {
  const [draft, setDraft] = useState(EMPTY);
  const [asks, setAsks] = useState<readonly Asked[]>([]);
  const [link, setLink] = useState('');
  const open = studio.lesson.value;
  const now = studio.session.moment?.atMs ?? 0;
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const add = async () => {
    const fromMs = asks.at(-1)?.untilMs ?? now;
    const more = [...asks, askedOf(draft, open === null ? fromMs : null, open?.index ?? 0)];
    setAsks(more);
    const written = studio.writeAskingLink(more);
    setLink(written);
    setDraft(EMPTY);
    await copyText(written);
  };
  return (
    <form
      class="teach-ask"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <h2>Ask about this</h2>
      <p class="small soft">
        {open
          ? 'In place of what this step asks.'
          : 'Whoever opens the link is asked, then the world plays on.'}
      </p>
      <Fields draft={draft} put={put} isLesson={open !== null} />
      <button
        type="submit"
        class="primary"
        disabled={draft.text.trim() === '' || asks.length >= ASKS_MAX || !isAnswerable(draft)}
      >
        {asks.length === 0 ? 'Copy a link that asks this' : 'Ask this, too'}
      </button>
      {link !== '' && (
        <>
          <p class="small" role="status">
            {asks.length === 1 ? 'One question' : `${asks.length} questions`}. The link is copied;{' '}
            <a href={link} target="_blank" rel="noopener">
              try it
            </a>
            .
          </p>
          <textarea class="mono" aria-label="The link that asks" readOnly rows={3} value={link} />
        </>
      )}
    </form>
  );
}

interface FieldsProps {
  draft: Draft;
  put: (part: Partial<Draft>) => void;
  isLesson: boolean;
}

function Fields({ draft, put, isLesson }: FieldsProps) {
  const id = useId();
  return (
    <>
      <label for={`${id}t`}>Question</label>
      <textarea
        id={`${id}t`}
        rows={2}
        maxLength={ASK_LENGTH_MAX}
        placeholder="Who owns “apple” once node 2 has crashed?"
        value={draft.text}
        onInput={(event) => put({ text: event.currentTarget.value })}
      />
      <label for={`${id}k`}>Answered by</label>
      <select
        id={`${id}k`}
        value={draft.kind}
        onChange={(event) => put({ kind: event.currentTarget.value as Kind })}
      >
        <option value="node">a click on a node</option>
        <option value="key">a click on a key</option>
        <option value="words">one of these words</option>
      </select>
      {draft.kind === 'words' && (
        <input
          type="text"
          aria-label="Words to choose from, with commas between them"
          value={draft.words}
          onInput={(event) => put({ words: event.currentTarget.value })}
        />
      )}
      <label for={`${id}r`}>Right is</label>
      <input
        id={`${id}r`}
        type="text"
        placeholder={
          draft.kind === 'node' ? 'number of the node; may be left open' : 'may be left open'
        }
        value={draft.right}
        onInput={(event) => put({ right: event.currentTarget.value })}
      />
      {!isLesson && (
        <>
          <label for={`${id}s`}>Then play for so many seconds</label>
          <input
            id={`${id}s`}
            type="number"
            min={0.1}
            step={0.1}
            value={draft.seconds}
            onInput={(event) => put({ seconds: event.currentTarget.value })}
          />
        </>
      )}
    </>
  );
}

const wordsOf = ({ words }: Draft): string[] =>
  words.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));

/** Is what is right one of the answers that can be given? */
function isAnswerable(draft: Draft): boolean {
  const right = draft.right.trim();
  if (draft.kind === 'words') {
    const words = wordsOf(draft);
    return words.length > 1 && words.length <= 8 && (right === '' || words.includes(right));
  }
  return right === '' || draft.kind === 'key' || /^\d{1,6}$/.test(right);
}

/** `fromMs`: where the world stands when it is asked; null in a lesson, whose steps have their own end. */
export function askedOf(draft: Draft, fromMs: number | null, step: number): Asked {
  const right = draft.right.trim();
  const seconds = Number(draft.seconds);
  const playsMs = seconds > 0 ? seconds * 1000 : 5000;
  return {
    text: draft.text.trim(),
    of: draft.kind === 'words' ? wordsOf(draft) : draft.kind,
    right: right === '' ? null : draft.kind === 'node' ? Number(right) : right,
    untilMs: fromMs === null ? null : Math.round(fromMs + playsMs),
    step: fromMs === null ? step : 0,
  };
}
