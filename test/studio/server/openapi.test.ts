import { expect, test } from 'vitest';
import { z } from 'zod';
import { openApiOf } from '../../../src/studio/server/openapi.ts';

test('routes become operations, with their parameters, answers, bodies and errors', () => {
  const answer = z.object({ size: z.number().int() });
  const document = openApiOf(
    [
      { method: 'get', path: '/a/{b}/{c}', summary: 'reads', answer, errors: { 404: 'not there' } },
      {
        method: 'post',
        path: '/a/{b}/{c}',
        summary: 'writes',
        answer,
        body: answer,
        needsToken: true,
      },
      { method: 'get', path: '/file', summary: 'bytes', answer: null },
    ],
    '9.9.9',
  );
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { version: '9.9.9' },
    paths: {
      '/a/{b}/{c}': {
        get: {
          parameters: [
            { name: 'b', in: 'path', required: true },
            { name: 'c', in: 'path', required: true },
          ],
          responses: {
            200: {
              content: { 'application/json': { schema: { type: 'object', required: ['size'] } } },
            },
            404: { description: 'not there' },
            429: {},
          },
        },
        post: { requestBody: { required: true }, security: [{ control: [] }] },
      },
    },
    components: { schemas: { Error: { type: 'object' } } },
  });
  const { paths } = document as { paths: Record<string, { get: { responses: object } }> };
  expect(paths['/file'].get.responses).toMatchObject({ 200: { description: 'bytes' } });
  expect(JSON.stringify(document)).not.toContain('$schema');
});
