/**
 * How a scene says what its data look like: schemas whose complaint is what they expected, and the one
 * place that makes an error of it.
 *
 *     unknown ── read(schema, value, name) ──▶ data        fields that are not known are left out
 *                          └─▶ TypeError or RangeError     "config.nodes" expected a whole number in 1..10000, got 0
 *
 * `zod/mini` looks at data without making code at run time, which the studio's pages do not allow.
 */
import * as z from 'zod/mini';
import { shown } from '../../core/argument.ts';

type Schema = z.ZodMiniType;

/** Any finite number. */
export const number: z.ZodMiniNumber = z.number({ error: 'a number' });
export const text: z.ZodMiniString = z.string({ error: 'a text' });
export const flag: z.ZodMiniBoolean = z.boolean({ error: 'true or false' });
/** A whole number, also below 0: -1 is nobody. */
export const integer: z.ZodMiniNumberFormat = z.int({ error: 'a whole number' });
/** 40 hexadecimal digits. */
export const hash: z.ZodMiniString = z
  .string({ error: '40 hexadecimal digits' })
  .check(z.regex(/^[0-9a-f]{40}$/, { error: '40 hexadecimal digits' }));

/** @__NO_SIDE_EFFECTS__ */
export function integerIn(low: number, high: number): z.ZodMiniNumberFormat {
  const error = `a whole number in ${low}..${high}`;
  return z.int({ error }).check(z.minimum(low, { error }), z.maximum(high, { error }));
}

/** @__NO_SIDE_EFFECTS__ */
export function numberIn(low: number, high: number): z.ZodMiniNumber {
  const error = `a number in ${low}..${high}`;
  return z.number({ error }).check(z.minimum(low, { error }), z.maximum(high, { error }));
}

/** @__NO_SIDE_EFFECTS__ */
export function textIn(least: number, most: number): z.ZodMiniString {
  const error = `${least} to ${most} characters`;
  return z.string({ error }).check(z.minLength(least, { error }), z.maxLength(most, { error }));
}

/** @__NO_SIDE_EFFECTS__ */
export function oneOf<const Choices extends readonly string[]>(
  ...choices: Choices
): z.ZodMiniType<Choices[number]> {
  return z.enum(choices, { error: choices.join(' | ') });
}

/** Of an address: IPv4, IPv6. */
export const addressFamily: z.ZodMiniType<4 | 6> = z.union([z.literal(4), z.literal(6)], {
  error: '4 | 6',
});

/** Entries that nobody changes. @__NO_SIDE_EFFECTS__ */
export function list<Entry extends Schema>(
  entry: Entry,
  most: number = Infinity,
): z.ZodMiniType<readonly z.output<Entry>[]> {
  const error = most === Infinity ? 'a list' : `a list of at most ${most}`;
  const entries = z.array(entry, { error });
  return most === Infinity ? entries : entries.check(z.maxLength(most, { error }));
}

/** An object with these fields; more are left out. @__NO_SIDE_EFFECTS__ */
export function shape<Fields extends z.core.$ZodShape>(
  fields: Fields,
): z.ZodMiniObject<Fields, z.core.$strip> {
  return z.object(fields, { error: 'an object' });
}

/** An object with these fields and no others: people write it. @__NO_SIDE_EFFECTS__ */
export function strict<Fields extends z.core.$ZodShape>(
  fields: Fields,
): z.ZodMiniObject<Fields, z.core.$strict> {
  const known = Object.keys(fields).join(', ');
  return z.strictObject(fields, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `an object with ${known}` : 'an object'),
  });
}

/** One of several shapes, told apart by one field. @__NO_SIDE_EFFECTS__ */
export function byKind<
  const Field extends string,
  const Shapes extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
>(field: Field, shapes: Shapes): z.ZodMiniDiscriminatedUnion<Shapes, Field> {
  return z.discriminatedUnion(field, shapes, {
    error: (issue) =>
      issue.code === 'invalid_union' && 'options' in issue
        ? `one of ${(issue.options as string[]).join(', ')}`
        : 'an object',
  });
}

/**
 * What a value of unknown origin says.
 * @param name of the whole; '' where its fields go without it.
 * @throws TypeError or RangeError that names the field, what it expected and what it got.
 */
export function read<Data>(schema: z.ZodMiniType<Data>, value: unknown, name: string): Data {
  const outcome = z.safeParse(schema, value, { reportInput: true });
  if (outcome.success) return outcome.data;
  throw complaintOf(outcome.error.issues[0], name);
}

function complaintOf(issue: z.core.$ZodIssue, name: string): Error {
  const { code, message } = issue;
  const path = issue.path.reduce<string>((before, step) => {
    if (typeof step === 'number') return `${before}[${step}]`;
    return before === '' ? String(step) : `${before}.${String(step)}`;
  }, name);
  const text = `"${path === '' ? 'message' : path}" expected ${message}, got ${gotBy(issue)}`;
  return code === 'too_big' || code === 'too_small' || code === 'custom'
    ? new RangeError(text)
    : new TypeError(text);
}

function gotBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `the field "${issue.keys[0]}"`;
  const { input } = issue;
  // Of a union the path names the field by which its shapes are told apart, and the input is all of it.
  if (issue.code === 'invalid_union' && 'discriminator' in issue) {
    return shown((input as Record<string, unknown>)[String(issue.discriminator)]);
  }
  // A text that is too long is told by its length.
  if (typeof input === 'string' && input.length > 60) return `${input.length} characters`;
  return Array.isArray(input) ? `a list of ${input.length}` : shown(input);
}
