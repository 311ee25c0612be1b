import { describe, expect, test } from 'vitest';
import type { Table } from '../../../src/lab.ts';
import { figuresOf } from '../../../src/results/figures/figures.ts';
import { finishedRun, tablesOf } from '../recorded.ts';
import { drawn, figures, ofExperiment, run, tables, without } from './drawn.ts';

describe('the figures of a run', () => {
  test('are six, each with title, caption, axes and no number that is none', () => {
    expect(figures.map(({ name }) => name)).toEqual([
      'latency',
      'hops',
      'rpcs',
      'table-fill',
      'messages-per-node',
      'over-time',
    ]);
    for (const figure of figures) {
      expect(figure.svg).not.toMatch(/NaN|undefined|Infinity|null/);
      expect(figure.caption.length).toBeGreaterThan(60);
      expect(drawn(figure).querySelector('title')!.textContent).toBe(figure.title);
      expect(figure.svg).toMatch(/aria-label="x-axis label"/);
      expect(figure.svg).toMatch(/aria-label="y-axis label"/);
    }
  });

  test('are the same bytes when the run is repeated', () => {
    const again = finishedRun();
    const other = finishedRun({ loss: 0.1 });
    figuresOf(other.result, tablesOf(other));
    expect(figuresOf(again.result, tablesOf(again))).toEqual(figures);
  });

  test('what has nothing to show is left out', () => {
    const names = (from: Table[]): string[] => figuresOf(run.result, from).map(({ name }) => name);
    expect(names(without('lookups'))).not.toContain('latency');
    expect(names(without('lookups'))).not.toContain('hops');
    expect(names(without('snapshots_neighbors'))).not.toContain('table-fill');
    expect(names(without('nodes'))).not.toContain('messages-per-node');
    expect(names(without('metrics'))).not.toContain('over-time');
  });
});

test('a ring has no buckets, and no k closest', () => {
  const words = (from: ReturnType<typeof figuresOf>) =>
    from.map(({ title, caption, svg }) => `${title} ${caption} ${svg}`).join(' ');
  const ofRing = words(figuresOf(run.result, ofExperiment('chord-path')));
  expect(ofRing).not.toMatch(/bucket|routing table|k closest|k = 8/);
  expect(ofRing).toMatch(/owner of its key/);
  expect(words(figuresOf(run.result, tables))).toMatch(/bucket.*k closest|k closest.*bucket/s);
});
