/**
 * All commands as plain data: what each is called, takes and says of itself. Help, completions, man
 * pages and the pages of the docs are made of the same text, so that none can fall behind.
 */
import type { Command, Option } from 'commander';
import type { Choice } from './arguments.ts';

export interface Reference {
  /** "ringlight ring get". */
  path: string;
  about: string;
  /** As in "Usage: …". */
  usage: string;
  args: { name: string; about: string; choices: readonly string[] }[];
  options: ReferenceOption[];
  commands: Reference[];
}

export interface ReferenceOption {
  flags: string;
  /** "--studio", and perhaps "-v". */
  names: string[];
  /** "<port>"; empty when it takes none. */
  value: string;
  about: string;
  choices: readonly string[];
}

export function referenceOf(command: Command, parent = ''): Reference {
  const path = parent === '' ? command.name() : `${parent} ${command.name()}`;
  const help = command.createHelp();
  return {
    path,
    about: help.commandDescription(command),
    usage: help.commandUsage(command),
    args: help.visibleArguments(command).map((argument) => ({
      name: help.argumentTerm(argument),
      about: help.argumentDescription(argument),
      choices: choicesOf(argument.parseArg),
    })),
    options: help.visibleOptions(command).map((option) => optionOf(option, help)),
    commands: help
      .visibleCommands(command)
      .filter((one) => one.name() !== 'help')
      .map((one) => referenceOf(one, path)),
  };
}

function optionOf(option: Option, help: ReturnType<Command['createHelp']>): ReferenceOption {
  const { flags, short, long, parseArg } = option;
  return {
    flags,
    names: [short, long].filter((name) => name !== undefined),
    value: /[<[].*[>\]]/.exec(flags)?.[0] ?? '',
    about: help.optionDescription(option),
    choices: choicesOf(parseArg),
  };
}

function choicesOf(parse: unknown): readonly string[] {
  return (parse as Partial<Choice<string>> | undefined)?.choices ?? [];
}

/** A command and all below it. */
export function* each(reference: Reference): Iterable<Reference> {
  yield reference;
  for (const command of reference.commands) yield* each(command);
}
