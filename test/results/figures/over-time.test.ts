import { expect, test } from 'vitest';
import { overTimeFigure } from '../../../src/results/figures/over-time.ts';
import { drawn, named, rows, tables } from './drawn.ts';

test('three panels show who is alive, what became of lookups, and what was sent', () => {
  const figure = named('over-time');
  const labels = ['nodes alive', 'lookups that ended answered', 'messages per virtual second'];
  for (const label of labels) expect(figure.svg).toContain(label);
  expect(drawn(figure).querySelectorAll('[aria-label="area"]')).toHaveLength(2);
  expect(drawn(figure).querySelectorAll('[aria-label="line"] path')).toHaveLength(2);
  const last = rows('metrics').at(-1)!;
  const delivered = Number(last['messages_delivered']).toLocaleString('en');
  expect(figure.svg).toContain(`${delivered} messages delivered`);
});

test('two moments are no course of time', () => {
  const metrics = tables.find(({ name }) => name === 'metrics')!;
  expect(overTimeFigure([{ ...metrics, rows: 2 }])).toBeNull();
});
