/** Dark or light: as the system has it, until the viewer says otherwise; remembered in the browser. */
import type { Theme } from './view-state.ts';

const NAME = 'ringlight-theme';

export function shownTheme(): Theme {
  try {
    const theme = localStorage.getItem(NAME);
    return theme === 'dark' || theme === 'light' ? theme : 'system';
  } catch {
    return 'system'; // a browser that keeps nothing for this page
  }
}

export function rememberTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  try {
    localStorage.setItem(NAME, theme);
  } catch {
    // It is shown all the same, and forgotten with the page.
  }
}
