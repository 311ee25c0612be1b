/**
 * Scripts that complete commands on Tab, for three shells. All work alike and start no process of ours:
 * a script walks the words that were typed as far as they name a command, and knows for each command
 * what may follow, from the same data as the help.
 *
 *     ringlight ring get --lev…      place "ringlight ring get", word "--lev…"   ─▶  --level
 *     ringlight ring get --level …   the option before takes one of few values   ─▶  one quorum all
 */
import { each, type Reference, type ReferenceOption } from './reference.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export const COMPLETION_HELP = `
bash  ringlight completion bash > ~/.local/share/bash-completion/completions/ringlight
zsh   ringlight completion zsh > "\${fpath[1]}/_ringlight"
fish  ringlight completion fish > ~/.config/fish/completions/ringlight.fish`;

export function completionFor(shell: Shell, reference: Reference): string {
  return { bash, zsh, fish }[shell](reference);
}

function bash(reference: Reference): string {
  const all = [...each(reference)];
  return `# bash completion for ringlight
_ringlight() {
  local place=ringlight word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$place $word" in
      ${placesOf(all)}) place="$place $word" ;;
    esac
  done
  local words=
  case "$place|\${COMP_WORDS[COMP_CWORD - 1]}" in
${valuesOf(all, (words) => `words=${quoted(words.join(' '))}`, 'return')}
    *)
      case "$place" in
${all.map((one) => `        ${quoted(one.path)}) words=${quoted(followers(one).join(' '))} ;;`).join('\n')}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o bashdefault -o default -F _ringlight ringlight
`;
}

function zsh(reference: Reference): string {
  const all = [...each(reference)];
  const described = (one: Reference): string =>
    [
      ...one.commands.map(({ path, about }) => [lastOf(path), about] as const),
      ...one.args.flatMap(({ choices, about }) => choices.map((word) => [word, about] as const)),
      ...one.options.flatMap(({ names, about }) => names.map((name) => [name, about] as const)),
    ]
      .map(([word, about]) => quoted(`${word.replaceAll(':', '\\:')}:${about}`))
      .join(' ');
  return `#compdef ringlight
_ringlight() {
  local place=ringlight word
  local -a follow
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
      (${placesOf(all)}) place="$place $word" ;;
    esac
  done
  case "$place|\${words[CURRENT-1]}" in
${valuesOf(all, (words) => `compadd -- ${words.join(' ')}; return`, '_files; return', '(')}
  esac
  case "$place" in
${all.map((one) => `    (${quoted(one.path)}) follow=(${described(one)}) ;;`).join('\n')}
  esac
  _describe -o ringlight follow || _files
}
if [ "$funcstack[1]" = _ringlight ]; then _ringlight "$@"; else compdef _ringlight ringlight; fi
`;
}

function fish(reference: Reference): string {
  const all = [...each(reference)];
  const lines: string[] = [];
  for (const one of all) {
    const head = `complete -c ringlight -n ${quoted(`__ringlight_at "${one.path}"`)}`;
    for (const { path, about } of one.commands) {
      lines.push(`${head} -f -a ${quoted(lastOf(path))} -d ${quoted(about)}`);
    }
    for (const { choices } of one.args) {
      if (choices.length > 0) lines.push(`${head} -f -a ${quoted(choices.join(' '))}`);
    }
    for (const option of one.options) lines.push(`${head} ${fishOption(option)}`);
  }
  return `# fish completion for ringlight
function __ringlight_at
  set -l place ringlight
  for word in (commandline -opc)[2..]
    switch "$place $word"
      case ${all
        .slice(1)
        .map(({ path }) => quoted(path))
        .join(' ')}
        set place "$place $word"
    end
  end
  test "$place" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function fishOption({ names, value, about, choices }: ReferenceOption): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  if (choices.length > 0) flags.push(`-x -a ${quoted(choices.join(' '))}`);
  else if (value.startsWith('<')) flags.push(isPath(value) ? '-r -F' : '-x');
  return `${flags.join(' ')} -d ${quoted(about)}`;
}

/** Alternatives of a case: every place but the first. */
function placesOf(all: readonly Reference[]): string {
  return all
    .slice(1)
    .map(({ path }) => quoted(path))
    .join('|');
}

/** For each option that must have a value: what that may be. */
function valuesOf(
  all: readonly Reference[],
  offer: (words: readonly string[]) => string,
  other: string,
  open = '',
): string {
  const lines: string[] = [];
  for (const { path, options } of all) {
    for (const { names, value, choices } of options) {
      if (!value.startsWith('<')) continue;
      const places = names.map((name) => quoted(`${path}|${name}`)).join('|');
      lines.push(`    ${open}${places}) ${choices.length > 0 ? offer(choices) : other} ;;`);
    }
  }
  return lines.join('\n');
}

function followers({ commands, args, options }: Reference): string[] {
  return [
    ...commands.map(({ path }) => lastOf(path)),
    ...args.flatMap(({ choices }) => choices),
    ...options.flatMap(({ names }) => names),
  ];
}

function isPath(value: string): boolean {
  return /file|folder/.test(value);
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf(' ') + 1);
}

/** In single quotes, which all three shells read alike but for a quote inside. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
