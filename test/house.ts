/**
 * The house rules as functions over (path, text). Each returns its complaints, one line per breach,
 * and nothing when all is well; `house.test.ts` runs them over the tree, and over small bad samples
 * to show that they bite. They read source text, not syntax trees: comments and strings are taken
 * out first, and what is then left over is matched word by word.
 */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';

/** A source file without its comments, and with each string replaced by its number: `"3"`. */
export interface Code {
  text: string;
  strings: string[];
}

/** After these a slash begins a regular expression, after anything else it divides. */
const BEFORE_REGEX = /(?:^|[=(,:;!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void))$/;

/** Takes comments out and strings apart. Code inside `${…}` of a template stays code. */
export function codeOf(source: string): Code {
  const strings: string[] = [];
  /** For each template that is open: how many braces are open inside its `${`. */
  const templates: number[] = [];
  let text = '';
  let at = 0;

  const keep = (contents: string) => {
    text += `"${strings.length}"`;
    strings.push(contents);
  };
  const templatePiece = () => {
    const piece = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y;
    piece.lastIndex = at;
    keep(piece.exec(source)![0]);
    at = piece.lastIndex;
    if (source.startsWith('${', at)) {
      templates.push(0);
      text += '+(';
      at += 2;
    } else {
      at++;
    }
  };

  while (at < source.length) {
    const char = source[at];
    if (source.startsWith('//', at) || (at === 0 && source.startsWith('#!'))) {
      const end = source.indexOf('\n', at);
      at = end < 0 ? source.length : end;
    } else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      at = end < 0 ? source.length : end + 2;
      text += ' ';
    } else if (char === "'" || char === '"') {
      const literal =
        char === "'" ? /'((?:\\[\s\S]|[^\\'\n])*)'?/y : /"((?:\\[\s\S]|[^\\"\n])*)"?/y;
      literal.lastIndex = at;
      keep(literal.exec(source)![1]);
      at = literal.lastIndex;
    } else if (char === '`') {
      at++;
      templatePiece();
    } else if (char === '}' && templates.at(-1) === 0) {
      templates.pop();
      text += ')+';
      at++;
      templatePiece();
    } else if (char === '/' && BEFORE_REGEX.test(text.trimEnd().slice(-12))) {
      const literal = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
      literal.lastIndex = at;
      const found = literal.exec(source);
      if (found) keep(found[0]);
      at += found ? found[0].length : 1;
    } else {
      if (templates.length > 0 && char === '{') templates[templates.length - 1]++;
      if (templates.length > 0 && char === '}') templates[templates.length - 1]--;
      text += char;
      at++;
    }
  }
  return { text, strings };
}

/** The specifiers of all imports and re-exports; null stands for one that is computed. */
export function importsOf(source: string): (string | null)[] {
  const { text, strings } = codeOf(source);
  const found: (string | null)[] = [];
  for (const match of text.matchAll(/\bfrom\s*"(\d+)"|\bimport\s*"(\d+)"/g)) {
    found.push(strings[Number(match[1] ?? match[2])]);
  }
  for (const match of text.matchAll(/(?<![.\w$])(?:import|require)\s*\(\s*(?:"(\d+)"\s*[),])?/g)) {
    found.push(match[1] === undefined ? null : strings[Number(match[1])]);
  }
  return found;
}

/**
 * What a room may import; `doors` are the files src/*.ts, `node` is node:*, `packages` any other but
 * `hashes`, which the lab has instead of OpenSSL, so that it runs in a browser, and `schemas`, by which
 * a scene says what its data look like to whoever reads them from a file or a socket.
 */
const ARROWS: Record<string, readonly string[]> = {
  core: ['core'],
  mainline: ['core', 'mainline'],
  ring: ['core', 'ring'],
  lab: ['core', 'mainline', 'ring', 'lab', 'hashes'],
  scene: ['core', 'mainline', 'ring', 'lab', 'scene', 'hashes', 'schemas'],
  io: ['core', 'io', 'node', 'packages', 'hashes'],
  api: ['core', 'mainline', 'ring', 'lab', 'io', 'api'],
  doors: ['core', 'mainline', 'ring', 'lab', 'scene', 'io', 'api', 'studio', 'service', 'cli'],
  studio: ['doors', 'studio', 'node', 'packages'],
  service: ['doors', 'studio', 'service', 'node', 'packages'],
  results: ['doors', 'results', 'node', 'packages'],
  cli: ['doors', 'results', 'cli', 'node', 'packages'],
};

