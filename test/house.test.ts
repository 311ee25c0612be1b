/**
 * The house is swept by a test: which room may import which, what a machine must not know, and what
 * every file owes its reader. Each rule is first shown to bite on a small bad sample.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: samples of source text
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  checkDoor,
  checkFile,
  checkImports,
  checkMachine,
  checkMirror,
  checkPages,
  checkPortable,
  codeOf,
  importsOf,
  isDrawer,
} from './house.ts';
import { filesUnder, PROJECT, trackedFiles } from './house-files.ts';

/** Sources without a test of their own name, and why. */
const UNTESTED: ReadonlyMap<string, string> = new Map([
  ['src/mainline.ts', 'names only, told in test/doors.test.ts'],
  ['src/ring.ts', 'names only, told in test/doors.test.ts'],
  ['src/bittorrent-dht.ts', 'names only, told in test/doors.test.ts'],
  [
    'src/api/conformance/rules.ts',
    'a list; that each has a check or a reason is tested with the checks',
  ],
  ['src/codec.ts', 'names only, told in test/doors.test.ts'],
  ['src/service.ts', 'names only, told in test/doors.test.ts'],
  ['src/testnet.ts', 'names only, told in test/doors.test.ts'],
  [
    'src/cli/lab/checkpoint-child.ts',
    'a process of its own, tried in test/cli/lab/checkpoint.test.ts',
  ],
  ['src/files.ts', 'names only, tried where they are made'],
  ['src/world.ts', 'names only, told in test/doors.test.ts'],
  ['src/lab.ts', 'names only, told in test/doors.test.ts'],
  ['src/api/mainline/results.ts', 'interfaces only: nothing of it is left to run'],
  ['src/api/mainline/events.ts', 'interfaces only: nothing of it is left to run'],
  ['src/api/mainline/opening.ts', 'interfaces only: nothing of it is left to run'],
  ['src/cli/mainline/serve-worker.ts', 'a thread; serve-workers.test.ts runs it'],
  ['src/api/lab/threads/part-thread.ts', 'a thread; test/cli/lab/workers.test.ts runs it'],
  ['src/api/lab/threads/team.ts', 'threads; test/cli/lab/workers.test.ts makes them'],
  ['src/core/host.ts', 'interfaces only: nothing of it is left to run'],
  ['src/core/hash.ts', 'interfaces only: nothing of it is left to run'],
  ['src/core/log/port.ts', 'interfaces only: nothing of it is left to run'],
  ['src/core/log/limits.ts', 'constants only, tested where they bound something'],
  ['src/core/store.ts', 'interfaces only; the suite of its twins is test/core/store-suite.ts'],
  ['src/lab/results/recorded.ts', 'interfaces only; both overlays test what they make of them'],
  ['src/lab/overlay.ts', 'interfaces only: nothing of it is left to run'],
  ['src/scene/protocol/limits.ts', 'constants only, tested where they bound something'],
  ['src/scene/world/inhabitants.ts', 'interfaces only: nothing of it is left to run'],
  ['src/mainline/table/table.ts', 'interfaces only; each table tests what it makes of them'],
  ['src/mainline/rows/candidate.ts', 'constants only, tested where a lookup uses them'],
  ['src/ring/dialects/talk.ts', 'interfaces only: nothing of it is left to run'],
  ['src/ring/dialects/service.ts', 'interfaces only: nothing of it is left to run'],
  ['src/ring/dialects/request.ts', 'interfaces only: nothing of it is left to run'],
  ['src/ring/bounds.ts', 'constants only, tested where they bound something'],
  ['src/ring/counters.ts', 'fields only, tested where something is counted'],
]);

const textOf = (path: string) => readFileSync(join(PROJECT, path), 'latin1');
const sources = filesUnder('src');
const pages = filesUnder('web/src').filter((path) => !path.endsWith('.css'));
const sweep = (check: (path: string, text: string) => string[]) =>
  sources.flatMap((path) => check(path, textOf(path)));

