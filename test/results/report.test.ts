import { Window } from 'happy-dom';
import { describe, expect, test } from 'vitest';
import { figuresOf } from '../../src/results/figures/figures.ts';
import { reportOf } from '../../src/results/report.ts';
import { finishedRun, tablesOf } from './recorded.ts';

const run = finishedRun();
const tables = tablesOf(run);
const figures = figuresOf(run.result, tables);
const files = [
  ...tables.map(({ name }) => `${name}.parquet`),
  ...figures.map(({ name }) => `${name}.svg`),
];
const parts = {
  result: run.result,
  config: run.config,
  origin: { run_id: 'run-1', commit: 'c0ffee' },
  figures,
  tables,
  files,
};

function opened(html: string) {
  return new new Window().DOMParser().parseFromString(html, 'text/html');
}

describe('the report', () => {
  const html = reportOf(parts);
  const page = opened(html);

  test('opens, and holds every figure with its caption', () => {
    expect(page.querySelector('title')!.textContent).toBe('kad-hops: 1,000 nodes, seed 1');
    expect(page.querySelectorAll('figure > svg')).toHaveLength(figures.length);
    const captions = [...page.querySelectorAll('figcaption')].map(({ textContent }) => textContent);
    expect(captions).toEqual(figures.map(({ caption }) => caption));
    expect(page.querySelectorAll('figure rect').length).toBeGreaterThan(20);
  });

  test('fetches nothing and runs nothing', () => {
    // The name of a namespace looks like a place and is none.
    const text = html.replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
    expect(text).not.toMatch(/https?:|\/\/[a-z]|url\(|@import|<script|<link|<img|<iframe| src=/i);
    expect(html).toContain("default-src 'none'");
    for (const { href } of [...page.querySelectorAll('a')].map((a) => ({
      href: a.getAttribute('href')!,
    }))) {
      expect([...files, 'summary.json']).toContain(href);
    }
  });

  test('has every check, and the options, seed and hashes it takes to run it again', () => {
    const text = page.body.textContent;
    for (const { name } of run.result.checks) expect(text).toContain(name);
    expect(page.querySelectorAll('td.pass')).toHaveLength(3);
    for (const word of ['run-1', 'c0ffee', run.result.traceHash, '{"kind":"constant","ms":100}']) {
      expect(text).toContain(word);
    }
    expect(text).toContain('all checks passed');
  });

  test('a failed check stands out', () => {
    const [first, ...others] = run.result.checks;
    const checks = [{ ...first, pass: false }, ...others];
    const failed = opened(reportOf({ ...parts, result: { ...run.result, checks, pass: false } }));
    expect(failed.querySelectorAll('td.fail')).toHaveLength(1);
    expect(failed.body.textContent).toContain('a check failed');
    const none = reportOf({ ...parts, result: { ...run.result, checks: [] } });
    expect(none).toContain('Nothing is known to compare this setting with.');
  });

  test('what is in a config is text, whatever it looks like', () => {
    const page = opened(reportOf({ ...parts, config: { name: '<script>alert(1)</script>' } }));
    expect(page.querySelectorAll('script')).toHaveLength(0);
    expect(page.body.textContent).toContain('<script>alert(1)</script>');
  });
});
