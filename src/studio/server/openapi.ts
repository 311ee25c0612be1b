/**
 * OpenAPI 3.1 documents of our HTTP applications, which hono-openapi makes of what each route says of itself:
 *
 *     app.get(path, describeRoute({ summary, responses: { 200: …jsonOf(Shape)… } }), handler)
 *     app.get('/openapi.json', documentOf(app, { … }))
 *
 * Shapes are Zod's schemas, the same that check what comes in.
 */
import type { Env, Hono, MiddlewareHandler } from 'hono';
import { describeRoute, loadVendor, openAPIRouteHandler, resolver } from 'hono-openapi';
import { z } from 'zod';

// Told, for it would look for Zod, and a dozen of its like, among the packages that are installed.
loadVendor('zod', { toOpenAPISchema: (shape) => schemaOf(shape as z.core.$ZodType) });

/** What every failure is told as. */
export const ErrorAnswer: z.ZodType = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
});

/** What a route of the studio says of itself. */
export interface Route {
  method: 'get' | 'post';
  /** As Hono writes it, `:parameter`. */
  path: string;
  summary: string;
  /** Null for what is no JSON. */
  answer: z.ZodType | null;
  body?: z.core.$ZodType;
  needsToken?: boolean;
  /** By number, with what it means; 200 and 429 go without saying. */
  errors?: Record<number, string>;
}

export function described(route: Route): MiddlewareHandler {
  const { summary, answer, body, needsToken, errors = {} } = route;
  const failures = Object.entries({ ...errors, 429: 'Too many requests' });
  return describeRoute({
    summary,
    ...(body && { requestBody: { required: true, content: jsonOf(body) } }),
    ...(needsToken && { security: [{ control: [] }] }),
    responses: {
      200: { description: summary, ...(answer && { content: jsonOf(answer) }) },
      ...Object.fromEntries(failures.map(([status, meaning]) => [status, failureOf(meaning)])),
    },
  });
}

type Content = Record<string, { schema: ReturnType<typeof resolver> }>;

/** A body of this shape, as JSON. */
export function jsonOf(shape: z.core.$ZodType): Content {
  return { 'application/json': { schema: resolver(shape as z.ZodType) } };
}

/** A response that is a failure. @param meaning in words */
export function failureOf(meaning: string): {
  description: string;
  content: Record<string, { schema: { $ref: string } }>;
} {
  const schema = { $ref: '#/components/schemas/Error' };
  return { description: meaning, content: { 'application/json': { schema } } };
}

export interface DocumentOptions {
  title: string;
  version: string;
  description: string;
  /** The name of the token that some routes want, sent as `Authorization: Bearer`. */
  token: string;
  /** Whoever asks needs the token, where there is one. Default: who may, each route says. */
  isTokenForAll?: boolean;
}

/** Answers with the document of all routes that `app` has by then. */
export function documentOf<E extends Env>(
  app: Hono<E>,
  { title, version, description, token, isTokenForAll = false }: DocumentOptions,
): MiddlewareHandler<E> {
  return openAPIRouteHandler(app, {
    documentation: {
      openapi: '3.1.0',
      info: { title, version, description },
      ...(isTokenForAll && { security: [{}, { [token]: [] }] }),
      components: {
        schemas: { Error: schemaOf(ErrorAnswer) },
        securitySchemes: { [token]: { type: 'http', scheme: 'bearer' } },
      },
    },
    // What is wrong with a question is told as every other failure.
    defaultValidationErrorResponse: failureOf('A wrong question'),
  });
}

function schemaOf(shape: z.core.$ZodType): object {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape, { io: 'input' });
  return schema;
}
