/**
 * `node tools/names.mjs`: do all doors call the same things by the same names? It reads the declarations that
 * are published, needs a build, and ends with 1 when
 *
 *     - what can be closed lacks one of the names that all such things have,
 *     - what is watched and can be closed has no `events()`, or one of another kind than `onEvent`,
 *     - a getter of what can be watched is of one kind here and of another there, and no reason is known,
 *     - an option is of one kind at one door and of another elsewhere, and no reason is known,
 *     - a name has its unit in a form of its own.
 *
 * It prints what it has found as a table. `ringlight/compat/bittorrent-dht` has the names of somebody else.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// TypeDoc's compiler: ours has no interface for programs.
const ts = createRequire(new URL('../site/package.json', import.meta.url))('typescript');

const DOORS = ['mainline', 'ring', 'testnet', 'lab', 'world', 'service', 'studio'];
/** What all have that is open. */
const OF_ALL_OPEN = ['stats', 'metricsText', 'ref', 'unref', 'close'];
/** Options that are several things, and why. */
const SEVERAL = {
  state: 'of nodes on several addresses a folder, for each has a file of its own',
  id: 'a node of a lab takes its hexadecimal, too: worlds are written by hand',
  readOnly: 'a node of a lab knows no network, so it cannot find out by itself',
  onQuery: 'a lab says which of its nodes was asked',
  onEvent: 'what happens to a node of Mainline, and to a member of a ring',
  nodes: 'of labs and testnets a count, of a studio those that are looked at',
  churn: 'a colony has no presets; a scenario says that there is none',
  start: 'a scenario is a file, and says all',
  node: 'a scenario is a file: what of a node can be written there',
  overlay: 'tells the two labs apart',
  hands: 'what may be done to nodes of Mainline, and to members of a ring',
  items: 'a bound, or all bounds of items',
  peers: 'a count, or all bounds of peers',
  key: 'of a ring, of a certificate, of addresses that are hashed',
  network: 'of hosts with two addresses it has both families',
  seed: 'of chance; of an announce, whether all of the torrent is there (BEP 33)',
};
/** Getters that are several things, and why. */
const SEVERAL_VIEWS = {
  stats: 'what there is to count',
  metrics: 'what nodes sent: datagrams here, frames there',
  nodes: 'with the calls of what they are',
};
/** Units as they are not written. */
const ODD_UNITS = /(?:PerS|PerMin|InMs|Millis|Timeout|Interval|Delay|Duration)$/;

/** @typedef {{ door: string, owner: string, type: string, isMethod: boolean }} Use */

const files = DOORS.map((door) => fileURLToPath(new URL(`../dist/${door}.d.ts`, import.meta.url)));
const program = ts.createProgram(files, {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
  types: [],
  strict: true,
});
const checker = program.getTypeChecker();

/** By owner, as `door owner`: its names. @type {Map<string, Map<string, Use>>} */
const owners = new Map();
for (const [i, door] of DOORS.entries()) {
  const source = checker.getSymbolAtLocation(program.getSourceFile(files[i]));
  for (const exported of checker.getExportsOfModule(source)) readNames(door, exported);
}

/** @param {string} door @param {any} exported */
function readNames(door, exported) {
  const { Alias, Class, Interface, TypeAlias, Optional } = ts.SymbolFlags;
  const symbol = exported.flags & Alias ? checker.getAliasedSymbol(exported) : exported;
  if (!(symbol.flags & (Class | Interface | TypeAlias))) return;
  /** @type {Map<string, Use>} */
  const names = new Map();
  for (const one of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))) {
    const [declaration] = one.declarations ?? [];
    if (!declaration?.getSourceFile().fileName.includes('/dist/')) continue;
    if (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Protected) continue;
    const type = checker.getTypeOfSymbol(one);
    const isOptional = (one.flags & Optional) !== 0;
    names.set(one.name, {
      ...{ door, owner: exported.name, isMethod: type.getCallSignatures().length > 0 },
      type: checker.typeToString(isOptional ? checker.getNonNullableType(type) : type),
    });
  }
  owners.set(`${door} ${exported.name}`, names);
}

/** @type {string[]} */
const complaints = [];

/** What is open: what can be closed, and somebody waits for it. */
const open = [...owners].filter(([, names]) => names.get('close')?.type.endsWith('Promise<void>'));
console.log(`| what is open | ${OF_ALL_OPEN.join(' | ')} | more |\n|---|${'---|'.repeat(6)}`);
for (const [owner, names] of open) {
  const has = OF_ALL_OPEN.map((name) => (names.has(name) ? 'yes' : '**no**'));
  const more = ['host', 'port', 'url', 'nodes', 'ready', 'watch', 'events'].filter((name) =>
    names.has(name),
  );
  console.log(`| ${owner} | ${has.join(' | ')} | ${more.join(', ')} |`);
  for (const name of OF_ALL_OPEN)
    if (!names.has(name)) complaints.push(`${owner} has no "${name}"`);
}

for (const [owner, names] of open) {
  const events = names.get('events')?.type;
  if (names.has('watch') !== (events !== undefined))
    complaints.push(`${owner} has one of "watch" and "events": both, or none`);
  else if (events !== undefined && !/\?: EventOptions\b.*=> EventStream</.test(events))
    complaints.push(`${owner}: "events" is ${events}`);
}

/** By getter of what can be watched: its kinds. @type {Map<string, Set<string>>} */
const views = new Map();
for (const names of owners.values()) {
  if (!names.has('watch')) continue;
  for (const [name, { type, isMethod }] of names)
    if (!isMethod) views.set(name, (views.get(name) ?? new Set()).add(type));
}
for (const [name, kinds] of views) {
  if (kinds.size > 1 && !Object.hasOwn(SEVERAL_VIEWS, name))
    complaints.push(`"${name}" is ${[...kinds].join(', or ')}`);
}

/** By name of an option: its kinds, and who has it. @type {Map<string, Map<string, string[]>>} */
const options = new Map();
for (const [owner, names] of owners) {
  for (const [name, { type }] of names) {
    if (ODD_UNITS.test(name)) complaints.push(`${owner}: "${name}" has its unit in another form`);
    if (!/(?:Options|Choices|Own|Limits)$/.test(owner)) continue;
    const kinds = options.get(name) ?? new Map();
    // An experiment that varies an option takes a list.
    const kind = type.replace(/^readonly (\w+)\[\]$/, '$1');
    options.set(name, kinds.set(kind, [...(kinds.get(kind) ?? []), owner]));
  }
}
const shared = [...options].filter(([, kinds]) => [...kinds.values()].flat().length > 1).sort();
console.log('\n| option | kind | of |\n|---|---|---|');
for (const [name, kinds] of shared) {
  for (const [kind, whose] of kinds)
    console.log(`| ${name} | \`${kind.replaceAll('|', '\\|')}\` | ${whose.join(', ')} |`);
  if (kinds.size > 1 && !Object.hasOwn(SEVERAL, name))
    complaints.push(`"${name}" is of ${kinds.size} kinds`);
}
for (const name of Object.keys(SEVERAL)) {
  if ((options.get(name)?.size ?? 0) < 2)
    complaints.push(`"${name}" is of one kind: it needs no reason`);
}
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length === 0 ? 0 : 1;
