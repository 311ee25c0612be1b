/**
 * What does not work, in words, at the top of the page: the page goes on below. A source that is gone
 * says whether it is tried again; one that needs a token has a field for it.
 */
import { useEffect, useState } from 'preact/hooks';
import type { ScenePane } from '../model/session.ts';
import type { Studio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';

export function TroubleLines({ studio }: { studio: Studio }) {
  return (
    <>
      {studio.trouble.value !== '' && (
        <Line text={studio.trouble.value} onClose={() => (studio.trouble.value = '')} />
      )}
      {studio.session.panes.value.map((pane) => (
        <PaneTrouble key={pane.name} pane={pane} studio={studio} />
      ))}
    </>
  );
}

function PaneTrouble({ pane, studio }: { pane: ScenePane; studio: Studio }) {
  const link = pane.link.value;
  const trouble = pane.model.trouble.value;
  return (
    <>
      {link.state === 'waiting' && <Waiting message={link.message} retryAtMs={link.retryAtMs} />}
      {link.state === 'broken' && <Line text={link.message} />}
      {link.state === 'locked' && <TokenForm message={link.message} studio={studio} />}
      {trouble && <Line text={trouble.message} onClose={() => (pane.model.trouble.value = null)} />}
    </>
  );
}

function Line({ text, onClose }: { text: string; onClose?: () => void }) {
  return (
    <div class="trouble" role="alert">
      <p>{text}</p>
      {onClose && (
        <button type="button" class="plain icon" aria-label="Understood" onClick={onClose}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

function Waiting({ message, retryAtMs }: { message: string; retryAtMs: number }) {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((retryAtMs - now) / 1000));
  return (
    <div class="trouble is-waiting">
      <p role="status">{message}</p>
      <span class="soft">{seconds > 0 ? `Trying again in ${seconds} s` : 'Trying again …'}</span>
    </div>
  );
}

function TokenForm({ message, studio }: { message: string; studio: Studio }) {
  const [token, setToken] = useState('');
  return (
    <div class="trouble is-waiting" role="alert">
      <p>{message}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          studio.unlock(token.trim());
        }}
      >
        <input
          type="password"
          aria-label="Control token"
          placeholder="Control token"
          autocomplete="off"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <button type="submit" class="primary" disabled={token.trim() === ''}>
          Use it
        </button>
        <button type="button" onClick={() => studio.unlock(null)}>
          Only watch
        </button>
      </form>
    </div>
  );
}
