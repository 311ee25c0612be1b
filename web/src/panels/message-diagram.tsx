/** The messages that one chose to look at as a space-time diagram: in the panel, large, and as a file. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { newestMessages } from '../model/message-filter.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { messageText } from '../model/words.ts';
import { FileButton } from '../ui/file-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { conversationText, NoMessages } from './message-filter-bar.tsx';
import { ARROWS_MAX, drawSpaceTime, type SpaceTime } from './space-time.ts';
import { spaceTimeSvg } from './space-time-svg.ts';
import { SpaceTimeView } from './space-time-view.tsx';

/** Without any filter there is more than one wants to see at once. */
const UNASKED_SHOWN = 60;

export function MessageDiagram({ model }: { model: SceneModel }) {
  const [isLarge, setLarge] = useState(false);
  const filter = view.messageFilter.value;
  const isChosen = filter.conversation !== null || filter.node >= 0;
  // One more than there is room for, so that it is said when some are left out.
  const newest = newestMessages(model, filter, isChosen ? ARROWS_MAX * 4 : UNASKED_SHOWN);
  const held = useRef({ filter, messages: newest });
  // What runs on would run away from under the one that is looked at.
  const isHeld =
    !isChosen &&
    held.current.filter === filter &&
    held.current.messages.some(({ flight }) => flight.id === view.selectedFlight.value) &&
    model.flights.some(({ id }) => id === view.selectedFlight.value);
  if (!isHeld) held.current = { filter, messages: newest };
  const { messages } = held.current;
  if (messages.length === 0) return <NoMessages model={model} />;
  const drawing = drawSpaceTime(messages, model.atMs);
  const { conversation } = filter;
  const title = conversation ? conversationText(model, conversation) : 'Messages';
  return (
    <>
      <SpaceTimeView drawing={drawing} name="message" />
      <div class="message-files">
        <FileButton
          name="ringlight-messages"
          kind="svg"
          text={() => spaceTimeSvg(drawing, title)}
        />
        <button type="button" aria-haspopup="dialog" onClick={() => setLarge(true)}>
          Large
        </button>
      </div>
      {isLarge && (
        <Large drawing={drawing} title={title} model={model} close={() => setLarge(false)} />
      )}
    </>
  );
}

interface LargeProps {
  drawing: SpaceTime;
  title: string;
  model: SceneModel;
  close: () => void;
}

function Large({ drawing, title, model, close }: LargeProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal?.(), []);
  const chosen = drawing.arrows.find(({ flight }) => flight.id === view.selectedFlight.value);
  return (
    <dialog
      ref={dialog}
      class="help space-time-large"
      aria-labelledby="space-time-title"
      onClose={close}
    >
      <header>
        <h2 id="space-time-title">{title}</h2>
        <button type="button" class="plain icon" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <p class="small" aria-live="polite">
        {chosen ? `${messageText(chosen.flight, chosen.other)}.` : model.hello.value?.title}
      </p>
      <SpaceTimeView drawing={drawing} name="large" />
    </dialog>
  );
}
