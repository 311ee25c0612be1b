/**
 * A world ticks up to 60 times a second; a table of words need not. `usePaced` draws its component
 * again when one of the signals changed, but not more often than every so many ms.
 */
import { effect, type ReadonlySignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';

export function usePaced(signals: readonly ReadonlySignal<unknown>[], everyMs: number): void {
  const [, draw] = useState(0);
  // Between drawing and looking on, something may have changed already, and never change again.
  const drawn = signals.map((signal) => signal.peek());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let isFirst = true;
    const stop = effect(() => {
      const seen = signals.map((signal) => signal.value);
      const isDrawn = isFirst && seen.every((value, i) => value === drawn[i]);
      isFirst = false;
      if (isDrawn) return;
      timer ??= setTimeout(() => {
        timer = null;
        draw((count) => count + 1);
      }, everyMs);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [everyMs, ...signals]);
}
