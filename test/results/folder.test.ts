import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { TABLES } from '../../src/lab.ts';
import { checkFolder, FolderError, writeFolder } from '../../src/results/folder.ts';
import { finishedRun } from './recorded.ts';

const place = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(place, { recursive: true }));

const small = { nodes: 200, lookups: 40 };
const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  );

describe('the folder of a run', () => {
  test('has a file for each table and figure, a report and a summary', () => {
    const folder = join(place, 'deep', 'whole');
    writeFolder(folder, finishedRun(small), { csv: true });
    const names = Object.keys(filesIn(folder));
    for (const table of Object.keys(TABLES)) {
      expect(names).toContain(`${table}.parquet`);
      expect(names).toContain(`${table}.csv`);
    }
    expect(names.filter((name) => name.endsWith('.svg'))).toHaveLength(6);
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({ experiment: 'kad-hops', pass: true, wallMs: 12 });
    expect([...summary.files, 'report.html', 'summary.json'].sort()).toEqual(names);
    expect(Object.keys(summary).slice(0, 7)).toEqual(
      'experiment seed nodes pass traceHash checks metrics'.split(' '),
    );
    expect(readdirSync(join(place, 'deep'))).toEqual(['whole']);
  });

  test('has a sweep as a figure, and its numbers as CSV', () => {
    const folder = join(place, 'sweep');
    const run = finishedRun(small);
    const sweep = {
      ...{ name: 'hops-by-size', title: 'Hops', subtitle: '', caption: 'They grow.' },
      ...{ x: { label: 'nodes' }, y: { label: 'hops' } },
      series: [{ name: 'k = 8', points: [{ x: 1, y: 2 }] }],
    };
    writeFolder(folder, { ...run, result: { ...run.result, sweeps: [sweep] } });
    const files = filesIn(folder);
    expect(files['hops-by-size.csv']).toBe('series,x,measured,expected\n"k = 8",1,2,\n');
    expect(files['hops-by-size.svg']).toContain('k = 8');
    expect(files['report.html']).toContain('They grow.');
    expect(JSON.parse(files['summary.json']!).files).toContain('hops-by-size.csv');
  });

  test('is the same byte for byte when the run is repeated', () => {
    const [one, two] = [join(place, 'one'), join(place, 'two')];
    writeFolder(one, finishedRun(small));
    writeFolder(two, finishedRun(small));
    expect(filesIn(two)).toEqual(filesIn(one));
    // Numbers of figures only: tables as CSV are asked for.
    expect(
      Object.keys(filesIn(one)).filter((name) => /^(?:lookups|nodes|rpcs)\.csv$/.test(name)),
    ).toEqual([]);
    expect(Object.keys(filesIn(one))).toContain('rpcs-figure.csv');
  });

  test('a name that is taken, or a place that is no folder, is refused before the work', () => {
    const taken = join(place, 'taken');
    mkdirSync(taken);
    expect(() => checkFolder(taken)).toThrow(FolderError);
    expect(() => checkFolder(taken)).toThrow(/taken: it exists$/);
    const file = join(place, 'file');
    writeFileSync(file, '');
    expect(() => checkFolder(join(file, 'below'))).toThrow(
      /^cannot write .*below: a file of that name is in the way$/,
    );
    expect(() => writeFolder(taken, finishedRun(small))).toThrow(/exists/);
    expect(readdirSync(taken)).toEqual([]);
  });

  test('when something goes wrong nothing is left', () => {
    const folder = join(place, 'broken');
    const run = finishedRun(small);
    const text = { title: '', subtitle: '', caption: '', x: { label: '' }, y: { label: '' } };
    const sweeps = [{ name: 'no/where', ...text, series: [] }];
    const broken = { ...run, result: { ...run.result, sweeps } };
    expect(() => writeFolder(folder, broken)).toThrow(
      /^cannot write .*: there is no such file or folder$/,
    );
    expect(readdirSync(place).filter((name) => name.includes('broken'))).toEqual([]);
  });

  test('a process killed in the middle leaves no folder with the final name', () => {
    const built = (path: string): string =>
      pathToFileURL(join(import.meta.dirname, '../../dist', path)).href;
    const folder = join(place, 'killed');
    // The getter is read after the tables were written and before the folder has its name.
    const program = `
      import { KAD_HOPS_DEFAULTS, kadHops, Recorder } from '${built('lab.js')}';
      import { writeFolder } from '${built('results/folder.js')}';
      const config = { ...KAD_HOPS_DEFAULTS, nodes: 100, lookups: 5 };
      const recorder = new Recorder();
      const result = kadHops(config, () => {}, recorder);
      const source = { version: '1', commit: '' };
      writeFolder(${JSON.stringify(folder)}, {
        result: { ...result, get sweeps() { process.kill(process.pid, 'SIGKILL'); return []; } },
        recorder, config, source, machine: {},
      });`;
    const args = ['--input-type=module', '--eval', program];
    const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(signal).toBe('SIGKILL');
    expect(existsSync(folder)).toBe(false);
    const [partial] = readdirSync(place).filter((name) => name.includes('killed'));
    expect(partial).toMatch(/^\.killed\.\d+\.partial$/);
    expect(readdirSync(join(place, partial))).toContain('lookups.parquet');
    writeFolder(folder, finishedRun(small));
    expect(existsSync(join(folder, 'summary.json'))).toBe(true);
  });
});
