/**
 * After the compiler: what we use of other packages becomes part of the package, so that an install is
 * one package and a hash function instead of seventy. Rolldown takes from each of them what `dist`
 * imports, one file per package in `dist/vendor`, and the imports in `dist` are led there.
 *
 *     dist/cli/arguments.js    import { InvalidArgumentError } from 'commander'
 *                          ─▶  import { InvalidArgumentError } from '../vendor/commander.js'
 *
 * Not taken in: what is compiled for one machine (lmdb, koffi, DuckDB), which those install who want it,
 * and @noble/hashes, which bundlers of other people find by its name. The licences go along.
 *
 * Declarations are pruned to those that the doors lead to: what nobody can import needs no types, and
 * must not ask for those of packages that are not there.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const vendor = join(dist, 'vendor');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Left as they are: installed beside us, or not at all. */
const OUTSIDE =
  /^(?:node:|lmdb$|koffi$|@duckdb\/node-api$|pdfkit$|svg-to-pdfkit$|@noble\/hashes\/)/;
/** Where a name stands from which something is imported; not one in the text of a comment. */
const SPECIFIER =
  /(^(?!\s*(?:\*|\/\/)).*?(?:\bfrom|\bimport)\s*\(?\s*)(["'])((?:\.{1,2}\/|[@a-z])[\w@./:-]*)\2/gm;

function filesUnder(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter(
      (name) =>
        name.endsWith(ending) &&
        !name.startsWith('site/') &&
        !name.startsWith('vendor/') &&
        !name.startsWith('cjs/'),
    )
    .map((name) => join(folder, name));
}

const isPackage = (specifier) => !specifier.startsWith('.') && !OUTSIDE.test(specifier);
const fileOf = (specifier) => `${specifier.replace(/^@/, '').replaceAll('/', '-')}.js`;

async function takeIn() {
  rmSync(vendor, { recursive: true, force: true });
  const scripts = filesUnder(dist, '.js');
  /** By package: the names that are imported from it; null where all of it may be. */
  const wanted = new Map();
  for (const file of scripts) {
    const text = readFileSync(file, 'utf8');
    for (const [, clause, , specifier] of text.matchAll(
      /^(?:import|export)\s+([^'";]*?)\s*from\s*(["'])([^"']+)\2/gm,
    )) {
      if (!isPackage(specifier)) continue;
      const names = /^\{([^}]*)\}$/.exec(clause)?.[1];
      const before = wanted.get(specifier);
      if (names === undefined || before === null) wanted.set(specifier, null);
      else {
        const own = names.split(',').map((name) => name.trim().split(/\s+as\s+/)[0]);
        wanted.set(specifier, new Set([...(before ?? []), ...own.filter(Boolean)]));
      }
    }
  }
  const entries = Object.fromEntries(
    [...wanted.keys()].map((specifier) => [fileOf(specifier).slice(0, -3), `entry:${specifier}`]),
  );
  const bundle = await rolldown({
    input: entries,
    platform: 'node',
    cwd: root,
    external: (id) => id.startsWith('node:') || OUTSIDE.test(id),
    plugins: [
      {
        name: 'entries',
        resolveId: (id) => (id.startsWith('entry:') ? `\0${id}` : null),
        load(id) {
          if (!id.startsWith('\0entry:')) return null;
          const specifier = id.slice('\0entry:'.length);
          const names = wanted.get(specifier);
          const what = names === null ? '*' : `{ ${[...names].sort().join(', ')} }`;
          return `export ${what} from ${JSON.stringify(specifier)};`;
        },
      },
    ],
  });
  const { output } = await bundle.write({
    dir: vendor,
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared-[name].js',
    minify: true,
  });
  await bundle.close();
  for (const file of scripts) lead(file);
  writeLicences(output.flatMap(({ moduleIds = [] }) => moduleIds));
}

function lead(file) {
  const text = readFileSync(file, 'utf8');
  const led = text.replace(SPECIFIER, (whole, before, quote, specifier) => {
    if (!isPackage(specifier) || !existsSync(join(vendor, fileOf(specifier)))) return whole;
    return `${before}${quote}${pathTo(join(vendor, fileOf(specifier)), file)}${quote}`;
  });
  if (led !== text) writeFileSync(file, led);
}

function writeLicences(modules) {
  const folders = new Set();
  for (const id of modules) {
    const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
    if (found) folders.add(found);
  }
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (!file) return `## ${name} ${version}\n\nLicence: ${license}`;
    return `## ${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
  });
  writeFileSync(
    join(vendor, 'LICENCES.md'),
    `# Packages that are part of this one\n\n${parts.join('\n\n')}\n`,
  );
}

/**
 * Keeps the declarations that the doors lead to. They name each other as every compiler since 5.6 reads
 * it, `.js`, and bring along those of packages whose types they use.
 */
function prune() {
  const kept = new Set();
  const visit = (file) => {
    if (kept.has(file)) return;
    kept.add(file);
    const text = readFileSync(file, 'utf8');
    const led = text.replace(SPECIFIER, (whole, before, quote, specifier) => {
      if (specifier.startsWith('.')) {
        visit(resolve(dirname(file), specifier.replace(/\.(?:js|ts)$/, '.d.ts')));
        return `${before}${quote}${specifier.replace(/\.ts$/, '.js')}${quote}`;
      }
      if (OUTSIDE.test(specifier)) throw new Error(`${file}: a door's types need ${specifier}`);
      const own = declarationOf(specifier);
      return own === null ? whole : `${before}${quote}${pathTo(own, file)}${quote}`;
    });
    // What these are by default, said by newer compilers only.
    const plain = led.replace(/\b(\w+Array)<ArrayBufferLike>/g, '$1');
    if (plain !== text) writeFileSync(file, plain);
  };
  for (const door of Object.values(exports)) if (door.types) visit(join(root, door.types));
  for (const file of filesUnder(dist, '.d.ts')) if (!kept.has(file)) rmSync(file);
}

/** The declarations of an entry of a package, copied; null when there is no such package. */
function declarationOf(specifier) {
  const [name] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier);
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder)) return null;
  const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entry = own.exports[`.${specifier.slice(name.length)}`];
  const copy = (file) => {
    const target = join(vendor, 'types', name, relative(folder, file));
    if (existsSync(target)) return target;
    const text = readFileSync(file, 'utf8');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    for (const [, , , imported] of text.matchAll(SPECIFIER)) {
      if (!imported.startsWith('.')) throw new Error(`the types of ${name} need ${imported}`);
      copy(resolve(dirname(file), imported.replace(/\.js$/, '.d.ts')));
    }
    return target;
  };
  const script = typeof entry.import === 'string' ? entry.import : entry.import.types;
  return copy(join(folder, script.replace(/\.js$/, '.d.ts')));
}

function pathTo(target, from) {
  const path = relative(dirname(from), target.replace(/\.d\.ts$/, '.js')).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}

/**
 * The doors that tests and programs open, once more in CommonJS: for those loaders that know nothing
 * else, as that of jest. Node.js itself takes the modules for both (condition "module-sync").
 */
async function asCommonJs() {
  const doors = Object.entries(exports).filter(([, door]) => door.require);
  const bundle = await rolldown({
    input: {
      ...Object.fromEntries(doors.map(([name, door]) => [name.slice(2), join(root, door.default)])),
      // A process whose heap is to be saved has no loader for modules.
      'checkpoint-child': join(dist, 'cli/lab/checkpoint-child.js'),
    },
    platform: 'node',
    external: (id) => OUTSIDE.test(id) && !id.startsWith('@noble/'),
  });
  const folder = join(dist, 'cjs');
  rmSync(folder, { recursive: true, force: true });
  await bundle.write({
    dir: folder,
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'shared-[name].cjs',
    // Comments and indents are in the modules beside it; names stay, for traces of stacks.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
}

await takeIn();
prune();
await asCommonJs();
