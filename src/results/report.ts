/**
 * The report: one page that stands by itself. It holds the checks, what was run, and the figures with
 * what to notice in each; it fetches nothing, from nowhere, and says so to the browser. It is light or
 * dark as the reader has it, and prints as a paper does.
 */
import { type ExperimentResult, TABLES, type Table, type TableName } from '../lab.ts';
import { escaped, type Figure, shortNumber } from './figures/figure.ts';
import type { RunConfig } from './run.ts';

export interface ReportParts {
  result: ExperimentResult;
  config: RunConfig;
  /** Run, seed, version, commit, hashes. */
  origin: Readonly<Record<string, string>>;
  figures: readonly Figure[];
  tables: readonly Table[];
  /** Names of the files beside the report. */
  files: readonly string[];
}

const STYLE = `
  :root { color-scheme: light dark; --line: #8885; --dim: #666; --pass: #1a7f4b; --fail: #c02f42 }
  @media (prefers-color-scheme: dark) {
    :root { --dim: #9aa2ab; --pass: #4cc38a; --fail: #f2798a }
    body { background: #15181c; color: #d5dae0 }
  }
  body { max-width: 44rem; margin: 2.5rem auto; padding: 0 1rem; line-height: 1.45;
    font-family: Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif }
  h1 { margin: 0 } h2 { margin: 2.5rem 0 .5rem; font-size: 1.15rem }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums }
  th, td { padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left;
    vertical-align: top }
  td.number, th.number { text-align: right }
  .pass { color: var(--pass) } .fail { color: var(--fail); font-weight: bold }
  figure { margin: 1.5rem 0; break-inside: avoid } figure svg { width: 100%; height: auto; color: inherit }
  figcaption, .dim { color: var(--dim) }
  code { overflow-wrap: anywhere }
  .wide { overflow-x: auto }
`;

/** A page that stands by itself: nothing is fetched. */
export function pageOf(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

export function reportOf(parts: ReportParts): string {
  const { result, origin, figures } = parts;
  const { experiment, nodes, seed, pass } = result;
  const title = `${experiment}: ${nodes.toLocaleString('en')} nodes, seed ${seed}`;
  const verdict = result.checks.length === 0 ? 'nothing to compare with' : verdictOf(pass);
  const body = `<h1>${escaped(experiment)}</h1>
<p>${nodes.toLocaleString('en')} nodes, seed ${seed}, run <code>${escaped(origin['run_id']!)}</code>: ${verdict}</p>
<h2>Checks</h2>
${checksOf(result)}
<h2>Figures</h2>
${figures.map(figureOf).join('\n')}
<h2>What was run</h2>
${pairsOf([...Object.entries(parts.config), ...Object.entries(origin), ['trace_hash', result.traceHash]])}
<p class="dim">The same options, seed and version give the same trace hash, and the same files byte
for byte, <a href="summary.json">summary.json</a> apart.</p>
<h2>Files</h2>
${filesOf(parts)}`;
  return pageOf(title, body);
}

function verdictOf(pass: boolean): string {
  return pass
    ? '<span class="pass">all checks passed</span>'
    : '<span class="fail">a check failed</span>';
}

function checksOf({ checks }: ExperimentResult): string {
  if (checks.length === 0) return '<p>Nothing is known to compare this setting with.</p>';
  const rows = checks.map(
    ({ name, expected, tolerance, measured, pass }) =>
      `<tr><td>${escaped(name)}</td><td class="number">${precise(measured)}</td>` +
      `<td class="number">${precise(expected)} ± ${precise(tolerance)}</td>` +
      `<td class="${pass ? 'pass">pass' : 'fail">FAIL'}</td></tr>`,
  );
  return (
    '<table><tr><th>check</th><th class="number">measured</th><th class="number">expected</th>' +
    `<th></th></tr>${rows.join('')}</table>`
  );
}

/** Enough digits to see on which side of a tolerance a value lies. */
function precise(value: number): string {
  return Number(value.toFixed(4)).toLocaleString('en', { maximumFractionDigits: 4 });
}

/** In the page a figure has the page's ink; by itself it brought its own. */
export function figureOf({ svg, caption }: Figure): string {
  const inner = svg.replace(/<style>.*?<\/style>/, '');
  return `<figure>\n${inner}<figcaption>${escaped(caption)}</figcaption>\n</figure>`;
}

function pairsOf(pairs: readonly (readonly [string, unknown])[]): string {
  const seen = new Map(pairs.map(([name, value]) => [name, value]));
  const rows = [...seen].map(([name, value]) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return `<tr><td>${escaped(name)}</td><td><code>${escaped(text)}</code></td></tr>`;
  });
  return `<div class="wide"><table>${rows.join('')}</table></div>`;
}

function filesOf({ tables, files }: ReportParts): string {
  const rows = tables.map(({ name, rows }) => {
    const links = files
      .filter((file) => file === `${name}.parquet` || file === `${name}.csv`)
      .map((file) => `<a href="${escaped(file)}">${escaped(file)}</a>`);
    return (
      `<tr><td>${links.join(' ')}</td><td class="number">${shortNumber(rows)}</td>` +
      `<td>${escaped(TABLES[name as TableName].about)}</td></tr>`
    );
  });
  const plots = files
    .filter((file) => file.endsWith('.svg'))
    .map((file) => `<a href="${escaped(file)}">${escaped(file)}</a>`);
  return (
    '<div class="wide"><table><tr><th>table</th><th class="number">rows</th><th>what</th></tr>' +
    `${rows.join('')}</table></div>\n<p>${plots.join(', ')}, ` +
    '<a href="summary.json">summary.json</a></p>'
  );
}