describe('the sources keep the house rules', () => {
  test('there is something to sweep', () => {
    expect(sources).toContain('src/core/id.ts');
    expect(sources).toContain('src/mainline/node.ts');
    expect(sources.length).toBeGreaterThan(30);
    const imports = sources.flatMap((path) => importsOf(textOf(path)));
    expect(imports.length).toBeGreaterThan(100);
    expect(imports).toContain('node:dgram');
  });

  test('src holds TypeScript and nothing else', () => {
    expect(sources.filter((path) => !path.endsWith('.ts'))).toEqual([]);
  });

  test('imports follow the arrows of the design', () => {
    expect(sweep(checkImports)).toEqual([]);
  });

  test('doors hold names, not classes', () => {
    expect(sweep(checkDoor)).toEqual([]);
  });

  test('pages see their own files, one door and a few packages', () => {
    expect(pages.length).toBeGreaterThan(30);
    expect(pages.flatMap((path) => checkPages(path, textOf(path)))).toEqual([]);
    expect(pages.flatMap((path) => checkFile(path, textOf(path)))).toEqual([]);
  });

  test('machines never touch the world', () => {
    expect(sweep(checkMachine)).toEqual([]);
  });

  test('every file opens with a paragraph, is short, and names what it holds', () => {
    expect(sweep(checkFile)).toEqual([]);
  });

  test('every source has a test of its own name, or a reason to have none', () => {
    expect(checkMirror(sources, filesUnder('test'), UNTESTED)).toEqual([]);
  });

  test('no file is named after a drawer', () => {
    const names = trackedFiles().flatMap((path) => path.split('/'));
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter(isDrawer)).toEqual([]);
  });

  test('no tracked file names a path of one machine or the host of a registry', () => {
    expect(trackedFiles().flatMap((path) => checkPortable(path, textOf(path)))).toEqual([]);
  });
});

describe('reading code', () => {
  test('comments go, strings become numbers', () => {
    const { text, strings } = codeOf(`a /* Date */ = 'x'; // Date\nb = "it's"; c = 'it\\'s';`);
    expect(text).toBe(`a   = "0"; \nb = "1"; c = "2";`);
    expect(strings).toEqual(['x', "it's", "it\\'s"]);
  });

  test('a slash in a string opens no comment', () => {
    expect(codeOf(`a = 'http://x'; b = Date;`).text).toBe('a = "0"; b = Date;');
    expect(codeOf('a = "/*"; b = Date; c = "*/";').text).toContain('Date');
  });

  test('code inside a template stays code, its text does not', () => {
    const { text } = codeOf(
      'a = `Date ${b + `x${Date}y`} ${{ c: 1 }.c} \\` process`; d = await e;',
    );
    expect(text.match(/Date/g)).toHaveLength(1);
    expect(text).not.toContain('process');
    expect(text).toContain('{ c: 1 }.c');
    expect(text).toContain('d = await e;');
  });

  test('a regular expression is a string, a division is not', () => {
    expect(codeOf(`a = /['"/*]/.test(b); c = Date;`).text).toBe('a = "0".test(b); c = Date;');
    expect(codeOf('if (/[/]Date/.test(a)) b;').text).not.toContain('Date');
    expect(codeOf('a = b / Date / c;').text).toBe('a = b / Date / c;');
    expect(codeOf('a = (b) / Date / c[0] / d;').text).toBe('a = (b) / Date / c[0] / d;');
  });

  test('text that ends in the middle of something is read to its end', () => {
    for (const torn of ["'a", '"a', '`a', '`a${', '/* a', '// a', '`${`']) {
      expect(codeOf(torn).text, torn).not.toContain('a');
    }
  });

  test('imports are found in every form', () => {
    const source = `
      import a from './a.ts';
      import { type b, c as d } from "./b.ts";
      import type { e } from './c.ts';
      import * as f from './d.ts';
      import './e.ts';
      import {
        g,
      } from './f.ts';
      export * from './g.ts';
      export { h } from './h.ts';
      export type { i } from './i.ts';
      const j = await import('./j.ts');
      type K = import('./k.ts').K;
      const l = require('./l.ts');
      const m = await import('./m.ts', { with: {} });
      const n = import(\`./n.ts\`);
    `;
    const found = importsOf(source).map((specifier) => specifier?.slice(2, 3));
    expect(found.sort().join('')).toBe('abcdefghijklmn');
  });

  test('an import whose name is computed is found out', () => {
    expect(importsOf('import(name)')).toEqual([null]);
    expect(importsOf('import(`./${name}.ts`)')).toEqual([null]);
    expect(importsOf("import('./a' + '.ts')")).toEqual([null]);
  });

  test('what looks like an import in a comment or a string is none', () => {
    expect(importsOf("// import './a.ts'\n/* from './b.ts' */ c = \"from './d.ts'\";")).toEqual([]);
    expect(importsOf("Array.from('abc'); a.import('b'); from('c')")).toEqual([]);
  });
});

