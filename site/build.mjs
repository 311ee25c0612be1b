/**
 * `npm run docs`: the documentation as a site of static files, in `dist-site/`, to be hosted anywhere,
 * under any path.
 *
 *     README, docs/*.md ─┐
 *     commands, OpenAPI ─┼─▶ pages with titles ─┐
 *     lessons ───────────┘                      ├─▶ TypeDoc ─▶ dist-site ─▶ dead links?
 *     doors, their comments ────────────────────┘                 ▲
 *     the studio's pages, dist/site ──────────────────────────────┘
 *
 * TypeDoc makes all of it: one search over the pages and the reference, which needs no server. Needs a
 * build; ends with 1 when a link leads nowhere.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Comment, CommentTag, Converter } from 'typedoc';
import { CONTENTS, TITLES } from './contents.mjs';
import * as generated from './generated.mjs';
import { deadLinks } from './links.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'dist-site');
const DOORS = [
  'mainline',
  'ring',
  'testnet',
  'lab',
  'world',
  'scene',
  'service',
  'studio',
  'codec',
  'bittorrent-dht',
];

const startedAtMs = performance.now();
if (!existsSync(join(ROOT, 'dist/site/index.html'))) {
  console.error('docs: the studio is not built: npm run build');
  process.exit(1);
}
// Beside the sources: TypeDoc wants the pages below the folder that it names things by.
const work = mkdtempSync(join(ROOT, 'node_modules/.cache-site-'));
try {
  const descriptions = await generated.openApi();
  await writePages(descriptions);
  await makeSite();
  cpSync(join(ROOT, 'dist/site'), join(OUT, 'studio'), { recursive: true });
  for (const [name, description] of Object.entries(descriptions)) {
    writeFileSync(join(OUT, `openapi-${name}.json`), JSON.stringify(description, null, 2));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const { pages, checked, outside, dead } = deadLinks(OUT, { opaque: ['studio/index.html'] });
for (const link of dead) console.error(`dead link: ${link}`);
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
console.log(
  `${pages} pages in dist-site, ${checked} links checked, ${dead.length} dead, ${outside} lead outside (${seconds} s)`,
);
process.exitCode = dead.length === 0 ? 0 : 1;

/** Writes the pages as TypeDoc takes them. @param {{ studio: object, ring: object }} descriptions OpenAPI documents */
async function writePages(descriptions) {
  const lessons = await generated.lessons();
  /** @type {Record<string, string>} */
  const made = {
    'docs/commands.md': await generated.commandsPage(),
    'docs/http-api.md': generated.httpApiPage(descriptions),
    'docs/lessons.md': generated.lessonsPage(lessons),
  };
  for (const folder of ['docs/pictures', 'examples', 'bench']) {
    cpSync(join(ROOT, folder), join(work, folder), { recursive: true });
  }
  // Pages lead to files beside them, too.
  for (const name of readdirSync(join(ROOT, 'docs'))) {
    if (name.endsWith('.schema.json')) cpSync(join(ROOT, 'docs', name), join(work, 'docs', name));
  }
  const listed = CONTENTS.flatMap(({ pages }) => pages);
  const forgotten = readdirSync(join(ROOT, 'docs'), { recursive: true })
    .map((name) => `docs/${name}`)
    .filter((name) => name.endsWith('.md') && !listed.includes(name));
  if (forgotten.length > 0) throw new Error(`not in site/contents.mjs: ${forgotten.join(', ')}`);
  for (const { group, pages } of CONTENTS) {
    for (const path of pages) {
      const text = made[path] ?? readFileSync(join(ROOT, path), 'utf8');
      const title = TITLES[path] ?? /^# (.*)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? path;
      write(
        path,
        `---\ntitle: ${JSON.stringify(title)}\ngroup: ${JSON.stringify(group)}\n---\n\n${withLessons(plainHeadings(text), lessons)}`,
      );
    }
  }
  // The name of the site stands above it already.
  write('README.md', readFileSync(join(ROOT, 'README.md'), 'utf8').replace(/^# .*\n/, ''));
}

/** @param {string} path @param {string} text */
function write(path, text) {
  mkdirSync(dirname(join(work, path)), { recursive: true });
  writeFileSync(join(work, path), text);
}

/** TypeDoc leaves code out of a heading's anchor, unlike GitHub. @param {string} text */
function plainHeadings(text) {
  return text.replace(/^#+ .*`.*$/gm, (line) => line.replaceAll('`', ''));
}

/** Where a page says so, in a comment that others do not show, a lesson is embedded. @param {string} text @param {readonly generated.Lesson[]} lessons */
function withLessons(text, lessons) {
  return text.replace(/^<!-- lesson: ([\w-]+) -->$/gm, (_, id) => {
    const lesson = lessons.find((one) => one.id === id);
    if (lesson === undefined) throw new Error(`there is no lesson "${id}"`);
    return generated.lessonFrame(lesson);
  });
}

async function makeSite() {
  rmSync(OUT, { recursive: true, force: true });
  const app = await Application.bootstrapWithPlugins({
    entryPoints: DOORS.map((door) => join(ROOT, `src/${door}.ts`)),
    tsconfig: join(ROOT, 'tsconfig.json'),
    out: OUT,
    name: 'Ringlight',
    readme: join(work, 'README.md'),
    projectDocuments: CONTENTS.flatMap(({ pages }) => pages.map((path) => join(work, path))),
    favicon: join(ROOT, 'site/favicon.svg'),
    customCss: join(ROOT, 'site/style.css'),
    customJs: join(ROOT, 'site/margin.js'),
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    disableSources: true,
    disableGit: true,
    githubPages: true,
    hideGenerator: true,
    searchInDocuments: true,
    searchInComments: true,
    // What is written to be read comes before single properties.
    searchGroupBoosts: Object.fromEntries(CONTENTS.map(({ group }) => [group, 4])),
    // Checked by `npm run check`, with the compiler of the project.
    skipErrorChecking: true,
    validation: { notExported: false, invalidLink: true, invalidPath: false, notDocumented: false },
    groupOrder: [...CONTENTS.map(({ group }) => group), 'API', '*'],
    navigation: { includeGroups: true, includeCategories: false, includeFolders: false },
    highlightLanguages: [
      'bash',
      'console',
      'javascript',
      'json',
      'jsonc',
      'python',
      'r',
      'shellscript',
      'typescript',
    ],
    ignoredHighlightLanguages: ['text', 'mermaid', 'redis', 'terminal'],
    logLevel: 'Warn',
  });
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const forgotten = Object.values(exports)
    .map(({ types = '' }) => /^\.\/dist\/(.*)\.d\.ts$/.exec(types)?.[1])
    .filter((door) => door !== undefined && !DOORS.includes(door));
  if (forgotten.length > 0) throw new Error(`doors without a reference: ${forgotten.join(', ')}`);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const door of project.children ?? []) {
      if (!DOORS.includes(door.name)) continue;
      door.comment = doorComment(door.name);
      door.name =
        door.name === 'bittorrent-dht' ? `ringlight/compat/${door.name}` : `ringlight/${door.name}`;
    }
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read the sources');
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('TypeDoc complains');
}

/** What its file opens with. @param {string} door */
function doorComment(door) {
  const text = readFileSync(join(ROOT, `src/${door}.ts`), 'utf8');
  const opening = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(text)?.[1] ?? '';
  const summary = opening
    .replace(/^ \* ?/gm, '')
    .replace(
      /^(?:\x20{4}.*\n?)+/gm,
      (code) => `\`\`\`js\n${code.replace(/^ {4}/gm, '').trimEnd()}\n\`\`\`\n`,
    );
  const tag = new CommentTag('@group', [{ kind: 'text', text: 'API' }]);
  return new Comment([{ kind: 'text', text: summary }], [tag]);
}
