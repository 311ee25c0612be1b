/** Colours for pictures that nobody sees. */
import type { Palette } from '../../../web/src/stage/palette.ts';

export const PALETTE: Palette = {
  ink: '#111111',
  inkSoft: '#555555',
  line: '#dddddd',
  paper: '#ffffff',
  panel: '#fafafa',
  node: '#445566',
  accent: '#0000ff',
  key: '#997700',
  copy: '#007777',
  route: '#7700bb',
  danger: '#cc0000',
  warn: '#bb5500',
  sybil: '#bb0088',
  dark: false,
  font: 'sans-serif',
  mono: 'monospace',
};
