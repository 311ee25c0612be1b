/**
 * The house rules about how files stand to each other: who imports whom, in which order the rooms lie
 * on top of one another, which file is written twice, which comment names a file that is gone. Like
 * those of `house.ts` they return complaints, one line per breach.
 *
 *     roof     node.ts                    an arrow (an import, `import type` too) points down or
 *     …        copies/  handover/         sideways, never up, and never in a circle
 *     ground   circle/  records/
 */
import { posix } from 'node:path';
import { importsOf } from './house.ts';

/** Each file with the files of the same tree that it imports, types included. */
export type Graph = ReadonlyMap<string, readonly string[]>;

export function graphOf(texts: ReadonlyMap<string, string>): Graph {
  const graph = new Map<string, string[]>();
  for (const [path, text] of texts) {
    const targets = importsOf(text)
      .filter((specifier) => specifier?.startsWith('.'))
      .map((specifier) => posix.join(posix.dirname(path), specifier!));
    graph.set(path, [...new Set(targets)].filter((target) => texts.has(target)).sort());
  }
  return graph;
}

/** Circles of imports: each knot of files that reach one another (Tarjan 1972), once. */
export function checkCircles(graph: Graph): string[] {
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const complaints: string[] = [];

  const close = (path: string) => {
    const knot = open.splice(open.indexOf(path)).sort();
    for (const member of knot) lowest.set(member, Infinity);
    const isLoop = graph.get(path)!.includes(path);
    if (knot.length > 1 || isLoop) complaints.push(`a circle of imports: ${knot.join(' ')}`);
  };
  const visit = (path: string) => {
    const number = numbers.size;
    numbers.set(path, number);
    lowest.set(path, number);
    open.push(path);
    for (const target of graph.get(path)!) {
      if (!numbers.has(target)) visit(target);
      lowest.set(path, Math.min(lowest.get(path)!, lowest.get(target)!));
    }
    if (lowest.get(path) === number) close(path);
  };
  for (const path of graph.keys()) if (!numbers.has(path)) visit(path);
  return complaints;
}

/**
 * The floors of a room, from the ground up; each is a list of files and of folders (`…/`). The most
 * exact entry counts, so that a folder may lie on one floor and a file of it on another.
 */
export type Floors = readonly (readonly string[])[];

/** Arrows that run up, files on no floor, and entries that stand for nothing. */
export function checkFloors(room: string, floors: Floors, graph: Graph): string[] {
  const complaints: string[] = [];
  const entries = floors.flatMap((floor, height) => floor.map((entry) => ({ entry, height })));
  const used = new Set<string>();
  const floorOf = (path: string): number | undefined => {
    const fits = entries.filter(
      ({ entry }) =>
        path === room + entry || (entry.endsWith('/') && path.startsWith(room + entry)),
    );
    const best = fits.sort((a, b) => b.entry.length - a.entry.length)[0];
    if (best) used.add(best.entry);
    return best?.height;
  };
  for (const [path, targets] of graph) {
    if (!path.startsWith(room)) continue;
    const height = floorOf(path);
    if (height === undefined) complaints.push(`${path}: stands on no floor of ${room}`);
    for (const target of targets) {
      if (!target.startsWith(room)) continue;
      const below = floorOf(target);
      if (height !== undefined && below !== undefined && below > height) {
        complaints.push(`${path}: its import of ${target} runs up`);
      }
    }
  }
  for (const { entry } of entries) {
    if (!used.has(entry)) complaints.push(`${room}${entry}: a floor for a file that is not there`);
  }
  return complaints;
}

/** Files that say the same, word for word. */
export function checkTwins(texts: ReadonlyMap<string, string>): string[] {
  const first = new Map<string, string>();
  const complaints: string[] = [];
  for (const [path, text] of texts) {
    const twin = first.get(text);
    if (twin === undefined) first.set(text, path);
    else if (text.trim() !== '') complaints.push(`${path}: is ${twin} once more`);
  }
  return complaints;
}

const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(,])\/\/.*/g;
/** A file by its name: what stands before it may be a folder, and must not be an address. */
const FILE_NAME = /(?<![\w./:@*<$-])(?:[\w-]+\/)*[\w.-]*\w\.(?:ts|tsx|mjs|css|md)\b(?![\w/(-])/g;

/** Comments of a source, or the code spans of a paper, that name a file which is not there. */
export function checkNamedFiles(path: string, text: string, files: readonly string[]): string[] {
  const isPaper = path.endsWith('.md');
  const passages = isPaper ? text.matchAll(/`[^`\n]+`/g) : text.matchAll(COMMENT);
  const complaints: string[] = [];
  for (const [passage] of passages) {
    for (const [name] of passage.matchAll(FILE_NAME)) {
      const isThere = files.some((file) => file === name || file.endsWith(`/${name}`));
      if (!isThere) complaints.push(`${path}: names ${name}, which is not there`);
    }
  }
  return complaints;
}
