/** The few signs on buttons, drawn with lines of one width on a grid of 16. */

const SHAPES = {
  play: 'M5 3.2v9.6L12.5 8Z',
  pause: 'M5.2 3.2v9.6M10.8 3.2v9.6',
  start: 'M4 3v10M12.5 3.5 6.5 8l6 4.5Z',
  stepMessage: 'M2.5 8h8M7.8 5 10.8 8l-3 3M13.5 4v8',
  stepSecond: 'M3 3.5 8 8l-5 4.5ZM8.5 3.5l5 4.5-5 4.5Z',
  sun: 'M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M12.8 3.2l-1 1M4.2 11.8l-1 1',
  moon: 'M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z',
  system: 'M2 3h12v8H2ZM6 13.5h4M8 11v2.5',
  share:
    'M6.6 9.4a2.6 2.6 0 0 0 3.7 0l2.4-2.4A2.6 2.6 0 0 0 9 3.3l-.9.9M9.4 6.6a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.9-.9',
  compare: 'M2 3h5v10H2ZM9 3h5v10H9Z',
  lessons:
    'M2.5 3.5c2-.8 4-.6 5.5.6 1.5-1.2 3.5-1.4 5.5-.6v9c-2-.8-4-.6-5.5.6-1.5-1.2-3.5-1.4-5.5-.6ZM8 4.1v9',
  teach: 'M1.5 6 8 3l6.5 3L8 9ZM4 7.5v3.2c2.3 1.8 5.7 1.8 8 0V7.5M14.5 6v4',
  help: 'M5.8 6.1A2.2 2.2 0 1 1 8.9 8c-.6.4-.9.8-.9 1.5M8 12.2v.1',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  plus: 'M8 3v10M3 8h10',
  dice: 'M3 3h10v10H3ZM5.8 5.8h.1M10.2 5.8h.1M8 8h.1M5.8 10.2h.1M10.2 10.2h.1',
  download: 'M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.2h10',
  hands: 'M3 4.5h7M13 4.5h0M3 8h2M8 8h5M3 11.5h6M12 11.5h1M11.2 3v3M6.4 6.5v3M10.4 10v3',
  back: 'M10 3.5 5.5 8l4.5 4.5',
  undo: 'M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6',
  redo: 'M10.5 3l3 3-3 3M13.5 6h-7a4 4 0 0 0 0 8H10',
  next: 'M6 3.5 10.5 8 6 12.5',
  cut: 'M8 2v2.2M8 6.9v2.2M8 11.8V14M2.5 8h2.8M10.7 8h2.8',
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}
