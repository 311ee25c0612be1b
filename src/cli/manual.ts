/**
 * Manual pages in roff(7), from the same data as `--help`: one for the command and one for each group
 * of commands, `ringlight-ring(1)` and so on.
 *
 * What holds for all commands, the exit status and the environment, is written here, once; `--help`
 * shows it too.
 */
import type { Reference, ReferenceOption } from './reference.ts';

export const EXIT_STATUS: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'it did not work out: nobody answered, nothing found, a check failed'],
  ['2', 'it could not begin: a wrong argument, a port that is taken, no such file, no ring there'],
  ['70', 'a fault of ringlight itself'],
];

export const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['RINGLIGHT_AT', 'members of a ring to ask, with commas between: what --at says otherwise'],
  ['RINGLIGHT_CONFIG', 'the file of settings (default: ~/.config/ringlight/config.json)'],
  ['RINGLIGHT_UDP', 'dgram: no batches of datagrams by foreign calls; auto: where they work'],
  ['RINGLIGHT_TCP', 'events: no buffer that all sockets read into; it is used where it can be had'],
  ['COLUMNS', 'as wide as this, whatever the terminal says; a pipe is as wide as it takes'],
  ['NO_COLOR', 'not empty: no colours'],
  ['FORCE_COLOR', 'not empty: colours also into a pipe; 0 for none'],
];

/** Where the second column begins; narrower than this that column does not become. */
const SECOND_COLUMN = 20;

/** What `ringlight --help` ends with, in lines of at most `width` characters. */
export function commonHelp(width: number): string {
  const indent = ' '.repeat(SECOND_COLUMN);
  const room = Math.max(SECOND_COLUMN, width - SECOND_COLUMN);
  const lines = new RegExp(`(.{1,${room}})(?: |$)`, 'g');
  const rows = (pairs: typeof ENVIRONMENT): string =>
    pairs
      .map(([name, about]) => {
        const parts = [...about.matchAll(lines)].map(([, part]) => part);
        return `  ${name}`.padEnd(SECOND_COLUMN) + parts.join(`\n${indent}`);
      })
      .join('\n');
  return `\nExit status:\n${rows(EXIT_STATUS)}\n\nEnvironment:\n${rows(ENVIRONMENT)}`;
}

export interface ManualPage {
  /** "ringlight-ring.1". */
  file: string;
  text: string;
}

/** @param version of the package, for the foot of each page. */
export function manualOf(reference: Reference, version: string): ManualPage[] {
  const groups = reference.commands.filter(({ commands }) => commands.length > 0);
  const pages = groups.map((group) => pageOf(group, group.commands, version, ['ringlight']));
  const own = reference.commands.filter((command) => !groups.includes(command));
  const others = groups.map(({ path }) => path.replaceAll(' ', '-'));
  return [pageOf(reference, own, version, others), ...pages];
}

function pageOf(
  { path, about, options }: Reference,
  commands: readonly Reference[],
  version: string,
  others: readonly string[],
): ManualPage {
  const name = path.replaceAll(' ', '-');
  const lines = [
    `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(`ringlight ${version}`)} "Ringlight"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(about)}`,
    '.SH SYNOPSIS',
    ...commands.flatMap(({ usage }) => [`.B ${roff(usage)}`, '.br']).slice(0, -1),
    '.SH OPTIONS',
    ...options.flatMap(optionLines),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH EXIT STATUS',
    ...EXIT_STATUS.flatMap(([status, what]) => ['.TP', `.B ${status}`, roff(what)]),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([variable, what]) => ['.TP', `.B ${variable}`, roff(what)]),
    '.SH SEE ALSO',
    others.map((other) => `.BR ${roff(other)} (1)`).join(' ,\n'),
  ];
  return { file: `${name}.1`, text: `${lines.join('\n')}\n` };
}

function commandLines({ usage, about, args, options, commands }: Reference): string[] {
  return [
    `.SS ${quoted(usage)}`,
    roff(about),
    ...args
      .filter((one) => one.about !== '')
      .flatMap((one) => ['.TP', `.I ${roff(one.name)}`, roff(one.about)]),
    ...options.flatMap(optionLines),
    ...commands.flatMap(commandLines),
  ];
}

function optionLines({ flags, about }: ReferenceOption): string[] {
  return ['.TP', `.B ${roff(flags)}`, roff(about)];
}

/** Backslashes and hyphens mean something to roff, and so does a dot or quote that begins a line; it reads ASCII. */
function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(
      /\P{ASCII}/gu,
      (char) => `\\[u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

function quoted(text: string): string {
  return `"${roff(text).replaceAll('"', '""')}"`;
}
