/** What one sees and which keys do what, on a sheet over the page. */
import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { SHORTCUTS } from './shortcuts.ts';
import './help.css';

const COLOURS: readonly [string, string][] = [
  ['--node', 'a living node'],
  ['--accent', 'selected; the owner'],
  ['--key', 'a key'],
  ['--copy', 'a copy of a key'],
  ['--route', 'messages and look-ups'],
  ['--danger', 'crashed, timed out, lost'],
  ['--warn', 'unsafe, doubtful'],
  ['--sybil', 'an attacker’s node'],
];

export function Help({ open }: { open: Signal<boolean> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = open.value;
  useEffect(() => {
    if (isOpen && !dialog.current!.open) dialog.current!.showModal();
    if (!isOpen && dialog.current!.open) dialog.current!.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={() => (open.value = false)}
    >
      <header>
        <h2 id="help-title">What this is</h2>
        <button
          type="button"
          class="plain icon"
          aria-label="Close"
          onClick={() => (open.value = false)}
        >
          <Icon name="close" />
        </button>
      </header>
      <p>
        Real nodes of a distributed hash table, the same code that runs on a server, in this tab
        under a clock of their own. Nothing is prepared: crash a node and see what survives. The
        same seed always makes the same run, so whatever you find can be shared as a link.
      </p>
      <h3>Colours</h3>
      <ul class="help-colours">
        {COLOURS.map(([name, meaning]) => (
          <li key={name}>
            <i style={{ background: `var(${name})` }} />
            {meaning}
          </li>
        ))}
      </ul>
      <h3>Keys</h3>
      <dl>
        {SHORTCUTS.map(({ keys, what }) => (
          <>
            <dt key={what}>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
    </dialog>
  );
}