describe('the arrows', () => {
  const complaints = (path: string, specifier: string) =>
    checkImports(path, `import { a } from '${specifier}';`).length;

  test.each([
    ['src/core/a.ts', './b.ts'],
    ['src/mainline/a.ts', '../core/b.ts'],
    ['src/mainline/a.ts', './b.ts'],
    ['src/mainline/deep/a.ts', '../../core/b.ts'],
    ['src/ring/a.ts', '../core/b.ts'],
    ['src/ring/a.ts', './b.ts'],
    ['src/lab/a.ts', '../core/b.ts'],
    ['src/lab/a.ts', '../mainline/b.ts'],
    ['src/lab/a.ts', '../ring/b.ts'],
    ['src/io/a.ts', '../core/b.ts'],
    ['src/io/a.ts', 'node:dgram'],
    ['src/io/a.ts', 'lmdb'],
    ['src/mainline.ts', './mainline/a.ts'],
    ['src/mainline.ts', './io/a.ts'],
    ['src/testnet.ts', './api/testnet/a.ts'],
    ['src/api/a.ts', '../io/b.ts'],
    ['src/api/mainline/a.ts', '../../mainline/b.ts'],
    ['src/cli.ts', './cli/a.ts'],
    ['src/cli/a.ts', '../mainline.ts'],
    ['src/cli/a.ts', './b.ts'],
    ['src/cli/a.ts', 'commander'],
    ['src/cli/a.ts', 'node:repl'],
    ['src/cli/a.ts', '../results/b.ts'],
    ['src/results/a.ts', '../lab.ts'],
    ['src/results/a.ts', 'some-package'],
    ['src/scene/a.ts', 'zod/mini'],
    ['src/studio/a.ts', '../lab.ts'],
    ['src/studio/a.ts', 'node:http'],
  ])('%s may import %s', (path, specifier) => {
    expect(complaints(path, specifier)).toBe(0);
  });

  test.each([
    ['src/core/a.ts', '../mainline/b.ts'],
    ['src/core/a.ts', '../io/b.ts'],
    ['src/core/a.ts', '../mainline.ts'],
    ['src/core/a.ts', 'node:crypto'],
    ['src/core/a.ts', 'crypto'],
    ['src/core/a.ts', 'some-package'],
    ['src/core/a.ts', '../core/../io/b.ts'],
    ['src/mainline/a.ts', '../io/b.ts'],
    ['src/mainline/a.ts', '../ring/b.ts'],
    ['src/mainline/a.ts', '../lab/b.ts'],
    ['src/mainline/a.ts', '../mainline.ts'],
    ['src/mainline/a.ts', 'node:buffer'],
    ['src/mainline/a.ts', 'some-package'],
    ['src/ring/a.ts', '../mainline/b.ts'],
    ['src/ring/a.ts', '../io/b.ts'],
    ['src/io/a.ts', '../mainline/b.ts'],
    ['src/io/a.ts', '../lab/b.ts'],
    ['src/io/a.ts', '../mainline.ts'],
    ['src/io/a.ts', 'fs'],
    ['src/lab/a.ts', '../io/b.ts'],
    ['src/lab/a.ts', 'zod/mini'],
    ['src/scene/a.ts', 'zod'],
    ['src/lab/a.ts', '../lab.ts'],
    ['src/lab/a.ts', 'node:os'],
    ['src/io/a.ts', '../api/b.ts'],
    ['src/api/a.ts', '../mainline.ts'],
    ['src/api/a.ts', 'node:dgram'],
    ['src/cli/a.ts', '../api/b.ts'],
    ['src/mainline.ts', './testnet.ts'],
    ['src/mainline.ts', 'node:dgram'],
    ['src/mainline.ts', 'some-package'],
    ['src/mainline.ts', '../test/a.ts'],
    ['src/cli/a.ts', '../core/b.ts'],
    ['src/cli/a.ts', '../io/b.ts'],
    ['src/cli/a.ts', '../mainline/b.ts'],
    ['src/cli/a.ts', '../studio/b.ts'],
    ['src/lab/a.ts', '../results/b.ts'],
    ['src/results/a.ts', '../lab/b.ts'],
    ['src/results/a.ts', '../cli/b.ts'],
    ['src/studio/a.ts', '../core/b.ts'],
    ['src/studio/a.ts', '../cli/b.ts'],
    ['src/studio/a.ts', '/etc/a.ts'],
    ['src/studio/a.ts', 'https://example.org/a.ts'],
    ['src/cli/a.ts', '../../test/house.ts'],
  ])('%s must not import %s', (path, specifier) => {
    expect(complaints(path, specifier)).toBe(1);
  });

  test('a door that holds more than names is found out', () => {
    const names =
      "/** A door. */\nexport { a, type B } from './a/b.ts';\nexport type { C } from './c.ts';\n";
    expect(checkDoor('src/a.ts', `${names}export * from './d.ts';\n`)).toEqual([]);
    expect(checkDoor('src/a.ts', `${names}export class D {}\n`)).toHaveLength(1);
    expect(checkDoor('src/a.ts', "import { a } from './a.ts';\nexport { a };\n")).toHaveLength(1);
    expect(checkDoor('src/a/b.ts', 'export class D {}\n')).toEqual([]);
  });

  test('a type is no excuse, nor is a re-export, nor a computed name', () => {
    expect(checkImports('src/core/a.ts', "import type { B } from '../io/b.ts';")).toHaveLength(1);
    expect(checkPages('web/src/a.ts', "import '../../src/lab.ts';")).toHaveLength(1);
    expect(checkPages('web/src/a.ts', "import { a } from 'ringlight/lab';")).toHaveLength(1);
    expect(checkPages('web/src/a.ts', "import { a } from 'ringlight/scene';")).toEqual([]);
    expect(checkImports('src/core/a.ts', "export * from '../io/b.ts';")).toHaveLength(1);
    expect(checkImports('src/core/a.ts', "type B = import('../io/b.ts').B;")).toHaveLength(1);
    expect(checkImports('src/cli/a.ts', 'import(name);')).toHaveLength(1);
  });

  test('a new folder in src is no room until the house knows it', () => {
    expect(checkImports('src/doors/a.ts', '')).toHaveLength(1);
    expect(checkImports('src/attic/a.ts', '')).toHaveLength(1);
    expect(checkImports('src/toString/a.ts', '')).toHaveLength(1);
    expect(checkImports('src/cli/a.ts', "import '../attic/a.ts';")).toHaveLength(1);
  });
});

