import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { described, documentOf, type Route } from '../../../src/studio/server/openapi.ts';

test('routes become operations, with their parameters, answers, bodies and errors', async () => {
  const answer = z.object({ size: z.number().int() });
  const path = '/a/:b/:c';
  const routes: Route[] = [
    { method: 'get', path, summary: 'reads', answer, errors: { 404: 'not there' } },
    { method: 'post', path, summary: 'writes', answer, body: answer, needsToken: true },
    { method: 'get', path: '/file', summary: 'bytes', answer: null },
  ];
  const app = new Hono();
  for (const route of routes) app[route.method](route.path, described(route), () => new Response());
  const about = { title: 'a title', version: '9.9.9', description: 'of this', token: 'control' };
  app.get('/document', documentOf(app, about));
  const document = (await (await app.request('/document')).json()) as {
    paths: Record<string, { get: { responses: object } }>;
  };
  const shape = { type: 'object', required: ['size'] };
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { title: 'a title', version: '9.9.9', description: 'of this' },
    paths: {
      '/a/{b}/{c}': {
        get: {
          parameters: [
            { name: 'b', in: 'path', required: true },
            { name: 'c', in: 'path', required: true },
          ],
          responses: {
            200: { content: { 'application/json': { schema: shape } } },
            404: { description: 'not there' },
            429: {},
          },
        },
        post: {
          requestBody: { required: true, content: { 'application/json': { schema: shape } } },
          security: [{ control: [] }],
        },
      },
    },
    components: {
      schemas: { Error: { type: 'object' } },
      securitySchemes: { control: { type: 'http', scheme: 'bearer' } },
    },
  });
  expect(document.paths['/file'].get.responses).toMatchObject({ 200: { description: 'bytes' } });
  expect(Object.keys(document.paths)).toEqual(['/a/{b}/{c}', '/file']);
  expect(JSON.stringify(document)).not.toContain('$schema');
});

test('a token that all need is said of all', async () => {
  const app = new Hono();
  const about = { title: 'a', version: '1.0.0', description: 'b', token: 'password' };
  app.get('/document', documentOf(app, { ...about, isTokenForAll: true }));
  expect(await (await app.request('/document')).json()).toMatchObject({
    security: [{}, { password: [] }],
  });
});
