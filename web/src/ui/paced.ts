/**
 * A world ticks up to 60 times a second; a table of words need not. `usePaced` draws its component
 * again when one of the signals changed, but not more often than every so many ms.
 */
import { effect, type ReadonlySignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';

export function usePaced(signals: readonly ReadonlySignal<unknown>[], everyMs: number): void {
  const [, draw] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let first = true;
    const stop = effect(() => {
      for (const signal of signals) signal.value;
      if (first) {
        first = false;
        return;
      }
      timer ??= setTimeout(() => {
        timer = null;
        draw((drawn) => drawn + 1);
      }, everyMs);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [everyMs, ...signals]);
}
