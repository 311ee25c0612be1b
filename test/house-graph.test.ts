/**
 * The house is walked by a test: no circle of imports, no arrow that runs up inside a room, no file
 * twice, no comment that sends the reader to a file that is gone. Each rule is first shown to bite.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT, trackedFiles } from './house-files.ts';
import { FLOORS } from './house-floors.ts';
import { checkCircles, checkFloors, checkNamedFiles, checkTwins, graphOf } from './house-graph.ts';

const files = trackedFiles();
const textsOf = (pattern: RegExp) =>
  new Map(
    files
      .filter((path) => pattern.test(path))
      .map((path) => [path, readFileSync(join(PROJECT, path), 'utf8')]),
  );
const code = textsOf(/^(?:src|web|test|bench|examples)\/.*\.(?:tsx?|mjs)$/);
const papers = textsOf(/\.md$/);

describe('the house has no knots', () => {
  const graph = graphOf(code);

  test('there is something to walk', () => {
    expect(graph.size).toBeGreaterThan(500);
    const arrows = [...graph.values()].reduce((sum, targets) => sum + targets.length, 0);
    expect(arrows).toBeGreaterThan(2000);
    expect(papers.size).toBeGreaterThan(10);
  });

  test('no import leads back to where it came from', () => {
    expect(checkCircles(graph)).toEqual([]);
  });

  test.each(Object.entries(FLOORS))('no arrow runs up in %s', (room, floors) => {
    expect(checkFloors(room, floors, graph)).toEqual([]);
  });

  test('no file is there twice', () => {
    expect(checkTwins(code)).toEqual([]);
  });

  test('no comment and no paper names a file that is gone', () => {
    const read = [...code, ...papers].filter(([path]) => !path.startsWith('test/house'));
    const complaints = read.flatMap(([path, text]) => checkNamedFiles(path, text, files));
    expect(complaints).toEqual([]);
  });
});

describe('the rules bite', () => {
  const tree = (imports: Record<string, string[]>) =>
    graphOf(
      new Map(
        Object.entries(imports).map(([path, targets]) => [
          path,
          targets.map((target) => `import type { A } from '${target}';\n`).join(''),
        ]),
      ),
    );

  test('a circle is found, of types too, and told once', () => {
    const graph = tree({
      'a.ts': ['./b.ts'],
      'b.ts': ['./c.ts'],
      'c.ts': ['./a.ts'],
      'd.ts': ['./a.ts'],
    });
    expect(checkCircles(graph)).toEqual(['a circle of imports: a.ts b.ts c.ts']);
    expect(checkCircles(tree({ 'a.ts': ['./a.ts'] }))).toHaveLength(1);
    expect(
      checkCircles(tree({ 'a.ts': ['./b.ts', './c.ts'], 'b.ts': ['./c.ts'], 'c.ts': [] })),
    ).toEqual([]);
    const two = tree({
      'a.ts': ['./b.ts'],
      'b.ts': ['./a.ts', './c.ts'],
      'c.ts': ['./d.ts'],
      'd.ts': ['./c.ts'],
    });
    expect(checkCircles(two)).toHaveLength(2);
  });

  test('an arrow up is found, one down or sideways is none', () => {
    const floors = [['low/', 'low/high.ts'].slice(0, 1), ['low/high.ts', 'mid.ts'], ['top.ts']];
    const graph = tree({
      'r/low/a.ts': ['../mid.ts', '../../elsewhere.ts'],
      'r/low/high.ts': ['./a.ts', '../mid.ts'],
      'r/mid.ts': ['./low/a.ts'],
      'r/top.ts': ['./mid.ts'],
      'elsewhere.ts': ['./r/top.ts'],
    });
    expect(checkFloors('r/', floors, graph)).toEqual([
      'r/low/a.ts: its import of r/mid.ts runs up',
    ]);
  });

  test('a file on no floor and a floor for nothing are found', () => {
    const graph = tree({ 'r/a.ts': [] });
    expect(checkFloors('r/', [], graph)).toHaveLength(1);
    expect(checkFloors('r/', [['a.ts', 'b.ts', 'c/']], graph)).toHaveLength(2);
  });

  test('the same file twice is found', () => {
    expect(
      checkTwins(
        new Map([
          ['a.ts', 'x'],
          ['b.ts', 'y'],
          ['c.ts', 'x'],
        ]),
      ),
    ).toHaveLength(1);
    expect(
      checkTwins(
        new Map([
          ['a.ts', ''],
          ['b.ts', ''],
        ]),
      ),
    ).toEqual([]);
  });

  test('a comment that names a missing file is found', () => {
    const there = ['src/core/id.ts', 'docs/lab.md'];
    const complaints = (text: string) => checkNamedFiles('src/a.ts', text, there);
    expect(complaints('/** See gone.ts. */')).toHaveLength(1);
    expect(complaints('// as in core/gone.ts')).toHaveLength(1);
    expect(complaints('// as in core/id.ts, id.ts and docs/lab.md')).toEqual([]);
    expect(complaints("import { a } from './gone.ts';")).toEqual([]);
    expect(complaints('// https://example.org/gone.md')).toEqual([]);
    expect(checkNamedFiles('a.md', 'see `gone.ts`', there)).toHaveLength(1);
    expect(checkNamedFiles('a.md', 'see `core/id.ts`, or write gone.ts yourself', there)).toEqual(
      [],
    );
  });
});
