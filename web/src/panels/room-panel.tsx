/**
 * A room in the page: what is said in a chat room that the ring keeps, and a line to say something. The
 * same room as in a terminal, `ringlight chat`. Loaded when it is asked for.
 */
import { type Signal, signal } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ScenePane } from '../model/session.ts';
import { lockedLink } from '../sources/live-source.ts';
import { Room, type RoomLine, roomsOf } from '../sources/room.ts';
import './room-panel.css';

/** Who sees the last line, but for so many pixels, is shown the next one. */
const AT_END_PX = 40;

/** Kept while other panels are looked at. */
const entered: Signal<string> = signal('lobby');
const ownName: Signal<string> = signal('');

interface RoomProps {
  /** The name of the live scene. */
  scene: string;
  pane: ScenePane;
}

export function RoomPanel({ scene, pane }: RoomProps) {
  const canSay = pane.model.hello.value?.abilities.includes('act') ?? false;
  const [room, setRoom] = useState<Room | null>(null);
  const name = entered.value;
  useEffect(() => {
    const opened = new Room(scene, name);
    setRoom(opened);
    return () => opened.close();
  }, [scene, name]);
  return (
    <div class="room">
      <EnterForm scene={scene} />
      {room && <Log key={name} room={room} name={name} />}
      {room && canSay && <SayForm room={room} pane={pane} />}
      {!canSay && (
        <p class="soft small">
          This room can be read here. To speak, start the studio with a control token, or{' '}
          <code>ringlight chat</code>.
        </p>
      )}
    </div>
  );
}

function EnterForm({ scene }: { scene: string }) {
  const [typed, setTyped] = useState(entered.value);
  const [rooms, setRooms] = useState<readonly string[]>([]);
  const ids = { room: useId(), rooms: useId() };
  useEffect(() => void roomsOf(scene).then(setRooms), [scene]);
  return (
    <form
      class="room-enter"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() !== '') entered.value = typed.trim();
      }}
    >
      <div>
        <label for={ids.room}>Room</label>
        <input
          id={ids.room}
          type="text"
          list={ids.rooms}
          autocomplete="off"
          spellcheck={false}
          maxLength={64}
          pattern="[\p{L}\p{N}._\-]+"
          title="Letters, digits, “.”, “_” and “-”"
          required
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <datalist id={ids.rooms}>
          {rooms.map((room) => (
            <option key={room} value={room} />
          ))}
        </datalist>
      </div>
      <button type="submit" disabled={typed.trim() === entered.value}>
        Enter
      </button>
    </form>
  );
}

const STATES = {
  opening: 'Entering …',
  open: '',
  away: 'The ring cannot be reached. What was said meanwhile comes when it is back.',
} as const;

function Log({ room, name }: { room: Room; name: string }) {
  const box = useRef<HTMLDivElement>(null);
  const seen = useRef({ isAtEnd: true, height: 0, first: '' });
  const lines = room.lines.value;
  useLayoutEffect(() => {
    const { isAtEnd, height, first } = seen.current;
    const { current } = box;
    if (!current) return;
    if (isAtEnd) current.scrollTop = current.scrollHeight;
    // What is older came before what is read: that stays where it was.
    else if (lines[0]?.id !== first) current.scrollTop += current.scrollHeight - height;
    seen.current = { isAtEnd, height: current.scrollHeight, first: lines[0]?.id ?? '' };
  }, [lines]);
  const look = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    seen.current.isAtEnd = scrollTop + clientHeight > scrollHeight - AT_END_PX;
  };
  return (
    <>
      {STATES[room.state.value] !== '' && (
        <p role="status" class="soft small">
          {STATES[room.state.value]}
        </p>
      )}
      <div
        class="room-log"
        role="log"
        aria-label={`Room ${name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
        tabIndex={0}
        ref={box}
        onScroll={look}
      >
        {room.hasOlder.value && <OlderButton room={room} />}
        <ol>
          {lines.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </ol>
        {lines.length === 0 && room.state.value === 'open' && (
          <p class="soft">Nothing was said here yet.</p>
        )}
      </div>
    </>
  );
}

function OlderButton({ room }: { room: Room }) {
  const [isBusy, setBusy] = useState(false);
  const read = async () => {
    setBusy(true);
    // A page that does not come can be asked for again.
    await room.older().catch(() => {});
    setBusy(false);
  };
  return (
    <button type="button" class="plain" disabled={isBusy} onClick={() => void read()}>
      Older
    </button>
  );
}

function Line({ line }: { line: RoomLine }) {
  const at = new Date(line.atMs);
  return (
    <li>
      <time class="soft small" title={at.toLocaleString()}>
        {at.toTimeString().slice(0, 5)}
      </time>{' '}
      <strong>{line.from}</strong> {line.text}
    </li>
  );
}

function SayForm({ room, pane }: { room: Room; pane: ScenePane }) {
  const [text, setText] = useState('');
  const [why, setWhy] = useState('');
  const [isBusy, setBusy] = useState(false);
  const ids = { name: useId(), text: useId() };
  const limits = room.limits.value;
  const [from, said] = [ownName.value.trim(), text.trim()];
  const say = async () => {
    setBusy(true);
    const outcome = await room.say(from, said);
    setBusy(false);
    setWhy(outcome.is === 'not' ? `Not said: ${outcome.why}` : '');
    if (outcome.is === 'said') setText('');
    if (outcome.is === 'locked') pane.link.value = lockedLink(outcome.wasGiven);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (from !== '' && said !== '' && !isBusy) void say();
      }}
    >
      <div class="room-say">
        <div>
          <label for={ids.name}>Your name</label>
          <input
            id={ids.name}
            type="text"
            autocomplete="nickname"
            maxLength={limits.name || undefined}
            value={ownName.value}
            onInput={(event) => (ownName.value = event.currentTarget.value)}
          />
        </div>
        <div>
          <label for={ids.text}>Line</label>
          <input
            id={ids.text}
            type="text"
            autocomplete="off"
            maxLength={limits.text || undefined}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <button type="submit" class="primary" disabled={from === '' || said === '' || isBusy}>
          Say
        </button>
      </div>
      {why !== '' && (
        <p class="room-not small" role="alert">
          {why}
        </p>
      )}
    </form>
  );
}
