/** What the list and the diagram of messages show: a conversation, a kind, a node, what became of them. */
import {
  ALL_MESSAGES,
  type Conversation,
  kindsOf,
  type MessageFilter,
  VERDICTS,
  type Verdict,
} from '../model/message-filter.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { Icon } from '../ui/icon.tsx';

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  delivered: 'arrived',
  lost: 'lost',
  unreachable: 'nobody there',
  unknown: 'not seen to arrive',
  answered: 'asked, answered',
  unanswered: 'asked, no answer',
};

export function MessageFilterBar({ model }: { model: SceneModel }) {
  const filter = view.messageFilter.value;
  const change = (part: Partial<MessageFilter>) => {
    view.messageFilter.value = { ...filter, ...part };
  };
  const kinds = kindsOf(model);
  // A kind that was chosen and is not there now can still be unchosen.
  if (filter.kind !== '' && !kinds.includes(filter.kind)) kinds.unshift(filter.kind);
  return (
    <div class="message-filter">
      <select
        aria-label="Kind of message"
        value={filter.kind}
        onChange={(event) => change({ kind: event.currentTarget.value })}
      >
        <option value="">Kind</option>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {kind}
          </option>
        ))}
      </select>
      <input
        type="number"
        min={0}
        aria-label="Only messages of node"
        placeholder="Node"
        value={filter.node < 0 ? '' : filter.node}
        onInput={(event) => change({ node: nodeOf(event.currentTarget.value) })}
      />
      <select
        aria-label="What became of it"
        value={filter.verdict ?? ''}
        onChange={(event) => change({ verdict: verdictOf(event.currentTarget.value) })}
      >
        <option value="">Outcome</option>
        {VERDICTS.map((verdict) => (
          <option key={verdict} value={verdict}>
            {VERDICT_WORDS[verdict]}
          </option>
        ))}
      </select>
      {filter.conversation && (
        <span class="message-conversation small">
          {conversationText(model, filter.conversation)}
          <button
            type="button"
            class="plain icon"
            aria-label="Show all conversations"
            title="Show all conversations"
            onClick={() => change({ conversation: null })}
          >
            <Icon name="close" />
          </button>
        </span>
      )}
      {filter.conversation === null && filter !== ALL_MESSAGES && (
        <button
          type="button"
          class="plain"
          onClick={() => {
            view.messageFilter.value = ALL_MESSAGES;
          }}
        >
          Show all
        </button>
      )}
    </div>
  );
}

export function conversationText(model: SceneModel, conversation: Conversation): string {
  if (conversation.of === 'exchange') return 'One request and its reply';
  if (conversation.of === 'pair') {
    return `Between nodes ${conversation.nodes[0]} and ${conversation.nodes[1]}`;
  }
  const lookup = model.lookups.get(conversation.lookup);
  return lookup ? `Look-up: ${lookup.kind} ${lookup.label}` : `Look-up ${conversation.lookup}`;
}

function nodeOf(text: string): number {
  const node = Number(text);
  return text.trim() !== '' && Number.isInteger(node) && node >= 0 ? node : -1;
}

function verdictOf(text: string): Verdict | null {
  return VERDICTS.find((verdict) => verdict === text) ?? null;
}

/** Where there is nothing to list or to draw. */
export function NoMessages({ model }: { model: SceneModel }) {
  return (
    <p class="soft">
      {model.flights.length === 0 ? 'No messages yet.' : 'No message is like that.'}
    </p>
  );
}
