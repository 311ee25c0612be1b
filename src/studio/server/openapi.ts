/**
 * The OpenAPI 3.1 document of the studio's API, made from the same list of routes that answers it.
 */
import { z } from 'zod';
import { ErrorAnswer } from './schemas.ts';

export interface Route {
  method: 'get' | 'post';
  /** With `{parameters}`, as OpenAPI writes them. */
  path: string;
  summary: string;
  /** Null for what is no JSON. */
  answer: z.ZodType | null;
  body?: z.core.$ZodType;
  needsToken?: boolean;
  /** By number, with what it means; 200 and 429 go without saying. */
  errors?: Record<number, string>;
}

export function openApiOf(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method] = operationOf(route);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ringlight studio',
      version,
      description:
        'Live scenes of running nodes. Read-only, but for commands, which need the control token. ' +
        'Errors are {error: {code, message}}.',
    },
    paths,
    components: {
      schemas: { Error: schemaOf(ErrorAnswer) },
      securitySchemes: { control: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operationOf({ path, summary, answer, body, needsToken, errors = {} }: Route): object {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const failures = Object.entries({ ...errors, 429: 'Too many requests' }).map(
    ([status, description]) => [status, { description, content: jsonOf(ERROR) }],
  );
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: jsonOf(schemaOf(body)) } }),
    ...(needsToken && { security: [{ control: [] }] }),
    responses: {
      200: {
        description: summary,
        ...(answer && { content: jsonOf(schemaOf(answer)) }),
      },
      ...Object.fromEntries(failures),
    },
  };
}

const ERROR = { $ref: '#/components/schemas/Error' };

function jsonOf(schema: object): object {
  return { 'application/json': { schema } };
}

function schemaOf(shape: z.core.$ZodType): object {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape, { io: 'input' });
  return schema;
}