describe('machines', () => {
  test.each([
    "import { hash } from 'node:crypto';",
    'const a = Date.now();',
    'const a = new Date();',
    'const a = performance.now();',
    'const a = Math.random();',
    'const a = Math\n  .random();',
    'const { random } = Math;',
    "const a = Math['random']();",
    'setTimeout(a, 1);',
    'setInterval(a, 1);',
    'setImmediate(a);',
    'queueMicrotask(a);',
    'const a: Promise<void> = b;',
    'const a = async () => {};',
    'await a;',
    'for await (const a of b) c;',
    'const a = process.hrtime();',
    'class A extends EventEmitter {}',
    'const a = Buffer.from(b);',
    'const a: Buffer = b;',
    'const a = globalThis.b;',
    'const a = crypto.getRandomValues(b);',
    'console.log(a);',
    'const a = [...Buffer.from(b)];',
    'const a = `${Date.now()}`;',
    'const a = b ? Date : c;',
    'const a = Math.log(2);',
    'const a = Math.log2(2);',
    'const a = Math.exp(2);',
    'const a = Math.sin(2);',
    'const a = Math.atan2(2, 1);',
    'const a = Math.pow(2, 0.5);',
    'const a = b ** 0.5;',
    'const a = 12 ** 0.5;',
    'a **= 2;',
  ])('complain of %s', (source) => {
    for (const room of ['core', 'mainline', 'ring', 'lab']) {
      expect(checkMachine(`src/${room}/a.ts`, source), room).toHaveLength(1);
    }
  });

  test.each([
    '/** Date.now() and a Promise. */',
    "const a = 'await process';",
    'const a = `Date ${b} process`;',
    'this.process(a);',
    'this.#process(a);',
    'const a = { process: b };',
    'interface A { process?: number }',
    'const processed = updateDate(a);',
    'const a = Math.floor(Math.sqrt(b)) + Math.imul(c, d);',
    'const a = 2 ** b;',
    'const selfish = 1;',
  ])('have nothing against %s', (source) => {
    expect(checkMachine('src/core/a.ts', source)).toEqual([]);
  });

  test('are not found in io, in doors or in the command line', () => {
    for (const path of ['src/io/a.ts', 'src/a.ts', 'src/cli/a.ts']) {
      expect(checkMachine(path, 'await Date.now();')).toEqual([]);
    }
  });
});

