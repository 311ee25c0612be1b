/**
 * A file of settings, so that what is always the same is said once. It is JSON: the long names of
 * options with their values, for all commands that have such an option, or for one command below its
 * name. Before it go the environment (`RINGLIGHT_AT`) and what is typed.
 *
 *     { "at": "10.0.0.7:7001", "timeout": "5s", "ring serve": { "k": 2, "data": "/var/lib/ring" } }
 *
 * It is `ringlight/config.json` in $XDG_CONFIG_HOME or ~/.config, or what RINGLIGHT_CONFIG names.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { fileReason } from '../files.ts';
import { CommandError } from './console.ts';
import { didYouMean } from './did-you-mean.ts';
import { COMMANDS, OPTIONS } from './known-names.ts';

type Value = string | number | boolean | readonly string[];

export interface Settings {
  file: string;
  /** By option, or by command and then by option. */
  values: Readonly<Record<string, unknown>>;
}

export function settingsPlace(env: NodeJS.ProcessEnv = process.env): string {
  if (env['RINGLIGHT_CONFIG']) return env['RINGLIGHT_CONFIG'];
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'ringlight', 'config.json');
}

/** Null without a file; one that RINGLIGHT_CONFIG names must be there. @throws CommandError */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings | null {
  const file = settingsPlace(env);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if ((code === 'ENOENT' || code === 'ENOTDIR') && !env['RINGLIGHT_CONFIG']) return null;
    throw wrong(file, `cannot be read: ${fileReason(error)}`);
  }
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    throw wrong(file, `is no JSON: ${(error as Error).message.split('\n')[0]}`);
  }
  if (!isObject(values)) throw wrong(file, 'is no object of settings');
  return { file, values };
}

/** Gives a command what it was not told otherwise. @throws CommandError */
export function applySettings(command: Command, settings: Settings | null): void {
  if (settings === null) return;
  const { file, values } = settings;
  const path = pathOf(command);
  const own = values[path] ?? {};
  if (!isObject(own)) throw wrong(file, `has "${path}", which is no object of options`);
  const common = Object.entries(values).filter(([, value]) => !isObject(value));
  checkKnown(settings);
  for (const [name, value] of [...common, ...Object.entries(own)]) {
    const option = optionNamed(command, name);
    if (option) apply(command, option, value, file);
    else if (Object.hasOwn(own, name)) {
      throw wrong(file, `has "${name}" for "${path}", which has no option --${name}`);
    }
  }
}

/** What is for other commands is not looked into, but that there are such commands and options. */
function checkKnown({ file, values }: Settings): void {
  for (const [name, value] of Object.entries(values)) {
    const [known, what] = isObject(value) ? [COMMANDS, 'command'] : [OPTIONS, 'option'];
    if (known.includes(name) || COMMANDS.includes(name)) continue;
    throw wrong(file, `has "${name}": there is no such ${what}${didYouMean(name, known)}`);
  }
}

function apply(command: Command, option: Option, value: unknown, file: string): void {
  const key = option.attributeName();
  const source = command.getOptionValueSource(key);
  if (source === 'cli' || source === 'env') return;
  command.setOptionValueWithSource(key, parsed(option, value, file), 'config');
}

function parsed(option: Option, value: unknown, file: string): unknown {
  const fail = (expected: string): never => {
    throw wrong(file, `has "${nameOf(option)}": ${expected}, got ${JSON.stringify(value)}`);
  };
  if (!isValue(value)) return fail('expected text, a number, true, false or a list of texts');
  if (option.negate) return typeof value === 'boolean' ? value : fail('expected true or false');
  if (typeof value === 'boolean') {
    if (option.isBoolean() || value === false || option.optional) return value;
    return fail('expected a value');
  }
  if (option.isBoolean()) return fail('expected true or false');
  const { parseArg } = option;
  let result: unknown;
  for (const one of typeof value === 'object' ? value : [value]) {
    try {
      result = parseArg ? parseArg(String(one), result) : String(one);
    } catch (error) {
      return fail((error as Error).message.replace(/\.$/, ''));
    }
  }
  return result;
}

function optionNamed(command: Command, name: string): Option | undefined {
  const named = command.options.filter((option) => nameOf(option) === name);
  // `--no-page` is "page": false, also where there is no `--page`.
  return named.find(({ negate }) => !negate) ?? named[0];
}

function nameOf({ long, negate }: Option): string {
  return (long ?? '').slice(negate ? '--no-'.length : '--'.length);
}

/** "ring get", without the program's own name. */
function pathOf(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}

function isValue(value: unknown): value is Value {
  if (Array.isArray(value))
    return value.length > 0 && value.every((one) => typeof one === 'string');
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(file: string, what: string): CommandError {
  return new CommandError(`${file} ${what}`, 2, 'SETTINGS');
}
