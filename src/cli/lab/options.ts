/**
 * The options of an experiment as people give them: flags are read as the data that a file would have
 * in their place, the whole is checked by the schema, and the first thing that is wrong is told in one
 * line that names it, says what was expected and what was got.
 */
import { z } from 'zod';
import { shown } from '../../lab.ts';
import { CommandError } from '../console.ts';

/** Options by name, plain data. */
export type Options = Record<string, unknown>;

/** A schema without what says only that it may be left out. */
export function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const isWrapped =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional;
  return isWrapped ? bare(schema.unwrap()) : schema;
}

export function metaOf(schema: z.core.$ZodType): z.core.GlobalMeta {
  return z.globalRegistry.get(bare(schema)) ?? {};
}

/** What is taken when nothing is said, as plain data; undefined when there is no such thing. */
export function defaultOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodPrefault) return schema.parse(undefined);
  return schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
}

export function isToggle(schema: z.core.$ZodType): boolean {
  return bare(schema) instanceof z.ZodBoolean;
}

/** `afterMs` is `--after-ms`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What was typed, as the data that a file would have in its place. */
export function typed(schema: z.core.$ZodType, text: string): unknown {
  if (bare(schema) instanceof z.ZodNumber) {
    return /^-?\d+(?:\.\d+)?(?:e\d+)?$/i.test(text) ? Number(text) : text;
  }
  if (!/^\s*[[{]/.test(text) && text !== 'null') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** How the field at a path such as `network.loss` is called where its value came from. */
export type NameOf = (path: string) => string;

/** What is checked: a schema, and what it cannot say. */
export interface Checked {
  name: string;
  options: z.ZodObject;
  complete?(options: Options): Options;
}

/**
 * Checked and complete options.
 * @throws CommandError that names the first wrong field.
 */
export function checkedOptions(
  { name, options: schema, complete }: Checked,
  values: Options,
  nameOf: NameOf = (path) => `"${path}"`,
): Options {
  const fail = (message: string): never => {
    throw new CommandError(renamed(message, nameOf), 2, 'USAGE');
  };
  const outcome = schema.safeParse(values);
  if (!outcome.success) return fail(complaintOf(schema, outcome.error.issues[0]!, values, name));
  try {
    return complete ? complete(outcome.data) : outcome.data;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return fail(error.message);
    throw error;
  }
}

/** Gives the field that a message begins with the name that its user gave it. */
function renamed(message: string, nameOf: NameOf): string {
  return message.replace(/^"([^"]+)"/, (_, path: string) => nameOf(path));
}

function complaintOf(
  schema: z.ZodObject,
  issue: z.core.$ZodIssue,
  values: Options,
  about: string,
): string {
  const path = pathText(issue.path);
  if (issue.code === 'custom') return issue.message;
  const place = schemaAt(schema, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = place instanceof z.ZodObject ? Object.keys(place.shape).join(', ') : '';
    const name = pathText([...issue.path, issue.keys[0]!]);
    return `"${name}" is no option of ${path === '' ? about : path}; there are ${known}`;
  }
  const expected = metaOf(place).expected ?? expectedOf(place);
  return `"${path}" expected ${expected}, got ${shown(valueAt(values, issue.path))}`;
}

function expectedOf(schema: z.core.$ZodType): string {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject) return `an object of ${Object.keys(inner.shape).join(', ')}`;
  return inner instanceof z.ZodArray ? 'an array' : 'something else';
}

function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType {
  let place = schema;
  for (const key of path) {
    const inner = bare(place);
    if (inner instanceof z.ZodObject) place = inner.shape[key as string] ?? inner;
    else if (inner instanceof z.ZodArray) place = inner.element;
  }
  return bare(place);
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let value = values;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${String(key)}`))
    .join('');
}