describe('files', () => {
  const opening = '/** A paragraph that says in one sentence what this is. */\n';

  test('a file without an opening paragraph is found out', () => {
    expect(checkFile('src/a.ts', `${opening}export const a = 1;\n`)).toEqual([]);
    expect(checkFile('src/a.ts', `#!/usr/bin/env node\n${opening}`)).toEqual([]);
    expect(
      checkFile('src/a.ts', '// A paragraph that says in one\n// sentence what this is.\n'),
    ).toEqual([]);
    expect(checkFile('src/a.ts', 'export const a = 1;\n')).toHaveLength(1);
    expect(checkFile('src/a.ts', `export const a = 1;\n${opening}`)).toHaveLength(1);
    expect(checkFile('src/a.ts', '/** Too short. */\n')).toHaveLength(1);
    expect(checkFile('src/a.ts', '')).toHaveLength(1);
  });

  test('a file of 451 lines is found out', () => {
    expect(checkFile('src/a.ts', opening + '\n'.repeat(449))).toEqual([]);
    expect(checkFile('src/a.ts', opening + '\n'.repeat(450))).toHaveLength(1);
  });

  test('a default export is found out', () => {
    expect(checkFile('src/a.ts', `${opening}export default class {}\n`)).toHaveLength(1);
    expect(checkFile('src/a.ts', `${opening}export { a as default };\n`)).toHaveLength(1);
    expect(checkFile('src/a.ts', `${opening}export const byDefault = 1;\n`)).toEqual([]);
  });

  test('drawers are found out, longer words are not', () => {
    const drawers = 'utils util StringUtils string-utils utilities helpers testHelper HELPERS';
    for (const name of `${drawers} NodeManager manager.ts peer_manager`.split(' ')) {
      expect(isDrawer(name), name).toBe(true);
    }
    for (const name of 'utilization manage managed helped futile reutilize unhelpful'.split(' ')) {
      expect(isDrawer(name), name).toBe(false);
    }
    expect(checkFile('src/a.ts', `${opening}export class NodeManager {}\n`)).toHaveLength(1);
    expect(checkFile('src/a.ts', `${opening}const a = 'a manager';\n`)).toEqual([]);
  });

  test('a source without its test is found out, and so is a useless excuse', () => {
    const none = new Map<string, string>();
    expect(
      checkMirror(['src/a.ts', 'src/b/c.ts'], ['test/a.test.ts', 'test/b/c.test.ts'], none),
    ).toEqual([]);
    expect(checkMirror(['src/b/c.ts'], ['test/c.test.ts'], none)).toHaveLength(1);
    const excused = new Map([['src/a.ts', 'interfaces only']]);
    expect(checkMirror(['src/a.ts'], [], excused)).toEqual([]);
    expect(checkMirror(['src/a.ts'], ['test/a.test.ts'], excused)).toHaveLength(1);
    expect(checkMirror([], [], excused)).toHaveLength(1);
    expect(checkMirror(['src/a.ts'], [], new Map([['src/a.ts', '']]))).toHaveLength(1);
  });

  test('a path of one machine or the host of a registry is found out', () => {
    const slash = '/';
    for (const text of [
      `see ${slash}work/a`,
      `'${slash}root/.npmrc'`,
      `file:${slash}${slash}${slash}root/a`,
      `http://registry${'.'}npmjs.org/a`,
      `registry=https://registry${'.'}yarnpkg.com`,
      `"resolved": ${'"'}http://127.0.0.1:4873/a.tgz"`,
    ]) {
      expect(checkPortable('a.md', text), text).toHaveLength(1);
    }
    for (const text of [
      `https://example.org${slash}work/a`,
      `network${slash}root/a`,
      'the registry. It',
      `a${slash}work/`,
    ]) {
      expect(checkPortable('a.md', text), text).toEqual([]);
    }
  });
});
