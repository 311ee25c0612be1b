/**
 * The studio's front page begins here: one view state, one studio that does what the address says, and
 * the shell that shows it.
 */
import { effect } from '@preact/signals';
import { render } from 'preact';
import { glance, whereIs, words } from './glance.ts';
import { rememberTheme, shownTheme } from './model/theme.ts';
import { view } from './model/view-state.ts';
import { Shell } from './shell/shell.tsx';
import { pressed } from './shell/shortcuts.ts';
import { withStandingWorlds } from './sources/standing-worlds.ts';
import { workerSource } from './sources/worker-source.ts';
import { Studio } from './studio.ts';
import './theme.css';

view.theme.value = shownTheme();
effect(() => rememberTheme(view.theme.value));

const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const isEmbedded = new URLSearchParams(location.search).has('embed');
const openLab = withStandingWorlds(workerSource(), navigator.hardwareConcurrency);
const studio = new Studio(view, isCalm, openLab, isEmbedded);
studio.start(location.hash);
addEventListener('hashchange', () => studio.follow(location.hash));
addEventListener('keydown', (event) => {
  if (pressed(studio, event)) event.preventDefault();
});
const ringlight = {
  glance: () => glance(studio),
  whereIs: (what: number | string, pane = 0) => whereIs(studio, what, pane),
  words: (pane = 0) => words(studio, pane),
};
Object.defineProperty(globalThis, 'ringlight', { value: ringlight });
render(<Shell studio={studio} />, document.getElementById('studio')!);