/** Loads what somebody else wrote, under the name that he gives. */
const OWN_MODULES = 'src/cli/lab/module-experiment.ts';

/** The room that a file of the project belongs to; undefined for what is no room. */
function roomOf(path: string): string | undefined {
  const [src, first, ...rest] = path.split('/');
  if (src !== 'src' || first === undefined) return undefined;
  if (rest.length === 0) return 'doors';
  return first === 'doors' || !Object.hasOwn(ARROWS, first) ? undefined : first;
}

/** Core sees nobody, rooms see core, api joins rooms to io, doors see all; the rest sees doors. */
export function checkImports(path: string, source: string): string[] {
  const room = roomOf(path);
  if (room === undefined) return [`${path}: belongs to no room that the house knows`];
  const allowed = ARROWS[room];
  const complaints: string[] = [];
  for (const specifier of importsOf(source)) {
    if (specifier === null) {
      if (path === OWN_MODULES) continue;
      complaints.push(`${path}: an import whose name is computed cannot be checked`);
      continue;
    }
    const target = targetOf(path, specifier);
    if (!allowed.includes(target)) {
      complaints.push(`${path}: ${room} must not import ${specifier} (${target})`);
    }
  }
  return complaints;
}

function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    return roomOf(target) ?? `outside the rooms: ${target}`;
  }
  if (specifier.startsWith('node:')) return 'node';
  if (specifier.startsWith('/') || specifier.includes('://')) return 'a place, not a module';
  if (builtinModules.includes(specifier)) return `write node:${specifier}`;
  if (specifier === 'zod/mini') return 'schemas';
  return specifier.startsWith('@noble/hashes/') || specifier === '@noble/ed25519'
    ? 'hashes'
    : 'packages';
}

/** What the studio's pages are made of, beside their own files. */
const PAGE_PACKAGES = /^(?:preact(?:\/hooks)?|@preact\/signals)$/;

/** The pages see one door, `ringlight/scene`: whatever they show came as plain data. */
export function checkPages(path: string, source: string): string[] {
  const complaints: string[] = [];
  for (const specifier of importsOf(source)) {
    const isOwn =
      specifier?.startsWith('.') &&
      posix.join(posix.dirname(path), specifier).startsWith('web/src/');
    const isAllowed =
      specifier !== null &&
      (isOwn || specifier === 'ringlight/scene' || PAGE_PACKAGES.test(specifier));
    if (!isAllowed) complaints.push(`${path}: a page must not import ${specifier}`);
  }
  return complaints;
}

/** Rooms of machines: they are given time, randomness and the way out. */
const MACHINE_ROOMS = ['core', 'mainline', 'ring', 'lab', 'scene'];

const WORLDLY_NAMES = [
  'Date performance setTimeout setInterval setImmediate clearTimeout clearInterval queueMicrotask',
  'Promise async await process EventEmitter EventTarget Buffer globalThis',
  'crypto console fetch require WeakRef FinalizationRegistry Atomics Intl',
]
  .join(' ')
  .split(' ');

/** A name by itself, as a value or a type: not part of a longer word, not `.name`, not `{ name: …`. */
const WORLDLY = new RegExp(
  `(?<![\\w$#]|(?<!\\.\\.)\\.\\s*)(?!(?<=[{,;(\\n]\\s*)\\w+\\s*\\??:)(?:${WORLDLY_NAMES.join('|')})(?![\\w$])`,
  'g',
);

/** These may differ in the last bit from engine to engine, and one bit makes another run. */
const INEXACT =
  /\bMath\s*\??\.\s*(?:a?(?:sin|cos|tan)h?|atan2|exp|expm1|log|log2|log10|log1p|pow|cbrt|hypot)\b/g;

