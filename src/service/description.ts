/**
 * What the HTTP service can be asked, as an OpenAPI 3.1 document.
 */
const ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' } },
    },
  },
};

const NAME = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'The name of the key, percent-encoded; slashes may stand as they are.',
  schema: { type: 'string' },
};

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' },
});
const query = (name: string, description: string) => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
});

const IF_MATCH = header('If-Match', 'Only if the key has this version; `*`: only if it is there.');
const IF_NONE_MATCH = header('If-None-Match', '`*`: only if there is no such key.');
const BYTES = {
  content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
};
const failed = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
});
const NOT_THERE = failed('There is no such key.');
const UNMATCHED = failed('The condition was not met.');
const DOWN = failed('The ring, or enough of it, could not be reached.');

const VALUE = {
  parameters: [NAME],
  get: {
    summary: 'The value, or a part of it',
    parameters: [
      header('Range', 'One range of bytes.'),
      header('If-None-Match', 'A version that is known: then the answer is 304.'),
    ],
    responses: {
      200: { description: 'The value; ETag is its version.', ...BYTES },
      206: { description: 'A part of it.', ...BYTES },
      304: { description: 'It is the version that is known.' },
      404: NOT_THERE,
      416: failed('There is no such part.'),
      503: DOWN,
    },
  },
  put: {
    summary: 'Add or replace the value',
    parameters: [IF_MATCH, IF_NONE_MATCH, query('ttl', 'Seconds after which it expires.')],
    requestBody: { required: true, ...BYTES },
    responses: {
      201: { description: 'It was added.' },
      204: { description: 'It replaced another.' },
      412: UNMATCHED,
      413: failed('The value is too large.'),
      503: DOWN,
    },
  },
  post: {
    summary: 'Add to the end of the value',
    requestBody: { required: true, ...BYTES },
    responses: {
      200: { description: 'Its length now: {"bytes": 42}.' },
      413: failed('The value would be too large.'),
      503: DOWN,
    },
  },
  delete: {
    summary: 'Remove the key',
    parameters: [IF_MATCH],
    responses: {
      204: { description: 'It is gone.' },
      404: NOT_THERE,
      412: UNMATCHED,
      503: DOWN,
    },
  },
};

export function describe(version: string): object {
  const simple = (summary: string, description: string) => ({
    get: { summary, responses: { 200: { description }, 503: DOWN } },
  });
  return {
    openapi: '3.1.0',
    info: { title: 'Ringlight ring', version, description: 'The keys of a ring, at any member.' },
    security: [{}, { password: [] }],
    paths: {
      '/values/{name}': VALUE,
      '/names': {
        get: {
          summary: 'Names of keys, page by page',
          parameters: [
            query('prefix', 'How they begin.'),
            query('limit', 'At most so many, 1000 unless told otherwise.'),
            query('after', 'The `next` of the page before.'),
          ],
          responses: { 200: { description: '{"names": […], "next": "…" or null}' }, 503: DOWN },
        },
      },
      '/changes': {
        get: {
          summary: 'What happens to a key or a prefix of names, as server-sent events',
          parameters: [
            query('key', 'One key by its name.'),
            query('prefix', 'Or all names that begin so.'),
            header('Last-Event-ID', 'Go on behind this event.'),
          ],
          responses: {
            200: { description: 'text/event-stream' },
            400: failed('A wrong question.'),
          },
        },
      },
      '/ring': simple('What the member knows of itself and its neighbours', 'JSON'),
      '/metrics': simple('Counters for Prometheus', 'Text, version 0.0.4'),
      '/healthz': simple('The process answers', 'ok'),
      '/readyz': simple('It is a member of its ring', 'ready'),
    },
    components: {
      schemas: { Error: ERROR },
      securitySchemes: { password: { type: 'http', scheme: 'bearer' } },
    },
  };
}
