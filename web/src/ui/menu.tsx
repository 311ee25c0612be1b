/**
 * A button that opens a sheet beside it. Escape closes it and gives the focus back, a click elsewhere
 * and a focus that moves on close it too.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import './menu.css';

export interface MenuProps {
  label: ComponentChildren;
  /** Read out in place of a label that is only a sign. */
  name?: string;
  title?: string;
  /** The sheet opens upwards. */
  above?: boolean;
  /** The sheet is flush with the right edge of its button. */
  right?: boolean;
  buttonClass?: string;
  children: (close: () => void) => ComponentChildren;
}

export function Menu(props: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!isOpen) return;
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is heard from whatever has the focus inside
    <div
      class="menu"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        ref={button}
        type="button"
        class={props.buttonClass ?? 'plain'}
        aria-label={props.name}
        title={props.title}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {props.label}
      </button>
      {isOpen && (
        <div
          id={id}
          class={`menu-sheet ${props.above ? 'is-above' : ''} ${props.right ? 'is-right' : ''}`}
        >
          {props.children(close)}
        </div>
      )}
    </div>
  );
}