/** Below io nobody has a clock, a timer, a promise or dice of his own. */
export function checkMachine(path: string, source: string): string[] {
  if (!MACHINE_ROOMS.includes(roomOf(path)!)) return [];
  const { text } = codeOf(source);
  const complaints: string[] = [];
  const complain = (what: string) => complaints.push(`${path}: a machine has no ${what}`);
  for (const specifier of importsOf(source)) {
    if (specifier?.startsWith('node:')) complain(specifier);
  }
  for (const match of text.matchAll(WORLDLY)) complain(match[0]);
  for (const match of text.matchAll(/\bMath\s*\??\.\s*random\b/g)) complain(match[0]);
  // Taken as a value or indexed, Math would hide which of its functions is called.
  for (const _ of text.matchAll(/(?<![.\w$])Math\b(?!\s*\??\.\s*\w)/g)) complain('Math as a value');
  for (const match of text.matchAll(INEXACT)) complain(match[0]);
  for (const _ of text.matchAll(/(?<!(?<![\w$.])2\s*)\*\*/g)) complain('power but of 2');
  return complaints;
}

/** Stands in for a module of other people, whose class is its default. */
const AS_OTHERS = 'src/bittorrent-dht.ts';

/** Lines of a source file at most. */
const LINES_LIMIT = 450;

/** What every file of src keeps to. */
export function checkFile(path: string, source: string): string[] {
  const complaints: string[] = [];
  if (wordsOfOpening(source) < 8) complaints.push(`${path}: opens without a paragraph`);
  const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0);
  if (lines > LINES_LIMIT) complaints.push(`${path}: ${lines} lines, at most ${LINES_LIMIT}`);
  const { text } = codeOf(source);
  if (path !== AS_OTHERS && /\bexport\s+default\b|\bas\s+default\b/.test(text)) {
    complaints.push(`${path}: a default export has no name of its own`);
  }
  for (const [name] of text.matchAll(/[\w$]+/g)) {
    if (isDrawer(name)) complaints.push(`${path}: ${name} is a drawer, not a name`);
  }
  return complaints;
}

/** How many words the comment has that a file opens with, a #! line aside. */
function wordsOfOpening(source: string): number {
  const opening = /^(?:#!.*\n)?\s*(\/\*[\s\S]*?\*\/|(?:\/\/.*\n?)+)/.exec(source)?.[1] ?? '';
  return opening.match(/[A-Za-z]{2,}/g)?.length ?? 0;
}

/** Names into which anything could be put. */
export function isDrawer(name: string): boolean {
  return /(?:^|[^a-z]|[a-z](?=[A-Z]))(?:utils?|utilit(?:y|ies)|helpers?|managers?)(?![a-z])/i.test(
    name.replace(/([a-z])([A-Z])/g, '$1_$2'),
  );
}

/** Files without a test of the same name, and exceptions that are none. */
export function checkMirror(
  sources: readonly string[],
  tests: readonly string[],
  untested: ReadonlyMap<string, string>,
): string[] {
  const complaints: string[] = [];
  for (const path of sources) {
    const test = path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
    const excused = untested.has(path);
    if (!tests.includes(test) && !excused) complaints.push(`${path}: has no ${test}`);
    if (tests.includes(test) && excused) complaints.push(`${path}: has a test, excuse it no more`);
  }
  for (const [path, reason] of untested) {
    if (!sources.includes(path)) complaints.push(`${path}: excused, but there is no such file`);
    if (reason.length < 10) complaints.push(`${path}: excused without a reason`);
  }
  return complaints;
}

/** A door is a list of names: what stands behind them lives in a room. Commands have a door of their own. */
export function checkDoor(path: string, source: string): string[] {
  if (roomOf(path) !== 'doors' || path === 'src/cli.ts') return [];
  const names = /export\s+(?:type\s+)?(?:\*|\{[^{}]*\})\s*from\s*"\d+";?/g;
  const rest = codeOf(source).text.replace(names, '').trim();
  return rest === '' ? [] : [`${path}: a door holds names only, not ${rest.split('\n')[0]}`];
}

/** Nothing that only one machine has: its paths, or the place it takes packages from. */
export function checkPortable(path: string, text: string): string[] {
  const complaints: string[] = [];
  // A path begins where no name does: a web address may well have such a part in its middle.
  for (const match of text.matchAll(/(?<![\w.~-])\/(?:work|root)\/[\w.-]*/g)) {
    complaints.push(`${path}: ${match[0]} is a path of one machine`);
  }
  for (const match of text.matchAll(
    /\bregistry\.[a-z][\w-]*(?:\.[a-z]+)*\/?|"resolved": "https?:|\bfiles\.pythonhosted\b/gi,
  )) {
    complaints.push(`${path}: ${match[0]} is the host of a registry`);
  }
  return complaints;
}
