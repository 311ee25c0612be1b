/** A teacher's own questions about what is to be seen, as a link that asks them. */
import { useId, useState } from 'preact/hooks';
import { ASK_LENGTH_MAX, ASKS_MAX, type Asked } from '../link/asks.ts';
import type { Studio } from '../studio.ts';
import { copyText } from './copy-text.ts';
import { type AnswerKind, type Draft, isAnswerable, withQuestion } from './questions.ts';

const EMPTY: Draft = { text: '', kind: 'node', words: 'yes, no', right: '', seconds: '5' };

export function AskForm({ studio }: { studio: Studio }) {
  const [draft, setDraft] = useState(EMPTY);
  const [isCopied, setCopied] = useState(false);
  const subject = studio.subject;
  const questions = studio.questions.value;
  const isOn = questions !== null && questions.of === subject?.of;
  const asks = isOn ? questions.asks : [];
  const isAsked = subject?.isLesson && asks.some(({ step }) => step === subject.at);
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const add = async () => {
    // Where the world stands by now, not when this was drawn.
    const { subject: now } = studio;
    if (now === null) return;
    const more = withQuestion(questions, now, draft);
    studio.questions.value = more;
    setDraft(EMPTY);
    setCopied(await copyText(studio.writeAskingLink(more)));
  };
  return (
    <form
      class="teach-ask"
      onFocusIn={() => studio.holdStill()}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <h2>Ask about this</h2>
      <p class="small soft">
        {subject?.isLesson
          ? 'In place of what this step asks.'
          : 'Whoever opens the link is asked, then the world plays on. Play on here and ask again, and the link asks there, too.'}
      </p>
      <Fields draft={draft} put={put} isLesson={subject?.isLesson ?? false} />
      <button
        type="submit"
        class="primary"
        disabled={draft.text.trim() === '' || asks.length >= ASKS_MAX || !isAnswerable(draft)}
      >
        {asks.length === 0
          ? 'Copy a link that asks this'
          : isAsked
            ? 'Ask this instead'
            : 'Ask this, too'}
      </button>
      {asks.length > 0 && <Asks studio={studio} asks={asks} isCopied={isCopied} />}
    </form>
  );
}

interface AsksProps {
  studio: Studio;
  asks: readonly Asked[];
  isCopied: boolean;
}

/** What the link asks so far, and the link. */
function Asks({ studio, asks, isCopied }: AsksProps) {
  const link = studio.writeAskingLink(studio.questions.value!);
  return (
    <>
      <ol class="teach-asks small">
        {asks.map(({ text, step }, i) => (
          <li key={i}>{studio.lesson.value ? `Step ${step + 1}: ${text}` : text}</li>
        ))}
      </ol>
      <p class="small" role="status">
        {asks.length === 1 ? 'One question' : `${asks.length} questions`}.{' '}
        {isCopied ? 'The link is copied' : 'This is the link'};{' '}
        <a href={link} target="_blank" rel="noopener">
          try it
        </a>
        .
      </p>
      <textarea class="mono" aria-label="The link that asks" readOnly rows={3} value={link} />
      <button type="button" onClick={() => (studio.questions.value = null)}>
        Begin anew
      </button>
    </>
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
        onChange={(event) => put({ kind: event.currentTarget.value as AnswerKind })}
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
