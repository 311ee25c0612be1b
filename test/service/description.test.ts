import { expect, test } from 'vitest';
import { z } from 'zod';
import { withHttp } from './http-ring.ts';

interface Document {
  info: { title: string };
  security: object[];
  paths: Record<string, Record<string, Operation>>;
}
interface Operation {
  parameters?: { name: string; in: string }[];
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

const documentAt = async (url: string): Promise<Document> =>
  (await (await fetch(`${url}/openapi.json`)).json()) as Document;

test('what is described is there, and answers what is described', async () => {
  await withHttp(async (url, ring) => {
    await ring.store('a', 'x');
    const { info, security, paths } = await documentAt(url);
    expect([info.title, security]).toEqual(['Ringlight ring', [{}, { password: [] }]]);
    let shapes = 0;
    for (const [path, { get }] of Object.entries(paths)) {
      if (get === undefined || path === '/changes') continue;
      const response = await fetch(url + path.replace('{name}', 'a'));
      expect(Object.keys(get.responses), path).toContain(String(response.status));
      const schema = get.responses['200']?.content?.['application/json']?.schema;
      if (schema === undefined) continue;
      expect(z.fromJSONSchema(schema as never).safeParse(await response.json()).error).toBe(
        undefined,
      );
      shapes++;
    }
    expect(shapes).toBe(2);
    // The check can fail.
    const names = paths['/names']!['get']!.responses['200']!.content!['application/json']!.schema;
    expect(z.fromJSONSchema(names as never).safeParse({ names: [{}], next: null }).success).toBe(
      false,
    );
  });
});

test('all that can be done with a value is described, and what may be asked of names', async () => {
  await withHttp(async (url) => {
    const { paths } = await documentAt(url);
    expect(Object.keys(paths)).toEqual([
      ...['/values/{name}', '/names', '/changes', '/ring', '/metrics', '/healthz', '/readyz'],
    ]);
    expect(Object.keys(paths['/values/{name}']!)).toEqual(['get', 'put', 'post', 'delete']);
    const asked = paths['/names']!['get']!.parameters!.map((one) => `${one.in} ${one.name}`);
    expect(asked).toEqual(['query prefix', 'query limit', 'query after']);
  });
});

test.each([
  ['limit=0', '"limit" expected 1 to 10000'],
  ['limit=x', '"limit" expected 1 to 10000'],
  ['limit=10001', '"limit" expected 1 to 10000'],
  ['limit=1.5', '"limit" expected 1 to 10000'],
  ['after=x', '"after" expected the "next" of a page before'],
])('a wrong question, %s, is told by its name', async (question, message) => {
  await withHttp(async (url) => {
    const response = await fetch(`${url}/names?${question}`);
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: { code: 'BAD_REQUEST', message } },
    ]);
  });
});
