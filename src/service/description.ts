/**
 * What each route of the HTTP service says of itself, for its OpenAPI document, and the shapes of what is
 * asked and answered in JSON.
 */
import type { MiddlewareHandler } from 'hono';
import { describeRoute, validator } from 'hono-openapi';
import { z } from 'zod';
import { failureOf, jsonOf } from '../studio/server/openapi.ts';
import { ServiceError } from './failure.ts';

/** Names of one page. */
const NAMES_DEFAULT = 1000;
const NAMES_MAX = 10_000;

const BYTES = {
  'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } },
};
const TEXT = { 'text/plain': { schema: { type: 'string' as const } } };

type In = 'header' | 'query';
const said = (place: In, name: string, description: string) => ({
  ...{ name, in: place, description },
  schema: { type: 'string' as const },
});
const NAME = {
  ...{ name: 'name', in: 'path' as const, required: true, schema: { type: 'string' as const } },
  description: 'The name of the key, percent-encoded; slashes may stand as they are.',
};
const IF_MATCH = said(
  'header',
  'If-Match',
  'Only if the key has this version; `*`: only if it is there.',
);
const IF_NONE_MATCH = said('header', 'If-None-Match', '`*`: only if there is no such key.');
const NOT_THERE = failureOf('There is no such key.');
const UNMATCHED = failureOf('The condition was not met.');
const DOWN = failureOf('The ring, or enough of it, could not be reached.');

export const GET_VALUE: MiddlewareHandler = describeRoute({
  summary: 'The value, or a part of it',
  parameters: [
    NAME,
    said('header', 'Range', 'One range of bytes.'),
    said('header', 'If-None-Match', 'A version that is known: then the answer is 304.'),
  ],
  responses: {
    200: { description: 'The value; ETag is its version.', content: BYTES },
    206: { description: 'A part of it.', content: BYTES },
    304: { description: 'It is the version that is known.' },
    404: NOT_THERE,
    416: failureOf('There is no such part.'),
    503: DOWN,
  },
});

export const PUT_VALUE: MiddlewareHandler = describeRoute({
  summary: 'Add or replace the value',
  parameters: [
    ...[NAME, IF_MATCH, IF_NONE_MATCH],
    said('query', 'ttl', 'Seconds after which it expires.'),
  ],
  requestBody: { required: true, content: BYTES },
  responses: {
    201: { description: 'It was added.' },
    204: { description: 'It replaced another.' },
    412: UNMATCHED,
    413: failureOf('The value is too large.'),
    503: DOWN,
  },
});

export const APPEND_VALUE: MiddlewareHandler = describeRoute({
  summary: 'Add to the end of the value',
  parameters: [NAME],
  requestBody: { required: true, content: BYTES },
  responses: {
    200: {
      description: 'Its length by then.',
      content: jsonOf(z.object({ bytes: z.int().min(0) })),
    },
    413: failureOf('The value would be too large.'),
    503: DOWN,
  },
});

export const REMOVE_VALUE: MiddlewareHandler = describeRoute({
  summary: 'Remove the key',
  parameters: [NAME, IF_MATCH],
  responses: {
    204: { description: 'It is gone.' },
    404: NOT_THERE,
    412: UNMATCHED,
    503: DOWN,
  },
});

const NamesAnswer = z.object({
  names: z.array(
    z.object({
      name: z.string(),
      key: z.string().regex(/^[0-9a-f]{40}$/),
      version: z.string(),
      storedUntilMs: z.number().nullable().describe('Since 1970; null: for ever'),
      bytes: z.int().min(0),
    }),
  ),
  next: z.string().nullable().describe('`after` of the next page; null: that was the last'),
});

export const NAMES: MiddlewareHandler = describeRoute({
  summary: 'Names of keys, page by page',
  responses: { 200: { description: 'A page.', content: jsonOf(NamesAnswer) }, 503: DOWN },
});

const LIMIT = `expected 1 to ${NAMES_MAX}`;
const NamesQuestion = z.object({
  prefix: z.string().default('').describe('How they begin.'),
  limit: z.coerce
    .number(LIMIT)
    .int(LIMIT)
    .min(1, LIMIT)
    .max(NAMES_MAX, LIMIT)
    .default(NAMES_DEFAULT)
    .describe('At most so many.'),
  after: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'expected the "next" of a page before')
    .optional()
    .describe('The `next` of the page before.'),
});

/** What is asked for, checked. */
export type NamesQuestion = z.output<typeof NamesQuestion>;

/** Checks what is asked for, and describes it. */
export const namesQuestion = validator('query', NamesQuestion, (result) => {
  if (result.success) return;
  const [{ path = [], message } = { message: 'a wrong question' }] = result.error;
  throw new ServiceError(400, 'BAD_REQUEST', `"${path.join('.')}" ${message}`);
});

export const CHANGES: MiddlewareHandler = describeRoute({
  summary: 'What happens to a key or a prefix of names, as server-sent events',
  parameters: [
    said('query', 'key', 'One key by its name.'),
    said('query', 'prefix', 'Or all names that begin so.'),
    said('header', 'Last-Event-ID', 'Go on behind this event.'),
    said('query', 'after', 'The same, for those who cannot set a header.'),
  ],
  responses: {
    200: { description: 'Events until somebody goes.', content: { 'text/event-stream': {} } },
    400: failureOf('A wrong question.'),
    503: DOWN,
  },
});

const textRoute = (summary: string, description: string): MiddlewareHandler =>
  describeRoute({ summary, responses: { 200: { description, content: TEXT } } });

export const RING: MiddlewareHandler = describeRoute({
  summary: 'What the member knows of itself and its neighbours',
  responses: {
    200: {
      description: 'As `ring.info()` gives it.',
      content: jsonOf(z.record(z.string(), z.unknown())),
    },
  },
});
export const METRICS: MiddlewareHandler = textRoute('Counters for Prometheus', 'Version 0.0.4');
export const HEALTHZ: MiddlewareHandler = textRoute('The process answers', 'ok');
export const READYZ: MiddlewareHandler = describeRoute({
  summary: 'It is a member of its ring',
  responses: {
    200: { description: 'ready', content: TEXT },
    503: { description: 'not a member', content: TEXT },
  },
});
